#include "watch/heartbeat.hpp"

#include <nlohmann/json.hpp>

namespace vandvagt::watch {

std::string to_json(const Heartbeat& heartbeat) {
  nlohmann::ordered_json json{{"t", format_time(heartbeat.time)},
                              {"last_run", nullptr},
                              {"last_eval", nullptr},
                              {"degraded", heartbeat.degraded}};
  if (heartbeat.last_run) json["last_run"] = format_time(*heartbeat.last_run);
  if (heartbeat.last_evaluation) json["last_eval"] = format_time(*heartbeat.last_evaluation);
  if (!heartbeat.instance.empty()) json["instance"] = heartbeat.instance;
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

messaging::Will last_will(const messaging::Topics& topics, Time now) {
  return {.topic = topics.heartbeat(),
          .payload = R"({"t":")" + format_time(now) + R"(","dead":true,"degraded":["dead"]})",
          .retained = true};
}

}  // namespace vandvagt::watch
