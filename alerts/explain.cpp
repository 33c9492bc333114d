#include "alerts/explain.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <sstream>

#include "alerts/cap.hpp"
#include "alerts/detail/cap_words.hpp"
#include "alerts/rule_version.hpp"

namespace vandvagt::alerts {
namespace {

using detail::value_text;

// Everything but a signature, which stands last in the alert.
std::string unsigned_text(const std::string& xml) {
  for (const std::string name : {"Signature", "ds:Signature"}) {
    const auto begin = xml.find("<" + name);
    const std::string close = "</" + name + ">";
    const auto end = xml.find(close, begin == std::string::npos ? 0 : begin);
    if (begin == std::string::npos || end == std::string::npos) continue;
    return xml.substr(0, begin) + xml.substr(end + close.size());
  }
  return xml;
}

std::string without_blanks_between(const std::string& xml) {
  std::string text;
  std::istringstream lines(xml);
  for (std::string line; std::getline(lines, line);) {
    const auto first = line.find_first_not_of(" \t\r");
    if (first != std::string::npos) text += line.substr(first) + "\n";
  }
  return text;
}

// The first line in which they differ.
std::string difference(const std::string& stored, const std::string& made) {
  std::istringstream a(stored), b(made);
  std::string before, after;
  for (int n = 1;; ++n) {
    const bool more = static_cast<bool>(std::getline(a, before));
    const bool other = static_cast<bool>(std::getline(b, after));
    if (!more && !other) return "the ends of their lines";
    if (more != other || before != after) {
      return fmt::format("line {}: stored \"{}\", made again \"{}\"", n, more ? before : "",
                         other ? after : "");
    }
  }
}

std::string times_of(const MemberSeries& member) {
  if (member.times.empty()) return "no values";
  return format_time(member.times.front()) + " to " + format_time(member.times.back());
}

// Of a rate_of_rise, readings and members are stages or depths.
std::string evidence_value(const Rule& rule, double value) {
  if (std::isnan(value)) return "nothing";
  if (rule.quantity == Quantity::rate_of_rise) return fmt::format("{:.3f} m", value);
  return value_text(rule.quantity, value);
}

void add_rule(const Rule& rule, std::vector<std::string>& lines) {
  lines.push_back(fmt::format("rule {}: {} {}, area {}", name_with_version(rule),
                              to_string(rule.quantity),
                              rule.station.empty() ? "" : "at " + rule.station, rule.area));
  for (const auto& level : rule.levels) {
    lines.push_back(fmt::format("  {} raised at {}, left below {}{}", level.name,
                                value_text(rule.quantity, level.raise),
                                value_text(rule.quantity, level.clear),
                                level.season ? ", in force " + to_string(*level.season) : ""));
  }
  lines.push_back(fmt::format("  probability {}, {} of the last {} runs, lead window {}",
                              rule.raise_probability, rule.runs_needed, rule.runs_looked_at,
                              format_duration(rule.lead_window)));
}

void add_forecast(const Rule& rule, const ForecastEvidence& forecast,
                  std::vector<std::string>& lines) {
  lines.push_back(fmt::format("run {} of {}: {}; state {}, model {}", forecast.run,
                              format_time(forecast.reference_time),
                              forecast.usable ? "usable" : "not usable: " + forecast.why_not,
                              forecast.state_used, forecast.model_version));
  lines.push_back("  configuration " + forecast.configuration_digest + ", inputs " +
                  forecast.inputs_digest);
  const double sign = direction(rule.quantity);
  for (const auto& member : forecast.members) {
    const auto worst =
        std::max_element(member.values.begin(), member.values.end(), [sign](double a, double b) {
          return !std::isnan(b) && (std::isnan(a) || sign * a < sign * b);
        });
    const bool known = worst != member.values.end() && !std::isnan(*worst);
    lines.push_back(fmt::format(
        "  member {}: {}, {}", member.member, times_of(member),
        known ? fmt::format(
                    "worst {} at {}", evidence_value(rule, *worst),
                    format_time(
                        member.times[static_cast<std::size_t>(worst - member.values.begin())]))
              : "no value known"));
  }
}

std::string reading_line(const Rule& rule, const ObservedReading& reading) {
  return fmt::format("  {} {} {}{}", format_time(reading.time), evidence_value(rule, reading.value),
                     reading.good ? "good" : "not good",
                     reading.digest.empty() ? "" : ", digest " + reading.digest);
}

void add_state(const char* when, const Rule& rule, const WarningState& state,
               std::vector<std::string>& lines) {
  lines.push_back(fmt::format("state {}: {} since {}, basis {}{}, incident {}, revision {}", when,
                              to_string(state.level, rule), format_time(state.since),
                              to_string(state.basis), state.stale ? ", stale" : "",
                              state.incident.empty() ? "none" : state.incident, state.revision));
  if (state.newest) {
    lines.push_back(fmt::format("  newest good: {} at {}",
                                value_text(rule.quantity, state.newest->value),
                                format_time(state.newest->time)));
  }
  for (const auto& run : state.runs) {
    std::string shares;
    for (std::size_t k = 0; k < run.levels.size() && k < rule.levels.size(); ++k) {
      shares += fmt::format("{}{} {:.0f} %", k == 0 ? "" : ", ", rule.levels[k].name,
                            100.0 * run.levels[k].share);
    }
    lines.push_back(
        fmt::format("  run {} of {}: {}", run.run, format_time(run.reference_time), shares));
  }
}

}  // namespace

Decision decide(const EvaluationRecord& record, const Issuer& issuer) {
  if (record.released) {
    return release(record.rule, record.previous, record.edits, record.now, issuer);
  }
  if (!record.cancel_reason.empty()) {
    return cancel(record.rule, record.previous, record.cancel_reason, record.now, issuer);
  }
  return evaluate(record.rule, record.previous, record.evidence, record.now, issuer);
}

Result<Decision> replay(const OutboxMessage& message, const Options& options) {
  const auto record = decode_record(message.evidence);
  if (!record) return fail(record.error());
  const Issuer from = issuer(options);
  Decision decision = decide(*record, from);
  const auto differs = [&](const std::string& what) {
    return fail(ErrorCode::invalid_input,
                "message \"" + message.identifier + "\": its evidence gives another " + what);
  };
  if (!decision.message) return differs("outcome: no message");
  const auto& content = *decision.message;
  if (cap_identifier(from.identifier_prefix, content.incident, content.revision) !=
      message.identifier) {
    return differs("identifier");
  }
  if (content.sent != message.sent || content.expires != message.expires) return differs("time");
  if (message.xml.find(content.evidence_digest) == std::string::npos) return differs("digest");
  return decision;
}

Result<Reproduction> reproduce(std::string_view evidence, const std::string& xml,
                               const TextSet& texts) {
  auto record = decode_record(evidence);
  if (!record) return fail(record.error());
  if (!record->presentation) {
    return fail(ErrorCode::invalid_input,
                "the message was made by a version that kept no words with it; only its decision "
                "can be replayed");
  }
  const Presentation shown = *record->presentation;
  Reproduction again{.record = std::move(*record), .decision = {}, .xml = {}, .difference = {}};
  again.decision = decide(again.record, issuer(shown.options));
  const std::string identifier_tag = "<identifier>";
  // A proposal and the message that refreshes what stands may come of one evaluation.
  for (const auto* content : {&again.decision.message, &again.decision.draft}) {
    if (!*content) continue;
    auto made = to_cap_xml(
        **content, {again.record.rule, shown.area, shown.options, texts, shown.station_name});
    if (!made) return fail(made.error());
    again.xml = std::move(*made);
    const std::string identifier = cap_identifier(issuer(shown.options).identifier_prefix,
                                                  (*content)->incident, (*content)->revision);
    if (xml.find(identifier_tag + identifier + "<") != std::string::npos) break;
  }
  if (again.xml.empty()) {
    return fail(ErrorCode::invalid_input, "the evidence gives no message");
  }
  const std::string stored = unsigned_text(xml);
  again.same = stored == again.xml || (stored != xml && without_blanks_between(stored) ==
                                                            without_blanks_between(again.xml));
  if (!again.same) {
    again.difference = difference(stored, again.xml);
    if (digest_of(texts) != shown.texts_digest) {
      again.difference += "; the texts have been changed since";
    }
  }
  return again;
}

std::vector<std::string> evidence_chain(const Reproduction& reproduction) {
  const auto& record = reproduction.record;
  const Rule& rule = record.rule;
  std::vector<std::string> lines;
  add_rule(rule, lines);
  lines.push_back("evaluated at " + format_time(record.now) +
                  (record.released                 ? ", released by a person"
                   : !record.cancel_reason.empty() ? ", withdrawn by a person"
                                                   : ""));
  if (record.evidence.clock_doubted) lines.push_back("the clock was doubted: nothing was lowered");
  if (record.evidence.forecast) add_forecast(rule, *record.evidence.forecast, lines);
  lines.push_back(fmt::format("{} new readings", record.evidence.readings.size()));
  for (const auto& reading : record.evidence.readings) {
    lines.push_back(reading_line(rule, reading));
  }
  add_state("before", rule, record.previous, lines);
  for (const auto& line : reproduction.decision.explanation) lines.push_back("because " + line);
  add_state("after", rule, reproduction.decision.state, lines);
  return lines;
}

}  // namespace vandvagt::alerts
