#include "sensors/detail/sqlite.hpp"

#include <utility>

namespace vandvagt::sensors::detail {
namespace {

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

Statement::~Statement() {
  if (statement_ == nullptr) return;
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
}

Statement::Statement(Statement&& other) noexcept
    : statement_(std::exchange(other.statement_, nullptr)), file_(std::move(other.file_)) {}

Statement& Statement::bind(int index, std::int64_t value) {
  sqlite3_bind_int64(statement_, index, value);
  return *this;
}
Statement& Statement::bind(int index, double value) {
  sqlite3_bind_double(statement_, index, value);
  return *this;
}
Statement& Statement::bind(int index, std::string_view text) {
  sqlite3_bind_text64(statement_, index, text.data(), text.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
  return *this;
}
Statement& Statement::bind(int index, std::optional<std::int64_t> value) {
  if (value) return bind(index, *value);
  sqlite3_bind_null(statement_, index);
  return *this;
}
Statement& Statement::bind_blob(int index, std::string_view bytes) {
  sqlite3_bind_blob64(statement_, index, bytes.data(), bytes.size(), SQLITE_TRANSIENT);
  return *this;
}

Result<bool> Statement::step() {
  switch (sqlite3_step(statement_)) {
    case SQLITE_ROW:
      return true;
    case SQLITE_DONE:
      return false;
    default:
      return fail(sqlite_error(sqlite3_db_handle(statement_), file_));
  }
}

std::int64_t Statement::integer(int column) const {
  return sqlite3_column_int64(statement_, column);
}
double Statement::real(int column) const {
  return sqlite3_column_double(statement_, column);
}
std::string Statement::text(int column) const {
  const void* bytes = sqlite3_column_blob(statement_, column);
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_, column));
  return bytes == nullptr ? std::string{} : std::string(static_cast<const char*>(bytes), size);
}
std::optional<std::int64_t> Statement::optional_integer(int column) const {
  if (sqlite3_column_type(statement_, column) == SQLITE_NULL) return std::nullopt;
  return integer(column);
}

Result<Connection> Connection::open(const std::filesystem::path& file, int busy_timeout_ms) {
  sqlite3* database = nullptr;
  const int code =
      sqlite3_open_v2(file.c_str(), &database,
                      SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
  Connection connection(database, file.string());
  if (code != SQLITE_OK) return fail(sqlite_error(database, file.string()));
  sqlite3_extended_result_codes(database, 1);
  sqlite3_busy_timeout(database, busy_timeout_ms);
  return connection;
}

Result<Statement> Connection::prepare(const char* sql) {
  auto& kept = statements_[sql];
  if (!kept) {
    sqlite3_stmt* statement = nullptr;
    if (sqlite3_prepare_v3(database_.get(), sql, -1, SQLITE_PREPARE_PERSISTENT, &statement,
                           nullptr) != SQLITE_OK)
      return fail(sqlite_error(database_.get(), file_));
    kept.reset(statement);
  }
  return Statement(kept.get(), file_);
}

Result<void> Connection::execute(const std::string& sql) {
  if (sqlite3_exec(database_.get(), sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK)
    return fail(sqlite_error(database_.get(), file_));
  return {};
}

Result<std::int64_t> Connection::integer(const char* sql) {
  auto statement = prepare(sql);
  if (!statement) return fail(statement.error());
  const auto row = statement->step();
  if (!row) return fail(row.error());
  return *row ? statement->integer(0) : 0;
}

Result<std::string> Connection::text(const char* sql) {
  auto statement = prepare(sql);
  if (!statement) return fail(statement.error());
  const auto row = statement->step();
  if (!row) return fail(row.error());
  return *row ? statement->text(0) : std::string{};
}

}  // namespace vandvagt::sensors::detail
