#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace vandvagt::watch {

/// One line for the log, as an operator should read it.
using Log = std::function<void(const std::string& line)>;

/// What is not as it should be, by cause: logged when it begins, changes and ends, and shown in the
/// heartbeat as long as it lasts. Thread-safe.
class Health {
 public:
  explicit Health(Log log) : log_(std::move(log)) {}
  void degraded(const std::string& cause, const std::string& why);
  void well(const std::string& cause);
  std::vector<std::string> reasons() const;
  void log(const std::string& line) const { log_(line); }

 private:
  Log log_;
  mutable std::mutex mutex_;
  std::map<std::string, std::string> reasons_;
};

}  // namespace vandvagt::watch
