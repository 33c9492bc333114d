#pragma once

#include "core/result.hpp"
#include "model/case.hpp"
#include "model/options.hpp"
#include "model/simulation.hpp"

namespace vandvagt::model::detail {

/// Whether the solver can compute this; Error{invalid_input} says what is wrong, where, and the
/// cure.
Result<void> validate(const Case& given, const Options& options);

/// `t` must be a whole multiple of the sync interval since 1970-01-01T00:00:00Z.
Result<void> validate_time(const char* what, Time t, const Options& options);

/// Initial depths nx × ny, not negative and finite on active cells.
Result<void> validate_depth(const Case& given, FieldView<const double> depth);

/// Error{refused} where a state does not fit the case or the precision.
Result<void> validate_state(const Case& given, const Options& options, const State& state);

}  // namespace vandvagt::model::detail
