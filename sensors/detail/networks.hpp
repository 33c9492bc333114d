#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sensors/detail/json.hpp"
#include "sensors/mapping.hpp"

namespace vandvagt::sensors::detail {

/// Where a network's own format keeps things, as JSON Pointers; empty: nowhere by itself.
struct Network {
  std::string value, time, raw_payload;
};
const Network& network_of(PayloadFormat format);

/// Whether the message says of itself that it comes from where its topic says: the device of an
/// uplink, the Datastream of an Observation. Simulated uplinks are refused too.
Result<void> check_sender(PayloadFormat format, std::string_view topic, const Json& message);

/// Whether a topic is one of the format's; what to write where it is not.
bool fits_format(PayloadFormat format, std::string_view topic);
std::string topic_of_format(PayloadFormat format);

/// An Observation, a dataArray, or a list of either, as single Observations.
/// (OGC 18-088 SensorThings API 1.1, sections 10 and 13.)
Result<std::vector<Json>> observations_of(Json message);

}  // namespace vandvagt::sensors::detail
