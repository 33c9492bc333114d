#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "core/result.hpp"

namespace vandvagt::messaging {

/// A Mosquitto of this process's own on a free loopback port, with its files in `folder`; stopped
/// when the object goes, and by the kernel when this process dies.
class PrivateBroker {
 public:
  /// Error{unavailable} where mosquitto is not installed or does not start; says what it printed.
  static Result<PrivateBroker> start(const std::filesystem::path& folder);
  PrivateBroker(PrivateBroker&&) noexcept;
  PrivateBroker& operator=(PrivateBroker&&) noexcept;
  PrivateBroker(const PrivateBroker&) = delete;
  PrivateBroker& operator=(const PrivateBroker&) = delete;
  ~PrivateBroker();

  int port() const;
  std::string url() const;  // tcp://127.0.0.1:port
  /// kill -9, for tests.
  void kill();
  /// Start again on the same port and folder after kill().
  Result<void> restart();

 private:
  struct Process;
  explicit PrivateBroker(std::unique_ptr<Process> process);
  std::unique_ptr<Process> process_;
};

}  // namespace vandvagt::messaging
