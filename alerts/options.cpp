#include "alerts/options.hpp"

#include <array>

namespace vandvagt::alerts {
namespace {

std::string topic_base(const Options& options) {
  switch (options.status) {
    case MessageStatus::exercise:
      return options.topic_prefix + "/exercise/warn/";
    case MessageStatus::test:
      return options.topic_prefix + "/test/warn/";
    default:
      return options.topic_prefix + "/warn/";
  }
}

}  // namespace

std::string status_word(MessageStatus status) {
  constexpr std::array names = {"Actual", "Exercise", "Test"};
  return names.at(static_cast<std::size_t>(status));
}

Issuer issuer(const Options& options) {
  std::string prefix = options.identifier_prefix;
  if (options.status == MessageStatus::exercise) prefix += "-exercise";
  if (options.status == MessageStatus::test) prefix += "-test";
  return {options.sender, prefix};
}

std::string cap_topic(const Options& options, const std::string& area) {
  return topic_base(options) + area + "/cap";
}
std::string state_topic(const Options& options, const std::string& area) {
  return topic_base(options) + area + "/state";
}
std::string index_topic(const Options& options, const std::string& area) {
  return topic_base(options) + area + "/index";
}
std::string subscription(const Options& options) {
  return topic_base(options) + "+/+";
}

}  // namespace vandvagt::alerts
