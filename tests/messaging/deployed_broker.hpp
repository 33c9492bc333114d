#pragma once

#include <gtest/gtest.h>

#include <string>

#include "messaging/options.hpp"
#include "tests/support/support.hpp"

namespace vandvagt::test {

/// A Mosquitto with the configuration and access list of deploy/mosquitto, as an operator would
/// install them: a plain listener with passwords, and TLS with client certificates. Certificates of
/// the right authority: `broker`, `vandvagt`, `kommune`, `dmi`; of another one: `forged` (which
/// calls itself kommune).
class DeployedBroker : public testing::Test {
 protected:
  void SetUp() override;
  void TearDown() override;

  std::string log() const;  // of the broker, so far
  messaging::Options user(const std::string& name, const std::string& password = "password") const;
  messaging::Options holder_of(const std::string& certificate, const std::string& ca = "ca") const;

  TemporaryFolder folder_;
  int plain_ = 0, tls_ = 0;

 private:
  void run(const std::string& command) const;
  void write_configuration() const;
  void make_passwords() const;
  void make_certificates() const;
  void certificate(const std::string& file, const std::string& name, const std::string& ca,
                   const std::string& extension) const;
};

}  // namespace vandvagt::test
