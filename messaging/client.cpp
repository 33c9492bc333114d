#include "messaging/client.hpp"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <random>
#include <semaphore>
#include <thread>

#include "messaging/detail/session.hpp"
#include "messaging/topics.hpp"

namespace vandvagt::messaging {

using detail::Session;
using std::chrono::milliseconds;

namespace {

// The library fails beyond some 200 messages that wait for their confirmation.
constexpr int most_outstanding = 64;

// How often the library is asked whether it is connected, beside its own word that it is not.
constexpr milliseconds look_every{1000};

std::string own_client_id() {
  static std::atomic<int> made = 0;
  return "vandvagt-" + std::to_string(::getpid()) + "-" + std::to_string(++made);
}

void call(const std::function<void()>& callback) {
  try {
    if (callback) callback();
  } catch (...) {  // a listener's mistake must not end the connection's thread
  }
}

}  // namespace

/// A thread opens one session after another; callers see the present one or none.
struct Client::Connection {
  Options options;
  std::string client_id;
  std::vector<std::string> subscriptions;
  Callbacks callbacks;
  std::optional<Will> will;

  mutable std::mutex mutex;
  std::condition_variable changed;
  std::shared_ptr<Session> session;  // set while connected
  std::string last_error = "not tried yet";
  bool stopping = false;
  std::counting_semaphore<most_outstanding> outstanding{most_outstanding};
  mutable std::mutex counters_mutex;
  Counters counters;
  std::thread thread;

  void count(long long Counters::*which) {
    const std::lock_guard lock(counters_mutex);
    ++(counters.*which);
  }

  Handled receive(const Message& message) {
    count(&Counters::received);
    try {
      if (!callbacks.on_message || callbacks.on_message(message) == Handled::done)
        return Handled::done;
    } catch (...) {
      count(&Counters::handler_exceptions);
    }
    count(&Counters::refused);
    return Handled::refused;
  }

  void wake() {
    { const std::lock_guard lock(mutex); }  // no wake-up between a waiter's test and its wait
    changed.notify_all();
  }

  std::shared_ptr<Session> open(const mqtt::connect_options& connect) {
    std::string why;
    try {
      auto fresh = std::make_shared<Session>(
          options, client_id, [this](const Message& m) { return receive(m); }, [this] { wake(); });
      const auto opened = fresh->open(connect, subscriptions, options.connect_timeout);
      if (opened) return fresh;
      why = opened.error().message;
    } catch (const std::exception& e) {
      why = e.what();
    }
    const std::lock_guard lock(mutex);
    last_error = why;
    return nullptr;
  }

  // Serve one session until it is lost or we stop. True if it was a sound one: the next attempt
  // need not be put off.
  bool serve(const std::shared_ptr<Session>& fresh) {
    count(&Counters::connects);
    {
      const std::lock_guard lock(mutex);
      session = fresh;
    }
    changed.notify_all();
    call(callbacks.on_connected);
    bool stop = false;
    {
      std::unique_lock lock(mutex);
      while (!changed.wait_for(lock, look_every, [&] { return stopping || fresh->lost(); })) {
        lock.unlock();
        fresh->still_connected();
        lock.lock();
      }
      session = nullptr;
      stop = stopping;
      last_error = "broker " + options.url + ": the connection was lost";
    }
    if (stop) {
      fresh->close();
    } else {
      count(&Counters::losses);
      const std::string why = fresh->refused_any()
                                  ? "cut, because a message could not be kept"
                                  : "the broker is gone or has closed the connection";
      call([&] {
        if (callbacks.on_lost) callbacks.on_lost(why);
      });
    }
    return !fresh->refused_any();
  }

