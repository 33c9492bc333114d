#pragma once

#include <fmt/format.h>

#include <cmath>
#include <string>
#include <utility>

#include "core/result.hpp"
#include "model/case.hpp"
#include "model/options.hpp"
#include "model/simulation.hpp"

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

/// Error{refused}: a state's field of another size than the case's.
Result<void> refused(const char* field, std::size_t has, std::size_t needs);

/// Values at rising times, finite and not under `lowest`.
Result<void> validate_series(const char* kind, const std::string& name, const Series& series,
                             double lowest = -1e300);

/// Each active cell's value in [lowest, highest] and finite.
Result<void> validate_values(const Case& c, const char* name, const Field<float>& field,
                             double lowest, double highest);

Result<void> validate_ground(const Case& c, const Options& options);
Result<void> validate_ground_state(const Case& c, const State& state);
Result<void> validate_structures(const Case& c);
Result<void> validate_levees(const Case& c);

}  // namespace vandvagt::model::detail
