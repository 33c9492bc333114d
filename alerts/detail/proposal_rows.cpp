#include "alerts/detail/proposal_rows.hpp"

#include <cstdint>

namespace vandvagt::alerts::detail {

const char* const proposal_schema = R"sql(
CREATE TABLE IF NOT EXISTS proposal (
  rule TEXT NOT NULL, number INTEGER NOT NULL, area TEXT NOT NULL, identifier TEXT NOT NULL,
  incident TEXT NOT NULL, revision INTEGER NOT NULL, level TEXT NOT NULL, reason TEXT NOT NULL,
  xml TEXT NOT NULL, made INTEGER NOT NULL, evidence TEXT NOT NULL, outcome TEXT NOT NULL,
  decided INTEGER, PRIMARY KEY (rule, number));
CREATE INDEX IF NOT EXISTS proposal_waiting ON proposal (rule) WHERE outcome = 'waiting';
CREATE TABLE IF NOT EXISTS audit (
  number INTEGER PRIMARY KEY AUTOINCREMENT, time INTEGER NOT NULL, rule TEXT NOT NULL,
  identifier TEXT NOT NULL, proposal INTEGER NOT NULL, action TEXT NOT NULL, who TEXT NOT NULL,
  why TEXT NOT NULL, edits TEXT NOT NULL);
)sql";

Result<void> settle_proposals(sqlite3* database, const std::string& rule,
                              const std::string& outcome, Time when) {
  auto update = Statement::prepare(
      database,
      "UPDATE proposal SET outcome = ?, decided = ? WHERE rule = ? AND outcome = 'waiting'");
  if (!update) return fail(update.error());
  return update->bind(outcome).bind(when).bind(rule).run();
}

Result<void> store_proposal(sqlite3* database, const ProposedMessage& proposal) {
  auto insert = Statement::prepare(
      database,
      "INSERT INTO proposal (rule, number, area, identifier, incident, revision, level, reason, "
      "xml, made, evidence, outcome) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'waiting')");
  if (!insert) return fail(insert.error());
  insert->bind(proposal.rule).bind(std::int64_t{proposal.number}).bind(proposal.area);
  insert->bind(proposal.identifier).bind(proposal.incident).bind(std::int64_t{proposal.revision});
  insert->bind(proposal.level).bind(proposal.reason).bind(proposal.xml).bind(proposal.made);
  return insert->bind(proposal.evidence).run();
}

Result<void> store_audit(sqlite3* database, const AuditEntry& entry) {
  auto insert = Statement::prepare(
      database,
      "INSERT INTO audit (time, rule, identifier, proposal, action, who, why, edits) "
      "VALUES (?, ?, ?, ?, ?, ?, ?, ?)");
  if (!insert) return fail(insert.error());
  insert->bind(entry.time).bind(entry.rule).bind(entry.identifier);
  insert->bind(std::int64_t{entry.proposal}).bind(entry.action).bind(entry.who);
  return insert->bind(entry.why).bind(entry.edits).run();
}

Result<std::vector<ProposedMessage>> read_proposals(sqlite3* database, const std::string& rule,
                                                    bool waiting_only) {
  std::string sql =
      "SELECT rule, number, area, identifier, incident, revision, level, reason, xml, made, "
      "evidence, outcome, decided FROM proposal WHERE (?1 = '' OR rule = ?1) ";
  if (waiting_only) sql += "AND outcome = 'waiting' ";
  auto query = Statement::prepare(database, sql + "ORDER BY made, rule, number");
  if (query) query->bind(rule);
  return all_rows<ProposedMessage>(std::move(query), [](const Statement& row) {
    return ProposedMessage{.rule = row.text(0),
                           .number = static_cast<int>(row.integer(1)),
                           .area = row.text(2),
                           .identifier = row.text(3),
                           .incident = row.text(4),
                           .revision = static_cast<int>(row.integer(5)),
                           .level = row.text(6),
                           .reason = row.text(7),
                           .xml = row.text(8),
                           .made = row.time(9),
                           .evidence = row.text(10),
                           .outcome = row.text(11),
                           .decided = row.optional_time(12)};
  });
}

Result<std::vector<AuditEntry>> read_audit(sqlite3* database, const std::string& rule) {
  auto query = Statement::prepare(
      database,
      "SELECT time, rule, identifier, proposal, action, who, why, edits FROM audit "
      "WHERE (?1 = '' OR rule = ?1) ORDER BY number");
  if (query) query->bind(rule);
  return all_rows<AuditEntry>(std::move(query), [](const Statement& row) {
    return AuditEntry{.time = row.time(0),
                      .rule = row.text(1),
                      .identifier = row.text(2),
                      .proposal = static_cast<int>(row.integer(3)),
                      .action = row.text(4),
                      .who = row.text(5),
                      .why = row.text(6),
                      .edits = row.text(7)};
  });
}

}  // namespace vandvagt::alerts::detail
