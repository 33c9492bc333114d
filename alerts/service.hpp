#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "alerts/cap.hpp"
#include "alerts/options.hpp"
#include "alerts/outbox.hpp"
#include "alerts/rule.hpp"
#include "alerts/warning.hpp"

namespace vandvagt::alerts {

/// A row of the console's table and of run.json.
struct IssuedWarning {
  std::string identifier, incident, rule, area, area_name, station;
  int revision = 1;
  MessageKind kind = MessageKind::alert;
  std::string level;  // name, "none" for an all-clear, "unknown"
  std::string basis;  // "observed" or "forecast", with ", stale"
  std::string certainty, urgency;
  std::optional<Duration> lead_time;  // onset minus sent; negative: it has begun
  std::optional<double> probability;
  std::optional<Peak> peak;
  Time sent, expires;
  std::string xml;
};

/// What one evaluation of all rules did.
struct EvaluationReport {
  std::vector<IssuedWarning> issued;
  std::vector<std::string> operator_notes;  // what operators must be told now
  std::vector<Error> errors;                // a rule that could not be carried out; others were
  std::map<std::string, std::vector<std::string>> explanations;  // by rule
};

/// Rules, areas and texts in force, with the outbox they write to. No network and no clock of its
/// own. Use from one thread.
class AlertService {
 public:
  struct Setup {
    std::vector<Rule> rules;
    std::vector<Area> areas;
    std::map<std::string, std::string> station_names;  // id -> name for people
    Options options;
  };
  /// Error{invalid_input} where alerts::validate finds faults or the texts cannot be read.
  static Result<AlertService> create(Setup setup, Outbox& outbox);
  ~AlertService();
  AlertService(AlertService&&) noexcept;
  AlertService& operator=(AlertService&&) noexcept;
  AlertService(const AlertService&) = delete;
  AlertService& operator=(const AlertService&) = delete;

  /// Evaluates every rule (`evidence` by rule id; a rule without any is evaluated too, so that
  /// silence is noticed), builds and validates CAP, and commits states, messages and area states
  /// in one transaction. Nothing that does not validate is committed.
  Result<EvaluationReport> evaluate_all(const std::map<std::string, Evidence>& evidence, Time now);
  /// Only the rules named in `evidence` and their areas: the path of a reading.
  Result<EvaluationReport> evaluate_some(const std::map<std::string, Evidence>& evidence, Time now);
  /// Withdraws a warning that was an error.
  Result<EvaluationReport> cancel(const std::string& rule, const std::string& reason, Time now);

  const Options& options() const;

 private:
  struct Impl;
  explicit AlertService(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// Evaluates a stored message's evidence again. The identifier, level and content must be those of
/// the message; Error{invalid_input} names what differs.
Result<Decision> replay(const OutboxMessage& message, const Options& options);

}  // namespace vandvagt::alerts
