#include "messaging/receiver.hpp"

#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>

#include <algorithm>
#include <array>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <random>
#include <thread>

#include "messaging/detail/packets.hpp"
#include "messaging/detail/stream.hpp"

namespace vandvagt::messaging {

using detail::Packet;
using detail::PacketType;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

namespace {

constexpr std::size_t most_kept = 131'072;              // bytes of a packet
constexpr std::size_t most_waiting = 20'000;            // messages not yet taken
constexpr std::size_t most_waiting_bytes = 67'108'864;  // and their payloads
constexpr std::uint64_t id_bits = 16;

void call_listener(const std::function<void()>& callback) {
  try {
    callback();
  } catch (...) {  // a listener's mistake must not end the connection's thread
  }
}

}  // namespace

/// One thread connects, reads and writes; the others leave it what is to be written.
struct Receiver::Connection {
  Options options;
  std::vector<std::string> filters;
  Callbacks callbacks;
  std::string password;

  mutable std::mutex mutex;
  std::condition_variable arrived;
  std::deque<Delivery> waiting;  // not yet taken
  std::size_t waiting_bytes = 0;
  std::string to_write;          // acknowledgements
  std::uint64_t generation = 0;  // of the present connection; tokens carry it
  bool up = false, stopping = false;
  std::string cut_because;  // not empty: somebody wants a new connection
  Counters counters;
  detail::Descriptor wake{::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
  std::thread thread;

  void rouse() const { ::eventfd_write(wake.get(), 1); }

  bool told_to_stop() const {
    const std::lock_guard lock(mutex);
    return stopping;
  }

  // --- One connection, on the thread ----------------------------------------------------------

  struct Live {
    detail::Stream stream;
    detail::PacketReader reader{most_kept};
    std::string out;  // not yet written
    steady_clock::time_point last_sent = steady_clock::now(), last_heard = last_sent;
  };

  Result<void> flush(Live& live) const {
    while (!live.out.empty()) {
      const auto count = live.stream.write(live.out);
      if (!count) return fail(count.error());
      if (*count == 0) return {};
      live.out.erase(0, *count);
      live.last_sent = steady_clock::now();
    }
    return {};
  }

  // Waits for the socket or a word of another thread.
  void wait(const Live& live, milliseconds timeout, bool reading) const {
    short events = reading ? POLLIN : 0;
    if (!live.out.empty()) events |= POLLOUT;
    std::array<pollfd, 2> watched{pollfd{live.stream.descriptor(), events, 0},
                                  pollfd{wake.get(), POLLIN, 0}};
    ::poll(watched.data(), watched.size(), static_cast<int>(timeout.count()));
    eventfd_t count = 0;
    ::eventfd_read(wake.get(), &count);
  }

  // The answer to CONNECT or SUBSCRIBE. The broker may send kept messages before a SUBACK, and
  // more behind it in the same bytes: those stay in the reader for `read_all`.
  Result<Packet> answer(Live& live, PacketType wanted, steady_clock::time_point end) {
    while (steady_clock::now() < end && !told_to_stop()) {
      while (true) {
        auto packet = live.reader.next();
        if (!packet) return fail(packet.error());
        if (!*packet) break;
        if ((*packet)->type == wanted) return std::move(**packet);
        if (auto taken = take_in(std::move(**packet)); !taken) return fail(taken.error());
      }
      if (auto sent = flush(live); !sent) return fail(sent.error());
      wait(live, milliseconds{100}, true);
      const auto bytes = live.stream.read();
      if (!bytes) return fail(bytes.error());
      live.reader.feed(*bytes);
    }
    return fail(ErrorCode::unavailable, "no answer in time");
  }

  Result<Live> open() {
    const auto end = steady_clock::now() + options.connect_timeout;
    auto stream =
        detail::Stream::open(options, options.connect_timeout, [this] { return told_to_stop(); });
    if (!stream) return fail(stream.error());
    Live live{.stream = std::move(*stream), .out = detail::connect_packet(options, password)};

    const auto connack = answer(live, PacketType::connack, end);
    if (!connack) return fail(connack.error());
    if (auto accepted = detail::parse_connack(*connack); !accepted) return fail(accepted.error());
    live.out += detail::subscribe_packet(1, filters, 1);
    const auto suback = answer(live, PacketType::suback, end);
    if (!suback) return fail(suback.error());
    if (auto granted = detail::parse_suback(*suback, filters); !granted)
      return fail(granted.error());
    return live;
  }

  Result<void> take_in(Packet packet) {
    if (packet.type != PacketType::publish) return {};  // PINGRESP; others are not sent to us
    const bool cut_short = packet.size > packet.body.size();
    auto published = detail::parse_publish(std::move(packet));
    if (!published) return fail(published.error());
    const std::lock_guard lock(mutex);
    ++counters.received;
    if (cut_short) ++counters.too_large;
    waiting_bytes += published->message.payload.size();
    const auto token = published->id == 0 ? 0 : generation << id_bits | published->id;
    waiting.push_back({std::move(published->message), token});
    arrived.notify_one();
    return {};
  }

  bool room() const {
    const std::lock_guard lock(mutex);
    return waiting.size() < most_waiting && waiting_bytes < most_waiting_bytes;
  }

  Result<void> read_all(Live& live) {
    while (room()) {
      while (true) {
        auto packet = live.reader.next();
        if (!packet) return fail(packet.error());
        if (!*packet) break;
        if (auto taken = take_in(std::move(**packet)); !taken) return taken;
      }
      const auto bytes = live.stream.read();
      if (!bytes) return fail(bytes.error());
      if (bytes->empty()) return {};
      live.last_heard = steady_clock::now();
      live.reader.feed(*bytes);
    }
    return {};
  }

  // A question every half of the keep-alive time; a broker silent for one and a half is gone.
  Result<void> keep_alive(Live& live) const {
    const auto now = steady_clock::now();
    if (now - live.last_sent >= options.keep_alive / 2) live.out += detail::pingreq_packet();
    if (2 * (now - live.last_heard) >= 3 * options.keep_alive && room())
      return fail(ErrorCode::unavailable, "the broker has not answered for some time");
    return {};
  }

  // Until it is lost or we stop; why it ended.
  std::string serve(Live& live) {
    const auto look_every =
        std::clamp<milliseconds>(options.keep_alive / 4, milliseconds{50}, milliseconds{1000});
    while (true) {
      bool last_words = false;
      {
        const std::lock_guard lock(mutex);
        live.out += std::exchange(to_write, {});
        if (!cut_because.empty()) return std::exchange(cut_because, {});
        last_words = stopping;
      }
      if (last_words) live.out += detail::disconnect_packet();
      Result<void> done = last_words ? Result<void>{} : keep_alive(live);
      if (done) done = flush(live);
      if (last_words) return "stopped";
      if (done) done = read_all(live);
      if (done) wait(live, look_every, room());
      if (!done) return done.error().message;
    }
  }

  void set_up(bool connected) {
    const std::lock_guard lock(mutex);
    up = connected;
    if (connected) ++counters.connects;
    if (!connected) ++counters.losses;
  }

  // One connection from the first packet to the last. True if it came to stand.
  bool attempt() {
    {
      const std::lock_guard lock(mutex);
      ++generation;
      to_write.clear();
      cut_because.clear();
    }
    std::string why;
    bool stood = false;
    try {
      auto live = open();
      if (live) {
        stood = true;
        set_up(true);
        call_listener([this] {
          if (callbacks.on_connected) callbacks.on_connected();
        });
        why = serve(*live);
        set_up(false);
      } else {
        why = live.error().message;
      }
    } catch (const std::exception& e) {  // no memory
      why = e.what();
      if (stood) set_up(false);
    }
    if (!told_to_stop())
      call_listener([&] {
        if (callbacks.on_lost) callbacks.on_lost("broker " + options.url + ": " + why);
      });
    return stood;
  }

  void run() {
    // TLS writes without MSG_NOSIGNAL: a closed connection is an error there, not a signal.
    sigset_t pipe;
    sigemptyset(&pipe);
    sigaddset(&pipe, SIGPIPE);
    ::pthread_sigmask(SIG_BLOCK, &pipe, nullptr);
    std::minstd_rand random{std::random_device{}()};
    auto backoff = options.smallest_backoff;
    while (!told_to_stop()) {
      if (attempt()) backoff = options.smallest_backoff;
      // Half of it by chance: many clients of a restarted broker must not come all at once.
      const auto pause =
          backoff / 2 + milliseconds(static_cast<milliseconds::rep>(random()) %
                                     std::max<milliseconds::rep>(1, backoff.count() / 2));
      backoff = std::min(2 * backoff, std::max(options.largest_backoff, options.smallest_backoff));
      std::unique_lock lock(mutex);
      pausing.wait_for(lock, pause, [this] { return stopping; });
    }
  }
  std::condition_variable pausing;
};

Receiver::Receiver(Options options, std::vector<std::string> filters, Callbacks callbacks)
    : connection_(std::make_unique<Connection>()) {
  connection_->options = std::move(options);
  connection_->filters = std::move(filters);
  connection_->callbacks = std::move(callbacks);
}

Receiver::~Receiver() {
  stop();
}

Result<void> Receiver::start() {
  auto& c = *connection_;
  if (const auto address = detail::parse_address(c.options.url); !address)
    return fail(address.error());
  if (auto readable = detail::check_certificate_files(c.options); !readable) return readable;
  auto password = detail::read_password(c.options);
  if (!password) return fail(password.error());
  if (c.options.client_id.empty() && !c.options.clean_session)
    return fail(ErrorCode::invalid_input,
                "a session that lasts needs a client id of its own; give client_id");
  c.password = std::move(*password);
  c.thread = std::thread([&c] { c.run(); });
  return {};
}

std::vector<Delivery> Receiver::take(std::size_t most, milliseconds timeout) {
  auto& c = *connection_;
  std::vector<Delivery> taken;
  {
    std::unique_lock lock(c.mutex);
    c.arrived.wait_for(lock, timeout, [&] { return !c.waiting.empty() || c.stopping; });
    const bool was_full = c.waiting.size() >= most_waiting || c.waiting_bytes >= most_waiting_bytes;
    const auto count = std::min(most, c.waiting.size());
    taken.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
      c.waiting_bytes -= c.waiting.front().message.payload.size();
      taken.push_back(std::move(c.waiting.front()));
      c.waiting.pop_front();
    }
    if (!was_full) return taken;
  }
  c.rouse();  // there is room again
  return taken;
}

void Receiver::acknowledge(std::span<const Delivery> deliveries) {
  auto& c = *connection_;
  {
    const std::lock_guard lock(c.mutex);
    for (const auto& delivery : deliveries) {
      if (delivery.token == 0 || delivery.token >> id_bits != c.generation) continue;
      c.to_write += detail::puback_packet(static_cast<std::uint16_t>(delivery.token & 0xffffU));
      ++c.counters.acknowledged;
    }
  }
  c.rouse();
}

bool Receiver::connected() const {
  const std::lock_guard lock(connection_->mutex);
  return connection_->up;
}

void Receiver::reconnect(const std::string& why) {
  {
    const std::lock_guard lock(connection_->mutex);
    if (connection_->up) connection_->cut_because = why;
  }
  connection_->rouse();
}

void Receiver::stop() {
  auto& c = *connection_;
  {
    const std::lock_guard lock(c.mutex);
    c.stopping = true;
  }
  c.rouse();
  c.pausing.notify_all();
  c.arrived.notify_all();
  if (c.thread.joinable()) c.thread.join();
}

Receiver::Counters Receiver::counters() const {
  const std::lock_guard lock(connection_->mutex);
  return connection_->counters;
}

}  // namespace vandvagt::messaging
