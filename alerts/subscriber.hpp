#pragma once

#include <map>
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
  std::string area, level, incident, cap_id, basis;
  int revision = 0;
  bool stale = false;
  std::optional<Time> since, expires;
};
Result<ReceivedState> parse_state(const std::string& area, std::string_view json);

enum class Reception {
  accepted,  // new, and the next of its incident
  repeated,  // identifier known already: dropped
  gap,       // new, but revisions before it are missing
  older,     // a revision before one that is known: kept, does not change the picture
};

/// A subscriber's memory without a network: drops repeats by identifier, orders revisions, sees
/// gaps, and says what stands for each area. Restored by offering what it stored.
class Subscriber {
 public:
  explicit Subscriber(CapSchema schema) : schema_(std::move(schema)) {}
  /// A message from `.../<area>/cap`. Error{invalid_input} where it does not validate.
  Result<Reception> receive_cap(const std::string& area, std::string_view xml);
  /// A payload from `.../<area>/state`.
  Result<void> receive_state(const std::string& area, std::string_view json);

  /// Revisions of an incident not received although a later one, or the retained state, names them.
  std::vector<int> missing(const std::string& incident) const;
  /// The newest message of each incident that is live, by incident.
  std::map<std::string, ReceivedWarning> live() const;
  /// The newest retained state by area; an area never heard of is not in it.
  const std::map<std::string, ReceivedState>& areas() const { return areas_; }
  /// All accepted messages in the order of arrival.
  const std::vector<ReceivedWarning>& received() const { return received_; }
  /// "unknown" where no state was heard or the state has expired.
  std::string present_level(const std::string& area, Time now) const;

 private:
  CapSchema schema_;
  std::vector<ReceivedWarning> received_;
  std::set<std::string> identifiers_;
  std::map<std::string, std::map<int, ReceivedWarning>> incidents_;
  std::map<std::string, ReceivedState> areas_;
};

}  // namespace vandvagt::alerts
