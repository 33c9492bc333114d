#include "alerts/detail/cap_words.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace vandvagt::alerts::detail {
namespace {

using Values = std::map<std::string, std::string>;

std::string value_for_people(const Rule& rule, double value, const std::string& language) {
  std::string text = is_share(rule.quantity) ? fmt::format("{:.0f} %", 100.0 * value)
                                             : value_text(rule.quantity, value);
  const auto cube = text.find("m3/s");
  if (cube != std::string::npos) text.replace(cube, 4, "m³/s");
  if (language.starts_with("da")) std::replace(text.begin(), text.end(), '.', ',');
  if (rule.quantity == Quantity::stage && !rule.datum.empty()) text += " (" + rule.datum + ")";
  return text;
}

std::string severity_key(const MessageContent& message, const Rule& rule) {
  MessageContent known = message;
  if (!known.level.active() && known.held >= 0) known.level = Standing::level(known.held);
  known.kind = MessageKind::update;
  const auto severity = severity_of(known, rule);
  return to_string(severity.value_or(Severity::minor));
}

// Which of the templates of headline, description and instruction.
std::string form_of(const MessageContent& message) {
  switch (message.kind) {
    case MessageKind::all_clear:
      return "all_clear";
    case MessageKind::cancel:
      return "cancel";
    default:
      return message.level.is_unknown() ? "unknown" : "";
  }
}

std::string status_word(const Options& options, const Texts& texts) {
  if (options.status == MessageStatus::exercise) return fill(texts, "status.exercise", {});
  return options.status == MessageStatus::test ? fill(texts, "status.test", {}) : "";
}

class Writer {
 public:
  Writer(const MessageContent& message, const CapSubject& subject, const Texts& texts,
         const LocalTime& zone)
      : message_(message), subject_(subject), texts_(texts), zone_(zone) {
    const bool danish = texts.language.starts_with("da");
    const std::string& name = danish ? subject.area.name_da : subject.area.name_en;
    const std::string& station =
        subject.station_name.empty() ? subject.rule.station : subject.station_name;
    values_["area"] = clean_text(name.empty() ? subject.area.id : name, max_area_text);
    values_["event"] = say("event." + to_string(subject.rule.hazard));
    values_["level"] = say("level." + severity_key(message, subject.rule));
    values_["shallower_than"] =
        value_text(Quantity::groundwater_depth, subject.rule.shallower_than);
    if (danish) std::ranges::replace(values_["shallower_than"], '.', ',');
    values_["quantity"] = say("quantity." + to_string(subject.rule.quantity));
    values_["sender"] = clean_text(subject.options.sender_name, 200);
    values_["place"] = clean_text(station, 200);
    values_["place"] = station.empty() ? say_with("place.area", {{"place", values_["area"]}})
                                       : say("place.station");
    if (message.probability) {
      values_["probability"] = fmt::format("{:.0f} %", 100.0 * *message.probability);
    }
  }

  CapWords write() {
    CapWords words;
    words.event = values_["event"];
    words.area = values_["area"];
    words.note = status_word();
    const std::string form = form_of(message_);
    const std::string headline = !form.empty()                         ? form
                                 : message_.kind == MessageKind::alert ? "alert"
                                                                       : "update";
    // A person's words, too, say first of all that it is an exercise or a test.
    const std::string prefix = words.note.empty() ? "" : words.note + ": ";
    const auto edited = message_.edits.find(texts_.language);
    const TextEdit edit = edited == message_.edits.end() ? TextEdit{} : edited->second;
    const auto either = [&](const std::string& own, const std::string& made, std::size_t most) {
      return clean_text(prefix + (own.empty() ? made : own), most);
    };
    words.headline = either(edit.headline, say("headline." + headline), max_headline);
    words.description = either(edit.description, description(form), 2 * max_area_text);
    words.instruction = either(edit.instruction, say(advice_key(form)), max_area_text);
    return words;
  }

