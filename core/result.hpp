#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>

namespace vandvagt {

enum class ErrorCode {
  invalid_input,  // configuration, file or payload is wrong: tell the user place and cure
  io,             // a file, disk or database did not do what was asked
  unavailable,    // a service (broker, station) is away now and may come back
  numerical,      // not finite, time step collapsed, volume not closing
  refused,        // understood and deliberately not done (state of another grid, foreign topic)
};

/// What went wrong, in one sentence that says what, where, and the cure.
struct Error {
  ErrorCode code = ErrorCode::invalid_input;
  std::string message;
};

/// A value or an Error. Member names are those of std::expected (C++23), which will replace it.
template <class T>
using Result = tl::expected<T, Error>;

/// `return fail(ErrorCode::io, "out.nc: cannot be created");` from any function that returns
/// Result.
inline tl::unexpected<Error> fail(ErrorCode code, std::string message) {
  return tl::unexpected<Error>(Error{code, std::move(message)});
}
/// Hand an error on unchanged: `if (!x) return fail(x.error());`
inline tl::unexpected<Error> fail(Error error) {
  return tl::unexpected<Error>(std::move(error));
}

}  // namespace vandvagt
