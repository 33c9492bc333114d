#include "watch/announcer.hpp"

#include <algorithm>
#include <utility>

#include "alerts/index.hpp"
#include "watch/heartbeat.hpp"

namespace vandvagt::watch {
namespace {

using namespace std::chrono_literals;
constexpr std::chrono::milliseconds publish_timeout = 5s;
constexpr std::size_t board_at_once = 100;  // then warnings and heartbeat have their turn
constexpr std::size_t states_at_once = 25;  // a new warning waits for no more
constexpr std::size_t heartbeats_known = 8;
constexpr std::size_t most_requests = 1000;
constexpr auto idle = 1s;  // how often the outbox is looked at without being asked to
constexpr auto patience_at_the_end = 1s;  // for a connection that is only just being made

}  // namespace

Announcer::Announcer(Setup setup, Board& board, Health& health)
    : setup_(std::move(setup)),
      board_(board),
      health_(health),
      outlets_({.reach = setup_.reach, .topics = setup_.topics, .warnings = setup_.warnings},
               health) {}

void Announcer::make_client() {
  client_ = std::make_unique<messaging::Client>(
      setup_.broker, std::vector<std::string>{},
      messaging::Client::Callbacks{.on_message = {},
                                   .on_connected =
                                       [this] {
                                         fresh_connection_ = true;
                                         warned();
                                       },
                                   .on_lost = {}},
      last_will(setup_.topics, setup_.now()));
}

Result<void> Announcer::start() {
  make_client();
  const auto done = client_->connect(0ms);
  if (!done && done.error().code == ErrorCode::invalid_input) return fail(done.error());
  return {};
}

void Announcer::wake() {
  {
    const std::lock_guard lock(mutex_);
    due_ = true;
  }
  changed_.notify_all();
}

void Announcer::warned() {
  {
    const std::lock_guard lock(mutex_);
    warnings_due_ = true;
  }
  wake();
}

void Announcer::heard(const std::string& payload) {
  const std::lock_guard lock(mutex_);
  if (std::find(sent_heartbeats_.begin(), sent_heartbeats_.end(), payload) !=
      sent_heartbeats_.end())
    heard_ = Clock::now();
}

void Announcer::requested(messaging::RequestTopic request) {
  {
    const std::lock_guard lock(mutex_);
    const auto same = [&](const auto& waiting) { return waiting == request; };
    if (requests_.size() >= most_requests || std::ranges::any_of(requests_, same)) return;
    requests_.push_back(std::move(request));
  }
  wake();
}

void Announcer::run_finished(Time reference_time) {
  const std::lock_guard lock(mutex_);
  if (!last_run_ || *last_run_ < reference_time) last_run_ = reference_time;
}

Result<void> Announcer::publish(const std::string& topic, const std::string& payload,
                                bool retained) {
  if (!client_->connected()) return fail(ErrorCode::unavailable, "no connection");
  return client_->publish({.topic = topic, .payload = payload, .qos = 1, .retained = retained},
                          publish_timeout);
}

// Error only where the broker did not take something; the outbox's own troubles are told apart.
Result<void> Announcer::send_warnings() {
  const auto trouble = [this](const Error& error) -> Result<void> {
    health_.degraded("outbox", error.message);
    outbox_.reset();
    return {};
  };
  if (!outbox_) {
    auto opened = alerts::Outbox::open(setup_.warnings);
    if (!opened) return trouble(opened.error());
    outbox_.emplace(std::move(*opened));
  }
  if (states_again_) {
    if (auto again = outbox_->publish_all_states_again(); !again) return trouble(again.error());
    states_again_ = false;
  }
  const auto sent = alerts::publish_pending(
      *outbox_,
      [this](const std::string& topic, const std::string& payload, bool retained) {
        return publish(topic, payload, retained);
      },
      setup_.now(), states_at_once);
  if (!sent) return trouble(sent.error());
  if (sent->more) warned();
  indexes_due_.insert(sent->areas.begin(), sent->areas.end());
  if (auto listed = alerts::publish_indexes(
          *outbox_, setup_.alerts,
          [this](const std::string& topic, const std::string& payload, bool retained) {
            return publish(topic, payload, retained);
          },
          setup_.now(), indexes_due_);
      !listed) {
    return trouble(listed.error());
  }
  health_.well("outbox");
  if (sent->messages > 0) health_.log(std::to_string(sent->messages) + " warning messages sent");
  if (sent->stopped_by) return fail(*sent->stopped_by);
  return {};
}

// To the one who asked, on a topic of its own: others have the message, and it may have expired.
Result<void> Announcer::send_answers() {
  for (;;) {
    messaging::RequestTopic request;
    {
      const std::lock_guard lock(mutex_);
      if (requests_.empty() || !outbox_) return {};
      request = requests_.front();
    }
    const auto message = outbox_->message(request.cap_id);
    if (!message) return {};  // the next sending of warnings tells of the outbox's trouble
    if (*message) {
      auto sent = publish(setup_.topics.answer(request.subscriber, (*message)->area),
                          (*message)->xml, false);
      if (!sent) return sent;
    }
    const std::lock_guard lock(mutex_);
    requests_.pop_front();
  }
}

Result<void> Announcer::send_heartbeat() {
  Heartbeat heartbeat{.time = setup_.now(),
                      .last_run = {},
                      .last_evaluation = setup_.last_evaluation(),
                      .instance = setup_.instance,
                      .degraded = health_.reasons()};
  std::string payload;
  {
    const std::lock_guard lock(mutex_);
    heartbeat.last_run = last_run_;
    payload = to_json(heartbeat);
    sent_heartbeats_.push_back(payload);
    if (sent_heartbeats_.size() > heartbeats_known) sent_heartbeats_.pop_front();
  }
  return publish(setup_.topics.heartbeat(), payload, true);
}

Result<void> Announcer::send_board() {
  auto entries = board_.take(board_at_once);
  Result<void> done;
  for (auto& entry : entries) {
    if (done) done = publish(entry.first, entry.second, true);
    if (!done) board_.put_back(std::move(entry));
  }
  return done;
}

void Announcer::look_after_connection() {
  if (fresh_connection_.exchange(false)) {
    states_again_ = true;
    setup_.connected();
    next_heartbeat_ = {};
  }
  const bool up = client_->connected() && setup_.receiving();
  if (up) {
    health_.well("broker");
  } else {
    health_.degraded("broker", "no connection; readings wait there, warnings in the outbox");
    const std::lock_guard lock(mutex_);
    heard_ = Clock::now();  // a connection that is known to be lost is not the watchdog's matter
    return;
  }
  {
    const std::lock_guard lock(mutex_);
    if (Clock::now() - heard_ < setup_.options.watchdog) return;
    heard_ = Clock::now();
  }
  ++cuts_;
  health_.log("watchdog: no heartbeat came back through the broker for " +
              format_duration(setup_.options.watchdog) + "; connecting anew");
  setup_.cut("no heartbeat came back");
  make_client();
  static_cast<void>(client_->connect(0ms));
}

void Announcer::wait(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  changed_.wait_until(lock, stop, std::min(next_heartbeat_, Clock::now() + idle),
                      [this] { return due_; });
  due_ = false;
}

void Announcer::run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    wait(stop);
    look_after_connection();
    if (!client_->connected()) {
      std::unique_lock lock(mutex_);
      changed_.wait_for(lock, stop, 100ms, [this] { return fresh_connection_.load(); });
      continue;
    }
    bool warnings_due = false;
    {
      const std::lock_guard lock(mutex_);
      warnings_due = std::exchange(warnings_due_, false);
    }
    Result<void> done;
    if (warnings_due || !outbox_) done = send_warnings();
    if (done) done = send_answers();
    if (done)
      outlets_.send([this](const std::string& topic, const std::string& payload,
                           bool retained) { return publish(topic, payload, retained); },
                    setup_.now());
    if (done && Clock::now() >= next_heartbeat_) {
      done = send_heartbeat();
      next_heartbeat_ = Clock::now() + setup_.options.heartbeat;
      const std::lock_guard lock(mutex_);
      warnings_due_ = true;  // another program may have filled the outbox
    }
    if (done) done = send_board();
    if (!done) {
      health_.log("broker: " + done.error().message);
      const std::lock_guard lock(mutex_);
      warnings_due_ = true;
    } else if (!board_.empty()) {
      wake();
    }
  }
  last_words();
}

bool Announcer::send_all_warnings(Clock::time_point end) {
  for (bool more = true; more;) {
    if (!client_->connected() || !send_warnings()) return false;
    const std::lock_guard lock(mutex_);
    more = std::exchange(warnings_due_, false) && Clock::now() < end;
  }
  return true;
}

// What is known is told before we go, as far as the broker takes it at once. Who is stopped right
// after starting has no connection yet, and would leave no word of it.
void Announcer::last_words() {
  const auto began = Clock::now();
  while (!client_->connected() && Clock::now() < began + patience_at_the_end) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, 10ms);
  }
  const auto end = Clock::now() + 3s;
  while (client_->connected() && Clock::now() < end && !board_.empty())
    if (!send_board()) break;
  if (send_all_warnings(end)) {
    health_.degraded("service", "stopped on request");
    static_cast<void>(send_heartbeat());
  }
  client_->disconnect();
}

}  // namespace vandvagt::watch
