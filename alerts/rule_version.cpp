#include "alerts/rule_version.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "alerts/detail/json.hpp"
#include "alerts/detail/rule_rows.hpp"
#include "core/digest.hpp"

namespace vandvagt::alerts {
namespace {

nlohmann::json content_of(const Rule& rule) {
  nlohmann::json content = rule;
  content.erase("version");
  return content;
}

// The newest of that rule for which `fits`, or nullptr.
template <class Fits>
const RuleVersion* newest(std::span<const RuleVersion> known, const std::string& rule, Fits fits) {
  const auto found = std::find_if(known.rbegin(), known.rend(), [&](const RuleVersion& one) {
    return one.rule.id == rule && fits(one);
  });
  return found == known.rend() ? nullptr : &*found;
}

// For SQLite to open without making a file beside it, which a write-ahead log else needs. Where
// there is a log, another has the database open or was killed, and its files are there already.
std::string read_only_uri(const std::filesystem::path& file) {
  std::string uri = "file:";
  for (const char c : std::filesystem::absolute(file).string()) {
    const bool special = c == '%' || c == '?' || c == '#';
    uri += special ? fmt::format("%{:02X}", static_cast<unsigned char>(c)) : std::string(1, c);
  }
  std::error_code none;
  const bool logged = std::filesystem::exists(file.string() + "-wal", none);
  return uri + (logged ? "?mode=ro" : "?mode=ro&immutable=1");
}

}  // namespace

std::string content_digest(const Rule& rule) {
  return sha256_hex(
      content_of(rule).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
}

std::string name_with_version(const Rule& rule) {
  if (rule.version == 0) return rule.id + ", of a release without versions of rules";
  return fmt::format("{}, version {} (content {})", rule.id, rule.version,
                     content_digest(rule).substr(0, 12));
}

std::vector<Rule> changed_rules(std::span<const Rule> rules, std::span<const RuleVersion> known) {
  std::vector<Rule> changed;
  for (const auto& rule : rules) {
    const auto* last = newest(known, rule.id, [](const RuleVersion&) { return true; });
    const bool same = last != nullptr && last->rule.version == rule.version &&
                      content_of(last->rule) == content_of(rule);
    if (!same) changed.push_back(rule);
  }
  return changed;
}

Faults changed_without_version(std::span<const Rule> rules, std::span<const RuleVersion> known) {
  Faults faults;
  for (const auto& rule : rules) {
    const auto* before = newest(
        known, rule.id, [&](const RuleVersion& one) { return one.rule.version == rule.version; });
    if (before == nullptr) continue;
    const auto was = content_of(before->rule), is = content_of(rule);
    std::vector<std::string> keys;
    for (const auto& [key, value] : is.items())
      if (was.at(key) != value) keys.push_back(key);
    if (keys.empty()) continue;
    faults.push_back({"rule \"" + rule.id + "\"",
                      fmt::format("version {} no longer says what it said when it came into force "
                                  "at {} ({})",
                                  rule.version, format_time(before->since), fmt::join(keys, ", ")),
                      "raise its version"});
  }
  return faults;
}

Result<std::vector<RuleVersion>> read_rule_versions(const std::filesystem::path& outbox) {
  std::error_code none;
  if (!std::filesystem::exists(outbox, none)) return std::vector<RuleVersion>{};
  sqlite3* raw = nullptr;
  const int outcome = sqlite3_open_v2(read_only_uri(outbox).c_str(), &raw,
                                      SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, nullptr);
  const detail::Connection connection(raw);
  if (outcome != SQLITE_OK)
    return fail(ErrorCode::io, outbox.string() + ": cannot be opened; see its rights");
  sqlite3_busy_timeout(raw, 10'000);
  auto table = detail::Statement::prepare(
      raw, "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'rule_version'");
  if (!table) return fail(table.error());
  const auto row = table->step();
  if (!row) return fail(row.error());
  if (table->integer(0) == 0) return std::vector<RuleVersion>{};
  return detail::read_rule_versions(raw);
}

}  // namespace vandvagt::alerts
