#pragma once

#include <filesystem>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "alerts/proposal.hpp"
#include "alerts/rule_version.hpp"
#include "alerts/warning.hpp"
#include "core/result.hpp"

namespace vandvagt::alerts {

/// A CAP message as the outbox keeps it. Once committed it is never altered.
struct OutboxMessage {
  std::string identifier, rule, area, incident;
  int revision = 1;
  std::string topic;
  std::string xml;
  Time sent, expires;
  std::string evidence;  // JSON: rule, previous state, evidence and time, to replay and explain it
  bool confirmed = false;
  std::optional<Time> confirmed_at;
};

/// A message without its text and evidence.
struct MessageHead {
  std::string identifier, area, incident;
  int revision = 1;
  Time sent, expires;
};

/// A rule's next state with the messages that made it.
struct StateChange {
  WarningState state;  // its `version` is the one that was read; the stored one becomes one more
  std::vector<OutboxMessage> messages;
  std::optional<ProposedMessage> proposed = {};  // waits from now on
  std::string settled = {};                      // outcome of the one that waited until now
  std::optional<AuditEntry> audit = {};          // where a person decided
};

/// The retained payload of an area.
struct AreaState {
  std::string area, topic, payload;
};

/// What a subscriber said of a message.
struct Receipt {
  std::string subscriber, identifier;
  Time received;
  std::optional<Time> acted;
};

/// Warning states and messages on disk (SQLite, write-ahead log, synchronous FULL): what was
/// committed survives kill -9 and power loss. One file may be shared by two instances: a commit on
/// a state that another has moved on is refused. Errors: io, with path and cure.
class Outbox {
 public:
  static Result<Outbox> open(const std::filesystem::path& file);
  ~Outbox();
  Outbox(Outbox&&) noexcept;
  Outbox& operator=(Outbox&&) noexcept;
  Outbox(const Outbox&) = delete;
  Outbox& operator=(const Outbox&) = delete;

  /// All in one transaction. A message whose identifier is stored already with the same text is
  /// not stored again; with another text the commit is refused (Error{refused}), and so is one on
  /// a state of an older version. An area's payload is stored only where it differs.
  Result<void> commit(std::span<const StateChange> changes, std::span<const AreaState> areas);

  /// A rule's stored state, if there is one.
  Result<std::optional<WarningState>> state(const std::string& rule) const;
  Result<std::vector<WarningState>> states() const;
  Result<std::optional<OutboxMessage>> message(const std::string& identifier) const;
  /// All messages of an incident by revision; all messages where `incident` is empty.
  Result<std::vector<OutboxMessage>> messages(const std::string& incident = {}) const;

  /// An area's settled messages (confirmed, or given up as expired) that were sent since, in the
  /// order of commit.
  Result<std::vector<MessageHead>> settled_since(const std::string& area, Time since) const;
  /// Messages that expire after `when`, in the order of commit.
  Result<std::vector<OutboxMessage>> expiring_after(Time when) const;

  /// Not yet confirmed by the broker nor given up, in the order of commit.
  Result<std::vector<OutboxMessage>> pending() const;
  Result<void> confirm(const std::string& identifier, Time when);
  /// Expired before it could be sent: kept, never sent as new.
  Result<void> give_up(const std::string& identifier, Time when);

  /// Retained payloads that the broker has not confirmed in their present form.
  Result<std::vector<AreaState>> pending_states() const;
  Result<void> confirm_state(const AreaState& sent);
  /// After a connect: a broker that crashed may have lost what it retained.
  Result<void> publish_all_states_again();
  Result<std::vector<AreaState>> area_states() const;

  /// What waits for a person, oldest first.
  Result<std::vector<ProposedMessage>> waiting() const;
  /// All proposals ever made, of one rule or of all, with what became of them.
  Result<std::vector<ProposedMessage>> proposals(const std::string& rule = {}) const;
  /// What people decided, about one rule or about all.
  Result<std::vector<AuditEntry>> audit(const std::string& rule = {}) const;

  /// Rules that were in force, in order of time; `enter_rules` adds those that are from now on.
  Result<std::vector<RuleVersion>> rule_versions() const;
  Result<void> enter_rules(std::span<const Rule> rules, Time now);

  Result<void> add_receipt(const Receipt& receipt);
  Result<std::vector<Receipt>> receipts(const std::string& identifier) const;

 private:
  struct Database;
  explicit Outbox(std::unique_ptr<Database> database);
  std::unique_ptr<Database> database_;
};

/// Hands one payload to the broker and returns once the broker has confirmed it.
using Sink = std::function<Result<void>(const std::string& topic, const std::string& payload,
                                        bool retained)>;

struct PublishReport {
  std::set<std::string> areas;  // whose state, and all before it, the broker has confirmed
  int messages = 0, states = 0, expired = 0;
  bool more = false;                // states that had to wait for the next call
  std::optional<Error> stopped_by;  // the first failure; what is left stays pending
};

/// Sends what is pending: for each area its messages in order of commit, then its state; areas with
/// messages first, then at most `most_states` states of others. Stops at the first failure. A
/// message that has expired is given up, not sent as new; the area's state tells what stands.
/// Error{io} only where the outbox itself fails.
Result<PublishReport> publish_pending(
    Outbox& outbox, const Sink& sink, Time now,
    std::size_t most_states = std::numeric_limits<std::size_t>::max());

}  // namespace vandvagt::alerts
