#include "sensors/detail/sqlite.hpp"

#include <utility>

namespace vandvagt::sensors::detail {
namespace {

struct FinalizeStatement {
  void operator()(sqlite3_stmt* statement) const noexcept { sqlite3_finalize(statement); }
};

const char* cure(int primary_code) {
  switch (primary_code) {
    case SQLITE_FULL:
      return "the disk or the file's limit is full; free space";
    case SQLITE_IOERR:
      return "the disk did not read or write; look at its space and health";
    case SQLITE_READONLY:
      return "it cannot be written; check the rights of file and folder";
    case SQLITE_CANTOPEN:
      return "it cannot be opened; check that the folder exists and its rights";
    case SQLITE_PERM:
      return "access is not permitted; check the rights of file and folder";
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return "another process holds it; end that one or raise the time-out";
    case SQLITE_CORRUPT:
      return "the file is damaged; put it aside and restore a copy";
    case SQLITE_NOTADB:
      return "this is no store of readings; name another file";
    default:
      return "the database did not do what was asked";
  }
}

}  // namespace

Error sqlite_error(sqlite3* database, const std::string& file) {
  const int code = sqlite3_extended_errcode(database);
  return {ErrorCode::io, file + ": " + cure(code & 0xff) + " (SQLite " + std::to_string(code) +
                             ": " + sqlite3_errmsg(database) + ")"};
}

class SqliteStatement : public PreparedStatement {
 public:
  SqliteStatement(sqlite3_stmt* statement, const std::string& file)
      : statement_(statement), file_(file) {}

  void bind(int index, std::int64_t value) override {
    sqlite3_bind_int64(statement_.get(), index, value);
  }
  void bind(int index, double value) override {
    sqlite3_bind_double(statement_.get(), index, value);
  }
  void bind(int index, std::string_view text) override {
    sqlite3_bind_text64(statement_.get(), index, text.data(), text.size(), SQLITE_TRANSIENT,
                        SQLITE_UTF8);
  }
  void bind_blob(int index, std::string_view bytes) override {
    sqlite3_bind_blob64(statement_.get(), index, bytes.data(), bytes.size(), SQLITE_TRANSIENT);
  }
  void bind_no_integer(int index) override { sqlite3_bind_null(statement_.get(), index); }

  Result<bool> step() override {
    switch (sqlite3_step(statement_.get())) {
      case SQLITE_ROW:
        return true;
      case SQLITE_DONE:
        return false;
      default:
        return fail(sqlite_error(sqlite3_db_handle(statement_.get()), file_));
    }
  }

  std::int64_t integer(int column) const override {
    return sqlite3_column_int64(statement_.get(), column);
  }
  double real(int column) const override { return sqlite3_column_double(statement_.get(), column); }
  std::string text(int column) const override {
    const void* bytes = sqlite3_column_blob(statement_.get(), column);
    const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column));
    return bytes == nullptr ? std::string{} : std::string(static_cast<const char*>(bytes), size);
  }
  bool is_null(int column) const override {
    return sqlite3_column_type(statement_.get(), column) == SQLITE_NULL;
  }

  void reset() noexcept override {
    sqlite3_reset(statement_.get());
    sqlite3_clear_bindings(statement_.get());
  }

 private:
  std::unique_ptr<sqlite3_stmt, FinalizeStatement> statement_;
  const std::string& file_;  // the connection's
};

SqliteConnection::SqliteConnection(sqlite3* database, std::string file)
    : database_(database), file_(std::move(file)) {}
SqliteConnection::~SqliteConnection() = default;

Result<std::unique_ptr<SqliteConnection>> SqliteConnection::open(const std::filesystem::path& file,
                                                                 int busy_timeout_ms) {
  sqlite3* database = nullptr;
  const int code =
      sqlite3_open_v2(file.c_str(), &database,
                      SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
  std::unique_ptr<SqliteConnection> connection(new SqliteConnection(database, file.string()));
  if (code != SQLITE_OK) return fail(sqlite_error(database, file.string()));
  sqlite3_extended_result_codes(database, 1);
  sqlite3_busy_timeout(database, busy_timeout_ms);
  return connection;
}

Result<PreparedStatement*> SqliteConnection::find(const char* sql) {
  auto& kept = statements_[sql];
  if (!kept) {
    sqlite3_stmt* statement = nullptr;
    if (sqlite3_prepare_v3(database_.get(), sql, -1, SQLITE_PREPARE_PERSISTENT, &statement,
                           nullptr) != SQLITE_OK)
      return fail(sqlite_error(database_.get(), file_));
    kept = std::make_unique<SqliteStatement>(statement, file_);
  }
  return kept.get();
}

Result<void> SqliteConnection::execute(const std::string& sql) {
  if (sqlite3_exec(database_.get(), sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK)
    return fail(sqlite_error(database_.get(), file_));
  return {};
}

// After some errors SQLite has rolled back by itself.
void SqliteConnection::rollback() noexcept {
  if (sqlite3_get_autocommit(database_.get()) == 0)
    sqlite3_exec(database_.get(), "ROLLBACK", nullptr, nullptr, nullptr);
}

Result<void> SqliteConnection::check_files() {
  const auto answer = text("PRAGMA integrity_check(1)");
  if (!answer) return fail(answer.error());
  if (*answer == "ok") return {};
  return fail(ErrorCode::io, file_ + ": the store of readings is damaged: " + *answer);
}

}  // namespace vandvagt::sensors::detail
