#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <unordered_map>

#include "watch/options.hpp"

namespace vandvagt::watch {

/// How many messages a topic may send: a token bucket each, so that a sensor which has gone wild
/// does not keep the others waiting. Bounded: topics beyond the first ten thousand share one.
class Limits {
 public:
  using Clock = std::chrono::steady_clock;
  explicit Limits(const Options& options)
      : rate_(options.station_rate), burst_(static_cast<double>(options.station_burst)) {}
  /// False: over its limit.
  bool admit(const std::string& topic, Clock::time_point now);

 private:
  struct Bucket {
    double tokens = 0.0;
    Clock::time_point filled;
  };
  double rate_, burst_;
  std::unordered_map<std::string, Bucket> buckets_;
};

}  // namespace vandvagt::watch
