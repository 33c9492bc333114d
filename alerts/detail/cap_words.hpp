#pragma once

#include <string>

#include "alerts/cap.hpp"
#include "alerts/local_time.hpp"
#include "core/fault.hpp"

namespace vandvagt::alerts::detail {

/// What an info block says in one language.
struct CapWords {
  std::string event, headline, description, instruction, area, note;
};
CapWords words_for(const MessageContent& message, const CapSubject& subject, const Texts& texts,
                   const LocalTime& zone);
/// What is wrong with a person's words: headlines that do not fit, languages that messages do not
/// have.
Faults faults_of(const TextEdits& edits, const Options& options, const TextSet& texts);

/// Severity of the message: that of its level; nothing where nothing is known.
std::optional<Severity> severity_of(const MessageContent& message, const Rule& rule);

/// `2.31 m`, `12.4 m3/s`, `0.35`: for machines, decimal point.
std::string value_text(Quantity quantity, double value);

inline constexpr std::size_t max_headline = 139;  // characters: "less than 140"
inline constexpr std::size_t max_area_text = 20000;

}  // namespace vandvagt::alerts::detail
