#pragma once

#include <string>
#include <vector>

namespace vandvagt {

/// One thing wrong with the user's input: where (file and line, or key), what, and how to mend it.
/// Faults are collected, so that a user sees all of them at once; any fault ends a command with
/// exit code 2 before anything is written.
struct Fault {
  std::string place;
  std::string what;
  std::string cure;
};
using Faults = std::vector<Fault>;

/// `place: what; cure`
inline std::string to_string(const Fault& fault) {
  return fault.place + ": " + fault.what + (fault.cure.empty() ? "" : "; " + fault.cure);
}

}  // namespace vandvagt
