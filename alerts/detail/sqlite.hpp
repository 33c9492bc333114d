#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "core/time.hpp"

namespace vandvagt::alerts::detail {

struct CloseDatabase {
  void operator()(sqlite3* database) const noexcept { sqlite3_close_v2(database); }
};
using Connection = std::unique_ptr<sqlite3, CloseDatabase>;

struct FinishStatement {
  void operator()(sqlite3_stmt* statement) const noexcept { sqlite3_finalize(statement); }
};

/// What SQLite says went wrong last, with the file.
Error sqlite_error(sqlite3* database, const std::string& doing);

/// A prepared statement; parameters are bound in order, columns are read in order.
class Statement {
 public:
  static Result<Statement> prepare(sqlite3* database, const std::string& sql);
  Statement& bind(const std::string& text);
  Statement& bind(std::int64_t value);
  Statement& bind(Time time) { return bind(time.time_since_epoch().count()); }
  Statement& bind(const std::optional<Time>& time);
  /// True: a row is there; false: the end.
  Result<bool> step();
  /// Runs a statement that gives no rows.
  Result<void> run();
  std::string text(int column) const;
  std::int64_t integer(int column) const;
  Time time(int column) const { return Time{Duration{integer(column)}}; }
  std::optional<Time> optional_time(int column) const;

 private:
  explicit Statement(sqlite3_stmt* statement) : statement_(statement) {}
  std::unique_ptr<sqlite3_stmt, FinishStatement> statement_;
  int bound_ = 0;
};

Result<void> execute(sqlite3* database, const std::string& sql);

/// What `read` makes of each row of a query whose parameters are bound.
template <class T, class Read>
Result<std::vector<T>> all_rows(Result<Statement> query, Read read) {
  if (!query) return fail(query.error());
  std::vector<T> rows;
  for (;;) {
    const auto row = query->step();
    if (!row) return fail(row.error());
    if (!*row) return rows;
    rows.push_back(read(*query));
  }
}

/// BEGIN IMMEDIATE on construction through `begin`; rolled back unless committed.
class Transaction {
 public:
  static Result<Transaction> begin(sqlite3* database);
  ~Transaction();
  Transaction(Transaction&& other) noexcept : database_(other.database_) {
    other.database_ = nullptr;
  }
  Transaction& operator=(Transaction&&) = delete;
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  Result<void> commit();

 private:
  explicit Transaction(sqlite3* database) : database_(database) {}
  sqlite3* database_;
};

}  // namespace vandvagt::alerts::detail
