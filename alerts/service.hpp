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
  int rule_version = 1;
  int revision = 1;
  MessageKind kind = MessageKind::alert;
  std::string level;  // name, "none" for an all-clear, "unknown"
  std::string basis;  // "observed" or "forecast", with ", stale"
  std::string certainty, urgency;
  std::optional<Duration> lead_time;  // onset minus sent; negative: it has begun
  std::optional<double> probability;
  std::optional<Peak> peak;  // in alerts::unit of the rule's quantity
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

/// What a person says to a proposal or a warning.
struct PersonsDecision {
  std::string who, why;
  int proposal = 0;  // the number that the person has seen; 0: whichever waits
  TextEdits edits;   // of a release
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
  Result<EvaluationReport> cancel(const std::string& rule, const PersonsDecision& decision,
                                  Time now);
  /// Releases what waits for approval, or refuses it; kept with who and why. Error{refused} where
  /// nothing waits, another proposal has taken the place of the one that was seen, or the person
  /// may not decide; Error{invalid_input} where the words do not fit.
  Result<EvaluationReport> approve(const std::string& rule, const PersonsDecision& decision,
                                   Time now);
  Result<EvaluationReport> reject(const std::string& rule, const PersonsDecision& decision,
                                  Time now);

  const Options& options() const;

 private:
  enum class Act { evaluate, cancel, release, reject };
  Result<EvaluationReport> decide(const std::string& rule, Act act, const PersonsDecision& decision,
                                  Time now);
  struct Impl;
  explicit AlertService(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace vandvagt::alerts
