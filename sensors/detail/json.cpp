#include "sensors/detail/json.hpp"

#include <charconv>
#include <cmath>
#include <set>
#include <vector>

namespace vandvagt::sensors::detail {
namespace {

// Beyond it neighbouring integers are one number in many senders' JSON (RFC 8259, section 6).
constexpr std::int64_t largest_integer = (std::int64_t{1} << 53) - 1;

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

}  // namespace

tl::unexpected<Error> refuse(std::string reason) {
  return fail(ErrorCode::invalid_input, std::move(reason));
}

std::string shown(std::string_view text) {
  std::string out = "\"";
  for (const char c : text.substr(0, 80)) out += c >= ' ' && c <= '~' ? c : '?';
  return out + "\"";
}

Result<Json> parse_json(std::string_view text, int deepest) {
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
  auto json = Json::parse(text.begin(), text.end(), watch, false);
  if (json.is_discarded()) {
    WhyNot why;
    Json::sax_parse(text.begin(), text.end(), &why);
    return refuse(why.reason);
  }
  if (!fault.empty()) return refuse(fault);
  return json;
}

const Json* member(const Json& json, const char* key) {
  if (!json.is_object()) return nullptr;
  const auto found = json.find(key);
  return found == json.end() ? nullptr : &*found;
}

const Json* at_pointer(const Json& json, const std::string& pointer) {
  if (pointer.empty()) return nullptr;
  const Json::json_pointer path(pointer);  // a Catalogue holds none that is not sound
  return json.contains(path) ? &json.at(path) : nullptr;
}

Result<std::int64_t> counter_of(const Json& json, const char* what) {
  if (!json.is_number_integer()) return refuse(std::string(what) + " is not an integer");
  const bool in_range = json.is_number_unsigned()
                            ? json.get<std::uint64_t>() <= std::uint64_t{largest_integer}
                            : json.get<std::int64_t>() >= 0;
  if (!in_range) return refuse(std::string(what) + " out of range");
  return json.get<std::int64_t>();
}

Result<double> parse_number(std::string_view text) {
  double number = 0.0;
  const char* begin = text.data();
  const char* end = begin + text.size();
  if (!text.empty() && *begin == '+') ++begin;
  const auto [stop, problem] = std::from_chars(begin, end, number);
  if (problem != std::errc{} || stop != end || !std::isfinite(number))
    return refuse("value is not a number: " + shown(text));
  return number;
}

Result<double> number_of(const Json* json, bool text_allowed) {
  if (json == nullptr) return refuse("value missing");
  if (text_allowed && json->is_string()) return parse_number(json->get_ref<const std::string&>());
  if (!json->is_number()) return refuse("value is not a number");
  const double number = json->get<double>();
  if (!std::isfinite(number)) return refuse("value is not finite");
  return number;
}

Result<double> to_grid(const Station& station, double value) {
  auto si = to_si(value, station.unit, dimension(station.parameter));
  if (!si) return refuse(si.error().message);
  if (needs_datum(station.parameter)) *si += station.datum_offset;
  if (!std::isfinite(*si)) return refuse("value is not finite");
  return si;
}

Reading well_formed(const Station& station, Time time, double si, Time received) {
  Reading reading{.station = station.id, .parameter = station.parameter, .received = received};
  reading.time = time;
  reading.value = si;
  reading.quality[QcTest::syntax] = Flag::pass;
  return reading;
}

}  // namespace vandvagt::sensors::detail
