#pragma once

#include <chrono>
#include <cstddef>
#include <string>

namespace vandvagt::web {

/// Where the feed is served and what it calls itself.
struct Options {
  std::string address = "127.0.0.1";  // numeric, IPv4 or IPv6
  int port = 8080;                    // 0: any free one
  std::string base_url;               // in links; empty: http://<address>:<port>
  std::string title = "Flood warnings";

  std::size_t most_connections = 200;  // further ones are closed at once
  std::size_t most_per_address = 50;   // of them; a reverse proxy is one address
  std::size_t most_header_bytes = 8192;
  std::chrono::milliseconds read_timeout{10'000};   // for a whole request, and between two
  std::chrono::milliseconds write_timeout{30'000};  // for a whole answer
};

}  // namespace vandvagt::web
