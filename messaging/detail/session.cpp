#include "messaging/detail/session.hpp"

#include <MQTTAsync.h>
#include <sys/socket.h>

#include <algorithm>
#include <charconv>
#include <string_view>
#include <thread>

#include "messaging/detail/credentials.hpp"

namespace vandvagt::messaging::detail {
namespace {

using namespace std::chrono_literals;

struct Receiving {
  int socket = -1;        // that this thread read last
  bool handling = false;  // inside a handler
};

Receiving& this_thread() {
  thread_local Receiving own;
  return own;
}

// The library tells of every packet "<date> <time> <socket> <client id> <- PUBLISH …" on the thread
// that has read it, just before the message callback runs there. Nothing else tells the socket.
void note_socket(enum MQTTASYNC_TRACE_LEVELS, char* text) {
  this_thread().socket = -1;
  if (text == nullptr) return;
  std::string_view line(text);
  if (line.find(" <- PUBLISH ") == std::string_view::npos) return;
  for (int stamps = 0; stamps < 2; ++stamps) line.remove_prefix(line.find(' ') + 1);
  int socket = -1;
  const auto end = line.find(' ');
  if (std::from_chars(line.data(), line.data() + end, socket).ptr == line.data() + end)
    this_thread().socket = socket;
}

void trace_sockets() {
  static const bool once = [] {
    MQTTAsync_setTraceCallback(note_socket);
    MQTTAsync_setTraceLevel(MQTTASYNC_TRACE_PROTOCOL);
    return true;
  }();
  static_cast<void>(once);
}

// A message callback cannot keep the library from acknowledging: PUBACK leaves whatever it returns.
// Only a connection that is gone before does. False: the socket is not known.
bool cut_connection() {
  sockaddr_storage peer{};
  socklen_t size = sizeof(peer);
  const int socket = this_thread().socket;
  return socket >= 0 && ::getpeername(socket, reinterpret_cast<sockaddr*>(&peer), &size) == 0 &&
         ::shutdown(socket, SHUT_RDWR) == 0;
}

Result<mqtt::ssl_options> ssl_options(const Options& options) {
  if (const auto readable = check_certificate_files(options); !readable)
    return fail(readable.error());
  mqtt::ssl_options ssl;
  if (!options.ca_file.empty()) ssl.set_trust_store(options.ca_file);
  if (!options.certificate_file.empty()) ssl.set_key_store(options.certificate_file);
  if (!options.key_file.empty()) ssl.set_private_key(options.key_file);
  ssl.set_enable_server_cert_auth(true);
  ssl.set_verify(true);
  ssl.set_ssl_version(MQTT_SSL_VERSION_TLS_1_2);
  return ssl;
}

// The library's sending thread looks at its queue and then waits for a signal; a signal in between
// is lost, and the message lies there for a second (eclipse-paho/paho.mqtt.c issue 1039; in all of
// 1.3). What takes longer than this may have met that. Any further command wakes the thread.
constexpr auto nudge_after = 20ms;
// An UNSUBSCRIBE from what nobody subscribes to: every broker answers it and nothing changes.
constexpr const char* nudge_topic = "vandvagt/nobody";

// `wait_for` of the library throws what the broker refused; every 100 ms a look at the connection,
// since the library leaves the tokens of a lost one waiting for ever.
template <class Token>
Result<void> wait(const Token& token, std::chrono::milliseconds timeout,
                  const std::atomic<bool>& lost) {
  const auto end = std::chrono::steady_clock::now() + timeout;
  while (true) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        end - std::chrono::steady_clock::now());
    if (token->wait_for(std::clamp(left, 0ms, 100ms))) return {};
    if (lost) return fail(ErrorCode::unavailable, "the connection was lost");
    if (left <= 0ms) return fail(ErrorCode::unavailable, "no answer in time");
  }
}

Error unavailable(const std::string& url, const std::string& why) {
  return {ErrorCode::unavailable, "broker " + url + ": " + why};
}

}  // namespace

bool inside_handler() {
  return this_thread().handling;
}

