#pragma once

#include <sqlite3.h>

#include <filesystem>
#include <map>
#include <memory>
#include <string>

#include "sensors/detail/database.hpp"

namespace vandvagt::sensors::detail {

struct CloseDatabase {
  void operator()(sqlite3* database) const noexcept { sqlite3_close_v2(database); }
};
class SqliteStatement;

/// A file of SQLite.
class SqliteConnection : public Connection {
 public:
  static Result<std::unique_ptr<SqliteConnection>> open(const std::filesystem::path& file,
                                                        int busy_timeout_ms);
  ~SqliteConnection() override;
  SqliteConnection(const SqliteConnection&) = delete;
  SqliteConnection& operator=(const SqliteConnection&) = delete;
  SqliteConnection(SqliteConnection&&) = delete;
  SqliteConnection& operator=(SqliteConnection&&) = delete;

  Result<void> execute(const std::string& sql) override;
  Result<void> make_room(std::int64_t) override { return {}; }
  Result<void> check_files() override;

 protected:
  Result<PreparedStatement*> find(const char* sql) override;
  Result<void> begin() override { return execute("BEGIN IMMEDIATE"); }
  Result<void> commit() override { return execute("COMMIT"); }
  void rollback() noexcept override;

 private:
  SqliteConnection(sqlite3* database, std::string file);

  std::unique_ptr<sqlite3, CloseDatabase> database_;
  std::string file_;
  // Declared last: statements must be finalised before the connection is closed.
  std::map<const char*, std::unique_ptr<SqliteStatement>> statements_;
};

/// `readings.db: disk full (…); free space …`
Error sqlite_error(sqlite3* database, const std::string& file);

}  // namespace vandvagt::sensors::detail
