#include "messaging/topics.hpp"

#include <algorithm>
#include <array>
#include <initializer_list>

namespace vandvagt::messaging {
namespace {

constexpr std::size_t longest_name = 64;
constexpr std::size_t longest_topic = 65'535;  // MQTT 3.1.1, 1.5.3

bool lower_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

// CAP identifiers are OIDs or URNs made fit for a topic: letters, digits, dots, dashes,
// underscores.
bool valid_cap_id(std::string_view id) {
  return !id.empty() && id.size() <= 4 * longest_name &&
         std::all_of(id.begin(), id.end(), [](char c) {
           return lower_or_digit(c) || (c >= 'A' && c <= 'Z') || c == '.' || c == '-' || c == '_';
         });
}

std::string join(const std::string& prefix, std::initializer_list<std::string_view> levels) {
  std::string topic = prefix;
  for (const auto level : levels) topic.append("/").append(level);
  return topic;
}

// The levels of `topic` after `<prefix>/<kind>/`, where there are exactly N of them.
template <std::size_t N>
std::optional<std::array<std::string_view, N>> levels_after(std::string_view topic,
                                                            std::string_view prefix,
                                                            std::string_view kind) {
  const auto take = [&topic](std::string_view start) {
    if (!topic.starts_with(start)) return false;
    topic.remove_prefix(start.size());
    return true;
  };
  if (!take(prefix) || !take("/") || !take(kind) || !take("/")) return std::nullopt;
  std::array<std::string_view, N> levels;
  for (std::size_t i = 0; i < N; ++i) {
    const auto slash = topic.find('/');
    if ((slash == std::string_view::npos) != (i + 1 == N)) return std::nullopt;
    levels[i] = topic.substr(0, slash);
    if (i + 1 < N) topic.remove_prefix(slash + 1);
  }
  return levels;
}

}  // namespace

bool valid_name(std::string_view name) {
  return !name.empty() && name.size() <= longest_name && name.front() != '-' &&
         name.back() != '-' && std::all_of(name.begin(), name.end(), [](char c) {
           return lower_or_digit(c) || c == '-';
         });
}

bool valid_topic(std::string_view topic) {
  return !topic.empty() && topic.size() <= longest_topic &&
         topic.find_first_of(std::string_view("+#\0", 3)) == std::string_view::npos;
}

Result<Topics> Topics::make(std::string prefix) {
  std::string_view rest = prefix;
  while (true) {
    const auto slash = rest.find('/');
    if (!valid_name(rest.substr(0, slash)))
      return fail(ErrorCode::invalid_input,
                  "topic prefix \"" + prefix +
                      "\": every level must be lower-case letters, digits and dashes, as in vv/v1");
    if (slash == std::string_view::npos) return Topics(std::move(prefix));
    rest.remove_prefix(slash + 1);
  }
}

std::string Topics::observation(std::string_view op, std::string_view station,
                                std::string_view parameter) const {
  return join(prefix_, {"obs", op, station, parameter});
}
std::string Topics::ack(std::string_view op, std::string_view station) const {
  return join(prefix_, {"ack", op, station});
}
std::string Topics::status(std::string_view op, std::string_view station) const {
  return join(prefix_, {"status", op, station});
}
std::string Topics::latest(std::string_view op, std::string_view station,
                           std::string_view parameter) const {
  return join(prefix_, {"latest", op, station, parameter});
}
std::string Topics::warning_cap(std::string_view area) const {
  return join(prefix_, {"warn", area, "cap"});
}
std::string Topics::warning_state(std::string_view area) const {
  return join(prefix_, {"warn", area, "state"});
}
std::string Topics::receipt(std::string_view subscriber, std::string_view cap_id) const {
  return join(prefix_, {"receipt", subscriber, cap_id});
}
std::string Topics::request(std::string_view subscriber, std::string_view cap_id) const {
  return join(prefix_, {"request", subscriber, cap_id});
}
std::string Topics::answer(std::string_view subscriber, std::string_view area) const {
  return join(prefix_, {"answer", subscriber, area, "cap"});
}
std::string Topics::escalation(std::string_view subscriber, std::string_view area) const {
  return join(prefix_, {"escalation", subscriber, area, "cap"});
}
std::string Topics::run_status(std::string_view model) const {
  return join(prefix_, {"run", model, "status"});
}
std::string Topics::heartbeat() const {
  return join(prefix_, {"sys", "heartbeat"});
}

std::string Topics::all_observations() const {
  return join(prefix_, {"obs", "+", "+", "+"});
}
std::string Topics::all_statuses() const {
  return join(prefix_, {"status", "+", "+"});
}
std::string Topics::all_warnings() const {
  return join(prefix_, {"warn", "+", "+"});
}
std::string Topics::all_receipts() const {
  return join(prefix_, {"receipt", "+", "+"});
}

std::string Topics::all_requests() const {
  return join(prefix_, {"request", "+", "+"});
}

std::optional<ObservationTopic> Topics::parse_observation(std::string_view topic) const {
  const auto levels = levels_after<3>(topic, prefix_, "obs");
  if (!levels || !std::all_of(levels->begin(), levels->end(), valid_name)) return std::nullopt;
  return ObservationTopic{std::string((*levels)[0]), std::string((*levels)[1]),
                          std::string((*levels)[2])};
}

std::optional<StatusTopic> Topics::parse_status(std::string_view topic) const {
  const auto levels = levels_after<2>(topic, prefix_, "status");
  if (!levels || !std::all_of(levels->begin(), levels->end(), valid_name)) return std::nullopt;
  return StatusTopic{std::string((*levels)[0]), std::string((*levels)[1])};
}

std::optional<std::string> Topics::parse_run_status(std::string_view topic) const {
  const auto levels = levels_after<2>(topic, prefix_, "run");
  if (!levels || !valid_name((*levels)[0]) || (*levels)[1] != "status") return std::nullopt;
  return std::string((*levels)[0]);
}

std::optional<ReceiptTopic> Topics::parse_receipt(std::string_view topic) const {
  const auto levels = levels_after<2>(topic, prefix_, "receipt");
  if (!levels || !valid_name((*levels)[0]) || !valid_cap_id((*levels)[1])) return std::nullopt;
  return ReceiptTopic{std::string((*levels)[0]), std::string((*levels)[1])};
}

std::optional<RequestTopic> Topics::parse_request(std::string_view topic) const {
  const auto levels = levels_after<2>(topic, prefix_, "request");
  if (!levels || !valid_name((*levels)[0]) || !valid_cap_id((*levels)[1])) return std::nullopt;
  return RequestTopic{std::string((*levels)[0]), std::string((*levels)[1])};
}

}  // namespace vandvagt::messaging
