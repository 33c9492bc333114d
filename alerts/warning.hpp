#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "alerts/evidence.hpp"
#include "alerts/rule.hpp"
#include "core/time.hpp"

namespace vandvagt::alerts {

/// What stands for an area: unknown, none, or one of the rule's levels by index.
class Standing {
 public:
  static constexpr Standing unknown() { return Standing(-2); }
  static constexpr Standing none() { return Standing(-1); }
  static constexpr Standing level(int index) { return Standing(index); }
  constexpr bool is_unknown() const { return value_ == -2; }
  constexpr bool is_none() const { return value_ == -1; }
  constexpr bool active() const { return value_ >= 0; }
  /// The index in Rule::levels; only where `active()`.
  constexpr int index() const { return value_; }
  bool operator==(const Standing&) const = default;

 private:
  explicit constexpr Standing(int value) : value_(value) {}
  int value_;
};
/// "unknown", "none" or the level's name.
std::string to_string(Standing standing, const Rule& rule);

enum class Basis { none, forecast, observed };
std::string to_string(Basis basis);

/// CAP's words, in the order of rising weight.
enum class Certainty { unknown, possible, likely, observed };
enum class Urgency { unknown, past, future, expected, immediate };
std::string to_string(Certainty certainty);  // "Unknown", "Possible", ...
std::string to_string(Urgency urgency);

struct Peak {
  double value = 0.0;  // SI
  Time time;
};

/// What one usable run says of one level. Times bound the future as that run saw it, so that the
/// outlook can be asked again later without the members.
struct LevelOutlook {
  double share = 0.0;  // of the members with values that reach `raise` within the lead window
  bool hit = false;    // share >= raise_probability
  std::optional<Time> onset;  // by then that share of the members has risen above
  std::optional<Time> until;  // from then on a smaller share is expected above
  /// The same with members of unknown fate counted as above: for lowering.
  std::optional<Time> possible_until;
  /// Since then fewer members than raise_probability stand above `clear`, to the end of the window.
  std::optional<Time> below_clear_since;
};

/// What is kept of a run.
struct RunRecord {
  std::string run;
  Time reference_time;
  std::vector<LevelOutlook> levels;
  std::optional<Peak> peak;     // reached or passed by a share raise_probability of the members
  std::optional<Peak> highest;  // of all members
  std::vector<std::vector<Position>> extent;  // of ForecastEvidence
  std::string state_used, configuration_digest, inputs_digest, model_version;
};

/// A message of the live incident that has not expired: what an Update must refer to.
struct Reference {
  std::string sender, identifier;
  Time sent, expires;
};

/// A person's words for one message, by language (da-DK, en-GB); what is empty stays as it was
/// made.
struct TextEdit {
  std::string headline, description, instruction;
  bool empty() const { return headline.empty() && description.empty() && instruction.empty(); }
  bool operator==(const TextEdit&) const = default;
};
using TextEdits = std::map<std::string, TextEdit>;

/// What waits for a person's decision: a change of the standing that has not been told.
struct Proposal {
  int number = 1;  // of the proposals of this rule; a new one takes the place of the one before
  int revision = 1;
  Standing level = Standing::none();
  bool rise = true;       // otherwise a fall or an all-clear
  Time since;             // of the first in this direction: the time-out counts from here
  std::string key;        // what a new proposal would have to differ in
  bool reminded = false;  // operators were told that the time is out
};

/// A proposal that a person refused: for a while the same is not proposed again.
struct Rejection {
  int level = 0;
  Basis basis = Basis::none;
  Time until;
};

/// The state of one rule (and so of one area). Small, saved with each change, restored on start.
struct WarningState {
  std::string rule, area;
  std::int64_t version = 0;  // of the stored state: the outbox refuses a commit on an older one
  Standing level = Standing::unknown();
  Time since;  // when `level` came to stand
  Basis basis = Basis::none;
  bool stale = true;  // a source that the rule has lived on is silent, failed or expired

  // the incident; empty id: none is live
  std::string incident;
  std::string cause;  // the run or reading that raised it
  int revision = 0;
  int held = -1;                  // the incident's level: last known while `level` is unknown
  std::optional<Time> raised_at;  // last rise of the level
  std::optional<Time> onset;      // of the level that stands, as last told
  std::optional<Peak> peak;       // greatest good reading since the incident began
  Urgency urgency_told = Urgency::unknown;
  std::optional<Time> last_sent, expires;
  std::vector<Reference> references;
  std::vector<std::string> used_incidents;  // the last few, so that none is ever used again

  // what was told, which differs from what stands while a person has not decided
  Standing told_level = Standing::none();
  int told_held = -1;
  Basis told_basis = Basis::none;
  Time told_since;  // when `told_level` was first told
  std::optional<Proposal> proposal;
  std::optional<Rejection> rejection;
  int proposals = 0;  // made for this rule so far

