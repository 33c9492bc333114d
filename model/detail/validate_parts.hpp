#pragma once

#include <fmt/format.h>

#include <cmath>
#include <string>
#include <utility>

#include "core/result.hpp"
#include "model/case.hpp"

// What the checks of a case share.
namespace vandvagt::model::detail {

template <class... Args>
tl::unexpected<Error> invalid(fmt::format_string<Args...> text, Args&&... args) {
  return fail(ErrorCode::invalid_input, fmt::format(text, std::forward<Args>(args)...));
}

inline bool inside(const Case& c, CellIndex cell) {
  return cell.i >= 0 && cell.i < c.nx && cell.j >= 0 && cell.j < c.ny;
}
inline bool active(const Case& c, CellIndex cell) {
  return inside(c, cell) && !std::isnan(c.bed_elevation(cell.i, cell.j));
}

/// Values at rising times, finite and not under `lowest`.
Result<void> validate_series(const char* kind, const std::string& name, const Series& series,
                             double lowest = -1e300);

Result<void> validate_structures(const Case& c);
Result<void> validate_levees(const Case& c);

}  // namespace vandvagt::model::detail
