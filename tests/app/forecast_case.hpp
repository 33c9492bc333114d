#pragma once

#include <filesystem>
#include <string>

#include "tests/support/support.hpp"

namespace vandvagt::test {

/// A small coast for runs of the whole program: 40 × 20 cells of 10 m, flat at 1 m, the sea on its
/// west edge. The sea rises by 0.2 m an hour through the ground's level; one gauge tells of it in
/// readings every 10 minutes, and a forecast file says how it goes on. Reference time
/// 2026-11-01T06:00Z, six hours ahead. The one rule warns the land when a fifth of it is flooded
/// deeper than 0.1 m, which happens some hours after the reference time.
class ForecastCase {
 public:
  /// `broker`: lines of [broker], empty for a private one.
  explicit ForecastCase(std::filesystem::path folder, const std::string& broker = {});

  std::filesystem::path configuration() const { return folder_ / "case.toml"; }
  std::filesystem::path output(const std::string& name = "run") const {
    return folder_ / "out" / name;
  }
  std::filesystem::path store() const { return folder_ / "out" / "store"; }
  /// `vandvagt forecast` on it; `more` are further arguments, `name` the folder of the products.
  CommandResult forecast(const std::string& more = {}, const std::string& name = "run") const;
  /// Another [broker] from now on.
  void set_broker(const std::string& broker) const;

 private:
  std::filesystem::path folder_;
};

}  // namespace vandvagt::test
