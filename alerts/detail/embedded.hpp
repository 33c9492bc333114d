#pragma once

#include <string_view>

namespace vandvagt::alerts::detail {

// Data files of this folder as string literals (see CMakeLists.txt).
std::string_view cap_schema_text();
std::string_view danish_texts();
std::string_view english_texts();

}  // namespace vandvagt::alerts::detail
