#include "sensors/detail/mapped.hpp"

#include <cmath>

#include "sensors/decode.hpp"
#include "sensors/detail/bytes.hpp"
#include "sensors/detail/json.hpp"
#include "sensors/detail/networks.hpp"

namespace vandvagt::sensors::detail {
namespace {

constexpr int deepest_mapped = 16;
constexpr std::string_view no_value = "no value";

/// One reading's place in a message; `row` is the message itself where there are no rows.
struct Place {
  const Station& station;
  const Json& row;
  Time received;
  const PayloadMapping& mapping() const { return station.mapping; }
};

/// What the pointer names; where the network leaves out zeros, one stands in for what is absent.
const Json* find(const Place& place, const std::string& pointer) {
  static const Json zero = 0;
  const Json* found = at_pointer(place.row, pointer);
  if (found != nullptr || pointer.empty() || !place.mapping().absent_is_zero) return found;
  const Json::json_pointer path(pointer);
  const auto parent = path.parent_pointer();
  const bool left_out = place.row.contains(parent) && place.row.at(parent).is_object();
  return left_out ? &zero : nullptr;
}

Result<double> sent_value(const Place& place) {
  const auto& mapping = place.mapping();
  if (mapping.layout) {
    const Json* raw = at_pointer(place.row, network_of(mapping.format).raw_payload);
    if (raw == nullptr || !raw->is_string()) return refuse("no value: no payload of the device");
    const auto bytes = from_base64(raw->get_ref<const std::string&>());
    return bytes ? decode_bytes(*mapping.layout, *bytes) : fail(bytes.error());
  }
  const auto& pointer = mapping.value.empty() ? network_of(mapping.format).value : mapping.value;
  const Json* value = find(place, pointer);
  if (value == nullptr || value->is_null()) return refuse("no value: nothing at " + pointer);
  return number_of(value, true);
}

Result<Time> time_from_number(double seconds) {
  constexpr double earliest = -2208988800.0, latest = 7258118400.0;  // years 1900 to 2199
  if (!(seconds >= earliest && seconds < latest)) return refuse("impossible time");
  return Time{from_seconds(seconds)};
}

Result<Time> sent_time(const Place& place) {
  const auto& mapping = place.mapping();
  if (mapping.time_form == TimeForm::reception) return place.received;
  const Json* time =
      find(place, mapping.time.empty() ? network_of(mapping.format).time : mapping.time);
  if (time == nullptr) return refuse("time missing");
  if (mapping.time_form == TimeForm::rfc3339) {
    if (!time->is_string()) return refuse("time missing");
    const auto& text = time->get_ref<const std::string&>();
    if (text.find('/') != std::string::npos)
      return refuse("time of an interval: " + shown(text) + "; a reading has one instant");
    auto parsed = parse_time(text);
    if (!parsed) return refuse("impossible time: " + shown(text));
    return parsed;
  }
  if (!time->is_number()) return refuse("time is not a number");
  const double number = time->get<double>();
  return time_from_number(mapping.time_form == TimeForm::unix_ms ? number / 1000.0 : number);
}

Result<void> check_declared(const Place& place, const std::string& pointer, const char* what,
                            const std::string& declared) {
  if (pointer.empty()) return {};
  const Json* sent = at_pointer(place.row, pointer);
  if (sent == nullptr || !sent->is_string()) return refuse(std::string(what) + " missing");
  const auto& text = sent->get_ref<const std::string&>();
  if (text == declared) return {};
  return refuse(std::string(what) + " not declared: " + shown(text) + ", the station's is " +
                shown(declared));
}

// A LoRaWAN device's address changes with each join: a session, written in hexadecimal.
Result<std::int64_t> session_of(const Json& json) {
  if (!json.is_string()) return counter_of(json, "session");
  const auto& text = json.get_ref<const std::string&>();
  constexpr std::size_t most_digits = 12;
  const auto bytes = from_hex(text);
  if (!bytes || bytes->empty() || text.size() > most_digits)
    return refuse("session is neither a number nor hexadecimal");
  std::int64_t session = 0;
  for (const char c : *bytes) session = session * 256 + static_cast<unsigned char>(c);
  return session;
}

Result<void> number(const Place& place, Reading& reading) {
  const auto& mapping = place.mapping();
  if (mapping.session.empty()) return {};
  const Json* session = find(place, mapping.session);
  const Json* sequence = find(place, mapping.sequence);
  if (session == nullptr || sequence == nullptr)
    return refuse("session and seq come together or not at all");
  const auto first = session_of(*session);
  if (!first) return fail(first.error());
  const auto second = counter_of(*sequence, "seq");
  if (!second) return fail(second.error());
  reading.session = *first;
  reading.sequence = *second;
  return {};
}

// While the pump runs a well's level tells of the pump. The pump's state is the other variable of
// the multi-variate test; one that is not told is taken as running.
void note_pumping(const Place& place, Reading& reading) {
  if (place.mapping().pumping.empty()) return;
  const Json* sent = find(place, place.mapping().pumping);
  const bool at_rest = sent != nullptr && ((sent->is_boolean() && !sent->get<bool>()) ||
                                           (sent->is_number() && sent->get<double>() == 0.0));
  reading.quality[QcTest::multi_variate] = at_rest ? Flag::pass : Flag::suspect;
}

Result<void> locate(const Place& place, Reading& reading) {
  const auto& mapping = place.mapping();
  if (mapping.x.empty()) return {};
  const Json *x = at_pointer(place.row, mapping.x), *y = at_pointer(place.row, mapping.y);
  if (x == nullptr || y == nullptr) return {};  // the location test does not run
  if (!x->is_number() || !y->is_number()) return refuse("position is not two numbers");
  reading.position = {x->get<double>(), y->get<double>()};
  return {};
}

Result<Reading> mapped_reading(const Place& place) {
  const auto& mapping = place.mapping();
  const auto sent = sent_value(place);
  if (!sent) return fail(sent.error());
  if (mapping.missing_at_or_below && *sent <= *mapping.missing_at_or_below)
    return refuse("no value: the network's number for none");
  if (const auto unit = check_declared(place, mapping.unit, "unit", place.station.unit); !unit)
    return fail(unit.error());
  if (const auto datum = check_declared(place, mapping.datum, "datum", place.station.datum); !datum)
    return fail(datum.error());
  const auto time = sent_time(place);
  if (!time) return fail(time.error());
  const auto si = to_grid(place.station, mapping.scale * *sent + mapping.offset);
  if (!si) return fail(si.error());
  Reading reading = well_formed(place.station, *time, *si, place.received);
  if (const auto numbered = number(place, reading); !numbered) return fail(numbered.error());
  if (const auto located = locate(place, reading); !located) return fail(located.error());
  note_pumping(place, reading);
  return reading;
}

/// Rows to readings. A row that says "none" is no reading; any other fault is the message's.
Result<std::vector<Reading>> read_rows(const Station& station, const std::vector<const Json*>& rows,
                                       Time received) {
  if (rows.empty()) return refuse("no rows");
  if (rows.size() > most_rows)
    return refuse("too many rows: more than " + std::to_string(most_rows));
  std::vector<Reading> readings;
  std::string none;
  for (const Json* row : rows) {
    auto reading = mapped_reading({station, *row, received});
    if (reading)
      readings.push_back(std::move(*reading));
    else if (reading.error().message.starts_with(no_value))
      none = reading.error().message;
    else
      return fail(reading.error());
  }
  if (readings.empty()) return refuse(none);
  return readings;
}

Result<std::vector<Reading>> read_raw(const Station& station, std::string_view payload,
                                      Time received) {
  const auto& mapping = station.mapping;
  std::string bytes(payload);
  if (mapping.format == PayloadFormat::hex) {
    auto decoded = from_hex(payload);
    if (!decoded) return fail(decoded.error());
    bytes = std::move(*decoded);
  }
  const auto sent = decode_bytes(*mapping.layout, bytes);
  if (!sent) return fail(sent.error());
  if (mapping.missing_at_or_below && *sent <= *mapping.missing_at_or_below)
    return refuse("no value: the network's number for none");
  const auto si = to_grid(station, mapping.scale * *sent + mapping.offset);
  if (!si) return fail(si.error());
  return std::vector<Reading>{well_formed(station, received, *si, received)};
}

}  // namespace

Result<std::vector<Reading>> decode_mapped(const Station& station, std::string_view topic,
                                           std::string_view payload, Time received) {
  const auto& mapping = station.mapping;
  if (payload.size() > largest_mapped_payload)
    return refuse("payload too large: more than " + std::to_string(largest_mapped_payload) +
                  " bytes");
  if (mapping.format == PayloadFormat::bytes || mapping.format == PayloadFormat::hex)
    return read_raw(station, payload, received);
  auto json = parse_json(payload, deepest_mapped);
  if (!json) return fail(json.error());
  if (const auto own = check_sender(mapping.format, topic, *json); !own) return fail(own.error());
  std::vector<const Json*> rows;
  if (mapping.format == PayloadFormat::sensorthings) {
    auto observations = observations_of(std::move(*json));
    if (!observations) return fail(observations.error());
    for (const auto& observation : *observations) rows.push_back(&observation);
    return read_rows(station, rows, received);
  }
  if (mapping.rows.empty()) return read_rows(station, {&*json}, received);
  const Json* array = at_pointer(*json, mapping.rows);
  if (array == nullptr || !array->is_array()) return refuse("rows must be an array");
  for (const auto& row : *array) rows.push_back(&row);
  return read_rows(station, rows, received);
}

}  // namespace vandvagt::sensors::detail
