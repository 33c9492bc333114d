#include "sensors/decode.hpp"

#include <array>
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>

namespace vandvagt::sensors {
namespace {

using Json = nlohmann::json;

constexpr int deepest = 4;
// Beyond it neighbouring integers are one number in many senders' JSON (RFC 8259, section 6).
constexpr std::int64_t largest_integer = (std::int64_t{1} << 53) - 1;

tl::unexpected<Error> refuse(std::string reason) {
  return fail(ErrorCode::invalid_input, std::move(reason));
}

// Texts of senders go into reasons, which are shown: short, and nothing but printable ASCII.
std::string shown(std::string_view text) {
  std::string out = "\"";
  for (const char c : text.substr(0, 80)) out += c >= ' ' && c <= '~' ? c : '?';
  return out + "\"";
}

// Why text is not JSON; asked only after parsing has failed.
class WhyNot : public nlohmann::json_sax<Json> {
 public:
  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_integer(number_integer_t) override { return true; }
  bool number_unsigned(number_unsigned_t) override { return true; }
  bool number_float(number_float_t, const string_t&) override { return true; }
  bool string(string_t&) override { return true; }
  bool binary(binary_t&) override { return true; }
  bool start_object(std::size_t) override { return true; }
  bool key(string_t&) override { return true; }
  bool end_object() override { return true; }
  bool start_array(std::size_t) override { return true; }
  bool end_array() override { return true; }
  bool parse_error(std::size_t position, const std::string&,
                   const nlohmann::detail::exception& e) override {
    constexpr int number_overflow = 406;
    reason = (e.id == number_overflow ? "number out of range: at byte " : "not JSON: at byte ") +
             std::to_string(position);
    return false;
  }
  std::string reason = "not JSON";
};

Result<Json> parse(std::string_view payload) {
  std::string fault;
  std::vector<std::set<std::string>> keys;
  const auto watch = [&](int depth, Json::parse_event_t event, Json& parsed) {
    using Event = Json::parse_event_t;
    if ((event == Event::object_start || event == Event::array_start) && depth >= deepest &&
        fault.empty())
      fault = "nested too deep: more than " + std::to_string(deepest) + " levels";
    if (event == Event::object_start) keys.emplace_back();
    if (event == Event::object_end) keys.pop_back();
    if (event == Event::key && !keys.back().insert(parsed.get<std::string>()).second &&
        fault.empty())
      fault = "key given twice: " + shown(parsed.get<std::string>());
    return true;
  };
  auto json = Json::parse(payload.begin(), payload.end(), watch, false);
  if (json.is_discarded()) {
    WhyNot why;
    Json::sax_parse(payload.begin(), payload.end(), &why);
    return refuse(why.reason);
  }
  if (!fault.empty()) return refuse(fault);
  if (!json.is_object()) return refuse("not a JSON object");
  return json;
}

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

Result<std::int64_t> counter(const Json& json, const char* what) {
  if (!json.is_number_integer()) return refuse(std::string(what) + " is not an integer");
  const bool in_range = json.is_number_unsigned()
                            ? json.get<std::uint64_t>() <= std::uint64_t{largest_integer}
                            : json.get<std::int64_t>() >= 0;
  if (!in_range) return refuse(std::string(what) + " out of range");
  return json.get<std::int64_t>();
}

// The parts of one reading, wherever in the message they stand; nullptr: not given.
struct Parts {
  const Json *session = nullptr, *sequence = nullptr, *time = nullptr, *value = nullptr;
};

Result<Reading> reading_of(const Parts& parts, const Station& station, Time received) {
  Reading reading{.station = station.id, .parameter = station.parameter, .received = received};
  if (parts.time == nullptr || !parts.time->is_string()) return refuse("time missing");
  const auto time = parse_time(parts.time->get_ref<const std::string&>());
  if (!time) return refuse("impossible time: " + shown(parts.time->get<std::string>()));
  reading.time = *time;
  if (parts.value == nullptr) return refuse("value missing");
  if (!parts.value->is_number()) return refuse("value is not a number");
  const auto si = to_si(parts.value->get<double>(), station.unit, dimension(station.parameter));
  if (!si) return refuse(si.error().message);
  reading.value = *si + (needs_datum(station.parameter) ? station.datum_offset : 0.0);
  if (!std::isfinite(reading.value)) return refuse("value is not finite");
  if ((parts.session == nullptr) != (parts.sequence == nullptr))
    return refuse("session and seq come together or not at all");
  if (parts.session != nullptr) {
    const auto session = counter(*parts.session, "session");
    if (!session) return fail(session.error());
    const auto sequence = counter(*parts.sequence, "seq");
    if (!sequence) return fail(sequence.error());
    reading.session = *session;
    reading.sequence = *sequence;
  }
  reading.quality[QcTest::syntax] = Flag::pass;
  return reading;
}

const Json* find(const Json& json, const char* key) {
  const auto found = json.find(key);
  return found == json.end() ? nullptr : &*found;
}

using Readings = std::vector<Reading>;

Result<Readings> batch_of(const Json& json, const Station& station, Time received) {
  const Json *cols = find(json, "cols"), *rows = find(json, "rows");
  if (cols == nullptr || rows == nullptr || !cols->is_array() || !rows->is_array())
    return refuse("cols and rows must be arrays");
  if (find(json, "value") != nullptr || find(json, "t") != nullptr)
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
    auto reading = reading_of({find(json, "session"), cell("seq"), cell("t"), cell("value")},
                              station, received);
    if (!reading) return fail(reading.error());
    readings.push_back(std::move(*reading));
  }
  return readings;
}

}  // namespace

Result<Readings> decode(const Catalogue& catalogue, std::string_view topic,
                        std::string_view payload, Time received) {
  const auto station = station_of(catalogue, topic);
  if (!station) return fail(station.error());
  if (payload.size() > largest_payload)
    return refuse("payload too large: more than " + std::to_string(largest_payload) + " bytes");
  const auto json = parse(payload);
  if (!json) return fail(json.error());
  if (const auto declared = check_unit_and_datum(*json, **station); !declared)
    return fail(declared.error());
  if (json->contains("rows") || json->contains("cols")) return batch_of(*json, **station, received);
  auto reading = reading_of(
      {find(*json, "session"), find(*json, "seq"), find(*json, "t"), find(*json, "value")},
      **station, received);
  if (!reading) return fail(reading.error());
  return Readings{std::move(*reading)};
}

}  // namespace vandvagt::sensors
