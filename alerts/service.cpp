#include "alerts/service.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "alerts/area_state.hpp"
#include "alerts/check.hpp"
#include "alerts/detail/cap_words.hpp"
#include "alerts/encode.hpp"
#include "alerts/explain.hpp"
#include "alerts/rule_version.hpp"
#include "alerts/signature.hpp"

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

ProposedMessage as_proposal(OutboxMessage message, const MessageContent& content,
                            const WarningState& state, const Rule& rule) {
  const Standing level = content.kind == MessageKind::all_clear ? Standing::none() : content.level;
  return {.rule = rule.id,
          .number = state.proposal->number,
          .area = message.area,
          .identifier = std::move(message.identifier),
          .incident = message.incident,
          .revision = message.revision,
          .level = to_string(level, rule),
          .reason = content.reason,
          .xml = std::move(message.xml),
          .made = message.sent,
          .evidence = std::move(message.evidence)};
}

// May this person decide on what waits now?
Result<void> may_decide(const Rule& rule, const WarningState& state,
                        const PersonsDecision& decision) {
  const std::string place = "rule \"" + rule.id + "\": ";
  if (decision.who.empty()) return fail(ErrorCode::invalid_input, place + "say who decides");
  const auto& by = rule.approval.by;
  if (!by.empty() && std::find(by.begin(), by.end(), decision.who) == by.end()) {
    return fail(ErrorCode::refused, fmt::format("{}\"{}\" may not decide; those who may: {}", place,
                                                decision.who, fmt::join(by, ", ")));
  }
  if (!state.proposal) return fail(ErrorCode::refused, place + "nothing waits for a decision");
  if (decision.proposal != 0 && decision.proposal != state.proposal->number) {
    return fail(ErrorCode::refused,
                fmt::format("{}proposal {} does not wait any more, {} does; look at that one",
                            place, decision.proposal, state.proposal->number));
  }
  return {};
}

}  // namespace

struct AlertService::Impl {
  Impl(Setup given, TextSet set, CapSchema compiled, Outbox& store)
      : setup(std::move(given)), texts(std::move(set)), schema(std::move(compiled)), outbox(store) {
    for (const auto& area : setup.areas) areas.emplace(area.id, &area);
    texts_digest = digest_of(texts);
  }

  Setup setup;
  TextSet texts;
  std::string texts_digest;
  CapSchema schema;
  Outbox& outbox;
  std::optional<Signer> signer;
  std::map<std::string, const Area*> areas;
  std::map<std::string, WarningState> states;  // as stored
  bool rules_entered = false;

