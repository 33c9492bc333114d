#include "alerts/texts.hpp"

#include <fmt/format.h>

#include <toml++/toml.h>
#include <array>
#include <cstdint>
#include <fstream>
#include <set>
#include <sstream>

#include "alerts/detail/embedded.hpp"
#include "core/digest.hpp"

namespace vandvagt::alerts {
namespace {

constexpr std::array<std::string_view, 10> placeholders = {
    "area",  "event", "level",       "place",  "quantity",
    "value", "time",  "probability", "sender", "shallower_than"};

bool is_placeholder(std::string_view name) {
  for (const auto known : placeholders) {
    if (known == name) return true;
  }
  return false;
}

void check_placeholders(const std::string& key, const std::string& text, const std::string& place,
                        Faults& faults) {
  for (auto open = text.find('{'); open != std::string::npos; open = text.find('{', open + 1)) {
    const auto close = text.find('}', open);
    const std::string name =
        close == std::string::npos ? "" : text.substr(open + 1, close - open - 1);
    if (is_placeholder(name)) continue;
    faults.push_back({place + ": " + key, "unknown placeholder {" + name + "}",
                      fmt::format("use one of {{{}}}", fmt::join(placeholders, "}, {"))});
  }
}

void check_keys(const Texts& texts, const Texts& model, const std::string& place, Faults& faults) {
  for (const auto& [key, text] : model.templates) {
    if (!texts.templates.contains(key)) {
      faults.push_back({place + ": " + key, "is missing", "copy it from the built-in texts"});
    }
  }
  for (const auto& [key, text] : texts.templates) {
    if (!model.templates.contains(key)) {
      faults.push_back({place + ": " + key, "is not a text that messages use", "remove it"});
    }
    check_placeholders(key, text, place, faults);
  }
}

// The templates of one file, without looking whether all are there.
Texts read_tables(std::string_view toml, const std::string& language, const std::string& place,
                  Faults& faults) {
  Texts texts{language, {}};
  try {
    const toml::table file = toml::parse(toml, place);
    for (const auto& [section, node] : file) {
      const auto* table = node.as_table();
      if (table == nullptr) {
        faults.push_back(
            {place, std::string(section.str()) + " is not a table", "see the built-in texts"});
        continue;
      }
      for (const auto& [name, value] : *table) {
        const std::string key = std::string(section.str()) + "." + std::string(name.str());
        if (const auto text = value.value_exact<std::string>()) {
          texts.templates[key] = *text;
        } else {
          faults.push_back({place + ": " + key, "is not a text", "write it in quotes"});
        }
      }
    }
  } catch (const toml::parse_error& error) {
    faults.push_back({fmt::format("{}:{}", place, error.source().begin.line),
                      std::string(error.description()), "see https://toml.io"});
  }
  return texts;
}

std::string read_file(const std::filesystem::path& path, Faults& faults) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  if (in) text << in.rdbuf();
  if (!in) faults.push_back({path.string(), "cannot be read", "give a folder with this file"});
  return text.str();
}

// The length in bytes of the code point that starts `text`, 0 where it is not valid UTF-8.
std::size_t code_point_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  const std::uint8_t lead = byte(0);
  const std::size_t length = lead < 0x80   ? 1
                             : lead < 0xC2 ? 0
                             : lead < 0xE0 ? 2
                             : lead < 0xF0 ? 3
                             : lead < 0xF5 ? 4
                                           : 0;
  if (length == 0 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return 0;
  }
  // Overlong forms, surrogates, beyond U+10FFFF, and the non-characters that XML forbids.
  if (lead == 0xE0 && byte(1) < 0xA0) return 0;
  if (lead == 0xED && byte(1) > 0x9F) return 0;
  if (lead == 0xF0 && byte(1) < 0x90) return 0;
  if (lead == 0xF4 && byte(1) > 0x8F) return 0;
  if (lead == 0xEF && byte(1) == 0xBF && byte(2) >= 0xBE) return 0;
  return length;
}

bool is_control(std::string_view code_point) {
  const auto first = static_cast<std::uint8_t>(code_point[0]);
  if (code_point.size() == 1) return first < 0x20 || first == 0x7F;
  return code_point.size() == 2 && first == 0xC2 &&
         static_cast<std::uint8_t>(code_point[1]) < 0xA0;  // C1 controls
}

}  // namespace

const TextSet& built_in_texts() {
  static const TextSet texts = [] {
    Faults faults;  // the built-in files are checked by the tests
    return TextSet{read_tables(detail::danish_texts(), "da-DK", "da-DK.toml", faults),
                   read_tables(detail::english_texts(), "en-GB", "en-GB.toml", faults)};
  }();
  return texts;
}

Texts parse_texts(std::string_view toml, const std::string& language, const std::string& place,
                  Faults& faults) {
  Texts texts = read_tables(toml, language, place, faults);
  check_keys(texts, built_in_texts().english, place, faults);
  return texts;
}

TextSet read_texts(const std::filesystem::path& folder, Faults& faults) {
  const auto read = [&](const std::string& language) {
    const auto path = folder / (language + ".toml");
    const auto before = faults.size();
    const std::string text = read_file(path, faults);
    if (faults.size() > before) return Texts{language, {}};
    return parse_texts(text, language, path.string(), faults);
  };
  return {read("da-DK"), read("en-GB")};
}

std::string digest_of(const TextSet& texts) {
  Sha256 digest;
  for (const Texts* one : {&texts.danish, &texts.english}) {
    digest.add(one->language + "\n");
    for (const auto& [key, text] : one->templates) digest.add(key + "=" + text + "\n");
  }
  return digest.hex();
}

std::string fill(const Texts& texts, const std::string& key,
                 const std::map<std::string, std::string>& values) {
  const auto found = texts.templates.find(key);
  if (found == texts.templates.end()) return {};
  const std::string& text = found->second;
  std::string out;
  std::size_t at = 0;
  while (at < text.size()) {
    const auto open = text.find('{', at);
    const auto close = open == std::string::npos ? open : text.find('}', open);
    if (close == std::string::npos) break;
    out += text.substr(at, open - at);
    const auto value = values.find(text.substr(open + 1, close - open - 1));
    if (value != values.end()) out += value->second;
    at = close + 1;
  }
  return out + text.substr(at);
}

std::string clean_text(std::string_view text, std::size_t max_characters) {
  std::string out;
  std::size_t characters = 0, before_last = 0;
  while (!text.empty()) {
    const std::size_t length = code_point_length(text);
    const bool bad = length == 0 || is_control(text.substr(0, length));
    if (characters == max_characters) {
      out.resize(before_last);
      return out + "…";
    }
    before_last = out.size();
    out += bad ? std::string_view(" ") : text.substr(0, length);
    ++characters;
    text.remove_prefix(bad && length == 0 ? 1 : length);
  }
  return out;
}

}  // namespace vandvagt::alerts