 private:
  std::string say(const std::string& key) const { return fill(texts_, key, values_); }
  std::string say_with(const std::string& key, const Values& more) const {
    Values values = values_;
    for (const auto& [name, value] : more) values[name] = value;
    return fill(texts_, key, values);
  }
  // Water from below asks for other things than water that flows.
  std::string advice_key(const std::string& form) const {
    if (!form.empty()) return "instruction." + form;
    const bool from_below = subject_.rule.hazard == Hazard::groundwater;
    return (from_below ? "instruction_groundwater." : "instruction.") +
           severity_key(message_, subject_.rule);
  }
  std::string status_word() const { return detail::status_word(subject_.options, texts_); }
  std::string say_value(const std::string& key, double value, Time time) const {
    return say_with(key, {{"value", value_for_people(subject_.rule, value, texts_.language)},
                          {"time", zone_.for_people(time)}});
  }

  std::string description(const std::string& form) const {
    if (!form.empty() && message_.kind == MessageKind::cancel) return say("description.cancel");
    std::string text = say("description." + (form.empty() ? to_string(message_.basis) : form));
    const auto add = [&text](const std::string& sentence) { text += " " + sentence; };
    if (form.empty() && message_.onset) {
      const bool begun = *message_.onset <= message_.sent;
      add(say_with(begun ? "sentence.begun" : "sentence.onset",
                   {{"time", zone_.for_people(*message_.onset)}}));
    }
    if (message_.peak) {
      const std::string key = subject_.rule.station.empty()             ? "sentence.no_place"
                              : direction(subject_.rule.quantity) < 0.0 ? "sentence.least"
                                                                        : "sentence.peak";
      add(say_value(key, message_.peak->value, message_.peak->time));
    }
    if (message_.newest_value) {
      add(say_value("sentence.newest", *message_.newest_value, *message_.newest_time));
    }
    if (form.empty() && message_.probability && message_.basis == Basis::forecast) {
      add(say("sentence.probability"));
    }
    if (form.empty() && message_.stale) add(say("sentence.stale"));
    return text;
  }

  const MessageContent& message_;
  const CapSubject& subject_;
  const Texts& texts_;
  const LocalTime zone_;
  Values values_;
};

}  // namespace

std::optional<Severity> severity_of(const MessageContent& message, const Rule& rule) {
  if (message.kind == MessageKind::all_clear) return Severity::minor;
  if (message.level.active()) {
    return alerts::severity_of(rule.levels.at(static_cast<std::size_t>(message.level.index())));
  }
  return std::nullopt;
}

std::string value_text(Quantity quantity, double value) {
  const std::string symbol = unit(quantity);
  return fmt::format("{:.2f}{}{}", in_unit(quantity, value), symbol.empty() ? "" : " ", symbol);
}

CapWords words_for(const MessageContent& message, const CapSubject& subject, const Texts& texts,
                   const LocalTime& zone) {
  return Writer(message, subject, texts, zone).write();
}

Faults faults_of(const TextEdits& edits, const Options& options, const TextSet& texts) {
  Faults faults;
  for (const auto& [language, edit] : edits) {
    const Texts* own = language == texts.danish.language    ? &texts.danish
                       : language == texts.english.language ? &texts.english
                                                            : nullptr;
    if (own == nullptr) {
      faults.push_back({language, "is no language of the messages",
                        "use " + texts.danish.language + " or " + texts.english.language});
      continue;
    }
    const std::string prefix = status_word(options, *own);
    const std::string headline = (prefix.empty() ? "" : prefix + ": ") + edit.headline;
    if (clean_text(headline, max_headline) != clean_text(headline, headline.size() + 1)) {
      faults.push_back({language + ".headline", "is too long",
                        fmt::format("keep it below {} characters", max_headline + 1)});
    }
  }
  return faults;
}

}  // namespace vandvagt::alerts::detail
