#include "sensors/encode.hpp"

#include <fmt/format.h>

#include "sensors/decode.hpp"
#include "sensors/detail/payload.hpp"

namespace vandvagt::sensors {
namespace {

constexpr std::size_t room_for_the_rest = 512;  // of a batch beside its rows

bool numbered(const Reading& reading) {
  return reading.session && reading.sequence;
}

std::string tail(const Station& station) {
  std::string text = ",\"unit\":" + detail::json_text(station.unit);
  if (!station.datum.empty()) text += ",\"datum\":" + detail::json_text(station.datum);
  return text + "}";
}

std::string row(const Station& station, const Reading& reading) {
  const auto t_and_value = fmt::format("\"{}\",{}", format_time(reading.time),
                                       detail::value_text(station, reading.value));
  return numbered(reading) ? fmt::format("[{},{}]", *reading.sequence, t_and_value)
                           : fmt::format("[{}]", t_and_value);
}

}  // namespace

std::string encode(const Station& station, const Reading& reading) {
  std::string text = "{";
  if (numbered(reading))
    text += fmt::format("\"session\":{},\"seq\":{},", *reading.session, *reading.sequence);
  return text +
         fmt::format("\"t\":\"{}\",\"value\":{}", format_time(reading.time),
                     detail::value_text(station, reading.value)) +
         tail(station);
}

std::vector<std::string> encode_batches(const Station& station, std::span<const Reading> readings) {
  std::vector<std::string> batches;
  for (std::size_t i = 0; i < readings.size();) {
    const Reading& first = readings[i];
    std::string text =
        numbered(first)
            ? fmt::format("{{\"session\":{},\"cols\":[\"seq\",\"t\",\"value\"]", *first.session)
            : std::string("{\"cols\":[\"t\",\"value\"]");
    text += ",\"rows\":[";
    std::size_t rows = 0;
    for (; i < readings.size() && rows < most_rows; ++i, ++rows) {
      if (numbered(readings[i]) != numbered(first) || readings[i].session != first.session) break;
      const std::string next = row(station, readings[i]);
      if (text.size() + next.size() + room_for_the_rest > largest_payload) break;
      text += (rows > 0 ? "," : "") + next;
    }
    batches.push_back(text + "]" + tail(station));
  }
  return batches;
}

}  // namespace vandvagt::sensors
