#pragma once

#include <sys/types.h>

#include <memory>
#include <string>

#include "tests/support/support.hpp"

namespace vandvagt::test {

/// A PostgreSQL server of this test's own, in a temporary folder, listening on a socket there and
/// on no port. It waits for its disk as one in operation does.
class PostgresqlServer {
 public:
  /// Whether Debian's `postgresql` is installed; tests that need it skip visibly where it is not.
  static bool installed();

  PostgresqlServer();
  ~PostgresqlServer();
  PostgresqlServer(const PostgresqlServer&) = delete;
  PostgresqlServer& operator=(const PostgresqlServer&) = delete;

  /// The connection string of its database `name`, which is made where it is missing; `vandvagt` is
  /// there from the start.
  std::string database(const std::string& name = "vandvagt");
  /// As kill -9 of the server and all its processes.
  void kill();
  /// A shut-down in order, that does not wait for sessions.
  void stop();
  /// After `kill` or `stop`. @param options  `-c name=value …`
  void start(const std::string& options = {});
  /// What psql answers, one value a line; the test fails where it is an error.
  std::string sql(const std::string& statement, const std::string& database = "vandvagt");
  std::string log() const;

 private:
  void end(int signal_number);
  std::string socket() const { return folder_.path().string(); }

  TemporaryFolder folder_;
  pid_t pid_ = -1;
};

}  // namespace vandvagt::test