  Result<void> load_states();
  Result<void> enter_rules(EvaluationReport& report, Time now);
  Result<EvaluationReport> run(const std::vector<const Rule*>& rules,
                               const std::map<std::string, Evidence>& evidence, Time now,
                               Act act = Act::evaluate, const PersonsDecision& person = {});
  Result<Outcome> carry_out(const Rule& rule, const EvaluationRecord& input, Act act,
                            const PersonsDecision& person, EvaluationReport& report);
  Result<void> put_in_words(const Rule& rule, const EvaluationRecord& input, Outcome& outcome,
                            EvaluationReport& report);
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

// Once, with the first evaluation: which rules are in force from now on, and what is told of it.
Result<void> AlertService::Impl::enter_rules(EvaluationReport& report, Time now) {
  if (rules_entered) return {};
  const auto known = outbox.rule_versions();
  if (!known) return fail(known.error());
  for (const auto& fault : changed_without_version(setup.rules, *known))
    report.operator_notes.push_back(to_string(fault));
  if (auto entered = outbox.enter_rules(changed_rules(setup.rules, *known), now); !entered)
    return entered;
  rules_entered = true;
  return {};
}

Result<OutboxMessage> AlertService::Impl::make_message(const Rule& rule,
                                                       const MessageContent& content) const {
  const auto station = setup.station_names.find(rule.station);
  const CapSubject subject{rule, *areas.at(rule.area), setup.options, texts,
                           station == setup.station_names.end() ? "" : station->second};
  auto xml = to_cap_xml(content, subject);
  if (xml && signer) xml = signer->sign(*xml);
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
  warning.rule_version = rule.version;
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
  if (content.peak) {
    warning.peak = Peak{in_unit(rule.quantity, content.peak->value), content.peak->time};
  }
  warning.sent = content.sent;
  warning.expires = content.expires;
  warning.xml = message.xml;
  return warning;
}

// The message or the proposal that an evaluation gave, made, validated and ready to be committed.
Result<void> AlertService::Impl::put_in_words(const Rule& rule, const EvaluationRecord& input,
                                              Outcome& outcome, EvaluationReport& report) {
  const auto make = [&](const MessageContent& content) -> Result<OutboxMessage> {
    auto message = make_message(rule, content);
    if (!message) return message;
    EvaluationRecord record = input;
    const auto station = setup.station_names.find(rule.station);
    record.presentation = Presentation{*areas.at(rule.area),
                                       station == setup.station_names.end() ? "" : station->second,
                                       texts_digest, setup.options};
    message->evidence = encode(record);
    return message;
  };
  const auto& decision = outcome.decision;
  if (decision.message) {
    auto message = make(*decision.message);
    if (!message) return fail(message.error());
    report.issued.push_back(issued(rule, *decision.message, *message));
    outcome.change.messages.push_back(std::move(*message));
  }
  if (decision.draft) {
    auto message = make(*decision.draft);
    if (!message) return fail(message.error());
    outcome.change.proposed =
        as_proposal(std::move(*message), *decision.draft, decision.state, rule);
  }
  return {};
}

Result<Outcome> AlertService::Impl::carry_out(const Rule& rule, const EvaluationRecord& input,
                                              Act act, const PersonsDecision& person,
                                              EvaluationReport& report) {
  const Issuer from = issuer(setup.options);
  Outcome outcome{act == Act::reject ? alerts::reject(rule, input.previous, input.now, from)
                                     : alerts::decide(input, from),
                  {}};
  outcome.change.state = outcome.decision.state;
  outcome.change.settled = outcome.decision.settled;
  if (auto done = put_in_words(rule, input, outcome, report); !done) return fail(done.error());
  if (act == Act::evaluate) return outcome;
  const auto& before = input.previous;
  constexpr std::array actions = {"", "cancelled", "released", "rejected"};
  outcome.change.audit = AuditEntry{
      .time = input.now,
      .rule = rule.id,
      .identifier =
          outcome.decision.message
              ? outcome.change.messages.back().identifier
              : cap_identifier(from.identifier_prefix, before.incident,
                               before.proposal ? before.proposal->revision : before.revision),
      .proposal = before.proposal ? before.proposal->number : 0,
      .action = actions.at(static_cast<std::size_t>(act)),
      .who = person.who,
      .why = person.why,
      .edits = person.edits.empty() ? "" : encode(person.edits)};
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
                                                 Time now, Act act, const PersonsDecision& person) {
  static const Evidence nothing;
  EvaluationReport report;
  if (act == Act::evaluate) {
    if (auto entered = enter_rules(report, now); !entered) return fail(entered.error());
  }
  std::vector<StateChange> changes;
  for (const Rule* rule : rules) {
    const auto given = evidence.find(rule->id);
    EvaluationRecord input{.rule = *rule,
                           .previous = states.at(rule->id),
                           .evidence = given == evidence.end() ? nothing : given->second,
                           .now = now};
    if (act == Act::cancel) input.cancel_reason = person.why;
    input.released = act == Act::release;
    input.edits = person.edits;
    auto outcome = carry_out(*rule, input, act, person, report);
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
  if (const auto& options = impl->setup.options; !options.signing_key.empty()) {
    auto signer = Signer::open(options.signing_key, options.signing_certificate);
    if (!signer) return fail(signer.error());
    impl->signer = std::move(*signer);
  }
  if (auto loaded = impl->load_states(); !loaded) return fail(loaded.error());
  return AlertService(std::move(impl));
}

Result<EvaluationReport> AlertService::evaluate_all(const std::map<std::string, Evidence>& evidence,
                                                    Time now) {
  std::vector<const Rule*> rules;
  for (const auto& rule : impl_->setup.rules) rules.push_back(&rule);
  return impl_->run(rules, evidence, now);
}

Result<EvaluationReport> AlertService::evaluate_some(
    const std::map<std::string, Evidence>& evidence, Time now) {
  std::vector<const Rule*> rules;
  for (const auto& rule : impl_->setup.rules) {
    if (evidence.contains(rule.id)) rules.push_back(&rule);
  }
  return impl_->run(rules, evidence, now);
}

Result<EvaluationReport> AlertService::decide(const std::string& rule, Act act,
                                              const PersonsDecision& decision, Time now) {
  for (const auto& known : impl_->setup.rules) {
    if (known.id != rule) continue;
    if (act != Act::cancel) {
      const auto may = may_decide(known, impl_->states.at(rule), decision);
      if (!may) return fail(may.error());
      const auto faults = detail::faults_of(decision.edits, impl_->setup.options, impl_->texts);
      if (!faults.empty()) return fail(as_error(faults));
    }
    return impl_->run({&known}, {}, now, act, decision);
  }
  return fail(ErrorCode::invalid_input, "rule \"" + rule + "\" is not in force");
}

Result<EvaluationReport> AlertService::cancel(const std::string& rule,
                                              const PersonsDecision& decision, Time now) {
  PersonsDecision reasoned = decision;
  if (reasoned.why.empty()) reasoned.why = "error";
  return decide(rule, Act::cancel, reasoned, now);
}

Result<EvaluationReport> AlertService::approve(const std::string& rule,
                                               const PersonsDecision& decision, Time now) {
  return decide(rule, Act::release, decision, now);
}

Result<EvaluationReport> AlertService::reject(const std::string& rule,
                                              const PersonsDecision& decision, Time now) {
  return decide(rule, Act::reject, decision, now);
}

const Options& AlertService::options() const {
  return impl_->setup.options;
}

}  // namespace vandvagt::alerts