Result<mqtt::connect_options> connect_options(const Options& options,
                                              const std::optional<Will>& will) {
  const auto address = parse_address(options.url);
  if (!address) return fail(address.error());
  mqtt::connect_options connect;
  connect.set_mqtt_version(MQTTVERSION_3_1_1);
  connect.set_clean_session(options.clean_session);
  connect.set_automatic_reconnect(false);
  connect.set_keep_alive_interval(options.keep_alive);
  connect.set_connect_timeout(options.connect_timeout);
  if (!options.user.empty()) connect.set_user_name(options.user);
  if (!options.password_file.empty()) {
    const auto password = read_password(options);
    if (!password) return fail(password.error());
    connect.set_password(*password);
  }
  if (will) connect.set_will(mqtt::will_options(will->topic, will->payload, 1, will->retained));
  if (address->tls) {
    auto ssl = ssl_options(options);
    if (!ssl) return fail(ssl.error());
    connect.set_ssl(std::move(*ssl));
  }
  return connect;
}

Session::Session(const Options& options, const std::string& client_id, Receive receive, Lost lost)
    : url_(options.url), receive_(std::move(receive)), on_lost_(std::move(lost)) {
  trace_sockets();
  client_ = std::make_unique<mqtt::async_client>(url_, client_id);
  client_->set_message_callback([this](const mqtt::const_message_ptr& m) { arrived(m); });
  client_->set_connection_lost_handler([this](const std::string&) {
    lost_ = true;
    on_lost_();
  });
}

Session::~Session() = default;

Handled Session::hand_over(const mqtt::const_message_ptr& message) {
  try {
    return receive_(Message{.topic = message->get_topic(),
                            .payload = message->to_string(),
                            .qos = message->get_qos(),
                            .retained = message->is_retained(),
                            .duplicate = message->is_duplicate()});
  } catch (...) {  // no memory for the copy
    return Handled::refused;
  }
}

void Session::arrived(const mqtt::const_message_ptr& message) {
  this_thread().handling = true;
  while (hand_over(message) == Handled::refused) {
    refused_any_ = true;
    if (message->get_qos() == 0 || cut_connection()) break;
    // To return now would acknowledge what is not kept. Better to hold up everything.
    std::this_thread::sleep_for(200ms);
  }
  this_thread().handling = false;
}

Result<void> Session::open(const mqtt::connect_options& options,
                           const std::vector<std::string>& subscriptions,
                           std::chrono::milliseconds timeout) {
  try {
    if (const auto done = wait(client_->connect(options), timeout, lost_); !done)
      return fail(unavailable(url_, done.error().message));
    for (const auto& filter : subscriptions) {
      const auto token = client_->subscribe(filter, 1);
      if (const auto done = wait(token, timeout, lost_); !done)
        return fail(unavailable(url_, "subscribing to " + filter + ": " + done.error().message));
    }
    return {};
  } catch (const std::exception& e) {
    return fail(unavailable(url_, e.what()));
  }
}

bool Session::still_connected() {
  if (!lost_ && !client_->is_connected()) {
    lost_ = true;
    on_lost_();
  }
  return !lost_;
}

Result<void> Session::publish(const Message& message, std::chrono::milliseconds timeout) {
  auto done = send(message, timeout);
  if (!done) still_connected();
  return done;
}

Result<void> Session::send(const Message& message, std::chrono::milliseconds timeout) {
  try {
    const auto token = client_->publish(
        mqtt::make_message(message.topic, message.payload, message.qos, message.retained));
    if (message.qos > 0 && timeout > nudge_after && !token->wait_for(nudge_after) && !lost_)
      client_->unsubscribe(nudge_topic);
    if (const auto done = wait(token, timeout, lost_); !done)
      return fail(
          unavailable(url_, "publishing on " + message.topic + ": " + done.error().message));
    return {};
  } catch (const std::exception& e) {
    return fail(unavailable(url_, "publishing on " + message.topic + ": " + e.what()));
  }
}

void Session::close() {
  try {
    if (!lost_) client_->disconnect(0)->wait_for(2s);
  } catch (const std::exception&) {  // it is gone either way
  }
}

}  // namespace vandvagt::messaging::detail
