#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "alerts/evidence.hpp"
#include "alerts/outbox.hpp"
#include "alerts/rule.hpp"
#include "core/result.hpp"
#include "core/time.hpp"
#include "sensors/station.hpp"
#include "sensors/store.hpp"

/// Between the sensors' words and the warnings': stored readings become evidence of rules.
namespace vandvagt::watch {

/// Where observed evidence comes from.
struct ObservedSources {
  const std::vector<sensors::Station>& stations;
  const sensors::Store& store;
  const alerts::Outbox& outbox;  // up to which reading a rule was evaluated before
  Time now;
};

/// What is taken from metres above the grid's datum for metres above the rule's station's; 0 for
/// whatever is no stage.
double datum_offset(const std::vector<sensors::Station>& stations, const alerts::Rule& rule);

/// A station's value [SI, grid's datum] as the rule counts it: a stage in the station's own datum,
/// a head as depth of the water table below the well's ground (NaN where that is not declared).
double in_rule_terms(const sensors::Station& station, const alerts::Rule& rule, double value);

/// The readings of a rule's station that are newer than the last good one the rule has seen, of at
/// most two days, in the rule's datum; none for a rule that does not wait for readings. What comes
/// late for a time that was judged already raises nothing.
/// Error{io} from the store or outbox.
Result<std::vector<alerts::ObservedReading>> observed_readings(const ObservedSources& sources,
                                                               const alerts::Rule& rule);

}  // namespace vandvagt::watch
