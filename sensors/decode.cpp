#include "sensors/decode.hpp"

#include <array>
#include <map>

#include "sensors/detail/json.hpp"
#include "sensors/detail/mapped.hpp"

namespace vandvagt::sensors {
namespace {

using detail::counter_of;
using detail::Json;
using detail::member;
using detail::refuse;
using detail::shown;

constexpr int deepest = 4;

Result<const Station*> station_of(const Catalogue& catalogue, std::string_view topic) {
  // …/obs/<operator>/<station>/<parameter>, whatever the prefix.
  std::array<std::string_view, 4> levels;
  std::string_view rest = topic;
  for (std::size_t i = levels.size(); i-- > 0;) {
    const auto slash = rest.rfind('/');
    if (slash == std::string_view::npos) return refuse("not an observation topic");
    levels[i] = rest.substr(slash + 1);
    rest = rest.substr(0, slash);
  }
  const auto& [kind, op, id, parameter] = levels;
  if (kind != "obs") return refuse("not an observation topic");
  const Station* station = catalogue.find(id);
  if (station == nullptr) return refuse("unknown station: " + shown(id));
  if (station->op != op)
    return refuse("station of another operator: " + shown(op) + " sent for " + shown(id));
  if (station->mapping.format != PayloadFormat::native)
    return refuse("not its topic: " + shown(id) + " is read from the one its mapping names");
  if (to_string(station->parameter) != parameter)
    return refuse("parameter not declared: " + shown(parameter) + " of " + shown(id));
  return station;
}

Result<void> check_unit_and_datum(const Json& json, const Station& station) {
  const auto unit = json.find("unit");
  if (unit == json.end() || !unit->is_string()) return refuse("unit missing");
  if (unit->get_ref<const std::string&>() != station.unit)
    return refuse("unit not declared: " + shown(unit->get_ref<const std::string&>()) +
                  ", the station's is " + shown(station.unit));
  const auto datum = json.find("datum");
  if (datum == json.end()) {
    if (needs_datum(station.parameter)) return refuse("datum missing");
    return {};
  }
  if (!datum->is_string()) return refuse("datum is not text");
  if (datum->get_ref<const std::string&>() != station.datum)
    return refuse("datum not declared: " + shown(datum->get_ref<const std::string&>()) +
                  ", the station's is " + shown(station.datum));
  return {};
}

// The parts of one reading, wherever in the message they stand; nullptr: not given.
struct Parts {
  const Json *session = nullptr, *sequence = nullptr, *time = nullptr, *value = nullptr;
};

Result<Reading> reading_of(const Parts& parts, const Station& station, Time received) {
  if (parts.time == nullptr || !parts.time->is_string()) return refuse("time missing");
  const auto time = parse_time(parts.time->get_ref<const std::string&>());
  if (!time) return refuse("impossible time: " + shown(parts.time->get<std::string>()));
  const auto value = detail::number_of(parts.value, false);
  if (!value) return fail(value.error());
  const auto si = detail::to_grid(station, *value);
  if (!si) return fail(si.error());
  Reading reading = detail::well_formed(station, *time, *si, received);
  if ((parts.session == nullptr) != (parts.sequence == nullptr))
    return refuse("session and seq come together or not at all");
  if (parts.session != nullptr) {
    const auto session = counter_of(*parts.session, "session");
    if (!session) return fail(session.error());
    const auto sequence = counter_of(*parts.sequence, "seq");
    if (!sequence) return fail(sequence.error());
    reading.session = *session;
    reading.sequence = *sequence;
  }
  return reading;
}

using Readings = std::vector<Reading>;

Result<Readings> batch_of(const Json& json, const Station& station, Time received) {
  const Json *cols = member(json, "cols"), *rows = member(json, "rows");
  if (cols == nullptr || rows == nullptr || !cols->is_array() || !rows->is_array())
    return refuse("cols and rows must be arrays");
  if (member(json, "value") != nullptr || member(json, "t") != nullptr)
    return refuse("both a reading and a batch");
  if (rows->empty()) return refuse("no rows");
  if (rows->size() > most_rows)
    return refuse("too many rows: more than " + std::to_string(most_rows));
  std::map<std::string, std::size_t> column;
  for (std::size_t i = 0; i < cols->size(); ++i)
    if (!(*cols)[i].is_string() || !column.emplace((*cols)[i].get<std::string>(), i).second)
      return refuse("cols must be different names");
  Readings readings;
  readings.reserve(rows->size());
  for (const auto& row : *rows) {
    if (!row.is_array() || row.size() != cols->size())
      return refuse("row of another length than cols");
    const auto cell = [&](const char* name) -> const Json* {
      const auto found = column.find(name);
      return found == column.end() ? nullptr : &row[found->second];
    };
    auto reading = reading_of({member(json, "session"), cell("seq"), cell("t"), cell("value")},
                              station, received);
    if (!reading) return fail(reading.error());
    readings.push_back(std::move(*reading));
  }
  return readings;
}

}  // namespace

Result<Readings> decode(const Catalogue& catalogue, std::string_view topic,
                        std::string_view payload, Time received) {
  if (const Station* mapped = catalogue.find_by_topic(topic); mapped != nullptr)
    return detail::decode_mapped(*mapped, topic, payload, received);
  const auto station = station_of(catalogue, topic);
  if (!station) return fail(station.error());
  if (payload.size() > largest_payload)
    return refuse("payload too large: more than " + std::to_string(largest_payload) + " bytes");
  const auto json = detail::parse_json(payload, deepest);
  if (!json) return fail(json.error());
  if (!json->is_object()) return refuse("not a JSON object");
  if (const auto declared = check_unit_and_datum(*json, **station); !declared)
    return fail(declared.error());
  if (json->contains("rows") || json->contains("cols")) return batch_of(*json, **station, received);
  auto reading = reading_of(
      {member(*json, "session"), member(*json, "seq"), member(*json, "t"), member(*json, "value")},
      **station, received);
  if (!reading) return fail(reading.error());
  return Readings{std::move(*reading)};
}

}  // namespace vandvagt::sensors
