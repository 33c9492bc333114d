#include "core/units.hpp"

#include <array>
#include <string>

namespace vandvagt {
namespace {

struct Unit {
  std::string_view symbol;
  Dimension dimension;
  double factor;
};

constexpr std::array<Unit, 24> known_units{{
    {"m", Dimension::length, 1.0},
    {"cm", Dimension::length, 0.01},
    {"mm", Dimension::length, 0.001},
    {"ft", Dimension::length, 0.3048},
    {"in", Dimension::length, 0.0254},
    {"m3/s", Dimension::discharge, 1.0},
    {"m³/s", Dimension::discharge, 1.0},
    {"m3 s-1", Dimension::discharge, 1.0},
    {"l/s", Dimension::discharge, 0.001},
    {"ft3/s", Dimension::discharge, 0.028316846592},
    {"cfs", Dimension::discharge, 0.028316846592},
    {"m/s", Dimension::speed, 1.0},
    {"m s-1", Dimension::speed, 1.0},
    {"cm/s", Dimension::speed, 0.01},
    {"m/h", Dimension::speed, 1.0 / 3600.0},
    {"cm/h", Dimension::speed, 0.01 / 3600.0},
    {"mm/h", Dimension::speed, 1e-3 / 3600.0},
    {"mm/d", Dimension::speed, 1e-3 / 86400.0},
    {"mm/day", Dimension::speed, 1e-3 / 86400.0},
    {"m/d", Dimension::speed, 1.0 / 86400.0},
    {"m/day", Dimension::speed, 1.0 / 86400.0},
    {"1", Dimension::dimensionless, 1.0},
    {"%", Dimension::dimensionless, 0.01},
    {"degC", Dimension::temperature, 1.0},
}};

}  // namespace

std::string_view name(Dimension dimension) {
  switch (dimension) {
    case Dimension::length:
      return "length";
    case Dimension::discharge:
      return "discharge";
    case Dimension::speed:
      return "speed or rain rate";
    case Dimension::dimensionless:
      return "dimensionless number";
    case Dimension::temperature:
      return "temperature";
  }
  return "";
}

Result<double> to_si(double value, std::string_view unit, Dimension dimension) {
  std::string choices;
  for (const auto& known : known_units) {
    if (known.dimension != dimension) continue;
    if (known.symbol == unit) return value * known.factor;
    choices += (choices.empty() ? "" : ", ") + std::string(known.symbol);
  }
  return fail(ErrorCode::invalid_input, "\"" + std::string(unit) + "\" is not a unit of " +
                                            std::string(name(dimension)) + "; known are " +
                                            choices);
}

}  // namespace vandvagt
