#pragma once

#include <chrono>
#include <string>

namespace vandvagt::messaging {

/// How to reach a broker. Defaults are those of an unencrypted broker on this machine.
struct Options {
  std::string url = "tcp://127.0.0.1:1883";  // tcp://host:port or ssl://host:port
  std::string client_id{};  // empty: made from the process's number, new at every start
  std::string user{};
  std::string password_file{};  // the password is its first line; never in the configuration itself
  std::string ca_file{}, certificate_file{}, key_file{};  // PEM, for ssl://
  std::string prefix = "vv/v1";                           // first levels of every topic
  bool clean_session = false;  // false: the broker keeps messages while we are away
  std::chrono::seconds keep_alive{20};
  std::chrono::seconds connect_timeout{5};
  std::chrono::milliseconds smallest_backoff{250};  // doubles up to the largest, with jitter
  std::chrono::milliseconds largest_backoff{30'000};
};

}  // namespace vandvagt::messaging
