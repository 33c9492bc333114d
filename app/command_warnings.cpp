#include "app/command_warnings.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <cstdio>

#include "alerts/encode.hpp"
#include "alerts/explain.hpp"
#include "alerts/outbox.hpp"
#include "alerts/rule_version.hpp"
#include "alerts/service.hpp"
#include "app/exit_code.hpp"
#include "app/station_link.hpp"
#include "app/station_names.hpp"
#include "config/configuration.hpp"
#include "config/text_edits.hpp"

namespace vandvagt::app {
namespace {

constexpr int ok = static_cast<int>(ExitCode::ok);

int refuse(const Faults& faults) {
  for (const auto& fault : faults) fmt::print(stderr, "{}\n", to_string(fault));
  return static_cast<int>(ExitCode::refused);
}

/// The configuration with its outbox, which must be there already.
struct Desk {
  config::Configuration configuration;
  alerts::Outbox outbox;

  static std::optional<Desk> open(const WarningsArguments& arguments, Faults& faults) {
    auto configuration = config::load(arguments.configuration, arguments.data, faults);
    if (!configuration) return std::nullopt;
    const auto folder = arguments.store.empty() ? configuration->store_folder : arguments.store;
    const auto file = folder / "warnings.db";
    std::error_code error;
    if (folder.empty() || !std::filesystem::exists(file, error)) {
      faults.push_back({folder.empty() ? arguments.configuration.string() : file.string(),
                        "there are no warnings yet",
                        "name the store with --store or [store] folder"});
      return std::nullopt;
    }
    auto outbox = alerts::Outbox::open(file);
    if (!outbox) {
      faults.push_back({file.string(), outbox.error().message, ""});
      return std::nullopt;
    }
    return Desk{std::move(*configuration), std::move(*outbox)};
  }

