#include "messaging/detail/stream.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

namespace vandvagt::messaging::detail {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;
constexpr milliseconds slice{100};  // how often somebody who waits asks whether to give up
constexpr std::size_t most_at_once = 65'536;

tl::unexpected<Error> gone(const std::string& why) {
  return fail(ErrorCode::unavailable, why);
}

std::string system_reason(int code) {
  std::array<char, 128> text{};
  return ::strerror_r(code, text.data(), text.size());
}

// The oldest word of OpenSSL is the cause.
std::string tls_reason(const SSL* session) {
  const auto code = ERR_get_error();
  ERR_clear_error();
  if (session != nullptr && SSL_get_verify_result(session) != X509_V_OK)
    return std::string("the broker's certificate: ") +
           X509_verify_cert_error_string(SSL_get_verify_result(session));
  const char* words = code == 0 ? nullptr : ERR_reason_error_string(code);
  return words == nullptr ? "TLS failed" : std::string("TLS: ") + words;
}

// Waits for `events`; Error at the end of the time or when told to give up.
Result<void> wait_for(int fd, short events, steady_clock::time_point end,
                      const std::function<bool()>& give_up) {
  while (true) {
    if (give_up()) return gone("given up");
    const auto left = std::chrono::ceil<milliseconds>(end - steady_clock::now());
    if (left.count() <= 0) return gone("no answer in time");
    pollfd one{fd, events, 0};
    const int ready = ::poll(&one, 1, static_cast<int>(std::min(left, slice).count()));
    if (ready > 0) return {};
    if (ready < 0 && errno != EINTR) return gone(system_reason(errno));
  }
}

struct FreeAddresses {
  void operator()(addrinfo* list) const noexcept { ::freeaddrinfo(list); }
};

Result<Descriptor> connect_to(const addrinfo& where, steady_clock::time_point end,
                              const std::function<bool()>& give_up) {
  Descriptor socket(::socket(where.ai_family, where.ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC,
                             where.ai_protocol));
  if (socket.get() < 0) return gone(system_reason(errno));
  if (::connect(socket.get(), where.ai_addr, where.ai_addrlen) != 0) {
    if (errno != EINPROGRESS) return gone(system_reason(errno));
    if (const auto ready = wait_for(socket.get(), POLLOUT, end, give_up); !ready)
      return fail(ready.error());
    int problem = 0;
    socklen_t size = sizeof(problem);
    ::getsockopt(socket.get(), SOL_SOCKET, SO_ERROR, &problem, &size);
    if (problem != 0) return gone(system_reason(problem));
  }
  const int on = 1;
  ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  return socket;
}

Result<Descriptor> connect_to(const Address& address, steady_clock::time_point end,
                              const std::function<bool()>& give_up) {
  addrinfo wanted{};
  wanted.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (const int code = ::getaddrinfo(address.host.c_str(), address.port.c_str(), &wanted, &found);
      code != 0)
    return gone(::gai_strerror(code));
  const std::unique_ptr<addrinfo, FreeAddresses> list(found);
  Result<Descriptor> socket = gone("it has no address");
  for (const auto* one = found; one != nullptr && !socket; one = one->ai_next)
    socket = connect_to(*one, end, give_up);
  return socket;
}

}  // namespace

Descriptor::~Descriptor() {
  if (fd_ >= 0) ::close(fd_);
}
Descriptor::Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}

Result<Stream> Stream::open(const Options& options, milliseconds timeout,
                            const std::function<bool()>& give_up) {
  const auto end = steady_clock::now() + timeout;
  const auto address = parse_address(options.url);
  if (!address) return fail(address.error());
  auto socket = connect_to(*address, end, give_up);
  if (!socket) return fail(socket.error());
  Stream stream(std::move(*socket));
  if (!address->tls) return stream;
  if (auto begun = stream.start_tls(options, address->host); !begun) return fail(begun.error());
  if (auto done = stream.shake_hands(end, give_up); !done) return fail(done.error());
  return stream;
}

