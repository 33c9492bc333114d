#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <limits>
#include <optional>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "config/configuration.hpp"
#include "forecast/run.hpp"
#include "tests/support/figure_data.hpp"
#include "tests/support/support.hpp"

/// An example that was measured, computed from configuration alone.
namespace vandvagt::test {

inline constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

struct MeasuredCase {
  forecast::BuiltCase built;
  forecast::RunOutcome outcome;

  const forecast::GaugeOutcome& gauge(const std::string& id) const {
    return *std::ranges::find(outcome.gauges, id, [](const auto& g) { return g.gauge.id; });
  }
  const forecast::PlaceSeries& series(const std::string& id) const {
    return gauge(id).members.front();
  }
  double seconds(std::size_t k) const { return to_seconds(outcome.times[k] - outcome.start); }
  /// Value at the output time nearest to `time`.
  double at(const std::vector<double>& values, double time) const {
    const double interval = seconds(1) - seconds(0);
    const auto k = static_cast<std::size_t>(std::lround(time / interval));
    return k < values.size() ? values[k] : unknown;
  }
  double mean(const std::vector<double>& values, double from, double to) const {
    double sum = 0.0;
    int count = 0;
    for (std::size_t k = 0; k < values.size(); ++k) {
      if (seconds(k) < from || seconds(k) > to) continue;
      sum += values[k];
      ++count;
    }
    return sum / count;
  }
};

/// @param more  what is to be watched beside the example's own gauges
inline std::optional<MeasuredCase> run_example(const std::string& name,
                                               const std::filesystem::path& data,
                                               const std::vector<forecast::GaugeInput>& more = {}) {
  Faults faults;
  auto configuration =
      config::load(std::filesystem::path(VANDVAGT_SOURCE_DIR) / "examples" / name, data, faults);
  for (const auto& fault : faults) ADD_FAILURE() << to_string(fault);
  if (!configuration) return std::nullopt;
  auto& gauges = configuration->scenario.gauges;
  gauges.insert(gauges.end(), more.begin(), more.end());
  auto built = forecast::build_case(configuration->scenario, faults);
  for (const auto& fault : faults) ADD_FAILURE() << to_string(fault);
  if (!built) return std::nullopt;
  auto outcome = forecast::run_simulation(configuration->scenario, *built);
  if (!outcome || !outcome->usable()) {
    ADD_FAILURE() << (outcome ? outcome->why_failed : outcome.error().message);
    return std::nullopt;
  }
  EXPECT_LT(outcome->volume.relative_error, 1e-12);
  return MeasuredCase{std::move(*built), std::move(*outcome)};
}

/// Rows of numbers; lines that hold something else are passed over.
inline std::vector<std::vector<double>> rows_of(const std::filesystem::path& file,
                                                std::size_t columns) {
  std::vector<std::vector<double>> rows;
  std::ifstream stream(file);
  for (std::string text; std::getline(stream, text);) {
    std::replace(text.begin(), text.end(), ',', ' ');
    std::istringstream line(text);
    std::vector<double> row;
    for (double value = 0.0; line >> value;) row.push_back(value);
    if (row.size() >= columns) rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace vandvagt::test
