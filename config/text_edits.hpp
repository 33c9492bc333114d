#pragma once

#include <filesystem>

#include "alerts/warning.hpp"
#include "core/fault.hpp"

namespace vandvagt::config {

/// A person's words for a warning: tables `[da-DK]` and `[en-GB]` with `headline`, `description`
/// and `instruction`, each of which may be left out. Faults as from `load`; no words where there
/// is one.
alerts::TextEdits load_text_edits(const std::filesystem::path& file, Faults& faults);

}  // namespace vandvagt::config
