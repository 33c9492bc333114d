#include <fmt/format.h>

#include <algorithm>

#include "alerts/detail/evaluation.hpp"

namespace vandvagt::alerts::detail {
namespace {

int lowest_that_waits(const Rule& rule) {
  for (std::size_t k = 0; k < rule.levels.size(); ++k) {
    if (rule.levels[k].name == rule.approval.from) return static_cast<int>(k);
  }
  return 0;
}

std::string key_of(const MessageContent& draft) {
  const int level = draft.level.active() ? draft.level.index() : -1;
  return fmt::format("{};{};{};{};{};{};{};{};{}", draft.incident, draft.revision,
                     static_cast<int>(draft.kind), level, static_cast<int>(draft.basis),
                     draft.stale, static_cast<int>(draft.certainty),
                     static_cast<int>(draft.urgency), draft.run);
}

std::string name_of(const Evaluation& evaluation) {
  return fmt::format("rule {} (area {})", evaluation.rule.id, evaluation.rule.area);
}

std::string what_comes_then(const Approval& approval) {
  if (approval.timeout <= Duration::zero()) return "";
  return fmt::format("; without a decision {}{}",
                     approval.after_timeout == AfterTimeout::release ? "it is released after "
                                                                     : "you are reminded after ",
                     format_duration(approval.timeout));
}

void remind(Evaluation& evaluation) {
  auto& proposal = *evaluation.state().proposal;
  const auto& approval = evaluation.rule.approval;
  const bool out =
      approval.timeout > Duration::zero() && evaluation.now - proposal.since >= approval.timeout;
  if (!out || proposal.reminded) return;
  proposal.reminded = true;
  evaluation.tell_operators(fmt::format("{}: proposal {} still waits for a decision, since {}",
                                        name_of(evaluation), proposal.number,
                                        format_time(proposal.since)));
}

}  // namespace

bool needs_approval(const Rule& rule, const WarningState& state) {
  if (!rule.approval.needed) return false;
  const int from = lowest_that_waits(rule);
  const bool untold = state.revision == 0;
  if (state.level.is_unknown() && !untold) return false;  // that nothing is known is told at once
  const int next = standing_index(state);
  if (next > state.told_held) return next >= from;
  if (next < state.told_held) return rule.approval.lowering && state.told_held >= from;
  return false;
}

bool released_by_timeout(const Evaluation& evaluation) {
  const auto& state = evaluation.state();
  const auto& proposal = state.proposal;
  const auto& approval = evaluation.rule.approval;
  // Silence is no recovery: without fresh good data only a person lowers.
  if (!proposal || proposal->rise != (standing_index(state) > state.told_held)) return false;
  return (proposal->rise || !state.stale) && approval.after_timeout == AfterTimeout::release &&
         approval.timeout > Duration::zero() && !evaluation.clock_behind &&
         evaluation.now - proposal->since >= approval.timeout;
}

void propose(Evaluation& evaluation, MessageContent draft) {
  auto& state = evaluation.state();
  const std::string key = key_of(draft);
  if (state.proposal && state.proposal->key == key) return remind(evaluation);
  Proposal next{.number = ++state.proposals,
                .revision = draft.revision,
                .level = draft.level,
                .rise = draft.level.active() && draft.level.index() > state.told_held,
                .since = evaluation.latest,
                .key = key,
                .reminded = false};
  bool same_matter = false;
  if (const auto& old = state.proposal; old && old->rise == next.rise) {
    next.since = old->since;
    next.reminded = old->reminded;
    same_matter = old->level == next.level;
  }
  if (!same_matter) {
    evaluation.tell_operators(fmt::format("{}: {} waits for approval, proposal {}{}",
                                          name_of(evaluation), draft.reason, next.number,
                                          what_comes_then(evaluation.rule.approval)));
  }
  settle_proposal(evaluation, "superseded");
  evaluation.explain(fmt::format("proposal {}: {}", next.number, draft.reason));
  state.proposal = std::move(next);
  evaluation.decision.draft = std::move(draft);
  remind(evaluation);
}

void settle_proposal(Evaluation& evaluation, const std::string& outcome) {
  auto& state = evaluation.state();
  if (!state.proposal) return;
  evaluation.explain(fmt::format("proposal {} is {}", state.proposal->number, outcome));
  evaluation.decision.settled = outcome;
  state.proposal.reset();
}

int without_rejected(Evaluation& evaluation, int raised, Standing by_readings) {
  auto& state = evaluation.state();
  if (!state.rejection) return raised;
  const auto level = static_cast<std::size_t>(state.rejection->level);
  const int held = standing_index(state);
  const auto& below = state.below_since[level];
  const bool over = below && evaluation.now - *below >= evaluation.rule.clear_after;
  const bool confirmed = state.rejection->basis == Basis::forecast && by_readings.active() &&
                         by_readings.index() > held;
  const bool lapsed = evaluation.latest >= state.rejection->until || over || confirmed ||
                      raised > state.rejection->level;
  if (lapsed) {
    evaluation.explain("a rejection no longer holds");
    state.rejection.reset();
    return raised;
  }
  if (raised > held) evaluation.explain("what is raised was rejected: nothing is proposed");
  return std::min(raised, held);
}

}  // namespace vandvagt::alerts::detail
