#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <chrono>
#include <utility>

#include "alerts/detail/evaluation.hpp"
#include "core/digest.hpp"

namespace vandvagt::alerts {
namespace {

constexpr std::size_t incidents_kept = 16;

std::string lower_case(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

}  // namespace

std::string to_string(Certainty certainty) {
  constexpr std::array names = {"Unknown", "Possible", "Likely", "Observed"};
  return names.at(static_cast<std::size_t>(certainty));
}
std::string to_string(Urgency urgency) {
  constexpr std::array names = {"Unknown", "Past", "Future", "Expected", "Immediate"};
  return names.at(static_cast<std::size_t>(urgency));
}

std::string cap_identifier(const std::string& prefix, const std::string& incident, int revision) {
  return fmt::format("{}-{}-r{}", prefix, incident, revision);
}

namespace detail {

void close_incident(WarningState& state) {
  state.incident.clear();
  state.cause.clear();
  state.revision = 0;
  state.held = -1;
  state.raised_at.reset();
  state.onset.reset();
  state.peak.reset();
  state.urgency_told = Urgency::unknown;
  state.expires.reset();
  state.references.clear();
  state.told_level = Standing::none();
  state.told_held = -1;
  state.told_basis = Basis::none;
}

namespace {

// The outlook of the standing level in the newest run that has not expired.
const LevelOutlook* outlook(const Evaluation& evaluation) {
  const auto& state = evaluation.state();
  const RunRecord* run = valid_run(state, evaluation.rule, evaluation.now);
  if (run == nullptr || !state.level.active()) return nullptr;
  return &run->levels[static_cast<std::size_t>(state.level.index())];
}

// Seconds, since CAP has no fractions; never before or with an earlier message of the incident.
Time time_to_send(const Evaluation& evaluation) {
  const Time whole = std::chrono::floor<std::chrono::seconds>(evaluation.now);
  const auto& last = evaluation.state().last_sent;
  return last ? std::max(whole, *last + std::chrono::seconds{1}) : whole;
}

bool raised_by_gauge(const Evaluation& evaluation) {
  return evaluation.state().basis == Basis::observed;
}

void open_incident(Evaluation& evaluation) {
  auto& state = evaluation.state();
  const bool gauge = raised_by_gauge(evaluation);
  const Time cause = gauge ? state.newest->time : state.runs.back().reference_time;
  const std::string base = fmt::format("{}-{}{}", evaluation.rule.id, gauge ? "o" : "f",
                                       lower_case(format_time_compact(cause)));
  std::string id = base;
  const auto used = [&](const std::string& candidate) {
    return std::find(state.used_incidents.begin(), state.used_incidents.end(), candidate) !=
           state.used_incidents.end();
  };
  for (int n = 2; used(id); ++n) id = fmt::format("{}-{}", base, n);
  state.incident = id;
  state.cause = gauge ? "reading of " + format_time(cause) : "run " + state.runs.back().run;
  state.revision = 0;
  state.peak.reset();
  if (gauge) state.peak = Peak{state.newest->value, state.newest->time};
  state.urgency_told = Urgency::unknown;
  state.used_incidents.push_back(id);
  if (state.used_incidents.size() > incidents_kept) {
    state.used_incidents.erase(state.used_incidents.begin());
  }
}

// When the standing level begins: seen by the gauge, or expected by the newest run.
std::optional<Time> find_onset(const Evaluation& evaluation) {
  const auto& state = evaluation.state();
  const auto& before = evaluation.before;
  const bool same_level = before.level == state.level || before.held == state.held;
  if (state.basis == Basis::observed) {
    const bool told = same_level && before.basis == Basis::observed && before.onset;
    if (told) return before.onset;
    // The first of the two readings; a fall to a lower level keeps the onset of the higher one.
    if (before.basis == Basis::observed && before.onset && state.held < before.held) {
      return before.onset;
    }
    return state.before ? std::optional(state.before->time) : before.onset;
  }
  const auto* expected = outlook(evaluation);
  if (expected != nullptr && expected->onset) return expected->onset;
  return before.onset;
}

Certainty find_certainty(const Evaluation& evaluation) {
  const auto& state = evaluation.state();
  if (state.level.is_unknown()) return Certainty::unknown;
  if (state.basis == Basis::observed) return Certainty::observed;
  const auto* expected = outlook(evaluation);
  return expected != nullptr && expected->share > 0.5 ? Certainty::likely : Certainty::possible;
}

Urgency find_urgency(const Evaluation& evaluation, Time sent) {
  const auto& state = evaluation.state();
  if (!state.level.active() || !state.onset) return Urgency::unknown;
  const Duration left = *state.onset - evaluation.rule.action_time - sent;
  if (left <= Duration::zero()) return Urgency::immediate;
  return left <= std::chrono::hours{1} ? Urgency::expected : Urgency::future;
}

// The worse of what was observed since the incident began and what the newest run expects.
std::optional<Peak> find_peak(const Evaluation& evaluation) {
  const auto& state = evaluation.state();
  const RunRecord* run = valid_run(state, evaluation.rule, evaluation.now);
  if (run == nullptr || !run->peak || !state.level.active()) return state.peak;
  if (!state.peak) return run->peak;
  const double sign = direction(evaluation.rule.quantity);
  return sign * run->peak->value > sign * state.peak->value ? run->peak : state.peak;
}

std::string digest_of_evidence(const Evaluation& evaluation) {
  const auto& state = evaluation.state();
  Sha256 digest;
  const auto add_reading = [&digest](const ObservedReading& reading) {
    digest.add(fmt::format("reading {} {:a} {} {};", format_time(reading.time), reading.value,
                           reading.good, reading.digest));
  };
  digest.add(evaluation.rule.id + ";" + state.levels_key + ";");
  if (evaluation.rule.version > 0) digest.add(fmt::format("version {};", evaluation.rule.version));
  for (const auto& reading : evaluation.evidence.readings) add_reading(reading);
  if (state.before) add_reading(*state.before);
  if (state.newest) add_reading(*state.newest);
  for (const auto& run : state.runs) {
    digest.add(fmt::format("run {} {} {} {} {} {};", run.run, format_time(run.reference_time),
                           run.state_used, run.configuration_digest, run.inputs_digest,
                           run.model_version));
    for (const auto& level : run.levels)
      digest.add(fmt::format("{:a} {};", level.share, level.hit));
    for (const auto& ring : run.extent)
      for (const auto& position : ring)
        digest.add(fmt::format("{:a} {:a};", position.longitude, position.latitude));
  }
  return digest.hex();
}

bool untold(const WarningState& state) {
  return state.revision == 0;
}

// What stands otherwise than it was told, in words; empty: nothing.
std::string change_to_tell(const Evaluation& evaluation) {
  const auto& state = evaluation.state();
  const auto name = [&](Standing s) { return to_string(s, evaluation.rule); };
  if (untold(state)) return "raised to " + name(Standing::level(state.held));
  if (state.level == state.told_level) return "";
  return fmt::format("{} -> {}", name(state.told_level), name(state.level));
}

// Why the same is said again, in words; empty: it is not.
std::string routine_to_tell(const Evaluation& evaluation, Urgency urgency, Time sent) {
  const auto& state = evaluation.state();
  const bool active = state.level.active();
  if (active && state.told_basis == Basis::forecast && state.basis == Basis::observed) {
    return "observed at the gauge";
  }
  if (active && urgency > state.urgency_told) return "urgency is now " + to_string(urgency);
  if (state.expires && *state.expires - sent <= evaluation.rule.grace) return "still in force";
  return "";
}

std::vector<Reference> live_references(const WarningState& state, Time sent) {
  std::vector<Reference> live;
  for (const auto& reference : state.references) {
    const bool last = &reference == &state.references.back();
    if (last || reference.expires > sent) live.push_back(reference);
  }
  return live;
}

void add_evidence(const Evaluation& evaluation, MessageContent& message) {
  const auto& state = evaluation.state();
  if (state.newest) {
    message.newest_value = state.newest->value;
    message.newest_time = state.newest->time;
  }
  if (const auto* expected = outlook(evaluation)) {
    message.probability = expected->share;
    if (expected->hit && expected->until && *expected->until > message.sent) {
      message.ending = expected->until;
    }
  }
  if (!state.runs.empty()) {
    const auto& run = state.runs.back();
    message.run = run.run;
    message.state_used = run.state_used;
    message.configuration_digest = run.configuration_digest;
    message.model_version = run.model_version;
    // An all-clear or Cancel is for all who may have been warned.
    if (message.kind == MessageKind::alert || message.kind == MessageKind::update)
      message.extent = run.extent;
  }
  message.evidence_digest = digest_of_evidence(evaluation);
}

MessageKind kind_of(const Evaluation& evaluation, bool cancelled) {
  if (cancelled) return MessageKind::cancel;
  if (untold(evaluation.state())) return MessageKind::alert;
  return evaluation.state().level.is_none() ? MessageKind::all_clear : MessageKind::update;
}

MessageContent make_content(const Evaluation& evaluation, MessageKind kind, Time sent,
                            const std::string& reason) {
  const auto& state = evaluation.state();
  MessageContent message;
  message.kind = kind;
  message.incident = state.incident;
  message.revision = state.revision + 1;
  message.level = state.level;
  message.held = kind == MessageKind::alert ? state.held : state.told_held;
  message.basis = state.basis;
  message.stale = state.stale;
  message.certainty = find_certainty(evaluation);
  message.urgency = find_urgency(evaluation, sent);
  message.sent = sent;
  message.expires = sent + evaluation.rule.cycle + evaluation.rule.grace;
  message.onset = state.onset;
  message.peak = find_peak(evaluation);
  add_evidence(evaluation, message);
  if (kind == MessageKind::all_clear) {
    message.certainty = Certainty::observed;
    message.urgency = Urgency::past;
    message.ending = sent;
  }
  message.references = live_references(state, sent);
  message.reason = reason;
  return message;
}

void remember(Evaluation& evaluation, const MessageContent& message) {
  auto& state = evaluation.state();
  state.revision = message.revision;
  state.last_sent = message.sent;
  state.expires = message.expires;
  state.urgency_told = message.urgency;
  state.references = message.references;
  state.references.push_back(
      {evaluation.issuer.sender,
       cap_identifier(evaluation.issuer.identifier_prefix, message.incident, message.revision),
       message.sent, message.expires});
  if (message.revision == 1 || state.told_level != message.level) {
    state.told_since = evaluation.latest;
  }
  state.told_level = message.level;
  state.told_basis = message.basis;
  if (message.level.active()) state.told_held = message.level.index();
  if (message.kind == MessageKind::all_clear || message.kind == MessageKind::cancel) {
    close_incident(state);
  }
}

void tell(Evaluation& evaluation, MessageContent message) {
  remember(evaluation, message);
  evaluation.explain(fmt::format("message {}: {}", message.revision, message.reason));
  evaluation.decision.message = std::move(message);
}

// The content were that the standing; the state itself is left as it is.
MessageContent content_as(Evaluation& evaluation, const WarningState& standing, Time sent,
                          const std::string& reason) {
  auto& state = evaluation.state();
  const auto level = std::exchange(state.level, standing.level);
  const auto held = std::exchange(state.held, standing.held);
  const auto basis = std::exchange(state.basis, standing.basis);
  auto message = make_content(evaluation, kind_of(evaluation, false), sent, reason);
  state.level = level;
  state.held = held;
  state.basis = basis;
  return message;
}

// What was told stands until a person decides, and must not expire meanwhile.
void refresh_while_waiting(Evaluation& evaluation, Time sent) {
  const auto& state = evaluation.state();
  if (untold(state) || !state.expires || *state.expires - sent > evaluation.rule.grace) return;
  WarningState told;
  told.level = state.told_level;
  told.held = state.told_held;
  told.basis = state.told_basis;
  tell(evaluation, content_as(evaluation, told, sent, "still in force"));
}

// What a change says: the standing, or the level last held where a first warning lost its data.
MessageContent content_of_change(Evaluation& evaluation, Time sent, const std::string& reason) {
  WarningState standing;
  const auto& state = evaluation.state();
  standing.held = state.held;
  standing.basis = state.basis;
  standing.level =
      untold(state) && state.level.is_unknown() ? Standing::level(state.held) : state.level;
  return content_as(evaluation, standing, sent, reason);
}

// The incident that a raised level opens or goes on in; false: none is live.
bool find_incident(Evaluation& evaluation) {
  auto& state = evaluation.state();
  if (state.incident.empty() && state.level.active()) open_incident(evaluation);
  if (state.incident.empty()) return false;
  if (state.level.active()) {
    state.held = state.level.index();
    state.onset = find_onset(evaluation);
  }
  return true;
}

}  // namespace

void compose_released(Evaluation& evaluation, const TextEdits& edits) {
  const Time sent = time_to_send(evaluation);
  const std::string change = change_to_tell(evaluation);
  settle_proposal(evaluation, change.empty() ? "withdrawn" : "released");
  if (change.empty()) return;
  auto message = content_of_change(evaluation, sent, change + ", released by a forecaster");
  message.edits = edits;
  tell(evaluation, std::move(message));
}

void compose_message(Evaluation& evaluation, const std::string& cancel_reason) {
  auto& state = evaluation.state();
  if (!find_incident(evaluation)) return;
  const Time sent = time_to_send(evaluation);
  if (!cancel_reason.empty()) {
    return tell(evaluation, make_content(evaluation, MessageKind::cancel, sent, cancel_reason));
  }
  if (untold(state) && state.level.is_none()) {
    evaluation.explain("what was never told is over");
    settle_proposal(evaluation, "withdrawn");
    return close_incident(state);
  }
  const std::string change = change_to_tell(evaluation);
  if (change.empty()) {
    settle_proposal(evaluation, "withdrawn");
    const std::string routine = routine_to_tell(evaluation, find_urgency(evaluation, sent), sent);
    if (routine.empty()) return;
    return tell(evaluation, make_content(evaluation, kind_of(evaluation, false), sent, routine));
  }
  const bool waits = needs_approval(evaluation.rule, state);
  const bool timed_out = waits && released_by_timeout(evaluation);
  if (waits && !timed_out) {
    refresh_while_waiting(evaluation, sent);
    const Time then = time_to_send(evaluation);
    return propose(evaluation, content_of_change(evaluation, then, change));
  }
  settle_proposal(evaluation, timed_out ? "released by time-out" : "superseded");
  tell(evaluation, content_of_change(evaluation, sent,
                                     change + (timed_out ? ", released after the time-out" : "")));
}

}  // namespace detail
}  // namespace vandvagt::alerts
