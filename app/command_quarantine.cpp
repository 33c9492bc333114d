#include "app/command_quarantine.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cstdio>
#include <map>
#include <nlohmann/json.hpp>
#include <string_view>

#include "alerts/texts.hpp"
#include "app/exit_code.hpp"
#include "app/open_store.hpp"

namespace vandvagt::app {
namespace {

using sensors::Quarantined;

constexpr std::size_t preview_length = 60;    // characters of a payload in a list
constexpr std::size_t longest_shown = 1'000;  // characters of a topic or reason

/// Fit for a terminal: senders choose topics and payloads, and reasons quote them.
std::string shown(std::string_view text, std::size_t most = longest_shown) {
  return alerts::clean_text(text, most);
}

/// Valid UTF-8 without control characters other than line ends and tabulators.
bool is_text(const std::string& payload) {
  std::string plain = payload;
  for (char& c : plain)
    if (c == '\n' || c == '\r' || c == '\t') c = ' ';
  return alerts::clean_text(plain, plain.size() + 1) == plain;
}

std::string hex(std::string_view bytes) {
  std::string text;
  for (const char c : bytes) text += fmt::format("{:02x}", static_cast<unsigned char>(c));
  return text;
}

/// Sixteen bytes a line: offset, bytes, and those that are printable ASCII.
std::string hex_dump(std::string_view bytes) {
  std::string text;
  for (std::size_t at = 0; at < bytes.size(); at += 16) {
    const auto line = bytes.substr(at, 16);
    std::string numbers, characters;
    for (const char c : line) {
      numbers += " " + hex({&c, 1});
      characters += c >= ' ' && c <= '~' ? c : '.';
    }
    text += fmt::format("{:08x} {:<48}  |{}|\n", at, numbers, characters);
  }
  return text;
}

std::string to_json(const Quarantined& one) {
  nlohmann::ordered_json json{
      {"number", one.number},        {"received", format_time(one.received)},
      {"topic", one.topic},          {"reason", one.reason},
      {"bytes", one.payload.size()}, {"cut", one.payload.size() >= sensors::most_payload_kept}};
  if (is_text(one.payload))
    json["text"] = one.payload;
  else
    json["hex"] = hex(one.payload);
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string size_of(const Quarantined& one) {
  const bool cut = one.payload.size() >= sensors::most_payload_kept;
  return fmt::format("{} bytes{}", one.payload.size(), cut ? ", all that is kept" : "");
}

void print_line(const Quarantined& one) {
  fmt::print("{}  {}  {}  {}  {}: {}\n", one.number, format_time(one.received), shown(one.topic),
             shown(one.reason), size_of(one), shown(one.payload, preview_length));
}

/// How many of each kind, the most frequent first.
void print_reasons(const std::vector<Quarantined>& messages, bool json) {
  struct Kind {
    std::string reason, topic;
    long long count = 0;
    Time newest{};
  };
  std::map<std::pair<std::string, std::string>, Kind> by_name;
  for (const auto& one : messages) {
    auto& kind = by_name[{one.reason, one.topic}];
    if (kind.count++ == 0) kind = {one.reason, one.topic, 1, one.received};  // the newest first
  }
  std::vector<Kind> kinds;
  kinds.reserve(by_name.size());
  for (auto& [name, kind] : by_name) kinds.push_back(std::move(kind));
  std::stable_sort(kinds.begin(), kinds.end(),
                   [](const Kind& a, const Kind& b) { return a.count > b.count; });
  for (const auto& kind : kinds) {
    if (!json) {
      fmt::print("{}  newest {}  {}  {}\n", kind.count, format_time(kind.newest), shown(kind.topic),
                 shown(kind.reason));
      continue;
    }
    const nlohmann::ordered_json object{{"count", kind.count},
                                        {"newest", format_time(kind.newest)},
                                        {"topic", kind.topic},
                                        {"reason", kind.reason}};
    fmt::print("{}\n", object.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
  }
}

Result<std::vector<Quarantined>> read(const QuarantineArguments& arguments) {
  const auto configuration = load_configuration(arguments.configuration, arguments.data);
  if (!configuration) return fail(configuration.error());
  const auto place = place_of_store(*configuration, arguments.configuration, arguments.store);
  if (!place) return fail(place.error());
  if (const auto there = must_exist(*place); !there) return fail(there.error());
  const auto store = sensors::Store::open(*place);
  if (!store) return fail(store.error());
  return store->quarantined(arguments.most, arguments.filter);
}

}  // namespace

int run_quarantine_list(const QuarantineArguments& arguments) {
  QuarantineArguments asked = arguments;
  if (asked.reasons) asked.most = sensors::StoreOptions{}.most_quarantined;
  const auto messages = read(asked);
  if (!messages) return report(messages.error());
  if (asked.reasons) {
    print_reasons(*messages, asked.json);
  } else {
    for (const auto& one : *messages) {
      if (asked.json)
        fmt::print("{}\n", to_json(one));
      else
        print_line(one);
    }
  }
  if (messages->empty()) fmt::print(stderr, "no such message is in quarantine\n");
  if (messages->size() == static_cast<std::size_t>(asked.most))
    fmt::print(stderr, "the newest {}; there may be more\n", asked.most);
  return static_cast<int>(ExitCode::ok);
}

int run_quarantine_show(const QuarantineArguments& arguments) {
  const auto messages = read(arguments);
  if (!messages) return report(messages.error());
  if (messages->empty())
    return report({ErrorCode::invalid_input,
                   fmt::format("message {} is not in quarantine; `vandvagt quarantine list` names "
                               "those that are",
                               arguments.filter.number.value_or(0))});
  const auto& one = messages->front();
  if (arguments.raw) {
    const auto written = std::fwrite(one.payload.data(), 1, one.payload.size(), stdout);
    if (written != one.payload.size() || std::fflush(stdout) != 0)
      return report({ErrorCode::io, "the payload cannot be written; see whether there is room"});
  } else if (arguments.json) {
    fmt::print("{}\n", to_json(one));
  } else {
    fmt::print("number    {}\nreceived  {}\ntopic     {}\nreason    {}\npayload   {}\n\n",
               one.number, format_time(one.received), shown(one.topic), shown(one.reason),
               size_of(one));
    fmt::print("{}", is_text(one.payload) ? one.payload + "\n" : hex_dump(one.payload));
  }
  return static_cast<int>(ExitCode::ok);
}

}  // namespace vandvagt::app
