#pragma once

#include <map>
#include <string>
#include <vector>

#include "alerts/evidence.hpp"
#include "alerts/outbox.hpp"
#include "alerts/service.hpp"
#include "config/configuration.hpp"
#include "core/result.hpp"
#include "core/time.hpp"
#include "forecast/outcome.hpp"
#include "forecast/picture.hpp"
#include "forecast/products.hpp"
#include "forecast/run.hpp"
#include "sensors/store.hpp"

/// Between the model's words and the warnings': hydrographs and areas become evidence for rules,
/// and what the rules said becomes part of the products.
namespace vandvagt::app {

/// What the run must follow for the rules about areas; a query's id is its rule's.
std::vector<forecast::AreaQuery> area_queries(const config::Configuration& configuration);

/// Where a rule is evaluated from and up to when.
struct EvidenceSources {
  const config::Configuration& configuration;
  const forecast::RunOutcome& outcome;
  const sensors::Store& store;
  const alerts::Outbox& outbox;  // up to which reading a rule was evaluated before
  Time now;
  const grids::Geometry* geometry = nullptr;  // for flood extents; null: messages for whole areas
};

/// Evidence by rule. The forecast part holds each member from the reference time on: a gauge's
/// series in the datum of the rule's station (a dry gauge stands at its bed), or the area's; of a
/// well that is forecast from its own history that forecast, though the solver failed. A rule
/// about discharge, or about a station where no gauge is, has none and lives on readings: `notices`
/// says so. A failed run is handed on as such, with its reason. Readings are those newer than the
/// last good one the rule has seen, of at most two days.
/// Error{io} from the store or outbox.
Result<std::map<std::string, alerts::Evidence>> run_evidence(const EvidenceSources& sources,
                                                             std::vector<std::string>& notices);

/// A rule as it stands after an evaluation, with the message that came of it, if any.
struct RuleReport {
  std::string rule, area, area_name, level, basis;
  bool stale = false;
  std::optional<Duration> lead_time;  // onset minus now
  std::optional<double> probability;  // share of members at the standing level, or at the lowest
  const alerts::IssuedWarning* issued = nullptr;
};
/// One row for each rule of the configuration, in its order. `report` must outlive the rows.
Result<std::vector<RuleReport>> rule_reports(const config::Configuration& configuration,
                                             const alerts::Outbox& outbox,
                                             const alerts::EvaluationReport& report, Time now);

/// What the products say of warnings: areas with their level, CAP files and their facts.
forecast::Presentation presentation_of(const config::Configuration& configuration,
                                       const std::vector<RuleReport>& rules,
                                       const alerts::EvaluationReport& report);

}  // namespace vandvagt::app
