#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/result.hpp"

namespace vandvagt::sensors::detail {

struct CloseDatabase {
  void operator()(sqlite3* database) const noexcept { sqlite3_close_v2(database); }
};
struct FinalizeStatement {
  void operator()(sqlite3_stmt* statement) const noexcept { sqlite3_finalize(statement); }
};

/// A prepared statement in use; reset and unbound when it goes. Bind with ?1, ?2, …
class Statement {
 public:
  Statement(sqlite3_stmt* statement, std::string file)
      : statement_(statement), file_(std::move(file)) {}
  ~Statement();
  Statement(Statement&& other) noexcept;
  Statement& operator=(Statement&&) = delete;
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

  /// Texts are copied.
  Statement& bind(int index, std::int64_t value);
  Statement& bind(int index, double value);
  Statement& bind(int index, std::string_view text);
  Statement& bind(int index, std::optional<std::int64_t> value);
  Statement& bind_blob(int index, std::string_view bytes);

  /// True: a row is there. Error{io} says which file, what and the cure.
  Result<bool> step();

  std::int64_t integer(int column) const;
  double real(int column) const;
  std::string text(int column) const;  // also of a blob
  std::optional<std::int64_t> optional_integer(int column) const;

 private:
  sqlite3_stmt* statement_;
  std::string file_;
};

/// One connection with its prepared statements. Not thread-safe.
class Connection {
 public:
  static Result<Connection> open(const std::filesystem::path& file, int busy_timeout_ms);

  /// `sql` must be a literal: it is the key of the statement that is prepared once.
  Result<Statement> prepare(const char* sql);
  Result<void> execute(const std::string& sql);
  Result<std::int64_t> integer(const char* sql);
  Result<std::string> text(const char* sql);

  /// `work` inside BEGIN IMMEDIATE and COMMIT; rolled back when it or the commit fails.
  template <class Work>
  Result<void> transaction(Work&& work) {
    if (auto begun = execute("BEGIN IMMEDIATE"); !begun) return begun;
    Result<void> done = work();
    if (done) done = execute("COMMIT");
    // After some errors SQLite has rolled back by itself.
    if (!done && sqlite3_get_autocommit(database_.get()) == 0)
      static_cast<void>(execute("ROLLBACK"));
    return done;
  }

 private:
  Connection(sqlite3* database, std::string file) : database_(database), file_(std::move(file)) {}

  std::unique_ptr<sqlite3, CloseDatabase> database_;
  std::string file_;
  // Declared last: statements must be finalised before the connection is closed.
  std::map<const char*, std::unique_ptr<sqlite3_stmt, FinalizeStatement>> statements_;
};

/// `readings.db: disk full (…); free space …`
Error sqlite_error(sqlite3* database, const std::string& file);

}  // namespace vandvagt::sensors::detail
