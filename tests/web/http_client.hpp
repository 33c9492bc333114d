#pragma once

#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <string>

namespace vandvagt::test {

using HttpResponse = boost::beast::http::response<boost::beast::http::string_body>;

/// A connection to a server on this machine.
class HttpClient {
 public:
  explicit HttpClient(int port) {
    using boost::asio::ip::tcp;
    socket_.connect(tcp::endpoint(boost::asio::ip::make_address("127.0.0.1"),
                                  static_cast<unsigned short>(port)));
  }
  /// One request over the same connection. Throws boost::system::system_error where it is cut.
  HttpResponse ask(const std::string& target,
                   boost::beast::http::verb verb = boost::beast::http::verb::get,
                   const std::string& if_none_match = {}) {
    namespace http = boost::beast::http;
    http::request<http::empty_body> request(verb, target, 11);
    request.set(http::field::host, "127.0.0.1");
    if (!if_none_match.empty()) request.set(http::field::if_none_match, if_none_match);
    http::write(socket_, request);
    return read(verb == http::verb::head);
  }
  void send(const std::string& bytes) { boost::asio::write(socket_, boost::asio::buffer(bytes)); }
  HttpResponse read(bool header_only = false) {
    namespace http = boost::beast::http;
    http::response_parser<http::string_body> parser;
    parser.body_limit(64 * 1024 * 1024);
    parser.skip(header_only);
    http::read(socket_, buffer_, parser);
    return parser.release();
  }
  /// Waits until the other side has closed; true if it did, within the kernel's patience.
  bool closed() {
    boost::system::error_code error;
    char byte = 0;
    while (!error) boost::asio::read(socket_, boost::asio::buffer(&byte, 1), error);
    return true;
  }
  boost::asio::ip::tcp::socket& socket() { return socket_; }

 private:
  boost::asio::io_context context_;
  boost::asio::ip::tcp::socket socket_{context_};
  boost::beast::flat_buffer buffer_;
};

}  // namespace vandvagt::test
