#pragma once

#include <openssl/ssl.h>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/result.hpp"
#include "messaging/detail/credentials.hpp"

namespace vandvagt::messaging::detail {

/// A file descriptor that closes itself.
class Descriptor {
 public:
  explicit Descriptor(int fd = -1) : fd_(fd) {}
  ~Descriptor();
  Descriptor(Descriptor&& other) noexcept;
  Descriptor& operator=(Descriptor&& other) noexcept;
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

/// A connection to a broker over TCP, with TLS (1.2 or newer, the broker's certificate and name
/// verified) where the address says so. Nothing here waits but `open`. One thread.
class Stream {
 public:
  /// @param give_up  asked ten times a second; true ends the attempt
  static Result<Stream> open(const Options& options, std::chrono::milliseconds timeout,
                             const std::function<bool()>& give_up);

  /// What has come, at most some 64 KiB; empty: nothing now. Error{unavailable}: closed.
  Result<std::string> read();
  /// How much of it went out; 0: not now.
  Result<std::size_t> write(std::string_view bytes);
  int descriptor() const { return socket_.get(); }

 private:
  struct FreeContext {
    void operator()(SSL_CTX* context) const noexcept { SSL_CTX_free(context); }
  };
  struct FreeSession {
    void operator()(SSL* session) const noexcept { SSL_free(session); }
  };
  explicit Stream(Descriptor socket) : socket_(std::move(socket)) {}
  Result<void> start_tls(const Options& options, const std::string& host);
  Result<void> shake_hands(std::chrono::steady_clock::time_point end,
                           const std::function<bool()>& give_up);

  Descriptor socket_;
  std::unique_ptr<SSL_CTX, FreeContext> context_;
  std::unique_ptr<SSL, FreeSession> tls_;  // none: plain
};

}  // namespace vandvagt::messaging::detail
