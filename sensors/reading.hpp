#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/time.hpp"

namespace vandvagt::sensors {

/// QARTOD flag (manual for water level v2.1). A test that did not run is not_evaluated, never pass.
enum class Flag : std::uint8_t { pass = 1, not_evaluated = 2, suspect = 3, fail = 4, missing = 9 };

/// One digit per test, in this order.
enum class QcTest : std::uint8_t {
  gap, syntax, location, gross_range, climatology, spike, rate_of_change, flat_line, multi_variate,
  attenuated_signal, neighbour
};
inline constexpr std::size_t qc_test_count = 11;

/// The verdict on one reading: the worst of its tests (an overall pass needs at least one pass).
struct Quality {
  Flag overall = Flag::not_evaluated;
  std::array<Flag, qc_test_count> tests = [] {
    std::array<Flag, qc_test_count> all{};
    all.fill(Flag::not_evaluated);
    return all;
  }();
  bool usable() const { return overall == Flag::pass || overall == Flag::not_evaluated; }
  bool operator==(const Quality&) const = default;
};

/// What a reading measures.
enum class Parameter { stage, depth, discharge, rain, groundwater_head, groundwater_depth };
std::string to_string(Parameter parameter);                        // "stage", "groundwater-depth"
std::optional<Parameter> parse_parameter(const std::string& text);

/// One reading in SI and in the station's declared datum (stage [m above datum], depth [m],
/// discharge [m³/s], rain [m/s], groundwater_head [m above datum], groundwater_depth [m below
/// ground, positive downwards]).
struct Reading {
  std::string station;
  Parameter parameter = Parameter::stage;
  Time time;
  double value = 0.0;
  std::optional<std::int64_t> session, sequence;
  Quality quality;
  int revision = 1;   // 1, and one more for each later value of the same (station, parameter, time)
  Time received;
};

}  // namespace vandvagt::sensors
