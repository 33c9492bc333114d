#include "web/server.hpp"

#include <atomic>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <map>
#include <optional>
#include <thread>

#include "core/digest.hpp"

namespace vandvagt::web {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;

constexpr std::chrono::seconds drain_time{1};
constexpr std::size_t drain_at_once = 16 * 1024, most_drained = 256 * 1024;

/// What all sessions share; touched on the server's thread only, but for the counters.
struct Shared {
  Options options;
  Handler handler;
  std::size_t connections = 0;
  std::map<std::string, std::size_t> by_address = {};
  std::atomic<long long> requests = 0, turned_away = 0, timed_out = 0, refused = 0;
};

/// One connection: a request is read whole, answered whole, and so on, each within its time.
class Session : public std::enable_shared_from_this<Session> {
 public:
  Session(tcp::socket socket, std::string address, Shared& shared)
      : stream_(std::move(socket)), address_(std::move(address)), shared_(shared) {
    ++shared_.connections;
    ++shared_.by_address[address_];
  }
  ~Session() {
    --shared_.connections;
    if (--shared_.by_address[address_] == 0) shared_.by_address.erase(address_);
  }
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  Session(Session&&) = delete;
  Session& operator=(Session&&) = delete;

  void read() {
    parser_.emplace();
    parser_->header_limit(static_cast<std::uint32_t>(shared_.options.most_header_bytes));
    parser_->body_limit(0);
    // For the whole header: a client that sends a byte a second gains nothing.
    stream_.expires_after(shared_.options.read_timeout);
    http::async_read_header(
        stream_, buffer_, *parser_,
        [self = shared_from_this()](beast::error_code error, std::size_t) { self->take(error); });
  }

 private:
  using Message = http::response<http::string_body>;

  void take(beast::error_code error) {
    if (error == beast::error::timeout) ++shared_.timed_out;
    if (error == http::error::header_limit)
      return refuse(http::status::request_header_fields_too_large, "the request is too large");
    if (error == http::error::body_limit)
      return refuse(http::status::payload_too_large, "no body is taken");
    if (error && error.category() == http::make_error_code(http::error::bad_method).category() &&
        error != http::error::end_of_stream && error != http::error::partial_message)
      return refuse(http::status::bad_request, "this is no HTTP request");
    if (error) return;  // gone, or out of time: the connection closes with this session
    const auto& request = parser_->get();
    const bool get = request.method() == http::verb::get;
    if (!get && request.method() != http::verb::head)
      return refuse(http::status::method_not_allowed, "only GET and HEAD");
    if (parser_->chunked() || parser_->content_length().value_or(0) > 0)
      return refuse(http::status::payload_too_large, "no body is taken");
    answer(request);
  }

  void answer(const http::request<http::empty_body>& request) {
    ++shared_.requests;
    const auto target = request.target();
    Response made;
    try {
      made = shared_.handler({.path = std::string(target.substr(0, target.find('?')))});
    } catch (const std::exception&) {
      made = {.status = 500, .body = "this went wrong here; it is not your fault\n"};
    }
    const std::string tag = "\"" + sha256_hex(made.body).substr(0, 32) + "\"";
    const auto known = request[http::field::if_none_match];
    const bool same = made.status == 200 && known.find(tag) != beast::string_view::npos;
    write_.emplace(same ? http::status::not_modified
                        : static_cast<http::status>(static_cast<unsigned>(made.status)),
                   request.version());
    set_common(request.keep_alive());
    write_->set(http::field::content_type, made.type);
    write_->set(http::field::etag, tag);
    if (!same) write_->body() = std::move(made.body);
    write_->prepare_payload();
    if (request.method() == http::verb::head) write_->body().clear();  // the length stays
    send(request.method() == http::verb::head);
  }

  void set_common(bool keep_alive) {
    write_->set(http::field::server, "vandvagt");
    write_->set(http::field::cache_control, "max-age=5");
    write_->set(http::field::access_control_allow_origin, "*");
    write_->set("X-Content-Type-Options", "nosniff");
    write_->set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'");
    write_->keep_alive(keep_alive);
  }

  void refuse(http::status status, const char* why) {
    ++shared_.refused;
    write_.emplace(status, 11);
    set_common(false);
    if (status == http::status::method_not_allowed) write_->set(http::field::allow, "GET, HEAD");
    write_->set(http::field::content_type, "text/plain; charset=utf-8");
    write_->body() = std::string(why) + "\n";
    write_->prepare_payload();
    send(false);
  }

