#include "alerts/service.hpp"

#include <fmt/format.h>

#include "alerts/area_state.hpp"
#include "alerts/check.hpp"
#include "alerts/encode.hpp"

namespace vandvagt::alerts {
namespace {

Error as_error(const Faults& faults) {
  std::string text;
  for (const auto& fault : faults) text += (text.empty() ? "" : "\n") + to_string(fault);
  return {ErrorCode::invalid_input, text};
}

std::string basis_text(const MessageContent& message) {
  return to_string(message.basis) + (message.stale ? ", stale" : "");
}

// A rule's decision with what is to be committed of it.
struct Outcome {
  Decision decision;
  StateChange change;
};

}  // namespace

struct AlertService::Impl {
  Impl(Setup given, TextSet set, CapSchema compiled, Outbox& store)
      : setup(std::move(given)), texts(std::move(set)), schema(std::move(compiled)), outbox(store) {
    for (const auto& area : setup.areas) areas.emplace(area.id, &area);
  }

  Setup setup;
  TextSet texts;
  CapSchema schema;
  Outbox& outbox;
  std::map<std::string, const Area*> areas;
  std::map<std::string, WarningState> states;  // as stored

  Result<void> load_states();
  Result<EvaluationReport> run(const std::vector<const Rule*>& rules,
                               const std::map<std::string, Evidence>& evidence, Time now,
                               const std::string& cancel_reason);
  Result<Outcome> carry_out(const Rule& rule, const Evidence& evidence, Time now,
                            const std::string& cancel_reason, EvaluationReport& report);
  Result<OutboxMessage> make_message(const Rule& rule, const MessageContent& content) const;
  IssuedWarning issued(const Rule& rule, const MessageContent& content,
                       const OutboxMessage& message) const;
  Result<void> commit(const std::vector<StateChange>& changes,
                      const std::vector<const Rule*>& rules);
  AreaState area_state(const std::string& area) const;
};

Result<void> AlertService::Impl::load_states() {
  auto stored = outbox.states();
  if (!stored) return fail(stored.error());
  states.clear();
  for (auto& state : *stored) states.insert_or_assign(state.rule, std::move(state));
  for (const auto& rule : setup.rules) states.try_emplace(rule.id, initial_state(rule));
  return {};
}

Result<OutboxMessage> AlertService::Impl::make_message(const Rule& rule,
                                                       const MessageContent& content) const {
  const auto station = setup.station_names.find(rule.station);
  const CapSubject subject{rule, *areas.at(rule.area), setup.options, texts,
                           station == setup.station_names.end() ? "" : station->second};
  auto xml = to_cap_xml(content, subject);
  if (!xml) return fail(xml.error());
  if (auto valid = validate_cap(*xml, schema); !valid) return fail(valid.error());
  OutboxMessage message;
  message.identifier =
      cap_identifier(issuer(setup.options).identifier_prefix, content.incident, content.revision);
  message.rule = rule.id;
  message.area = rule.area;
  message.incident = content.incident;
  message.revision = content.revision;
  message.topic = cap_topic(setup.options, rule.area);
  message.xml = std::move(*xml);
  message.sent = content.sent;
  message.expires = content.expires;
  return message;
}

IssuedWarning AlertService::Impl::issued(const Rule& rule, const MessageContent& content,
                                         const OutboxMessage& message) const {
  IssuedWarning warning;
  warning.identifier = message.identifier;
  warning.incident = content.incident;
  warning.rule = rule.id;
  warning.area = rule.area;
  warning.area_name = areas.at(rule.area)->name_en;
  warning.station = rule.station;
  warning.revision = content.revision;
  warning.kind = content.kind;
  warning.level =
      to_string(content.kind == MessageKind::all_clear ? Standing::none() : content.level, rule);
  warning.basis = basis_text(content);
  warning.certainty = to_string(content.certainty);
  warning.urgency = to_string(content.urgency);
  if (content.onset && content.level.active()) warning.lead_time = *content.onset - content.sent;
  warning.probability = content.probability;
  warning.peak = content.peak;
  warning.sent = content.sent;
  warning.expires = content.expires;
  warning.xml = message.xml;
  return warning;
}

Result<Outcome> AlertService::Impl::carry_out(const Rule& rule, const Evidence& evidence, Time now,
                                              const std::string& cancel_reason,
                                              EvaluationReport& report) {
  const WarningState& previous = states.at(rule.id);
  const Issuer from = issuer(setup.options);
  Outcome outcome{cancel_reason.empty() ? evaluate(rule, previous, evidence, now, from)
                                        : alerts::cancel(rule, previous, cancel_reason, now, from),
                  {}};
  outcome.change.state = outcome.decision.state;
  if (!outcome.decision.message) return outcome;
  auto message = make_message(rule, *outcome.decision.message);
  if (!message) return fail(message.error());
  message->evidence = encode(EvaluationRecord{rule, previous, evidence, now, cancel_reason});
  report.issued.push_back(issued(rule, *outcome.decision.message, *message));
  outcome.change.messages.push_back(std::move(*message));
  return outcome;
}

AreaState AlertService::Impl::area_state(const std::string& area) const {
  std::vector<RuleStanding> standings;
  for (const auto& rule : setup.rules) {
    if (rule.area == area) standings.push_back({rule, states.at(rule.id)});
  }
  return {area, state_topic(setup.options, area), area_state_json(area, standings, setup.options)};
}

Result<void> AlertService::Impl::commit(const std::vector<StateChange>& changes,
                                        const std::vector<const Rule*>& rules) {
  for (const auto& change : changes) states.insert_or_assign(change.state.rule, change.state);
  std::map<std::string, AreaState> touched;
  for (const Rule* rule : rules) {
    if (!touched.contains(rule->area)) touched.emplace(rule->area, area_state(rule->area));
  }
  if (rules.size() == setup.rules.size()) {
    for (const auto& area : setup.areas) touched.try_emplace(area.id, area_state(area.id));
  }
  std::vector<AreaState> payloads;
  payloads.reserve(touched.size());
  for (auto& [area, payload] : touched) payloads.push_back(std::move(payload));
  auto done = outbox.commit(changes, payloads);
  if (!done) {
    // What was not committed did not happen; another instance may have moved the states on.
    if (auto loaded = load_states(); !loaded) return loaded;
    return done;
  }
  for (const auto& change : changes) ++states.at(change.state.rule).version;
  return {};
}

Result<EvaluationReport> AlertService::Impl::run(const std::vector<const Rule*>& rules,
                                                 const std::map<std::string, Evidence>& evidence,
                                                 Time now, const std::string& cancel_reason) {
  static const Evidence nothing;
  EvaluationReport report;
  std::vector<StateChange> changes;
  for (const Rule* rule : rules) {
    const auto given = evidence.find(rule->id);
    auto outcome = carry_out(*rule, given == evidence.end() ? nothing : given->second, now,
                             cancel_reason, report);
    if (!outcome) {
      // The state stays as it was, so that the next evaluation tries again.
      report.errors.push_back(
          {outcome.error().code, "rule \"" + rule->id + "\": " + outcome.error().message});
      report.operator_notes.push_back("rule " + rule->id +
                                      ": a warning could not be made: " + outcome.error().message);
      continue;
    }
    for (auto& note : outcome->decision.operator_notes) report.operator_notes.push_back(note);
    report.explanations[rule->id] = std::move(outcome->decision.explanation);
    changes.push_back(std::move(outcome->change));
  }
  if (auto done = commit(changes, rules); !done) return fail(done.error());
  return report;
}

AlertService::AlertService(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
AlertService::~AlertService() = default;
AlertService::AlertService(AlertService&&) noexcept = default;
AlertService& AlertService::operator=(AlertService&&) noexcept = default;

Result<AlertService> AlertService::create(Setup setup, Outbox& outbox) {
  Faults faults = validate(setup.rules, setup.areas, nullptr);
  for (auto& fault : validate(setup.options)) faults.push_back(std::move(fault));
  TextSet texts =
      setup.options.texts.empty() ? built_in_texts() : read_texts(setup.options.texts, faults);
  if (!faults.empty()) return fail(as_error(faults));
  auto schema = CapSchema::built_in();
  if (!schema) return fail(schema.error());
  auto impl =
      std::make_unique<Impl>(std::move(setup), std::move(texts), std::move(*schema), outbox);
  if (auto loaded = impl->load_states(); !loaded) return fail(loaded.error());
  return AlertService(std::move(impl));
}

Result<EvaluationReport> AlertService::evaluate_all(const std::map<std::string, Evidence>& evidence,
                                                    Time now) {
  std::vector<const Rule*> rules;
  for (const auto& rule : impl_->setup.rules) rules.push_back(&rule);
  return impl_->run(rules, evidence, now, {});
}

Result<EvaluationReport> AlertService::evaluate_some(
    const std::map<std::string, Evidence>& evidence, Time now) {
  std::vector<const Rule*> rules;
  for (const auto& rule : impl_->setup.rules) {
    if (evidence.contains(rule.id)) rules.push_back(&rule);
  }
  return impl_->run(rules, evidence, now, {});
}

Result<EvaluationReport> AlertService::cancel(const std::string& rule, const std::string& reason,
                                              Time now) {
  for (const auto& known : impl_->setup.rules) {
    if (known.id == rule) {
      return impl_->run({&known}, {}, now, reason.empty() ? "error" : reason);
    }
  }
  return fail(ErrorCode::invalid_input, "rule \"" + rule + "\" is not in force");
}

const Options& AlertService::options() const {
  return impl_->setup.options;
}

Result<Decision> replay(const OutboxMessage& message, const Options& options) {
  const auto record = decode_record(message.evidence);
  if (!record) return fail(record.error());
  const Issuer from = issuer(options);
  Decision decision =
      record->cancel_reason.empty()
          ? evaluate(record->rule, record->previous, record->evidence, record->now, from)
          : cancel(record->rule, record->previous, record->cancel_reason, record->now, from);
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

}  // namespace vandvagt::alerts
