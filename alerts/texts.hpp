#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>

#include "core/fault.hpp"

namespace vandvagt::alerts {

/// The words of one language: templates with placeholders such as {area} or {peak}, by key
/// ("headline.update", "instruction.severe", "event.river", ...). Data, not code: a service edits
/// alerts/texts/da-DK.toml or gives its own folder.
struct Texts {
  std::string language;  // da-DK, en-GB
  std::map<std::string, std::string> templates;
};

/// Both languages in the order of the message's info blocks.
struct TextSet {
  Texts danish, english;
};

/// The texts built into the program.
const TextSet& built_in_texts();
/// `da-DK.toml` and `en-GB.toml` of a folder. A missing key, an unknown key or an unknown
/// placeholder is a fault, and then the texts are not to be used.
TextSet read_texts(const std::filesystem::path& folder, Faults& faults);
/// One file's text, `place` names it in faults.
Texts parse_texts(std::string_view toml, const std::string& language, const std::string& place,
                  Faults& faults);

/// SHA-256 of all templates of both languages.
std::string digest_of(const TextSet& texts);

/// The template of `key` with its placeholders replaced; what a value contains is never looked at
/// again. An empty string where the key is missing (parse_texts has made sure it is not).
std::string fill(const Texts& texts, const std::string& key,
                 const std::map<std::string, std::string>& values);

/// Text from outside made fit for XML and people: valid UTF-8, no control characters (a blank
/// instead), at most `max_characters` code points, the last of them "…" where it was cut.
std::string clean_text(std::string_view text, std::size_t max_characters);

}  // namespace vandvagt::alerts
