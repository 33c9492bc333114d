#pragma once

#include <chrono>
#include <optional>
#include <string>

namespace vandvagt::messaging {

/// How to reach a broker. Defaults are those of an unencrypted broker on this machine.
struct Options {
  std::string url = "tcp://127.0.0.1:1883";  // tcp://host:port or ssl://host:port
  std::string client_id;                     // empty: made from the program's name and process
  std::string user;
  std::string password_file;                 // the password is read from here, never from the configuration
  std::string ca_file, certificate_file, key_file;  // TLS
  std::string prefix = "vv/v1";              // first levels of every topic
  bool clean_session = false;                // false: the broker keeps messages while we are away
  std::chrono::seconds keep_alive{20};
  std::chrono::seconds connect_timeout{5};
  std::chrono::seconds largest_backoff{30};
};

}  // namespace vandvagt::messaging