  // what is known
  Time evaluated;                 // latest evaluation; a clock before it jumped back
  std::optional<Time> last_good;  // until then good data bore the standing level
  std::optional<ObservedReading> newest, before;  // the last two good readings, in order of time
  std::vector<ObservedReading> recent;            // good ones, where a rate is made of them
  std::vector<std::optional<Time>> below_since;   // per level: below `clear` since
  std::vector<RunRecord> runs;                    // usable ones, oldest first
  std::optional<Time> failed_run;                 // reference time of a failure after the newest
  std::string failed_why;
  bool forecast_given_up = false;  // operators were told that readings alone decide
  bool clock_behind = false;       // operators were told that the clock jumped back
  bool clock_doubted = false;      // ... that it jumped forward
  bool out_of_force = false;       // the rule's season was over at the last evaluation
  std::string levels_key;          // of the rule's levels; what is known is dropped if they change
  int rule_version = 0;            // of the rule at the last evaluation; 0: an earlier release's
};

enum class MessageKind { alert, update, all_clear, cancel };

/// What a message says; CAP is made of it.
struct MessageContent {
  MessageKind kind = MessageKind::alert;
  std::string incident;
  int revision = 1;
  Standing level = Standing::none();  // all_clear: none; unknown: the last known is `held`
  int held = -1;                      // level before, for all_clear and unknown
  Basis basis = Basis::none;
  bool stale = false;
  Certainty certainty = Certainty::unknown;
  Urgency urgency = Urgency::unknown;
  Time sent;
  Time expires;
  std::optional<Time> onset;
  std::optional<Time> ending;          // when the event is expected to end, or has ended
  std::optional<Peak> peak;            // expected or observed, whichever is worse
  std::optional<double> newest_value;  // of the newest good reading
  std::optional<Time> newest_time;
  std::optional<double> probability;  // share of members at the level in the newest run
  std::string run, state_used, configuration_digest, model_version;  // empty without a forecast
  std::string evidence_digest;
  std::string reason;                 // in words, for operators
  TextEdits edits;                    // what a person changed before it was released
  std::vector<Reference> references;  // all live predecessors, oldest first
  /// Closed rings in place of the area's: what the newest run expects to be flooded.
  std::vector<std::vector<Position>> extent;
};

struct Decision {
  WarningState state;
  std::optional<MessageContent> message;
  /// What is to be kept for a person to decide on: a new proposal.
  std::optional<MessageContent> draft;
  /// What became of the proposal that waited before: superseded, withdrawn, released, ...; empty
  /// where none did or it waits on.
  std::string settled = {};
  /// What operators must be told now, once: became unknown, forecast given up, clock behind.
  std::vector<std::string> operator_notes;
  std::vector<std::string> explanation;  // one line for each thing that mattered
  bool tell_operators() const { return !operator_notes.empty(); }
};

/// Who warns: part of CAP references and identifiers. Two instances of one service share it.
struct Issuer {
  std::string sender = "vandvagt@localhost";
  std::string identifier_prefix = "vandvagt";
};

/// Where a rule stands before anything is known.
WarningState initial_state(const Rule& rule);

/// The life of a warning: from rule, previous state, evidence and time to the next state and at
/// most one message. Pure: no clock, no I/O; the same arguments give the same bytes.
///
/// Raise: the share of members at or above `raise` within the lead window is >= raise_probability
/// in N of the last M usable runs, the newest among them; or the two newest good readings, no
/// further apart than `fresh`, are at or above it and the newest is fresh.
/// Lower: only where the newest good reading is fresh, all have been below `clear` for
/// `clear_after` without a gap longer than `fresh`, the level has stood for `clear_after`, and the
/// newest usable run expects a share < raise_probability from now on. A rule without readings
/// lowers on usable, unexpired runs in the same way.
/// Hold: without that, the level stands and is marked stale; `hold_max` after the last good data
/// it becomes unknown. A forecast that failed or expired `hold_max` ago is no longer waited for
/// where fresh readings come in, and operators are told.
/// Seasons bound what is raised; what stands is lowered on evidence, never by a date.
/// Approval: a rise or fall of the levels it names becomes a draft, told when a person releases it.
Decision evaluate(const Rule& rule, const WarningState& previous, const Evidence& evidence,
                  Time now, const Issuer& issuer = {});

/// What was told of the rule: the standing, or what a person has released of it. Unknown where a
/// first warning waits for a person.
Standing told_standing(const WarningState& state);

/// A person withdraws a warning that was an error: Cancel, and the level is unknown until the next
/// evaluation. Without a live incident there is no message.
Decision cancel(const Rule& rule, const WarningState& previous, const std::string& reason, Time now,
                const Issuer& issuer = {});

/// A person releases what waits: the message that the standing asks for, sent now, in the person's
/// words where `edits` has some. Without a proposal there is no message.
Decision release(const Rule& rule, const WarningState& previous, const TextEdits& edits, Time now,
                 const Issuer& issuer = {});

/// A person refuses what waits. A first warning ends untold, and its incident is never used again;
/// otherwise what was told stands on. A fall is proposed again once the water has been below
/// `clear` for `clear_after` from now on; a rise as Approval::rejection says.
Decision reject(const Rule& rule, const WarningState& previous, Time now,
                const Issuer& issuer = {});

/// `<prefix>-<incident>-r<revision>`: the same for the same incident and revision, always.
std::string cap_identifier(const std::string& prefix, const std::string& incident, int revision);

}  // namespace vandvagt::alerts
