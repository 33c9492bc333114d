#include "alerts/deliveries.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "alerts/detail/message_rows.hpp"

namespace vandvagt::alerts {
namespace {

using detail::Statement;

constexpr const char* delivery_schema = R"sql(
CREATE TABLE IF NOT EXISTS delivery (
  way TEXT NOT NULL, number INTEGER NOT NULL, identifier TEXT NOT NULL,
  settled TEXT, attempts INTEGER NOT NULL DEFAULT 0, next INTEGER NOT NULL DEFAULT 0, why TEXT,
  PRIMARY KEY (way, number));
CREATE TABLE IF NOT EXISTS delivery_from (way TEXT PRIMARY KEY, number INTEGER NOT NULL);
)sql";

std::string due_messages() {
  return fmt::format(
      "SELECT {}, coalesce(d.attempts, 0) FROM message m "
      "LEFT JOIN delivery d ON d.way = ?1 AND d.number = m.number "
      "WHERE m.number >= (SELECT number FROM delivery_from WHERE way = ?1) "
      "AND d.settled IS NULL AND coalesce(d.next, 0) <= ?2 ORDER BY m.number LIMIT ?3",
      detail::message_columns);
}

Delivery read_delivery(const Statement& row) {
  return {detail::read_message(row), static_cast<int>(row.integer(detail::message_column_count))};
}

}  // namespace

struct Deliveries::Database {
  detail::Connection connection;
  sqlite3* get() const { return connection.get(); }

  Result<void> run(const char* sql, const std::function<void(Statement&)>& bind) const {
    auto statement = Statement::prepare(get(), sql);
    if (!statement) return fail(statement.error());
    bind(*statement);
    return statement->run();
  }

  // The first message of this way that is not settled: what lies before is looked at no more.
  Result<void> move_start(const std::string& way, Time now) const {
    auto query = Statement::prepare(
        get(),
        "SELECT (SELECT number FROM delivery_from WHERE way = ?1), coalesce("
        "(SELECT min(m.number) FROM message m LEFT JOIN delivery d ON d.way = ?1 AND "
        "d.number = m.number WHERE m.number >= coalesce((SELECT number FROM delivery_from "
        "WHERE way = ?1), (SELECT min(number) FROM message WHERE expires > ?2)) "
        "AND d.settled IS NULL), (SELECT coalesce(max(number), 0) + 1 FROM message))");
    if (!query) return fail(query.error());
    const auto row = query->bind(way).bind(now).step();
    if (!row) return fail(row.error());
    const auto known = query->integer(0), first = query->integer(1);
    query = Statement::prepare(get(), "SELECT 1");  // lets go of the reading statement
    if (known == first) return {};
    return run("INSERT OR REPLACE INTO delivery_from (way, number) VALUES (?, ?)",
               [&](Statement& s) { s.bind(way).bind(first); });
  }

  Result<bool> any_due(const std::string& way) const {
    auto query =
        Statement::prepare(get(),
                           "SELECT coalesce((SELECT number FROM delivery_from WHERE way = ?), 0), "
                           "(SELECT coalesce(max(number), 0) FROM message)");
    if (!query) return fail(query.error());
    const auto row = query->bind(way).step();
    if (!row) return fail(row.error());
    return query->integer(0) == 0 || query->integer(0) <= query->integer(1);
  }
};

Deliveries::Deliveries(std::unique_ptr<Database> database) : database_(std::move(database)) {}
Deliveries::~Deliveries() = default;
Deliveries::Deliveries(Deliveries&&) noexcept = default;
Deliveries& Deliveries::operator=(Deliveries&&) noexcept = default;

