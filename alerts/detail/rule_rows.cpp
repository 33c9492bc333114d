#include "alerts/detail/rule_rows.hpp"

#include "alerts/detail/json.hpp"

namespace vandvagt::alerts::detail {

const char* const rule_schema = R"sql(
CREATE TABLE IF NOT EXISTS rule_version (
  number INTEGER PRIMARY KEY AUTOINCREMENT, rule TEXT NOT NULL, version INTEGER NOT NULL,
  since INTEGER NOT NULL, json TEXT NOT NULL);
)sql";

Result<void> store_rule_version(sqlite3* database, const RuleVersion& version) {
  auto insert = Statement::prepare(
      database, "INSERT INTO rule_version (rule, version, since, json) VALUES (?, ?, ?, ?)");
  if (!insert) return fail(insert.error());
  const nlohmann::json rule = version.rule;
  insert->bind(version.rule.id).bind(std::int64_t{version.rule.version}).bind(version.since);
  insert->bind(rule.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
  return insert->run();
}

Result<std::vector<RuleVersion>> read_rule_versions(sqlite3* database) {
  struct Row {
    Time since;
    std::string json;
  };
  const auto rows = all_rows<Row>(
      Statement::prepare(database, "SELECT since, json FROM rule_version ORDER BY number"),
      [](const Statement& row) {
        return Row{row.time(0), row.text(1)};
      });
  if (!rows) return fail(rows.error());
  std::vector<RuleVersion> versions;
  for (const auto& row : *rows) {
    try {
      versions.push_back({nlohmann::json::parse(row.json).get<Rule>(), row.since});
    } catch (const nlohmann::json::exception& error) {
      return fail(ErrorCode::invalid_input, std::string("a stored rule: ") + error.what());
    }
  }
  return versions;
}

}  // namespace vandvagt::alerts::detail
