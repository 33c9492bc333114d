#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/support/support.hpp"

namespace vandvagt::test {

/// A meadow with a hollow, for the chain from wells to floods: 40 × 20 cells of 10 m, flat at 1 m
/// above the datum, 0.6 m in its middle, walls around. It rains 20 mm/h for three hours from now
/// on; the soil would take all of it were it not for the water table. Two wells of the operator
/// `kommune` tell of that, `well-west` as a depth and `well-east` as a head. Two rules warn the
/// meadow: one of the depth at `well-east`, one of the share with shallow groundwater.
class GroundwaterCase {
 public:
  /// `broker`: its address; `more`: further text.
  GroundwaterCase(std::filesystem::path folder, const std::string& broker,
                  const std::string& more = {});
  std::filesystem::path configuration() const { return folder_ / "meadow.toml"; }
  std::filesystem::path output() const { return folder_ / "out" / "run"; }
  /// `vandvagt watch` on it, for RunningProgram.
  std::vector<std::string> watch() const;
  CommandResult forecast() const;
  /// What the newest forecast wrote.
  nlohmann::json run_json() const;

 private:
  std::filesystem::path folder_;
};

}  // namespace vandvagt::test
