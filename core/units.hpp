#pragma once

#include <string_view>

#include "core/result.hpp"

namespace vandvagt {

/// What a number measures, so that a unit can be checked and not guessed.
enum class Dimension { length, discharge, speed, dimensionless, temperature };

std::string_view name(Dimension dimension);

/// value [unit] -> SI. Length: m cm mm ft in; discharge: m3/s m³/s l/s ft3/s cfs; speed: m/s m/h
/// cm/h mm/h mm/d m/day cm/s; dimensionless: 1 %; temperature: degC (kept in degC).
/// Error{invalid_input} for a unit that is unknown or of another dimension; it lists the known
/// ones.
Result<double> to_si(double value, std::string_view unit, Dimension dimension);

}  // namespace vandvagt