  void send(bool header_only) {
    stream_.expires_after(shared_.options.write_timeout);
    serializer_.emplace(*write_);
    const auto done = [self = shared_from_this()](beast::error_code error, std::size_t) {
      self->sent(error);
    };
    if (header_only)
      http::async_write_header(stream_, *serializer_, done);
    else
      http::async_write(stream_, *serializer_, done);
  }

  void sent(beast::error_code error) {
    if (error == beast::error::timeout) ++shared_.timed_out;
    if (error) return;
    if (write_->keep_alive()) return read();
    beast::error_code ignored;
    stream_.socket().shutdown(tcp::socket::shutdown_send, ignored);
    stream_.expires_after(drain_time);
    drain();
  }

  // What a refused client still sends is read and dropped for a moment: closing on it would take
  // the answer away before it is read.
  void drain() {
    if (drained_ > most_drained) return;
    buffer_.clear();
    stream_.async_read_some(buffer_.prepare(drain_at_once),
                            [self = shared_from_this()](beast::error_code error, std::size_t size) {
                              self->drained_ += size;
                              if (!error) self->drain();
                            });
  }

  beast::tcp_stream stream_;
  std::string address_;
  Shared& shared_;
  std::size_t drained_ = 0;
  beast::flat_buffer buffer_{64 * 1024};
  std::optional<http::request_parser<http::empty_body>> parser_;
  std::optional<Message> write_;
  std::optional<http::response_serializer<http::string_body>> serializer_;
};

}  // namespace

struct Server::Parts {
  explicit Parts(Options options, Handler handler)
      : shared{.options = std::move(options), .handler = std::move(handler)} {}

  Shared shared;
  asio::io_context context{1};
  tcp::acceptor acceptor{context};
  asio::steady_timer pause{context};
  std::thread thread;

  void accept() {
    acceptor.async_accept([this](beast::error_code error, tcp::socket socket) {
      if (error == asio::error::operation_aborted) return;
      if (!error) {
        welcome(std::move(socket));
        return accept();
      }
      pause.expires_after(
          std::chrono::milliseconds{100});  // no more files, perhaps: not in a circle
      pause.async_wait([this](beast::error_code stopped) {
        if (!stopped) accept();
      });
    });
  }

  void welcome(tcp::socket socket) {
    beast::error_code error;
    const auto peer = socket.remote_endpoint(error);
    if (error) return;
    std::string address = peer.address().to_string();
    const auto known = shared.by_address.find(address);
    if (shared.connections >= shared.options.most_connections ||
        (known != shared.by_address.end() && known->second >= shared.options.most_per_address)) {
      ++shared.turned_away;
      return;
    }
    std::make_shared<Session>(std::move(socket), std::move(address), shared)->read();
  }

  void serve() {
    for (;;) {
      try {
        context.run();
        return;
      } catch (const std::exception&) {
        // One session's trouble; the others go on.
      }
    }
  }
};

Server::Server(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

Server::~Server() {
  parts_->context.stop();
  if (parts_->thread.joinable()) parts_->thread.join();
}

Result<std::unique_ptr<Server>> Server::start(Options options, Handler handler) {
  auto parts = std::make_unique<Parts>(std::move(options), std::move(handler));
  const auto& asked = parts->shared.options;
  beast::error_code error;
  const auto address = asio::ip::make_address(asked.address, error);
  if (error || asked.port < 0 || asked.port > 65535)
    return fail(ErrorCode::invalid_input,
                "web: \"" + asked.address + ":" + std::to_string(asked.port) +
                    "\" is no address; write 127.0.0.1:8080 or [::1]:8080");
  const tcp::endpoint end(address, static_cast<unsigned short>(asked.port));
  auto& acceptor = parts->acceptor;
  acceptor.open(end.protocol(), error);
  if (!error) acceptor.set_option(asio::socket_base::reuse_address(true), error);
  if (!error) acceptor.bind(end, error);
  if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (error)
    return fail(ErrorCode::unavailable, "web: cannot listen on " + asked.address + ":" +
                                            std::to_string(asked.port) + ": " + error.message());
  return std::unique_ptr<Server>(new Server(std::move(parts)));
}

void Server::begin() {
  parts_->accept();
  parts_->thread = std::thread([raw = parts_.get()] { raw->serve(); });
}

int Server::port() const {
  beast::error_code error;
  return parts_->acceptor.local_endpoint(error).port();
}

Server::Counters Server::counters() const {
  const auto& shared = parts_->shared;
  return {.requests = shared.requests,
          .turned_away = shared.turned_away,
          .timed_out = shared.timed_out,
          .refused = shared.refused};
}

}  // namespace vandvagt::web
