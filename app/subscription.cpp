#include "app/subscription.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "alerts/texts.hpp"
#include "app/station_link.hpp"

namespace vandvagt::app {
namespace {

using namespace std::chrono_literals;
constexpr std::chrono::milliseconds send_timeout = 5s;
constexpr std::size_t most_refusals_told = 1000;

/// `<prefix><area>/<last>` -> area, where it is a name.
std::optional<std::string> area_in(const std::string& topic, const std::string& prefix,
                                   std::string_view last) {
  if (topic.rfind(prefix, 0) != 0 || !topic.ends_with(last)) return std::nullopt;
  std::string area = topic.substr(prefix.size(), topic.size() - prefix.size() - last.size());
  return messaging::valid_name(area) ? std::optional(std::move(area)) : std::nullopt;
}

// Text from outside on a terminal: no control characters.
std::string line_of(const alerts::ReceivedWarning& warning) {
  const std::string what = warning.message_type == "Cancel" ? "cancelled"
                           : warning.all_clear              ? "all clear"
                                                            : warning.level;
  return alerts::clean_text(
      fmt::format("{}: {} ({} {}, revision {}, expires {}): {}", warning.area, what, warning.status,
                  warning.message_type, warning.revision, format_time(warning.expires),
                  warning.headline),
      400);
}

const char* word_of(alerts::Reception reception) {
  switch (reception) {
    case alerts::Reception::accepted:
      return "NEW";
    case alerts::Reception::gap:
      return "NEW, earlier revisions are missing:";
    case alerts::Reception::older:
      return "earlier revision";
    case alerts::Reception::repeated:
      break;
  }
  return "repeated";
}

}  // namespace

Subscription::Subscription(Setup setup, messaging::Topics topics, alerts::Subscriber subscriber,
                           alerts::SubscriberFolder folder)
    : setup_(std::move(setup)),
      topics_(std::move(topics)),
      subscriber_(std::move(subscriber)),
      folder_(std::move(folder)) {
  alerts::Options options;
  options.status = setup_.status;
  options.topic_prefix = setup_.broker.prefix;
  const std::string filter = alerts::subscription(options);
  warn_prefix_ = filter.substr(0, filter.find('+'));
  const auto of_name = [](const std::string& topic) {
    return topic.substr(0, topic.find("+/cap"));
  };
  answer_prefix_ = of_name(topics_.answer(setup_.name, "+"));
  escalation_prefix_ = of_name(topics_.escalation(setup_.name, "+"));
}

Result<std::unique_ptr<Subscription>> Subscription::open(Setup setup) {
  if (!messaging::valid_name(setup.name))
    return fail(ErrorCode::invalid_input, "the subscriber's name \"" + setup.name +
                                              "\" is no level of a topic; use lower-case letters, "
                                              "digits and dashes");
  auto topics = messaging::Topics::make(setup.broker.prefix);
  if (!topics) return fail(topics.error());
  auto schema = alerts::CapSchema::built_in();
  if (!schema) return fail(schema.error());
  auto folder = alerts::SubscriberFolder::open(setup.folder);
  if (!folder) return fail(folder.error());
  alerts::Subscriber subscriber(std::move(*schema), setup.verify);
  auto not_taken = folder->restore(subscriber);
  if (!not_taken) return fail(not_taken.error());
  if (setup.broker.client_id.empty()) setup.broker.client_id = "vandvagt-subscriber-" + setup.name;
  std::unique_ptr<Subscription> made(new Subscription(std::move(setup), std::move(*topics),
                                                      std::move(subscriber), std::move(*folder)));
  for (const auto& line : *not_taken) made->say("not taken: " + line);
  return made;
}

bool Subscription::concerns(const std::string& area) const {
  return setup_.areas.empty() || std::ranges::find(setup_.areas, area) != setup_.areas.end();
}

messaging::Handled Subscription::take_message(const std::string& area,
                                              const messaging::Message& message, bool escalated) {
  if (!concerns(area)) return messaging::Handled::done;
  auto warning = subscriber_.examine(area, message.payload);
  if (!warning) {
    const auto line = alerts::clean_text(
        "REFUSED a message on " + message.topic + ": " + warning.error().message, 400);
    if (refused_.size() < most_refusals_told && refused_.insert(line).second) say(line);
    return messaging::Handled::done;  // nothing is gained by hearing a bad message again
  }
  if (auto kept = folder_.keep_message(area, warning->identifier, message.payload); !kept) {
    say(kept.error().message);
    return kept.error().code == ErrorCode::io ? messaging::Handled::refused
                                              : messaging::Handled::done;
  }
  const auto line = line_of(*warning);
  const auto reception = subscriber_.accept(std::move(*warning));
  if (escalated) say("ESCALATED to " + setup_.name + ", nobody has confirmed: " + line);
  if (reception != alerts::Reception::repeated) say(std::string(word_of(reception)) + " " + line);
  return messaging::Handled::done;
}

void Subscription::take_heartbeat(const messaging::Message& message) {
  const auto said = nlohmann::json::parse(message.payload, nullptr, false);
  if (!said.is_object()) return;
  if (said.contains("dead")) {
    say("the service is gone without a word; waiting for it");
    return;
  }
  // What the broker kept may be of yesterday; what comes in now is a sign of life whatever its
  // clock says.
  if (message.retained) {
    const auto text = said.value("t", nlohmann::json{});
    const auto time = text.is_string() ? parse_time(text.get<std::string>())
                                       : fail(ErrorCode::invalid_input, "no time");
    if (!time || clock_now() - *time > setup_.heartbeat_timeout) return;
  }
  heard_ = Clock::now();
}

messaging::Handled Subscription::handle(const messaging::Message& message) {
  const std::lock_guard lock(mutex_);
  auto handled = messaging::Handled::done;
  if (message.topic == topics_.heartbeat()) {
    take_heartbeat(message);
  } else if (const auto area = area_in(message.topic, answer_prefix_, "/cap")) {
    handled = take_message(*area, message, false);
  } else if (const auto next = area_in(message.topic, escalation_prefix_, "/cap")) {
    handled = take_message(*next, message, true);
  } else if (const auto warned = area_in(message.topic, warn_prefix_, "/cap")) {
    handled = take_message(*warned, message, false);
  } else if (const auto stated = area_in(message.topic, warn_prefix_, "/state")) {
    if (concerns(*stated))
      if (auto taken = subscriber_.receive_state(*stated, message.payload); !taken)
        say(alerts::clean_text("REFUSED: " + taken.error().message, 400));
  } else if (const auto listed = area_in(message.topic, warn_prefix_, "/index")) {
    if (concerns(*listed))
      if (auto taken = subscriber_.receive_index(*listed, message.payload); !taken)
        say(alerts::clean_text("REFUSED: " + taken.error().message, 400));
  }
  news_ = true;
  changed_.notify_all();
  return handled;
}

void Subscription::send_receipts() {
  std::map<std::string, std::string> due;
  {
    const std::lock_guard lock(mutex_);
    due = folder_.without_receipt();
  }
  for (const auto& [identifier, area] : due) {
    const std::string receipt =
        nlohmann::json{{"received", format_time(clock_now())}, {"acted", nullptr}}.dump();
    if (!client_->publish({.topic = topics_.receipt(setup_.name, identifier), .payload = receipt},
                          send_timeout))
      return;
    const std::lock_guard lock(mutex_);
    if (auto kept = folder_.keep_receipt(identifier, receipt); !kept) say(kept.error().message);
  }
}

void Subscription::ask_for_missing() {
  if (Clock::now() < next_question_) return;
  std::vector<alerts::WantedMessage> wanted;
  {
    const std::lock_guard lock(mutex_);
    wanted = subscriber_.wanted();
  }
  for (const auto& one : wanted) {
    if (!client_->publish({.topic = topics_.request(setup_.name, one.identifier), .payload = "{}"},
                          send_timeout))
      return;
    const std::lock_guard lock(mutex_);
    say("asked for " + alerts::clean_text(one.identifier, 200) + " of " + one.area);
  }
  if (!wanted.empty()) next_question_ = Clock::now() + setup_.ask_again;
}

// The picture changes with time too: what has expired is unknown.
void Subscription::show() {
  std::deque<std::string> lines;
  std::string picture;
  {
    const std::lock_guard lock(mutex_);
    lines.swap(lines_);
    std::set<std::string> areas(setup_.areas.begin(), setup_.areas.end());
    for (const auto& [area, state] : subscriber_.areas()) areas.insert(area);
    const Time now = std::chrono::floor<std::chrono::seconds>(clock_now());
    const bool silent = Clock::now() - heard_ >= setup_.heartbeat_timeout;
    std::vector<alerts::AreaPicture> pictures;
    std::string key = silent ? "silent" : "alive";
    for (const auto& area : areas) {
      auto one = subscriber_.picture(area, now);
      if (silent && one.level != "unknown") {
        one.last_known = std::exchange(one.level, "unknown");
        one.why = "the service is silent";
      }
      key += "\n" + area + " " + one.level + " " + one.cap_id + " " + one.why;
      pictures.push_back(std::move(one));
    }
    if (key != shown_) {
      for (const auto& one : pictures) {
        const auto line = alerts::clean_text(
            one.area + " is " + one.level + (one.why.empty() ? "" : " (" + one.why + ")") +
                (one.last_known.empty() ? "" : ", last known " + one.last_known),
            300);
        if (shown_.find("\n" + one.area + " " + one.level + " " + one.cap_id + " " + one.why) ==
            std::string::npos)
          lines.push_back(line);
      }
      shown_ = key;
      picture = alerts::picture_json(pictures, now, silent ? "silent" : "alive");
    }
    if (!picture.empty())
      if (auto kept = folder_.keep_picture(picture); !kept) lines.push_back(kept.error().message);
  }
  for (const auto& line : lines) setup_.say(line);
}

bool Subscription::heart_beats() {
  const std::lock_guard lock(mutex_);
  return Clock::now() - heard_ < setup_.heartbeat_timeout;
}

Result<Subscription::End> Subscription::run(const std::stop_token& stop) {
  client_ = std::make_unique<messaging::Client>(
      setup_.broker,
      std::vector{warn_prefix_ + "+/+", answer_prefix_ + "+/cap", escalation_prefix_ + "+/cap",
                  topics_.heartbeat()},
      messaging::Client::Callbacks{
          .on_message = [this](const messaging::Message& message) { return handle(message); },
          .on_connected = {},
          .on_lost = {}});
  const auto began = Clock::now();
  heard_ = began;
  const auto connected = client_->connect(0ms);
  if (!connected && connected.error().code == ErrorCode::invalid_input)
    return fail(connected.error());
  auto end = End::stopped;
  while (!stop.stop_requested() && (!setup_.longest || Clock::now() - began < *setup_.longest)) {
    {
      std::unique_lock lock(mutex_);
      changed_.wait_for(lock, stop, 200ms, [this] { return news_; });
      news_ = false;
    }
    if (client_->connected()) {
      send_receipts();
      ask_for_missing();
    }
    show();
    if (!heart_beats()) {
      end = End::silent;
      break;
    }
  }
  if (client_->connected()) send_receipts();
  show();
  client_->disconnect();
  return end;
}

alerts::Subscriber Subscription::known() const {
  const std::lock_guard lock(mutex_);
  return subscriber_;
}

}  // namespace vandvagt::app
