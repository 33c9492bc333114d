#pragma once

#include <libpq-fe.h>

#include <chrono>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "sensors/detail/database.hpp"

namespace vandvagt::sensors::detail {

struct FinishConnection {
  void operator()(PGconn* connection) const noexcept { PQfinish(connection); }
};
struct ClearResult {
  void operator()(PGresult* result) const noexcept { PQclear(result); }
};
using PostgresqlResult = std::unique_ptr<PGresult, ClearResult>;
class PostgresqlStatement;

/// A session with a PostgreSQL server, in our schema. A session that was lost outside a transaction
/// is made anew by the next statement, with back-off; one that is lost inside a transaction is an
/// error, and what had not been committed is gone. Whether a commit whose answer was lost has
/// happened is not known: it is an error, and what is sent again is recognised as a duplicate.
class PostgresqlConnection : public Connection {
 public:
  static Result<std::unique_ptr<PostgresqlConnection>> open(const std::string& connection,
                                                            std::chrono::milliseconds lock_timeout);
  ~PostgresqlConnection() override;
  PostgresqlConnection(const PostgresqlConnection&) = delete;
  PostgresqlConnection& operator=(const PostgresqlConnection&) = delete;
  PostgresqlConnection(PostgresqlConnection&&) = delete;
  PostgresqlConnection& operator=(PostgresqlConnection&&) = delete;

  Result<void> execute(const std::string& sql) override;
  Result<void> make_room(std::int64_t time) override;
  Result<void> check_files() override;
  const std::string& name() const { return name_; }

 protected:
  Result<PreparedStatement*> find(const char* sql) override;
  Result<void> begin() override;
  Result<void> commit() override;
  void rollback() noexcept override;

 private:
  friend class PostgresqlStatement;
  PostgresqlConnection(std::string connection, std::chrono::milliseconds lock_timeout);

  Result<void> connect();
  Result<void> begin_session();
  /// What `ask` was answered; asked again once in a new session where the old one was found dead.
  template <class Ask>
  Result<PostgresqlResult> ask(Ask&& question);
  Error error_of(const PGresult* result) const;

  std::string connection_, name_;
  std::chrono::milliseconds lock_timeout_;
  std::unique_ptr<PGconn, FinishConnection> server_;
  int session_ = 0;  // counts them: statements are prepared anew in each
  bool in_transaction_ = false;
  std::chrono::steady_clock::time_point next_attempt_{};
  std::chrono::milliseconds backoff_{};
  Error last_failure_{};
  std::set<std::int64_t> months_, new_months_;  // that have a partition; made in this transaction
  std::map<const char*, std::unique_ptr<PostgresqlStatement>> statements_;
};

}  // namespace vandvagt::sensors::detail