  void run(const mqtt::connect_options& connect) {
    std::minstd_rand random{std::random_device{}()};
    auto backoff = options.smallest_backoff;
    while (true) {
      if (const auto fresh = open(connect); fresh && serve(fresh))
        backoff = options.smallest_backoff;
      // Half of it by chance: many clients of a restarted broker must not come all at once.
      const auto pause =
          backoff / 2 + milliseconds(static_cast<milliseconds::rep>(random()) %
                                     std::max<milliseconds::rep>(1, backoff.count() / 2));
      backoff = std::min(2 * backoff, std::max(options.largest_backoff, options.smallest_backoff));
      std::unique_lock lock(mutex);
      if (changed.wait_for(lock, pause, [&] { return stopping; })) return;
    }
  }

  void stop() {
    {
      const std::lock_guard lock(mutex);
      stopping = true;
    }
    changed.notify_all();
    if (thread.joinable() && thread.get_id() != std::this_thread::get_id()) thread.join();
  }
};

Client::Client(Options options, std::vector<std::string> subscriptions, Callbacks callbacks,
               std::optional<Will> will)
    : connection_(std::make_unique<Connection>()) {
  connection_->client_id = options.client_id.empty() ? own_client_id() : options.client_id;
  // A name that is new at every start would leave sessions behind in the broker for ever.
  if (options.client_id.empty()) options.clean_session = true;
  connection_->options = std::move(options);
  connection_->subscriptions = std::move(subscriptions);
  connection_->callbacks = std::move(callbacks);
  connection_->will = std::move(will);
}

Client::~Client() {
  if (connection_) connection_->stop();
}

Result<void> Client::connect(milliseconds timeout) {
  auto& c = *connection_;
  const auto connect = detail::connect_options(c.options, c.will);
  if (!connect) return fail(connect.error());
  std::unique_lock lock(c.mutex);
  if (!c.thread.joinable()) {
    c.stopping = false;
    c.thread = std::thread([&c, options = *connect] { c.run(options); });
  }
  if (c.changed.wait_for(lock, timeout, [&] { return c.session != nullptr; })) return {};
  return fail(ErrorCode::unavailable, c.last_error == "not tried yet"
                                          ? "broker " + c.options.url + ": no answer in time"
                                          : c.last_error);
}

bool Client::connected() const {
  const std::lock_guard lock(connection_->mutex);
  return connection_->session != nullptr && !connection_->session->lost();
}

Result<void> Client::publish(const Message& message, milliseconds timeout) {
  auto& c = *connection_;
  if (!valid_topic(message.topic) || message.qos < 0 || message.qos > 2)
    return fail(ErrorCode::invalid_input, "\"" + message.topic +
                                              "\" is no topic to publish on at QoS " +
                                              std::to_string(message.qos));
  if (detail::inside_handler())
    return fail(ErrorCode::refused,
                message.topic +
                    ": a message handler cannot wait for the broker; publish from "
                    "another thread");
  const auto end = std::chrono::steady_clock::now() + timeout;
  const auto left = [&end] {
    return std::max(milliseconds{0}, std::chrono::duration_cast<milliseconds>(
                                         end - std::chrono::steady_clock::now()));
  };
  std::shared_ptr<Session> session;
  {
    std::unique_lock lock(c.mutex);
    // The client's own thread is the one that connects: it cannot wait for a connection.
    const bool own = c.thread.get_id() == std::this_thread::get_id();
    c.changed.wait_for(lock, own ? milliseconds{0} : timeout,
                       [&] { return c.stopping || (c.session && !c.session->lost()); });
    if (c.session && !c.session->lost()) session = c.session;
  }
  Result<void> done = fail(ErrorCode::unavailable, "broker " + c.options.url + ": not connected");
  if (session && c.outstanding.try_acquire_for(left())) {
    done = session->publish(message, left());
    c.outstanding.release();
  }
  c.count(done ? &Counters::published : &Counters::publish_failures);
  return done;
}

void Client::disconnect() {
  connection_->stop();
}

Client::Counters Client::counters() const {
  const std::lock_guard lock(connection_->counters_mutex);
  return connection_->counters;
}

}  // namespace vandvagt::messaging