Result<Deliveries> Deliveries::open(const std::filesystem::path& outbox) {
  if (auto whole = Outbox::open(outbox); !whole)
    return fail(whole.error());  // its tables are there
  sqlite3* raw = nullptr;
  const int outcome =
      sqlite3_open_v2(outbox.c_str(), &raw, SQLITE_OPEN_READWRITE | SQLITE_OPEN_FULLMUTEX, nullptr);
  auto database = std::make_unique<Database>(Database{detail::Connection(raw)});
  if (outcome != SQLITE_OK)
    return fail(ErrorCode::io, outbox.string() + ": cannot be opened; see its rights");
  sqlite3_busy_timeout(raw, 10'000);
  for (const std::string sql : {"PRAGMA synchronous=FULL", delivery_schema})
    if (auto done = detail::execute(raw, sql); !done) return fail(done.error());
  return Deliveries(std::move(database));
}

Result<std::vector<Delivery>> Deliveries::due(const std::string& way, Time now, int most) {
  const auto any = database_->any_due(way);
  if (!any) return fail(any.error());
  if (!*any) return std::vector<Delivery>{};
  if (auto moved = database_->move_start(way, now); !moved) return fail(moved.error());
  auto query = Statement::prepare(database_->get(), due_messages());
  if (query) query->bind(way).bind(now).bind(std::int64_t{most});
  return detail::all_rows<Delivery>(std::move(query), read_delivery);
}

Result<void> Deliveries::settle(const std::string& way, const std::string& identifier,
                                const std::string& how) {
  return database_->run(
      "INSERT INTO delivery (way, number, identifier, settled, attempts) "
      "SELECT ?, number, identifier, ?, 1 FROM message WHERE identifier = ? "
      "ON CONFLICT (way, number) DO UPDATE SET settled = excluded.settled, "
      "attempts = attempts + 1",
      [&](Statement& s) { s.bind(way).bind(how).bind(identifier); });
}

Result<void> Deliveries::later(const std::string& way, const std::string& identifier, Time next,
                               bool tried, const std::string& why) {
  return database_->run(
      "INSERT INTO delivery (way, number, identifier, attempts, next, why) "
      "SELECT ?, number, identifier, ?, ?, ? FROM message WHERE identifier = ? "
      "ON CONFLICT (way, number) DO UPDATE SET attempts = attempts + excluded.attempts, "
      "next = excluded.next, why = excluded.why",
      [&](Statement& s) {
        s.bind(way).bind(std::int64_t{tried ? 1 : 0}).bind(next).bind(why).bind(identifier);
      });
}

Result<bool> Deliveries::later_revision_settled(const std::string& way,
                                                const OutboxMessage& message,
                                                const std::string& how) {
  auto query = Statement::prepare(
      database_->get(),
      "SELECT 1 FROM message m JOIN delivery d ON d.way = ? AND d.number = m.number "
      "WHERE m.incident = ? AND m.revision > ? AND d.settled = ? LIMIT 1");
  if (!query) return fail(query.error());
  query->bind(way).bind(message.incident).bind(std::int64_t{message.revision}).bind(how);
  return query->step();
}

Duration wait_after(const Backoff& backoff, int attempts) {
  Duration wait = backoff.first;
  for (int i = 0; i < attempts && wait < backoff.most; ++i) wait *= 2;
  return std::min(wait, backoff.most);
}

Result<DeliveryReport> deliver_due(Deliveries& deliveries, const std::string& way,
                                   const Attempt& attempt, const Backoff& backoff, Time now) {
  DeliveryReport report;
  const auto due = deliveries.due(way, now);
  if (!due) return fail(due.error());
  for (const auto& [message, attempts] : *due) {
    Result<void> noted;
    const auto overtaken = deliveries.later_revision_settled(way, message, "done");
    if (!overtaken) return fail(overtaken.error());
    if (message.expires <= now) {
      ++report.expired;
      noted = deliveries.settle(way, message.identifier, "expired");
    } else if (*overtaken) {
      ++report.overtaken;
      noted = deliveries.settle(way, message.identifier, "overtaken");
    } else if (auto done = attempt(message); done) {
      ++report.done;
      noted = deliveries.settle(way, message.identifier, "done");
    } else {
      ++report.failed;
      report.last_failure = done.error();
      noted = deliveries.later(way, message.identifier, now + wait_after(backoff, attempts), true,
                               done.error().message);
    }
    if (!noted) return fail(noted.error());
  }
  return report;
}

}  // namespace vandvagt::alerts