  Result<alerts::AlertService> service() {
    return alerts::AlertService::create({.rules = configuration.rules,
                                         .areas = configuration.areas,
                                         .station_names = station_names(configuration.stations),
                                         .options = configuration.alerts},
                                        outbox);
  }
};

void print_proposal(const alerts::ProposedMessage& one) {
  fmt::print("{:<12} {}  proposal {}  {} {}  {}  {}\n", one.outcome, one.identifier, one.number,
             one.area, one.level, format_time(one.made), one.reason);
}

void print_message(const alerts::OutboxMessage& one, Time now) {
  fmt::print("{:<12} {}  {}  sent {}  {} {}\n",
             one.confirmed ? "published" : (one.expires <= now ? "expired" : "to be sent"),
             one.identifier, one.area, format_time(one.sent),
             one.expires <= now ? "expired" : "expires", format_time(one.expires));
}

Result<int> list(Desk& desk, bool all) {
  const Time now = clock_now();
  const auto proposals = all ? desk.outbox.proposals() : desk.outbox.waiting();
  if (!proposals) return fail(proposals.error());
  for (const auto& one : *proposals) print_proposal(one);
  const auto states = desk.outbox.states();
  if (!states) return fail(states.error());
  const auto messages = desk.outbox.messages();
  if (!messages) return fail(messages.error());
  for (const auto& message : *messages) {
    const bool live = std::any_of(states->begin(), states->end(), [&](const auto& state) {
      return state.incident == message.incident && state.revision == message.revision;
    });
    if (all || live) print_message(message, now);
  }
  if (proposals->empty() && messages->empty()) fmt::print("no warnings\n");
  return ok;
}

Error not_known(const std::string& identifier) {
  return {ErrorCode::invalid_input, "\"" + identifier +
                                        "\" is neither a message nor a proposal; `vandvagt "
                                        "warnings list --all` names them"};
}

/// All proposals that had the identifier, oldest first.
Result<std::vector<alerts::ProposedMessage>> proposals_of(const Desk& desk,
                                                          const std::string& identifier) {
  auto all = desk.outbox.proposals();
  if (!all) return all;
  std::erase_if(*all, [&](const auto& one) { return one.identifier != identifier; });
  return all;
}

void print_rule(const std::string& evidence) {
  const auto record = alerts::decode_record(evidence);
  if (record) fmt::print("{:<12} {}\n", "rule", alerts::name_with_version(record->rule));
}

Result<int> show(Desk& desk, const std::string& identifier) {
  const auto proposals = proposals_of(desk, identifier);
  if (!proposals) return fail(proposals.error());
  const auto message = desk.outbox.message(identifier);
  if (!message) return fail(message.error());
  if (proposals->empty() && !*message) return fail(not_known(identifier));
  for (const auto& one : *proposals) print_proposal(one);
  if (*message) print_message(**message, clock_now());
  print_rule(*message ? (*message)->evidence : proposals->back().evidence);
  const auto audit = desk.outbox.audit();
  if (!audit) return fail(audit.error());
  for (const auto& entry : *audit) {
    if (entry.identifier != identifier) continue;
    fmt::print("{:<12} {} by {}{}{}{}\n", entry.action, format_time(entry.time), entry.who,
               entry.why.empty() ? "" : ": " + entry.why, entry.edits.empty() ? "" : "; words ",
               entry.edits);
  }
  const auto receipts = desk.outbox.receipts(identifier);
  if (!receipts) return fail(receipts.error());
  for (const auto& one : *receipts)
    fmt::print("received     {} by {}{}\n", format_time(one.received), one.subscriber,
               one.acted ? ", acted on " + format_time(*one.acted) : "");
  fmt::print("\n{}", *message ? (*message)->xml : proposals->back().xml);
  return ok;
}

/// The rule of the waiting proposal or of the message.
Result<std::string> rule_of(const Desk& desk, const std::string& identifier) {
  const auto message = desk.outbox.message(identifier);
  if (!message) return fail(message.error());
  if (*message) return (*message)->rule;
  const auto proposals = proposals_of(desk, identifier);
  if (!proposals) return fail(proposals.error());
  if (proposals->empty()) return fail(not_known(identifier));
  return proposals->back().rule;
}

/// Only what still waits, or is in force, under that very identifier can be decided on.
Result<std::string> rule_to_decide_on(const Desk& desk, const std::string& identifier,
                                      bool cancel) {
  auto rule = rule_of(desk, identifier);
  if (!rule) return rule;
  if (cancel) {
    const auto state = desk.outbox.state(*rule);
    if (!state) return fail(state.error());
    const auto message = desk.outbox.message(identifier);
    if (!message) return fail(message.error());
    if (*state && *message && (*state)->incident == (*message)->incident) return rule;
    return fail(ErrorCode::refused, "\"" + identifier +
                                        "\" is of no warning in force: there is nothing to "
                                        "withdraw");
  }
  const auto waiting = desk.outbox.waiting();
  if (!waiting) return fail(waiting.error());
  for (const auto& one : *waiting)
    if (one.identifier == identifier) return rule;
  return fail(ErrorCode::refused, "\"" + identifier + "\" does not wait for a decision");
}

enum class Act { approve, reject, cancel };

Result<int> decide(Desk& desk, const WarningsArguments& arguments, Act act,
                   const alerts::TextEdits& edits) {
  const auto rule = rule_to_decide_on(desk, arguments.identifier, act == Act::cancel);
  if (!rule) return fail(rule.error());
  auto service = desk.service();
  if (!service) return fail(service.error());
  const alerts::PersonsDecision decision{
      .who = arguments.who, .why = arguments.why, .proposal = arguments.proposal, .edits = edits};
  const Time now = clock_now();
  const auto report = act == Act::approve  ? service->approve(*rule, decision, now)
                      : act == Act::reject ? service->reject(*rule, decision, now)
                                           : service->cancel(*rule, decision, now);
  if (!report) return fail(report.error());
  if (!report->errors.empty()) return fail(report->errors.front());
  for (const auto& issued : report->issued)
    fmt::print("{}: {} {}; it leaves with the next look at the outbox\n", issued.identifier,
               issued.area, issued.level);
  if (act == Act::reject) fmt::print("{}: rejected\n", arguments.identifier);
  if (report->issued.empty() && act != Act::reject)
    fmt::print("{}: there was nothing left to say\n", arguments.identifier);
  return ok;
}

Result<int> explain(Desk& desk, const std::string& identifier) {
  const auto proposals = proposals_of(desk, identifier);
  if (!proposals) return fail(proposals.error());
  const auto message = desk.outbox.message(identifier);
  if (!message) return fail(message.error());
  if (proposals->empty() && !*message) return fail(not_known(identifier));
  Faults faults;
  const auto& folder = desk.configuration.alerts.texts;
  const auto texts = folder.empty() ? alerts::built_in_texts() : alerts::read_texts(folder, faults);
  if (!faults.empty()) return fail(ErrorCode::invalid_input, to_string(faults.front()));
  bool all_same = true;
  const auto tell = [&](const std::string& title, const std::string& evidence,
                        const std::string& xml) -> Result<void> {
    const auto again = alerts::reproduce(evidence, xml, texts);
    if (!again) return fail(again.error());
    fmt::print("{}\n", title);
    for (const auto& line : alerts::evidence_chain(*again)) fmt::print("  {}\n", line);
    all_same = all_same && again->same;
    fmt::print("  {}\n\n", again->same
                               ? "made again from its evidence: the same, byte for byte"
                               : "made again from its evidence it differs: " + again->difference);
    return {};
  };
  for (const auto& one : *proposals) {
    const auto title =
        fmt::format("proposal {} of {}, {}", one.number, one.identifier, one.outcome);
    if (auto told = tell(title, one.evidence, one.xml); !told) return fail(told.error());
  }
  if (*message) {
    const auto& one = **message;
    if (auto told = tell("message " + one.identifier, one.evidence, one.xml); !told)
      return fail(told.error());
  }
  return all_same ? ok : static_cast<int>(ExitCode::failed);
}

/// The rules that were in force under each version, and which of those in the configuration are not
/// yet.
Result<int> rules(Desk& desk) {
  const auto known = desk.outbox.rule_versions();
  if (!known) return fail(known.error());
  for (const auto& one : *known)
    fmt::print("in force since {}  {}\n", format_time(one.since),
               alerts::name_with_version(one.rule));
  const auto& configured = desk.configuration.rules;
  for (const auto& rule : alerts::changed_rules(configured, *known))
    fmt::print("not in force yet               {}\n", alerts::name_with_version(rule));
  for (const auto& fault : alerts::changed_without_version(configured, *known))
    fmt::print("{}\n", to_string(fault));
  return ok;
}

template <class Work>
int with_desk(const WarningsArguments& arguments, Work work) {
  Faults faults;
  auto desk = Desk::open(arguments, faults);
  if (!desk) return refuse(faults);
  const Result<int> done = work(*desk);
  return done ? *done : report(done.error());
}

int run_decision(const WarningsArguments& arguments, Act act) {
  Faults faults;
  alerts::TextEdits edits;
  if (!arguments.edits.empty()) edits = config::load_text_edits(arguments.edits, faults);
  if (!faults.empty()) return refuse(faults);
  return with_desk(arguments, [&](Desk& desk) { return decide(desk, arguments, act, edits); });
}

}  // namespace

int run_warnings_list(const WarningsArguments& arguments) {
  return with_desk(arguments, [&](Desk& desk) { return list(desk, arguments.all); });
}
int run_warnings_rules(const WarningsArguments& arguments) {
  return with_desk(arguments, [](Desk& desk) { return rules(desk); });
}
int run_warnings_show(const WarningsArguments& arguments) {
  return with_desk(arguments, [&](Desk& desk) { return show(desk, arguments.identifier); });
}
int run_warnings_approve(const WarningsArguments& arguments) {
  return run_decision(arguments, Act::approve);
}
int run_warnings_reject(const WarningsArguments& arguments) {
  return run_decision(arguments, Act::reject);
}
int run_warnings_cancel(const WarningsArguments& arguments) {
  return run_decision(arguments, Act::cancel);
}
int run_warnings_explain(const WarningsArguments& arguments) {
  return with_desk(arguments, [&](Desk& desk) { return explain(desk, arguments.identifier); });
}

}  // namespace vandvagt::app
