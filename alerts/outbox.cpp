#include "alerts/outbox.hpp"

#include <fmt/format.h>

#include "alerts/detail/message_rows.hpp"
#include "alerts/detail/proposal_rows.hpp"
#include "alerts/detail/rule_rows.hpp"
#include "alerts/detail/sqlite.hpp"
#include "alerts/encode.hpp"

namespace vandvagt::alerts {
namespace {

using detail::all_rows;
using detail::Statement;

constexpr int schema_version = 1;
constexpr const char* schema = R"sql(
CREATE TABLE IF NOT EXISTS state (
  rule TEXT PRIMARY KEY, area TEXT NOT NULL, version INTEGER NOT NULL, json TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS message (
  number INTEGER PRIMARY KEY AUTOINCREMENT, identifier TEXT NOT NULL UNIQUE, rule TEXT NOT NULL,
  area TEXT NOT NULL, incident TEXT NOT NULL, revision INTEGER NOT NULL, topic TEXT NOT NULL,
  xml TEXT NOT NULL, sent INTEGER NOT NULL, expires INTEGER NOT NULL, evidence TEXT NOT NULL,
  status TEXT NOT NULL DEFAULT 'pending', settled INTEGER, UNIQUE (incident, revision));
CREATE INDEX IF NOT EXISTS message_pending ON message (number) WHERE status = 'pending';
CREATE INDEX IF NOT EXISTS message_area ON message (area, sent);
CREATE INDEX IF NOT EXISTS message_expires ON message (expires);
CREATE TABLE IF NOT EXISTS area_state (
  area TEXT PRIMARY KEY, topic TEXT NOT NULL, payload TEXT NOT NULL, confirmed INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS receipt (
  subscriber TEXT NOT NULL, identifier TEXT NOT NULL, received INTEGER NOT NULL, acted INTEGER,
  PRIMARY KEY (subscriber, identifier));
)sql";

// Messages with their evidence, by the rest of a query that names the table m.
std::string select_messages(const std::string& rest) {
  return fmt::format("SELECT {}, m.evidence FROM message m {}", detail::message_columns, rest);
}

OutboxMessage read_with_evidence(const Statement& row) {
  auto message = detail::read_message(row);
  message.evidence = row.text(detail::message_column_count);
  return message;
}

Result<void> prepare_file(sqlite3* database) {
  for (const std::string pragma :
       {"PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL", "PRAGMA foreign_keys=ON"}) {
    if (auto set = detail::execute(database, pragma); !set) return set;
  }
  auto transaction = detail::Transaction::begin(database);
  if (!transaction) return fail(transaction.error());
  auto version = Statement::prepare(database, "PRAGMA user_version");
  if (!version) return fail(version.error());
  const auto row = version->step();
  if (!row) return fail(row.error());
  const auto found = version->integer(0);
  if (found > schema_version) {
    return fail(ErrorCode::refused,
                fmt::format("{}: was written by a newer version of Vandvagt (format {}, this one "
                            "knows {}); use that version",
                            sqlite3_db_filename(database, "main"), found, schema_version));
  }
  version = Statement::prepare(database, "SELECT 1");  // lets go of the reading statement
  for (const char* tables : {schema, detail::proposal_schema, detail::rule_schema}) {
    if (auto made = detail::execute(database, tables); !made) return made;
  }
  if (auto set = detail::execute(database, fmt::format("PRAGMA user_version={}", schema_version));
      !set) {
    return set;
  }
  return transaction->commit();
}

Result<void> store_state(sqlite3* database, const WarningState& read) {
  WarningState next = read;
  next.version = read.version + 1;
  auto update = Statement::prepare(
      database,
      read.version == 0
          ? "INSERT OR IGNORE INTO state (area, version, json, rule) VALUES (?, ?, ?, ?)"
          : "UPDATE state SET area = ?, version = ?, json = ? WHERE rule = ? AND version = ?");
  if (!update) return fail(update.error());
  update->bind(next.area).bind(next.version).bind(encode(next)).bind(next.rule);
  if (read.version != 0) update->bind(read.version);
  if (auto done = update->run(); !done) return done;
  if (sqlite3_changes(database) == 1) return {};
  return fail(
      ErrorCode::refused,
      "rule \"" + next.rule + "\": its state was moved on by another instance; read it again");
}

Result<void> check_unaltered(sqlite3* database, const OutboxMessage& message) {
  auto query = Statement::prepare(database, "SELECT xml FROM message WHERE identifier = ?");
  if (!query) return fail(query.error());
  const auto row = query->bind(message.identifier).step();
  if (!row) return fail(row.error());
  if (*row && query->text(0) == message.xml) return {};
  return fail(ErrorCode::refused, "message \"" + message.identifier +
                                      "\" was issued with another text; an issued message is "
                                      "never altered");
}

Result<void> store_message(sqlite3* database, const OutboxMessage& message) {
  auto insert = Statement::prepare(database,
                                   "INSERT OR IGNORE INTO message (identifier, rule, area, "
                                   "incident, revision, topic, xml, sent, "
                                   "expires, evidence) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  if (!insert) return fail(insert.error());
  insert->bind(message.identifier).bind(message.rule).bind(message.area).bind(message.incident);
  insert->bind(std::int64_t{message.revision}).bind(message.topic).bind(message.xml);
  insert->bind(message.sent).bind(message.expires).bind(message.evidence);
  if (auto done = insert->run(); !done) return done;
  return sqlite3_changes(database) == 1 ? Result<void>{} : check_unaltered(database, message);
}

Result<void> store_area(sqlite3* database, const AreaState& area) {
  auto upsert = Statement::prepare(
      database,
      "INSERT INTO area_state (area, topic, payload, confirmed) VALUES (?, ?, ?, 0) "
      "ON CONFLICT (area) DO UPDATE SET topic = excluded.topic, payload = excluded.payload, "
      "confirmed = 0 WHERE payload <> excluded.payload OR topic <> excluded.topic");
  if (!upsert) return fail(upsert.error());
  return upsert->bind(area.area).bind(area.topic).bind(area.payload).run();
}

// What people are asked and what they said, beside the state that follows from it.
Result<void> store_decisions(sqlite3* database, const StateChange& change) {
  if (!change.settled.empty()) {
    auto done = detail::settle_proposals(database, change.state.rule, change.settled,
                                         change.state.evaluated);
    if (!done) return done;
  }
  if (change.proposed) {
    if (auto done = detail::store_proposal(database, *change.proposed); !done) return done;
  }
  return change.audit ? detail::store_audit(database, *change.audit) : Result<void>{};
}

AreaState read_area(const Statement& row) {
  return {row.text(0), row.text(1), row.text(2)};
}

/// Commits in its scope do not wait for the disk; the next one outside does, for them too. For what
/// the broker has confirmed: a failure of power may take the note of it away, and then the same
/// message goes out again under its identifier.
class WithoutWaiting {
 public:
  explicit WithoutWaiting(sqlite3* database) : database_(database) {
    static_cast<void>(detail::execute(database_, "PRAGMA synchronous=NORMAL"));
  }
  ~WithoutWaiting() { static_cast<void>(detail::execute(database_, "PRAGMA synchronous=FULL")); }
  WithoutWaiting(const WithoutWaiting&) = delete;
  WithoutWaiting& operator=(const WithoutWaiting&) = delete;
  WithoutWaiting(WithoutWaiting&&) = delete;
  WithoutWaiting& operator=(WithoutWaiting&&) = delete;

 private:
  sqlite3* database_;
};

}  // namespace

struct Outbox::Database {
  detail::Connection connection;
  sqlite3* get() const { return connection.get(); }

  Result<void> settle(const std::string& identifier, const std::string& status, Time when) const {
    auto update = Statement::prepare(
        get(),
        "UPDATE message SET status = ?, settled = ? WHERE identifier = ? AND status = 'pending'");
    if (!update) return fail(update.error());
    return update->bind(status).bind(when).bind(identifier).run();
  }
};

Outbox::Outbox(std::unique_ptr<Database> database) : database_(std::move(database)) {}
Outbox::~Outbox() = default;
Outbox::Outbox(Outbox&&) noexcept = default;
Outbox& Outbox::operator=(Outbox&&) noexcept = default;

Result<Outbox> Outbox::open(const std::filesystem::path& file) {
  sqlite3* raw = nullptr;
  const int outcome =
      sqlite3_open_v2(file.c_str(), &raw,
                      SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_FULLMUTEX, nullptr);
  auto database = std::make_unique<Database>(Database{detail::Connection(raw)});
  if (outcome != SQLITE_OK) {
    return fail(ErrorCode::io, file.string() + ": the outbox cannot be opened: " +
                                   (raw != nullptr ? sqlite3_errmsg(raw) : "no memory") +
                                   "; its folder must exist and be writable");
  }
  sqlite3_busy_timeout(raw, 10'000);
  if (auto prepared = prepare_file(raw); !prepared) return fail(prepared.error());
  return Outbox(std::move(database));
}

Result<void> Outbox::commit(std::span<const StateChange> changes,
                            std::span<const AreaState> areas) {
  auto transaction = detail::Transaction::begin(database_->get());
  if (!transaction) return fail(transaction.error());
  for (const auto& change : changes) {
    if (auto stored = store_state(database_->get(), change.state); !stored) return stored;
    for (const auto& message : change.messages) {
      if (auto stored = store_message(database_->get(), message); !stored) return stored;
    }
    if (auto stored = store_decisions(database_->get(), change); !stored) return stored;
  }
  for (const auto& area : areas) {
    if (auto stored = store_area(database_->get(), area); !stored) return stored;
  }
  return transaction->commit();
}

Result<std::optional<WarningState>> Outbox::state(const std::string& rule) const {
  auto query = Statement::prepare(database_->get(), "SELECT json FROM state WHERE rule = ?");
  if (!query) return fail(query.error());
  const auto row = query->bind(rule).step();
  if (!row) return fail(row.error());
  if (!*row) return std::optional<WarningState>{};
  auto state = decode_state(query->text(0));
  if (!state) return fail(state.error());
  return std::optional(std::move(*state));
}

Result<std::vector<WarningState>> Outbox::states() const {
  const auto texts = all_rows<std::string>(
      Statement::prepare(database_->get(), "SELECT json FROM state ORDER BY rule"),
      [](const Statement& row) { return row.text(0); });
  if (!texts) return fail(texts.error());
  std::vector<WarningState> states;
  for (const auto& text : *texts) {
    auto state = decode_state(text);
    if (!state) return fail(state.error());
    states.push_back(std::move(*state));
  }
  return states;
}

Result<std::optional<OutboxMessage>> Outbox::message(const std::string& identifier) const {
  auto query = Statement::prepare(database_->get(), select_messages("WHERE identifier = ?"));
  if (query) query->bind(identifier);
  auto rows = all_rows<OutboxMessage>(std::move(query), read_with_evidence);
  if (!rows) return fail(rows.error());
  if (rows->empty()) return std::optional<OutboxMessage>{};
  return std::optional(std::move(rows->front()));
}

Result<std::vector<OutboxMessage>> Outbox::messages(const std::string& incident) const {
  auto query = Statement::prepare(
      database_->get(), select_messages(incident.empty() ? "ORDER BY number"
                                                         : "WHERE incident = ? ORDER BY revision"));
  if (query && !incident.empty()) query->bind(incident);
  return all_rows<OutboxMessage>(std::move(query), read_with_evidence);
}

Result<std::vector<MessageHead>> Outbox::settled_since(const std::string& area, Time since) const {
  auto query =
      Statement::prepare(database_->get(),
                         "SELECT identifier, area, incident, revision, sent, expires FROM message "
                         "WHERE area = ? AND sent >= ? AND status <> 'pending' ORDER BY number");
  if (query) query->bind(area).bind(since);
  return all_rows<MessageHead>(std::move(query), [](const Statement& row) {
    return MessageHead{row.text(0), row.text(1), row.text(2), static_cast<int>(row.integer(3)),
                       row.time(4), row.time(5)};
  });
}

Result<std::vector<OutboxMessage>> Outbox::expiring_after(Time when) const {
  auto query =
      Statement::prepare(database_->get(), select_messages("WHERE expires > ? ORDER BY number"));
  if (query) query->bind(when);
  return all_rows<OutboxMessage>(std::move(query), read_with_evidence);
}

Result<std::vector<OutboxMessage>> Outbox::pending() const {
  return all_rows<OutboxMessage>(
      Statement::prepare(database_->get(),
                         select_messages("WHERE status = 'pending' ORDER BY number")),
      read_with_evidence);
}

Result<void> Outbox::confirm(const std::string& identifier, Time when) {
  const WithoutWaiting unhurried(database_->get());
  return database_->settle(identifier, "confirmed", when);
}
Result<void> Outbox::give_up(const std::string& identifier, Time when) {
  return database_->settle(identifier, "expired", when);
}

Result<std::vector<AreaState>> Outbox::pending_states() const {
  return all_rows<AreaState>(
      Statement::prepare(
          database_->get(),
          "SELECT area, topic, payload FROM area_state WHERE confirmed = 0 ORDER BY area"),
      read_area);
}

Result<void> Outbox::confirm_state(const AreaState& sent) {
  const WithoutWaiting unhurried(database_->get());
  auto update = Statement::prepare(
      database_->get(),
      "UPDATE area_state SET confirmed = 1 WHERE area = ? AND topic = ? AND payload = ?");
  if (!update) return fail(update.error());
  return update->bind(sent.area).bind(sent.topic).bind(sent.payload).run();
}

Result<void> Outbox::publish_all_states_again() {
  return detail::execute(database_->get(), "UPDATE area_state SET confirmed = 0");
}

Result<std::vector<AreaState>> Outbox::area_states() const {
  return all_rows<AreaState>(
      Statement::prepare(database_->get(),
                         "SELECT area, topic, payload FROM area_state ORDER BY area"),
      read_area);
}

Result<std::vector<ProposedMessage>> Outbox::waiting() const {
  return detail::read_proposals(database_->get(), {}, true);
}
Result<std::vector<ProposedMessage>> Outbox::proposals(const std::string& rule) const {
  return detail::read_proposals(database_->get(), rule, false);
}
Result<std::vector<AuditEntry>> Outbox::audit(const std::string& rule) const {
  return detail::read_audit(database_->get(), rule);
}

Result<std::vector<RuleVersion>> Outbox::rule_versions() const {
  return detail::read_rule_versions(database_->get());
}
Result<void> Outbox::enter_rules(std::span<const Rule> rules, Time now) {
  if (rules.empty()) return {};
  auto transaction = detail::Transaction::begin(database_->get());
  if (!transaction) return fail(transaction.error());
  for (const auto& rule : rules)
    if (auto stored = detail::store_rule_version(database_->get(), {rule, now}); !stored)
      return stored;
  return transaction->commit();
}

Result<void> Outbox::add_receipt(const Receipt& receipt) {
  auto upsert = Statement::prepare(
      database_->get(),
      "INSERT INTO receipt (subscriber, identifier, received, acted) VALUES (?, ?, ?, ?) "
      "ON CONFLICT (subscriber, identifier) DO UPDATE SET acted = coalesce(excluded.acted, acted)");
  if (!upsert) return fail(upsert.error());
  upsert->bind(receipt.subscriber).bind(receipt.identifier).bind(receipt.received);
  return upsert->bind(receipt.acted).run();
}

Result<std::vector<Receipt>> Outbox::receipts(const std::string& identifier) const {
  auto query = Statement::prepare(
      database_->get(),
      "SELECT subscriber, identifier, received, acted FROM receipt WHERE identifier = ? "
      "ORDER BY subscriber");
  if (query) query->bind(identifier);
  return all_rows<Receipt>(std::move(query), [](const Statement& row) {
    return Receipt{row.text(0), row.text(1), row.time(2), row.optional_time(3)};
  });
}

}  // namespace vandvagt::alerts
