#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "alerts/cap.hpp"
#include "core/result.hpp"
#include "core/time.hpp"

namespace vandvagt::alerts {

/// What a subscriber reads out of a CAP message (language-neutral parts and one language's words).
struct ReceivedWarning {
  std::string identifier, sender, incident, rule, area;
  int revision = 0;
  Time sent, expires;
  std::string status, message_type;  // Actual, ...; Alert, Update, Cancel
  bool all_clear = false;
  std::string level, severity, certainty, urgency, headline, area_description;
  std::vector<std::string> references;  // identifiers
};

/// Reads CAP that Vandvagt wrote. Error{invalid_input} for anything else.
Result<ReceivedWarning> parse_cap(std::string_view xml);

/// What an area's retained state says.
struct ReceivedState {
  std::string area, level, last_known, incident, cap_id, basis;
  int revision = 0;
  bool stale = false;
  std::optional<Time> since, expires;
  std::vector<std::string> cap_ids;  // of every rule's live incident
};
Result<ReceivedState> parse_state(const std::string& area, std::string_view json);

enum class Reception {
  accepted,  // new, and the next of its incident
  repeated,  // identifier known already: dropped
  gap,       // new, but revisions before it are missing
  older,     // a revision before one that is known: kept, does not change the picture
};

/// A message that others name and this subscriber lacks.
struct WantedMessage {
  std::string area, identifier;
  bool operator==(const WantedMessage&) const = default;
};

/// What is shown of an area: never a level that nothing fresh stands behind.
struct AreaPicture {
  std::string area;
  std::string level = "unknown";  // "unknown" too where the state is stale, expired or never came
  std::string last_known;         // level that the last state told, where `level` is unknown
  std::string why;                // of "unknown", in words
  std::string incident, cap_id, basis;
  int revision = 0;
  std::optional<Time> since, expires;
};

/// Unknown where the state has expired, is stale, or says so itself.
AreaPicture picture_of(const ReceivedState& state, Time now);

/// A subscriber's memory without a network: drops repeats by identifier, orders revisions, sees
/// gaps, and says what stands for each area. Restored by offering what it stored.
class Subscriber {
 public:
  /// Does a message bear the signature that it must? Error{refused} says why not.
  using Verify = std::function<Result<void>(std::string_view xml)>;
  explicit Subscriber(CapSchema schema, Verify verify = {})
      : schema_(std::make_shared<CapSchema>(std::move(schema))), verify_(std::move(verify)) {}

  /// Reads and judges a message from `.../<area>/cap` without taking it. Error{invalid_input}:
  /// it does not validate; Error{refused}: another area's, or not signed as it must be.
  Result<ReceivedWarning> examine(const std::string& area, std::string_view xml) const;
  Reception accept(ReceivedWarning warning);
  /// Both.
  Result<Reception> receive_cap(const std::string& area, std::string_view xml);
  /// A payload from `.../<area>/state`.
  Result<void> receive_state(const std::string& area, std::string_view json);
  /// A payload from `.../<area>/index`.
  Result<void> receive_index(const std::string& area, std::string_view json);

  bool knows(const std::string& identifier) const { return identifiers_.contains(identifier); }
  /// Revisions of an incident not received although a later one, or the retained state, names them.
  std::vector<int> missing(const std::string& incident) const;
  /// What the areas' indexes and states and the revisions at hand name and was never received.
  std::vector<WantedMessage> wanted() const;
  /// The newest message of each incident that is live, by incident.
  std::map<std::string, ReceivedWarning> live() const;
  /// All revisions received of each incident, in order.
  const std::map<std::string, std::map<int, ReceivedWarning>>& incidents() const {
    return incidents_;
  }
  /// The newest retained state by area; an area never heard of is not in it.
  const std::map<std::string, ReceivedState>& areas() const { return areas_; }
  /// All accepted messages in the order of arrival.
  const std::vector<ReceivedWarning>& received() const { return received_; }
  /// What is to be shown of an area now.
  AreaPicture picture(const std::string& area, Time now) const;
  /// The level of `picture`.
  std::string present_level(const std::string& area, Time now) const;

 private:
  std::shared_ptr<const CapSchema> schema_;  // shared by copies of what is known
  Verify verify_;
  std::vector<ReceivedWarning> received_;
  std::set<std::string> identifiers_;
  std::map<std::string, std::map<int, ReceivedWarning>> incidents_;
  std::map<std::string, ReceivedState> areas_;
  std::map<std::string, std::vector<std::string>> indexes_;  // by area: identifiers
};

/// The pictures of several areas as JSON, for a folder or a screen.
std::string picture_json(const std::vector<AreaPicture>& pictures, Time now,
                         const std::string& service);

}  // namespace vandvagt::alerts
