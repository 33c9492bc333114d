#include "sensors/detail/database.hpp"

namespace vandvagt::sensors::detail {

Result<void> Statement::run() {
  while (true) {
    const auto row = step();
    if (!row) return fail(row.error());
    if (!*row) return {};
  }
}

Result<Statement> Connection::prepare(const char* sql) {
  const auto found = find(sql);
  if (!found) return fail(found.error());
  return Statement(**found);
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
