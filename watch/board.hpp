#pragma once

#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace vandvagt::watch {

/// Retained payloads that wait to be published: of each topic only the newest counts, so what a
/// slow broker has not taken is bounded by the number of topics. Thread-safe.
class Board {
 public:
  void put(const std::string& topic, std::string payload);
  /// At most `most`, off the board.
  std::vector<std::pair<std::string, std::string>> take(std::size_t most);
  /// What could not be sent, unless something newer has come for the topic.
  void put_back(std::pair<std::string, std::string> entry);
  bool empty() const;

 private:
  mutable std::mutex mutex_;
  std::map<std::string, std::string> payloads_;
  std::string last_;  // topic taken last: the next is the one after it, so that each has its turn
};

}  // namespace vandvagt::watch
