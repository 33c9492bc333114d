#include "alerts/detail/sqlite.hpp"

namespace vandvagt::alerts::detail {

Error sqlite_error(sqlite3* database, const std::string& doing) {
  const char* file = sqlite3_db_filename(database, "main");
  std::string message = (file != nullptr ? std::string(file) : std::string("outbox")) + ": " +
                        doing + ": " + sqlite3_errmsg(database);
  if (sqlite3_errcode(database) == SQLITE_FULL) message += "; free space on its disk";
  if (sqlite3_errcode(database) == SQLITE_BUSY) message += "; another program holds it locked";
  return {ErrorCode::io, std::move(message)};
}

Result<Statement> Statement::prepare(sqlite3* database, const std::string& sql) {
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v2(database, sql.c_str(), -1, &statement, nullptr) != SQLITE_OK) {
    return fail(sqlite_error(database, "preparing"));
  }
  return Statement(statement);
}

Statement& Statement::bind(const std::string& text) {
  sqlite3_bind_text(statement_.get(), ++bound_, text.data(), static_cast<int>(text.size()),
                    SQLITE_TRANSIENT);
  return *this;
}
Statement& Statement::bind(std::int64_t value) {
  sqlite3_bind_int64(statement_.get(), ++bound_, value);
  return *this;
}
Statement& Statement::bind(const std::optional<Time>& time) {
  if (time) return bind(*time);
  sqlite3_bind_null(statement_.get(), ++bound_);
  return *this;
}

Result<bool> Statement::step() {
  const int outcome = sqlite3_step(statement_.get());
  if (outcome == SQLITE_ROW) return true;
  if (outcome == SQLITE_DONE) return false;
  return fail(sqlite_error(sqlite3_db_handle(statement_.get()), "reading or writing"));
}

Result<void> Statement::run() {
  for (;;) {
    const auto row = step();
    if (!row) return fail(row.error());
    if (!*row) return {};
  }
}

std::string Statement::text(int column) const {
  const auto* bytes = sqlite3_column_text(statement_.get(), column);
  if (bytes == nullptr) return {};
  return {reinterpret_cast<const char*>(bytes),
          static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column))};
}
std::int64_t Statement::integer(int column) const {
  return sqlite3_column_int64(statement_.get(), column);
}
std::optional<Time> Statement::optional_time(int column) const {
  if (sqlite3_column_type(statement_.get(), column) == SQLITE_NULL) return std::nullopt;
  return time(column);
}

Result<void> execute(sqlite3* database, const std::string& sql) {
  if (sqlite3_exec(database, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) {
    return fail(sqlite_error(database, "executing"));
  }
  return {};
}

Result<Transaction> Transaction::begin(sqlite3* database) {
  if (auto begun = execute(database, "BEGIN IMMEDIATE"); !begun) return fail(begun.error());
  return Transaction(database);
}
Transaction::~Transaction() {
  if (database_ != nullptr) sqlite3_exec(database_, "ROLLBACK", nullptr, nullptr, nullptr);
}
Result<void> Transaction::commit() {
  auto done = execute(database_, "COMMIT");
  if (done) database_ = nullptr;
  return done;
}

}  // namespace vandvagt::alerts::detail
