#include <algorithm>
#include <charconv>

#include "config/detail/parts.hpp"
#include "messaging/topics.hpp"

namespace vandvagt::config {
namespace {

/// `127.0.0.1:8080` or `[::1]:8080`
bool read_listen(const std::string& text, web::Options& options) {
  const auto colon = text.rfind(':');
  if (colon == std::string::npos) return false;
  std::string address = text.substr(0, colon);
  if (address.size() > 2 && address.front() == '[' && address.back() == ']')
    address = address.substr(1, address.size() - 2);
  const char* const end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data() + colon + 1, end, options.port);
  options.address = address;
  return error == std::errc{} && stopped == end && options.port >= 0 && options.port <= 65535;
}

void check_url(Section& section, const std::string& key, std::string& url) {
  if (url.empty()) return;
  while (url.ends_with('/')) url.pop_back();
  if (url.rfind("http://", 0) != 0 && url.rfind("https://", 0) != 0)
    section.fault(key, "\"" + url + "\" is no address of the web", "write https://host/path");
}

void read_milliseconds(Section& section, const char* key, std::chrono::milliseconds& value) {
  Duration given = value;
  section.duration(key, given);
  value = std::chrono::ceil<std::chrono::milliseconds>(given);
}

void read_count(Section& section, const char* key, std::size_t& value) {
  int given = static_cast<int>(value);
  section.whole(key, given, {.at_least = 1.0});
  value = static_cast<std::size_t>(given);
}

void read_web(Section& top, Configuration& configuration) {
  top.table("web", [&](Section& section) {
    web::Options options;
    std::string listen;
    section.require("listen", "say where the feed is served, e.g. \"127.0.0.1:8080\"");
    section.text("listen", listen);
    section.text("base_url", options.base_url);
    section.text("title", options.title);
    read_count(section, "most_connections", options.most_connections);
    read_count(section, "most_per_address", options.most_per_address);
    read_milliseconds(section, "read_timeout", options.read_timeout);
    read_milliseconds(section, "write_timeout", options.write_timeout);
    if (!section.present()) return;
    if (!listen.empty() && !read_listen(listen, options))
      section.fault("listen", "\"" + listen + "\" is no address with a port",
                    "write 127.0.0.1:8080 or [::1]:8080");
    check_url(section, "base_url", options.base_url);
    configuration.web = options;
  });
}

void read_escalation(Section& top, Configuration& configuration) {
  top.table("escalation", [&](Section& section) {
    auto& escalation = configuration.reach.escalation;
    section.require("subscribers", "name those who must confirm, in order");
    section.texts("subscribers", escalation.subscribers);
    section.duration("after", escalation.after);
    for (const auto& name : escalation.subscribers)
      if (!messaging::valid_name(name))
        section.fault("subscribers", "\"" + name + "\" is no level of a topic",
                      "use lower-case letters, digits and dashes");
  });
}

void read_hook(Section& top, Configuration& configuration) {
  top.table("hook", [&](Section& section) {
    auto& hook = configuration.reach.hook;
    section.require("command", "give the program and its arguments, as a list");
    section.texts("command", hook.command);
    read_milliseconds(section, "time_limit", hook.time_limit);
    section.duration("retry_first", hook.backoff.first);
    section.duration("retry_most", hook.backoff.most);
    for (const auto& name : watch::unknown_placeholders(hook.command))
      section.fault("command", "{" + name + "} is not known",
                    "use {identifier}, {incident}, {revision}, {area}, {level}, {severity}, "
                    "{status}, {type} or {headline}");
  });
}

void read_wis2(Section& top, Configuration& configuration) {
  top.table("wis2", [&](Section& section) {
    auto& wis2 = configuration.reach.wis2;
    section.require("topic", "name the topic, origin/a/wis2/<centre>/data/core/weather/...");
    section.text("topic", wis2.topic);
    section.text("base_url", wis2.base_url);
    if (!section.present()) return;
    if (wis2.base_url.empty() && configuration.web) wis2.base_url = configuration.web->base_url;
    check_url(section, "base_url", wis2.base_url);
    if (!messaging::valid_topic(wis2.topic) || wis2.topic.rfind("origin/a/wis2/", 0) != 0)
      section.fault("topic", "\"" + wis2.topic + "\" is no topic of WIS2",
                    "begin with origin/a/wis2/ and the centre's id");
    if (wis2.base_url.empty())
      section.fault("base_url", "is missing: a notification links to the CAP document",
                    "give it here or under [web]");
  });
}

}  // namespace

void read_reach(Section& top, Configuration& configuration) {
  read_web(top, configuration);
  read_escalation(top, configuration);
  read_hook(top, configuration);
  read_wis2(top, configuration);
}

}  // namespace vandvagt::config
