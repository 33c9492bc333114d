#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "core/result.hpp"

namespace vandvagt::grids {

/// Writes `text` beside as `.partial`, makes it durable (fsync) and renames it: a reader sees the
/// old file or the whole new one. Error{io} with path and reason; then no partial file stays.
Result<void> write_text_atomically(const std::filesystem::path& path, std::string_view text);

/// SHA-256 of a file's bytes, 64 hexadecimal digits. For a Shapefile or another folder-like input
/// give each file. Error{io} where it cannot be read.
Result<std::string> file_digest(const std::filesystem::path& path);

/// Makes the folder and its parents, and checks by a trial that a file can be written into it.
/// Error{io} naming the folder.
Result<void> make_output_folder(const std::filesystem::path& path);

}  // namespace vandvagt::grids