Result<void> Stream::start_tls(const Options& options, const std::string& host) {
  context_.reset(SSL_CTX_new(TLS_client_method()));
  if (!context_) return gone(tls_reason(nullptr));
  SSL_CTX* context = context_.get();
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  const bool trusted =
      options.ca_file.empty()
          ? SSL_CTX_set_default_verify_paths(context) == 1
          : SSL_CTX_load_verify_locations(context, options.ca_file.c_str(), nullptr) == 1;
  if (!trusted) return gone(options.ca_file + ": " + tls_reason(nullptr));
  if (!options.certificate_file.empty() &&
      SSL_CTX_use_certificate_chain_file(context, options.certificate_file.c_str()) != 1)
    return gone(options.certificate_file + ": " + tls_reason(nullptr));
  if (!options.key_file.empty() &&
      SSL_CTX_use_PrivateKey_file(context, options.key_file.c_str(), SSL_FILETYPE_PEM) != 1)
    return gone(options.key_file + ": " + tls_reason(nullptr));
  tls_.reset(SSL_new(context));
  if (!tls_ || SSL_set_fd(tls_.get(), socket_.get()) != 1) return gone(tls_reason(nullptr));
  in6_addr number{};
  const bool by_number = ::inet_pton(AF_INET, host.c_str(), &number) == 1 ||
                         ::inet_pton(AF_INET6, host.c_str(), &number) == 1;
  if (by_number)
    X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(tls_.get()), host.c_str());
  else if (SSL_set1_host(tls_.get(), host.c_str()) != 1 ||
           SSL_ctrl(tls_.get(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
                    const_cast<char*>(host.c_str())) != 1)
    return gone(tls_reason(nullptr));
  return {};
}

Result<void> Stream::shake_hands(steady_clock::time_point end,
                                 const std::function<bool()>& give_up) {
  while (true) {
    ERR_clear_error();
    const int done = SSL_connect(tls_.get());
    if (done == 1) return {};
    const int why = SSL_get_error(tls_.get(), done);
    if (why != SSL_ERROR_WANT_READ && why != SSL_ERROR_WANT_WRITE)
      return gone(tls_reason(tls_.get()));
    const short events = why == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT;
    if (auto ready = wait_for(socket_.get(), events, end, give_up); !ready) return ready;
  }
}

Result<std::string> Stream::read() {
  std::string all;
  std::array<char, 16'384> bytes;  // NOLINT(*-member-init): read into
  while (all.size() < most_at_once) {
    ssize_t count = 0;
    bool nothing_now = false;
    if (tls_) {
      ERR_clear_error();
      count = SSL_read(tls_.get(), bytes.data(), static_cast<int>(bytes.size()));
      const int why =
          count > 0 ? SSL_ERROR_NONE : SSL_get_error(tls_.get(), static_cast<int>(count));
      nothing_now = why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE;
      // An alert after the handshake (TLS 1.3: our certificate was refused) is worth its words.
      if (why == SSL_ERROR_SSL) return gone(tls_reason(tls_.get()));
    } else {
      count = ::recv(socket_.get(), bytes.data(), bytes.size(), 0);
      nothing_now = count < 0 && (errno == EAGAIN || errno == EINTR);
    }
    if (count > 0) {
      all.append(bytes.data(), static_cast<std::size_t>(count));
    } else if (nothing_now || !all.empty()) {
      return all;  // a connection that was closed behind these bytes says so again
    } else {
      return gone("the broker is gone or has closed the connection");
    }
  }
  return all;
}

Result<std::size_t> Stream::write(std::string_view bytes) {
  if (bytes.empty()) return 0;
  if (tls_) {
    ERR_clear_error();
    const int count =
        SSL_write(tls_.get(), bytes.data(), static_cast<int>(std::min(bytes.size(), most_at_once)));
    if (count > 0) return static_cast<std::size_t>(count);
    const int why = SSL_get_error(tls_.get(), count);
    if (why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE) return 0;
    return gone(tls_reason(tls_.get()));
  }
  const auto count = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
  if (count >= 0) return static_cast<std::size_t>(count);
  if (errno == EAGAIN || errno == EINTR) return 0;
  return gone(system_reason(errno));
}

}  // namespace vandvagt::messaging::detail
