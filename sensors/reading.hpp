#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/time.hpp"
#include "core/units.hpp"

namespace vandvagt::sensors {

/// QARTOD flag (manual for water level v2.1). A test that did not run is not_evaluated, never pass.
enum class Flag : std::uint8_t { pass = 1, not_evaluated = 2, suspect = 3, fail = 4, missing = 9 };

/// One digit per test, in this order.
enum class QcTest : std::uint8_t {
  gap,
  syntax,
  location,
  gross_range,
  climatology,
  spike,
  rate_of_change,
  flat_line,
  multi_variate,
  attenuated_signal,
  neighbour
};
inline constexpr std::size_t qc_test_count = 11;

/// The verdict on one reading (see sensors/check.hpp for how `overall` follows from the tests).
struct Quality {
  Flag overall = Flag::not_evaluated;
  std::array<Flag, qc_test_count> tests = [] {
    std::array<Flag, qc_test_count> all{};
    all.fill(Flag::not_evaluated);
    return all;
  }();
  Flag& operator[](QcTest test) { return tests[static_cast<std::size_t>(test)]; }
  Flag operator[](QcTest test) const { return tests[static_cast<std::size_t>(test)]; }
  bool usable() const { return overall == Flag::pass || overall == Flag::not_evaluated; }
  bool operator==(const Quality&) const = default;
};

/// `21222122222`: the digits in the order of QcTest; and back, nothing for anything else.
std::string tests_text(const Quality& quality);
std::optional<Quality> parse_quality(int overall, std::string_view tests);

/// What a reading measures.
enum class Parameter {
  stage,
  depth,
  discharge,
  rain,
  groundwater_head,
  groundwater_depth,
  evaporation,
};
std::string to_string(Parameter parameter);  // "stage", "groundwater-depth"
std::optional<Parameter> parse_parameter(std::string_view text);
/// What its unit must be able to measure.
Dimension dimension(Parameter parameter);
/// True where a value means nothing without a vertical datum: stage and groundwater head.
bool needs_datum(Parameter parameter);

/// One reading in SI and in the grid's datum: stage [m above datum], depth [m], discharge [m³/s],
/// rain and potential evaporation [m/s], groundwater_head [m above datum], groundwater_depth [m
/// below terrain, positive downwards].
struct Reading {
  std::string station{};
  Parameter parameter = Parameter::stage;
  Time time{};
  double value = 0.0;
  std::optional<std::int64_t> session{}, sequence{};
  Quality quality{};  // the newest flag set
  int revision = 1;   // 1, and one more for each later value of the same (station, parameter, time)
  Time received{};
  bool late = false;  // a newer reading of the station was already stored when it arrived
  /// Where it was measured, as sent, in the mapping's `position_crs`; not stored.
  std::optional<std::pair<double, double>> position{};
};

/// SHA-256 over station, parameter, time, exact value, revision and flags, in the given order: two
/// lists have one digest if and only if they say the same. Evidence of warnings and runs.
std::string digest(std::span<const Reading> readings);

}  // namespace vandvagt::sensors
