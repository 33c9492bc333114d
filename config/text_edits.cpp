#include "config/text_edits.hpp"

#include <fstream>
#include <sstream>

#include "config/detail/document.hpp"
#include "config/detail/section.hpp"

namespace vandvagt::config {

alerts::TextEdits load_text_edits(const std::filesystem::path& file, Faults& faults) {
  std::ifstream stream(file, std::ios::binary);
  std::ostringstream text;
  if (stream) text << stream.rdbuf();
  if (!stream) {
    faults.push_back({file.string(), "cannot be read", "name a file with the words"});
    return {};
  }
  const auto document = parse_document(text.str(), file.string(), faults);
  if (!document) return {};
  Context context{
      .file = file.string(), .file_folder = file.parent_path(), .data_folder = file.parent_path()};
  alerts::TextEdits edits;
  {
    Section top(context, &*document, "", 0);
    for (const char* language : {"da-DK", "en-GB"}) {
      top.table(language, [&](Section& section) {
        alerts::TextEdit edit;
        section.text("headline", edit.headline);
        section.text("description", edit.description);
        section.text("instruction", edit.instruction);
        if (!edit.empty()) edits[language] = edit;
      });
    }
  }
  if (context.faults.empty()) return edits;
  faults.insert(faults.end(), context.faults.begin(), context.faults.end());
  return {};
}

}  // namespace vandvagt::config
