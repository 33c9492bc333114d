#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "alerts/outbox.hpp"
#include "alerts/rule.hpp"
#include "alerts/subscriber.hpp"
#include "core/result.hpp"
#include "core/time.hpp"

namespace vandvagt::alerts {

/// Where a message of the feed stands: the newest of a live incident, an earlier one, or one of an
/// incident that is over (all-clear, cancelled, or its last message has expired).
enum class FeedStatus { in_force, superseded, ended };
std::string to_string(FeedStatus status);  // "in-force", ...

struct FeedEntry {
  std::string xml;  // as it was issued
  ReceivedWarning warning;
  FeedStatus status = FeedStatus::in_force;
};

/// The messages that a reader may want: of live incidents, and of those that ended at most 48 h
/// ago. Messages are never altered, so each is read once. Use from one thread.
class FeedBook {
 public:
  /// Error{io} where the outbox cannot be read; what was known stays.
  Result<void> refresh(const Outbox& outbox, Time now);
  /// Newest first.
  const std::vector<FeedEntry>& entries() const { return entries_; }
  /// Null where there is none of that name.
  const FeedEntry* find(const std::string& identifier) const;

 private:
  std::vector<FeedEntry> entries_;
};

struct FeedOptions {
  std::string title = "Flood warnings";
  std::string author = "Vandvagt";
  std::string base_url;  // "https://warn.example.org", without a slash at the end
};

/// Atom (RFC 4287) of the entries, at most 500, each with a link to its CAP document and CAP's own
/// words for status, severity, urgency, certainty, area and expiry. Built with libxml2.
std::string atom_feed(const std::vector<FeedEntry>& entries, const FeedOptions& options, Time now);

/// GeoJSON (RFC 7946) with one feature for each area: its level now, or "unknown" with the reason
/// and what was last known. `states` as the outbox holds them; an area without one is unknown.
std::string areas_geojson(const std::vector<Area>& areas, const std::vector<AreaState>& states,
                          const FeedBook& book, const FeedOptions& options, Time now);

/// `<base_url>/cap/<identifier>.xml`
std::string cap_url(const FeedOptions& options, const std::string& identifier);

}  // namespace vandvagt::alerts
