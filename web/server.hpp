#pragma once

#include <functional>
#include <memory>
#include <string>

#include "core/result.hpp"
#include "web/options.hpp"

namespace vandvagt::web {

struct Request {
  std::string path;  // without the query, not decoded
};
struct Response {
  int status = 200;
  std::string type = "text/plain; charset=utf-8";
  std::string body;
};
/// Called on the server's thread, one request at a time. An exception becomes a 500.
using Handler = std::function<Response(const Request&)>;

/// HTTP/1.1, GET and HEAD only, on one thread of its own. A client that sends too much, too slowly,
/// or takes its answer too slowly is cut; further connections than allowed are closed at once. So a
/// hostile client holds up other readers at most, never the service.
class Server {
 public:
  /// Binds the port; nothing is answered before `begin`. Error{invalid_input}: no address;
  /// Error{unavailable}: the port is taken.
  static Result<std::unique_ptr<Server>> start(Options options, Handler handler);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  Server(Server&&) = delete;
  Server& operator=(Server&&) = delete;

  void begin();
  int port() const;
  struct Counters {
    long long requests = 0, turned_away = 0, timed_out = 0, refused = 0;
  };
  Counters counters() const;

 private:
  struct Parts;
  explicit Server(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace vandvagt::web
