#include "watch/station_book.hpp"

#include <nlohmann/json.hpp>

namespace vandvagt::watch {
namespace {

using nlohmann::json;

constexpr std::size_t largest_status = 4096;              // bytes of a network's own
constexpr Duration flood_over = std::chrono::minutes{1};  // without a refusal for so long

}  // namespace

StationBook::StationBook(const sensors::Catalogue& catalogue, const Options& options)
    : catalogue_(catalogue), options_(options) {
  for (const auto& station : catalogue.stations()) entries_[station.id].station = &station;
}

StationBook::Entry* StationBook::find(std::string_view station) {
  const auto found = entries_.find(station);
  return found == entries_.end() ? nullptr : &found->second;
}

// The station that a topic belongs to; nothing where another operator uses its name.
StationBook::Entry* StationBook::sender(const std::string& topic, const messaging::Topics& topics) {
  const auto parts = topics.parse_observation(topic);
  auto* entry = parts ? find(parts->station) : nullptr;
  return entry != nullptr && entry->station->op == parts->op ? entry : nullptr;
}

void StationBook::heard(const std::string& station, Time when) {
  if (auto* entry = find(station)) entry->heard = when;
}

void StationBook::count(const sensors::Outcome& outcome, const messaging::Topics& topics,
                        Time now) {
  auto* entry = outcome.station != nullptr ? find(outcome.station->id)
                : outcome.quarantined      ? sender(outcome.quarantined->topic, topics)
                                           : nullptr;
  if (entry == nullptr) return;
  entry->heard = now;
  entry->changed = true;
  ++entry->messages;
  entry->readings += static_cast<long long>(outcome.readings.size());
  if (outcome.quarantined) ++entry->quarantined;
  if (!outcome.readings.empty() && outcome.readings.back().reading.session)
    entry->session = outcome.readings.back().reading.session;
}

bool StationBook::over_limit(const std::string& topic, const messaging::Topics& topics, Time now) {
  auto* entry = sender(topic, topics);
  if (entry == nullptr) return false;
  ++entry->over_limit;
  entry->changed = true;
  const bool first = !entry->flooding_until || *entry->flooding_until < now;
  entry->flooding_until = now + flood_over;
  return first;
}

void StationBook::network_says(const std::string& op, const std::string& station,
                               std::string_view payload) {
  auto* entry = find(station);
  if (entry == nullptr || entry->station->op != op || payload.size() > largest_status) return;
  const auto said = json::parse(payload, nullptr, false);
  if (!said.is_object() || !said.contains("online") || !said["online"].is_boolean()) return;
  // Our own word comes back to us; after a restart it tells what the network had said before.
  const bool ours = said.contains("intake");
  if (ours && (entry->network_online || said.value("by", json{}) != "network")) return;
  entry->network_online = said["online"].get<bool>();
  if (const auto session = said.value("session", json{}); session.is_number_integer())
    entry->session = session.get<std::int64_t>();
  entry->changed = entry->changed || !ours;
}

// Nothing: it has no declared interval and was never heard.
std::optional<bool> StationBook::online(const Entry& entry, Time now) const {
  if (entry.network_online) return entry.network_online;
  const auto interval = entry.station->limits.expected_interval;
  if (!interval) return entry.heard ? std::optional(true) : std::nullopt;
  return entry.heard && now - *entry.heard <= 2 * *interval;
}

std::string StationBook::payload(const Entry& entry, Time now) const {
  json::object_t intake{
      {"messages", entry.messages},
      {"readings", entry.readings},
      {"quarantined", entry.quarantined},
      {"over_limit", entry.over_limit},
      {"flooding", entry.flooding_until.has_value()},
      {"limit", json{{"per_second", options_.station_rate}, {"at_once", options_.station_burst}}}};
  if (entry.heard) intake["heard"] = format_time(*entry.heard);
  nlohmann::ordered_json status{{"online", online(entry, now).value_or(false)},
                                {"session", nullptr},
                                {"t", format_time(now)},
                                {"by", entry.network_online ? "network" : "vandvagt"},
                                {"intake", json(intake)}};
  if (entry.session) status["session"] = *entry.session;
  return status.dump(-1, ' ', false, json::error_handler_t::replace);
}

std::vector<StationBook::Status> StationBook::changed(Time now) {
  std::vector<Status> statuses;
  for (auto& [id, entry] : entries_) {
    if (entry.flooding_until && *entry.flooding_until < now) {
      entry.flooding_until.reset();
      entry.changed = true;
    }
    const auto there = online(entry, now);
    if (!entry.changed && (!there || there == entry.online_told)) continue;
    entry.changed = false;
    entry.online_told = there;
    statuses.push_back({entry.station, payload(entry, now)});
  }
  return statuses;
}

std::vector<StationBook::Status> StationBook::all(Time now) {
  for (auto& [id, entry] : entries_)
    entry.changed = entry.changed || online(entry, now).has_value();
  return changed(now);
}

}  // namespace vandvagt::watch
