#pragma once

#include <string>

namespace vandvagt::forecast::detail {

/// A name fit for a file: letters, digits and dashes stay, anything else becomes a dash.
inline std::string file_name_of(const std::string& name) {
  std::string made;
  for (const char c : name) {
    const bool kept = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    made += kept ? c : '-';
  }
  return made.empty() ? "run" : made;
}

}  // namespace vandvagt::forecast::detail
