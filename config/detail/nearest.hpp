#pragma once

#include <string>
#include <vector>

namespace vandvagt::config {

/// The word nearest to `given` by edit distance (Damerau 1964, doi:10.1145/363958.363994), or
/// nothing where none is within a third of its length (two edits for short words).
std::string nearest_of(const std::string& given, const std::vector<std::string>& words);

/// `a, b, c`
std::string listed(const std::vector<std::string>& words);

}  // namespace vandvagt::config
