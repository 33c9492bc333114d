#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "sensors/detail/database.hpp"
#include "sensors/store.hpp"

namespace vandvagt::sensors::detail {

/// Sequence numbers that came with readings and are to be recorded: a group of messages touches
/// each station's ranges once.
class SequenceNumbers {
 public:
  void add(const std::vector<Reading>& readings);
  void clear();
  bool empty() const { return numbers_.empty(); }

 private:
  friend Result<void> record_sequences(Connection&, const SequenceNumbers&);
  std::map<std::pair<std::string, std::int64_t>, std::vector<std::int64_t>> numbers_;
  std::map<std::string, std::int64_t> heard_;  // each station's newest session
};

/// Adds them to the ranges kept per station and session; inside a transaction.
Result<void> record_sequences(Connection& connection, const SequenceNumbers& numbers);

/// What `Store::progress` answers.
Result<std::optional<Progress>> read_progress(Connection& connection, const std::string& station);

}  // namespace vandvagt::sensors::detail
