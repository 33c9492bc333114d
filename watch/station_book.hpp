#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/time.hpp"
#include "messaging/topics.hpp"
#include "sensors/catalogue.hpp"
#include "sensors/intake.hpp"
#include "watch/options.hpp"

namespace vandvagt::watch {

/// What is known of each station besides its readings: whether it is there, what came from it, and
/// what was refused. Makes the payloads of `<prefix>/status/<operator>/<station>`, a topic on which
/// the network may speak too: its word on `online` is taken over. From one thread; no clock.
class StationBook {
 public:
  /// `catalogue` must outlive it.
  StationBook(const sensors::Catalogue& catalogue, const Options& options);

  void heard(const std::string& station, Time when);  // from the store, at the start
  void count(const sensors::Outcome& outcome, const messaging::Topics& topics, Time now);
  /// A message that was not stored because its topic sent too many. True at the first of a flood.
  bool over_limit(const std::string& topic, const messaging::Topics& topics, Time now);
  /// A payload on a status topic; our own are known by their key `intake`.
  void network_says(const std::string& op, const std::string& station, std::string_view payload);

  struct Status {
    const sensors::Station* station = nullptr;
    std::string payload;
  };
  /// Of the stations about which something has changed since the last call.
  std::vector<Status> changed(Time now);
  /// Of all about which something is known: after a connect.
  std::vector<Status> all(Time now);

 private:
  struct Entry {
    const sensors::Station* station = nullptr;
    std::optional<Time> heard, flooding_until;
    std::optional<bool> network_online;
    std::optional<std::int64_t> session;
    long long messages = 0, readings = 0, quarantined = 0, over_limit = 0;
    std::optional<bool> online_told;
    bool changed = false;
  };
  Entry* find(std::string_view station);
  Entry* sender(const std::string& topic, const messaging::Topics& topics);
  std::optional<bool> online(const Entry& entry, Time now) const;
  std::string payload(const Entry& entry, Time now) const;

  const sensors::Catalogue& catalogue_;
  Options options_;
  std::map<std::string, Entry, std::less<>> entries_;
};

}  // namespace vandvagt::watch
