#include "web/server.hpp"

#include <gtest/gtest.h>

#include <thread>

#include "tests/support/support.hpp"
#include "tests/web/http_client.hpp"

namespace vandvagt {
namespace {

using namespace std::chrono_literals;
using test::HttpClient;
using web::Request;
using web::Response;
using web::Server;
namespace http = boost::beast::http;

std::unique_ptr<Server> serve(web::Options options = {}) {
  options.port = 0;
  auto server = Server::start(options, [](const Request& request) -> Response {
    if (request.path == "/fault") throw std::runtime_error("secret");
    if (request.path == "/large") return {.body = std::string(32 * 1024 * 1024, 'x')};
    if (request.path == "/none") return {.status = 404, .body = "no"};
    return {.body = "you asked for " + request.path};
  });
  EXPECT_TRUE(server) << server.error().message;
  (*server)->begin();
  return std::move(*server);
}

TEST(HttpServer, AnswersRequestsOneAfterAnotherOnAConnection) {
  const auto server = serve();
  HttpClient client(server->port());
  for (int i = 0; i < 3; ++i) {
    const auto answer = client.ask("/a?b=c");
    EXPECT_EQ(answer.result_int(), 200u);
    EXPECT_EQ(answer.body(), "you asked for /a");
    EXPECT_EQ(answer["X-Content-Type-Options"], "nosniff");
  }
  EXPECT_EQ(client.ask("/none").result_int(), 404u);
  EXPECT_EQ(server->counters().requests, 4);
}

TEST(HttpServer, SpeaksWithCurl) {
  const auto server = serve();
  const auto url = "http://127.0.0.1:" + std::to_string(server->port());
  EXPECT_EQ(test::run_command("curl -sS " + url + "/x").output, "you asked for /x");
  const auto head = test::run_command("curl -sS -I " + url + "/x").output;
  EXPECT_NE(head.find("Content-Length: 16"), std::string::npos) << head;
}

TEST(HttpServer, SaysThatNothingHasChanged) {
  const auto server = serve();
  HttpClient client(server->port());
  const auto tag = std::string(client.ask("/a")[http::field::etag]);
  EXPECT_EQ(client.ask("/a", http::verb::get, tag).result_int(), 304u);
  EXPECT_EQ(client.ask("/b", http::verb::get, tag).result_int(), 200u);
}

TEST(HttpServer, TakesNothingButGetAndHead) {
  const auto server = serve();
  for (const auto verb : {http::verb::post, http::verb::put, http::verb::delete_}) {
    HttpClient client(server->port());
    EXPECT_EQ(client.ask("/a", verb).result_int(), 405u);
  }
  HttpClient client(server->port());
  const auto answer = client.ask("/a", http::verb::head);
  EXPECT_EQ(answer.result_int(), 200u);
  EXPECT_EQ(answer[http::field::content_length], "16");
}

TEST(HttpServer, RefusesWhatIsTooLargeAndGoesOn) {
  const auto server = serve();
  HttpClient header(server->port());
  header.send("GET / HTTP/1.1\r\nHost: a\r\nX-Long: " + std::string(20'000, 'x') + "\r\n\r\n");
  EXPECT_EQ(header.read().result_int(), 431u);
  HttpClient body(server->port());
  body.send("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 10000000000\r\n\r\n");
  EXPECT_EQ(body.read().result_int(), 413u);
  HttpClient chunked(server->port());
  chunked.send("GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
  EXPECT_EQ(chunked.read().result_int(), 413u);
  HttpClient garbage(server->port());
  garbage.send("\x16\x03\x01 this is TLS, or nothing\r\n\r\n");
  EXPECT_EQ(garbage.read().result_int(), 400u);
  EXPECT_EQ(HttpClient(server->port()).ask("/").result_int(), 200u);
}

TEST(HttpServer, AFaultOfItsOwnIsToldWithoutItsWords) {
  const auto server = serve();
  HttpClient client(server->port());
  const auto answer = client.ask("/fault");
  EXPECT_EQ(answer.result_int(), 500u);
  EXPECT_EQ(answer.body().find("secret"), std::string::npos);
  EXPECT_EQ(client.ask("/a").result_int(), 200u);
}

// A client sees the end of its connection before the server has counted it.
void wait_for_a_timeout(const web::Server& server) {
  for (int i = 0; i < 500 && server.counters().timed_out == 0; ++i)
    std::this_thread::sleep_for(20ms);
}

// Slow loris: a header byte now and then would keep a connection for ever if each restarted a
// timer.
TEST(HttpServer, CutsAClientThatSendsItsRequestTooSlowly) {
  web::Options options;
  options.read_timeout = 400ms;
  const auto server = serve(options);
  HttpClient slow(server->port());
  const auto began = std::chrono::steady_clock::now();
  std::jthread drip([&](const std::stop_token& stop) {
    boost::system::error_code error;
    const std::string request = "GET / HTTP/1.1\r\nHost: a\r\nX-A: " + std::string(1000, 'a');
    for (std::size_t i = 0; i < request.size() && !error && !stop.stop_requested(); ++i) {
      boost::asio::write(slow.socket(), boost::asio::buffer(&request[i], 1), error);
      std::this_thread::sleep_for(20ms);
    }
  });
  EXPECT_TRUE(slow.closed());
  EXPECT_LT(std::chrono::steady_clock::now() - began, 10s);
  EXPECT_GE(std::chrono::steady_clock::now() - began, 300ms);
  wait_for_a_timeout(*server);
  EXPECT_EQ(server->counters().timed_out, 1);
}

TEST(HttpServer, CutsAClientThatDoesNotTakeItsAnswer) {
  web::Options options;
  options.write_timeout = 300ms;
  const auto server = serve(options);
  HttpClient client(server->port());
  client.socket().set_option(boost::asio::socket_base::receive_buffer_size(4096));
  client.send("GET /large HTTP/1.1\r\nHost: a\r\n\r\n");
  wait_for_a_timeout(*server);  // read nothing
  EXPECT_EQ(server->counters().timed_out, 1);
  EXPECT_EQ(HttpClient(server->port()).ask("/a").result_int(), 200u);
}

TEST(HttpServer, BoundsItsConnectionsAndTakesNewOnesWhenTheyEnd) {
  web::Options options;
  options.most_connections = 5;
  options.most_per_address = 3;
  const auto server = serve(options);
  std::vector<std::unique_ptr<HttpClient>> held;
  for (int i = 0; i < 3; ++i) {
    held.push_back(std::make_unique<HttpClient>(server->port()));
    EXPECT_EQ(held.back()->ask("/a").result_int(), 200u);
  }
  HttpClient fourth(server->port());
  EXPECT_THROW(fourth.ask("/a"), boost::system::system_error);
  EXPECT_EQ(server->counters().turned_away, 1);
  held.clear();
  unsigned result = 0;
  for (int i = 0; i < 100 && result != 200; ++i) {
    try {
      result = HttpClient(server->port()).ask("/a").result_int();
    } catch (const boost::system::system_error&) {
      std::this_thread::sleep_for(10ms);
    }
  }
  EXPECT_EQ(result, 200u);
}

TEST(HttpServer, AnswersOthersWhileManyAreSlow) {
  web::Options options;
  options.read_timeout = 2s;
  const auto server = serve(options);
  std::vector<std::unique_ptr<HttpClient>> slow;
  for (int i = 0; i < 40; ++i) {
    slow.push_back(std::make_unique<HttpClient>(server->port()));
    slow.back()->send("GET / HT");
  }
  const auto began = std::chrono::steady_clock::now();
  EXPECT_EQ(HttpClient(server->port()).ask("/a").result_int(), 200u);
  EXPECT_LT(std::chrono::steady_clock::now() - began, 1s);
}

TEST(HttpServer, SaysWhereItCannotListen) {
  const auto server = serve();
  web::Options taken;
  taken.port = server->port();
  const auto second = Server::start(taken, [](const Request&) { return Response{}; });
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::unavailable);
  web::Options wrong;
  wrong.address = "everywhere";
  EXPECT_EQ(Server::start(wrong, [](const Request&) { return Response{}; }).error().code,
            ErrorCode::invalid_input);
}

}  // namespace
}  // namespace vandvagt
