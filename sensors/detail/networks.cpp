#include "sensors/detail/networks.hpp"

#include "sensors/decode.hpp"

namespace vandvagt::sensors::detail {
namespace {

constexpr std::string_view datastream_head = "Datastreams(";
constexpr std::string_view datastream_tail = ")/Observations";

std::vector<std::string_view> levels_of(std::string_view topic) {
  std::vector<std::string_view> levels;
  while (true) {
    const auto slash = topic.find('/');
    levels.push_back(topic.substr(0, slash));
    if (slash == std::string_view::npos) return levels;
    topic.remove_prefix(slash + 1);
  }
}

std::string text_at(const Json& json, const char* pointer) {
  const Json* found = at_pointer(json, pointer);
  return found != nullptr && found->is_string() ? found->get<std::string>() : std::string{};
}

Result<void> other_sender(const std::string& said) {
  return refuse("sent for another: the message says " + shown(said) + ", not what its topic does");
}

// v3/{application}@{tenant}/devices/{device}/up
Result<void> check_ttn(std::string_view topic, const Json& message) {
  const auto levels = levels_of(topic);
  const auto device = text_at(message, "/end_device_ids/device_id");
  const auto application = text_at(message, "/end_device_ids/application_ids/application_id");
  if (levels[3] != device) return other_sender(device);
  if (levels[1].substr(0, levels[1].find('@')) != application) return other_sender(application);
  const Json* simulated = member(message, "simulated");
  if (simulated != nullptr && *simulated == true) return refuse("simulated uplink");
  return {};
}

// application/{application}/device/{devEui}/event/up
Result<void> check_chirpstack(std::string_view topic, const Json& message) {
  const auto levels = levels_of(topic);
  const auto device = text_at(message, "/deviceInfo/devEui");
  const auto application = text_at(message, "/deviceInfo/applicationId");
  if (levels[3] != device) return other_sender(device);
  if (levels[1] != application) return other_sender(application);
  return {};
}

std::string_view datastream_of(std::string_view topic) {
  const auto head = topic.rfind(datastream_head);
  if (head == std::string_view::npos || !topic.ends_with(datastream_tail)) return {};
  const auto begin = head + datastream_head.size();
  if (topic.size() < begin + datastream_tail.size()) return {};
  auto id = topic.substr(begin, topic.size() - begin - datastream_tail.size());
  if (id.size() >= 2 && id.front() == '\'' && id.back() == '\'') id = id.substr(1, id.size() - 2);
  return id;
}

Result<void> check_datastream(std::string_view topic, const Json& message) {
  if (message.is_array()) {
    for (const auto& item : message)
      if (auto own = check_datastream(topic, item); !own) return own;
    return {};
  }
  const Json* id = at_pointer(message, "/Datastream/@iot.id");
  if (id == nullptr) return {};  // the topic alone says it
  const auto said = id->is_string() ? id->get<std::string>() : id->dump();
  return said == datastream_of(topic) ? Result<void>{} : other_sender(said);
}

Result<void> add_data_array(const Json& group, std::vector<Json>& observations) {
  const Json* components = member(group, "components");
  const Json* rows = member(group, "dataArray");
  if (components == nullptr || rows == nullptr || !components->is_array() || !rows->is_array())
    return refuse("components and dataArray must be arrays");
  for (const auto& component : *components)
    if (!component.is_string()) return refuse("components must be names");
  if (rows->size() + observations.size() > most_rows)
    return refuse("too many rows: more than " + std::to_string(most_rows));
  for (const auto& row : *rows) {
    if (!row.is_array() || row.size() != components->size())
      return refuse("row of another length than components");
    Json observation = Json::object();
    for (std::size_t i = 0; i < row.size(); ++i) {
      const auto& name = (*components)[i].get_ref<const std::string&>();
      if (observation.contains(name)) return refuse("components must be different names");
      observation[name] = row[i];
    }
    observations.push_back(std::move(observation));
  }
  return {};
}

}  // namespace

const Network& network_of(PayloadFormat format) {
  static const Network none;
  static const Network sensorthings{"/result", "/phenomenonTime", ""};
  static const Network ttn{"", "/uplink_message/received_at", "/uplink_message/frm_payload"};
  static const Network chirpstack{"", "/time", "/data"};
  switch (format) {
    case PayloadFormat::sensorthings:
      return sensorthings;
    case PayloadFormat::ttn:
      return ttn;
    case PayloadFormat::chirpstack:
      return chirpstack;
    default:
      return none;
  }
}

Result<void> check_sender(PayloadFormat format, std::string_view topic, const Json& message) {
  switch (format) {
    case PayloadFormat::sensorthings:
      return check_datastream(topic, message);
    case PayloadFormat::ttn:
      return check_ttn(topic, message);
    case PayloadFormat::chirpstack:
      return check_chirpstack(topic, message);
    default:
      return {};
  }
}

bool fits_format(PayloadFormat format, std::string_view topic) {
  const auto levels = levels_of(topic);
  switch (format) {
    case PayloadFormat::sensorthings:
      return !datastream_of(topic).empty();
    case PayloadFormat::ttn:
      return levels.size() == 5 && levels[0] == "v3" && levels[2] == "devices" && levels[4] == "up";
    case PayloadFormat::chirpstack:
      return levels.size() == 6 && levels[0] == "application" && levels[2] == "device" &&
             levels[4] == "event" && levels[5] == "up";
    default:
      return true;
  }
}

std::string topic_of_format(PayloadFormat format) {
  switch (format) {
    case PayloadFormat::sensorthings:
      return "v1.1/Datastreams(<id>)/Observations";
    case PayloadFormat::ttn:
      return "v3/<application>@<tenant>/devices/<device>/up";
    case PayloadFormat::chirpstack:
      return "application/<application>/device/<devEui>/event/up";
    default:
      return "a topic in full";
  }
}

Result<std::vector<Json>> observations_of(Json message) {
  std::vector<Json> observations;
  const auto add = [&](Json item) -> Result<void> {
    if (!item.is_object()) return refuse("an Observation is not an object");
    if (item.contains("dataArray")) return add_data_array(item, observations);
    observations.push_back(std::move(item));
    return {};
  };
  if (!message.is_array()) {
    if (auto added = add(std::move(message)); !added) return fail(added.error());
    return observations;
  }
  if (message.size() > most_rows)
    return refuse("too many rows: more than " + std::to_string(most_rows));
  for (auto& item : message)
    if (auto added = add(std::move(item)); !added) return fail(added.error());
  return observations;
}

}  // namespace vandvagt::sensors::detail
