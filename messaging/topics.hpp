#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/result.hpp"

namespace vandvagt::messaging {

/// One level of a topic: 1 to 64 lower-case letters, digits and dashes, neither first nor last a
/// dash.
bool valid_name(std::string_view name);

/// Fit to be published on: not empty, at most 65,535 bytes, no wildcard and no NUL.
bool valid_topic(std::string_view topic);

/// `<prefix>/obs/<operator>/<station>/<parameter>`
struct ObservationTopic {
  std::string op, station, parameter;
  bool operator==(const ObservationTopic&) const = default;
};

/// `<prefix>/status/<operator>/<station>`
struct StatusTopic {
  std::string op, station;
  bool operator==(const StatusTopic&) const = default;
};

/// `<prefix>/receipt/<subscriber>/<cap_id>`
struct ReceiptTopic {
  std::string subscriber, cap_id;
  bool operator==(const ReceiptTopic&) const = default;
};

/// `<prefix>/request/<subscriber>/<cap_id>`
struct RequestTopic {
  std::string subscriber, cap_id;
  bool operator==(const RequestTopic&) const = default;
};

/// The topics of docs/interfaces.md below a configurable prefix. Arguments are names that the
/// configuration has validated (`valid_name`); a CAP identifier may also hold capitals, dots and
/// underscores. `Client::publish` refuses whatever is not a topic.
class Topics {
 public:
  /// Error{invalid_input} unless every level of the prefix is a valid name.
  static Result<Topics> make(std::string prefix = "vv/v1");

  std::string observation(std::string_view op, std::string_view station,
                          std::string_view parameter) const;
  std::string ack(std::string_view op, std::string_view station) const;
  std::string status(std::string_view op, std::string_view station) const;
  std::string latest(std::string_view op, std::string_view station,
                     std::string_view parameter) const;
  std::string warning_cap(std::string_view area) const;
  std::string warning_state(std::string_view area) const;
  std::string receipt(std::string_view subscriber, std::string_view cap_id) const;
  /// A subscriber asks for a message that it lacks, and hears it, on topics of its own.
  std::string request(std::string_view subscriber, std::string_view cap_id) const;
  std::string answer(std::string_view subscriber, std::string_view area) const;
  /// A message that nobody has confirmed goes to the next one in the list.
  std::string escalation(std::string_view subscriber, std::string_view area) const;
  std::string run_status(std::string_view model) const;
  std::string heartbeat() const;

  /// Filters to subscribe to: every operator's readings and statuses, every warning, every receipt.
  std::string all_observations() const;
  std::string all_statuses() const;
  std::string all_warnings() const;
  std::string all_receipts() const;
  std::string all_requests() const;

  /// The names in a topic of that kind; nothing for any other topic or an invalid name in it.
  std::optional<ObservationTopic> parse_observation(std::string_view topic) const;
  std::optional<StatusTopic> parse_status(std::string_view topic) const;
  std::optional<std::string> parse_run_status(std::string_view topic) const;  // the model
  std::optional<ReceiptTopic> parse_receipt(std::string_view topic) const;
  std::optional<RequestTopic> parse_request(std::string_view topic) const;

  const std::string& prefix() const { return prefix_; }

 private:
  explicit Topics(std::string prefix) : prefix_(std::move(prefix)) {}
  std::string prefix_;
};

}  // namespace vandvagt::messaging
