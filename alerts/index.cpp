#include "alerts/index.hpp"

#include <nlohmann/json.hpp>

namespace vandvagt::alerts {

using nlohmann::json;

std::string index_json(const std::string& area, const std::vector<MessageHead>& messages) {
  json rows = json::array();
  const auto first = messages.size() > most_in_index ? messages.size() - most_in_index : 0;
  for (std::size_t i = first; i < messages.size(); ++i) {
    const auto& message = messages[i];
    rows.push_back({{"cap_id", message.identifier},
                    {"incident", message.incident},
                    {"revision", message.revision},
                    {"sent", format_time(message.sent)},
                    {"expires", format_time(message.expires)}});
  }
  return json{{"area", area}, {"messages", std::move(rows)}}.dump(-1, ' ', false,
                                                                  json::error_handler_t::replace);
}

Result<std::vector<MessageHead>> parse_index(const std::string& area, std::string_view text) {
  try {
    const auto index = json::parse(text);
    std::vector<MessageHead> messages;
    for (const auto& row : index.at("messages")) {
      MessageHead head{.identifier = row.at("cap_id").get<std::string>(),
                       .area = area,
                       .incident = row.at("incident").get<std::string>(),
                       .revision = row.at("revision").get<int>(),
                       .sent = {},
                       .expires = {}};
      const auto sent = parse_time(row.at("sent").get<std::string>());
      const auto expires = parse_time(row.at("expires").get<std::string>());
      if (!sent || !expires) return fail(sent ? expires.error() : sent.error());
      head.sent = *sent;
      head.expires = *expires;
      messages.push_back(std::move(head));
      if (messages.size() > most_in_index)
        return fail(ErrorCode::invalid_input, "area \"" + area + "\": its index has no end");
    }
    return messages;
  } catch (const json::exception& error) {
    return fail(ErrorCode::invalid_input,
                "area \"" + area + "\": its index is not readable: " + error.what());
  }
}

Result<void> publish_indexes(const Outbox& outbox, const Options& options, const Sink& sink,
                             Time now, std::set<std::string>& areas) {
  while (!areas.empty()) {
    const std::string area = *areas.begin();
    const auto messages = outbox.settled_since(area, now - kept_after_end);
    if (!messages) return fail(messages.error());
    if (!sink(index_topic(options, area), index_json(area, *messages), true)) return {};
    areas.erase(area);
  }
  return {};
}

}  // namespace vandvagt::alerts
