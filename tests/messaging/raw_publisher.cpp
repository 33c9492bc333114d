#include "tests/messaging/raw_publisher.hpp"

#include <poll.h>

#include <chrono>

#include "messaging/detail/packets.hpp"

namespace vandvagt::test {
namespace {

using namespace std::chrono_literals;
constexpr std::size_t puback_size = 4;
constexpr std::size_t write_beyond = 16'384;  // bytes gathered before they are written
constexpr auto patience = 30s;

void put_number(std::string& out, std::size_t number) {
  out += static_cast<char>(number >> 8U & 0xffU);
  out += static_cast<char>(number & 0xffU);
}

}  // namespace

RawPublisher::RawPublisher(const std::string& url, int window) : window_(window) {
  messaging::Options options;
  options.url = url;
  options.client_id = "raw-publisher-" + std::to_string(reinterpret_cast<std::uintptr_t>(this));
  options.clean_session = true;
  options.keep_alive = 600s;
  auto stream = messaging::detail::Stream::open(options, 10s, [] { return false; });
  if (!stream) return;
  stream_.emplace(std::move(*stream));
  out_ = messaging::detail::connect_packet(options, "");
  outstanding_ = 1;  // CONNACK is as long as a PUBACK
  ok_ = true;
  ok_ = pump(0);
}

bool RawPublisher::publish(std::string_view topic, std::string_view payload) {
  id_ = id_ == 0xffff ? std::uint16_t{1} : static_cast<std::uint16_t>(id_ + 1);
  std::size_t rest = 4 + topic.size() + payload.size();
  out_ += '\x32';
  do {
    out_ += static_cast<char>(rest >= 128 ? rest % 128 + 128 : rest);
    rest /= 128;
  } while (rest > 0);
  put_number(out_, topic.size());
  out_ += topic;
  put_number(out_, id_);
  out_ += payload;
  ++outstanding_;
  if (out_.size() < write_beyond && outstanding_ < window_) return ok_;
  return pump(window_ - 1);
}

bool RawPublisher::finish() {
  return pump(0);
}

bool RawPublisher::pump(int most_outstanding) {
  const auto end = std::chrono::steady_clock::now() + patience;
  while (ok_ && (!out_.empty() || outstanding_ > most_outstanding)) {
    const auto written = stream_->write(out_);
    const auto read = stream_->read();
    if (!written || !read || std::chrono::steady_clock::now() > end) {
      ok_ = false;
      break;
    }
    out_.erase(0, *written);
    partial_ += read->size();
    outstanding_ -= static_cast<int>(partial_ / puback_size);
    partial_ %= puback_size;
    if (*written > 0 || !read->empty()) continue;
    pollfd one{stream_->descriptor(), static_cast<short>(out_.empty() ? POLLIN : POLLIN | POLLOUT),
               0};
    ::poll(&one, 1, 100);
  }
  return ok_;
}

}  // namespace vandvagt::test
