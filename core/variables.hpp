#pragma once

#include <span>
#include <string_view>

namespace vandvagt {

/// A variable as products, documentation and configuration name it.
struct Variable {
  std::string_view symbol;         // as in formulas: h, qx, eta
  std::string_view name;           // in files: depth, unit_discharge_x, stage
  std::string_view units;          // UDUNITS
  std::string_view standard_name;  // CF standard name (table v83), empty where there is none
  std::string_view long_name;
};

/// The whole table, in the order of the documentation.
std::span<const Variable> variables();

/// The variable of that name; the name must be in the table (programmer's mistake otherwise).
const Variable& variable(std::string_view name);

}  // namespace vandvagt
