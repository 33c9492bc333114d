#pragma once

#include <optional>
#include <string>
#include <vector>

#include "alerts/rule.hpp"
#include "core/time.hpp"

namespace vandvagt::alerts {

/// A hydrograph of the rule's quantity in one member, at the rule's station or area; of a
/// rate_of_rise that of stage or depth.
struct MemberSeries {
  int member = 0;
  std::vector<Time> times;
  std::vector<double> values;  // SI; NaN where nothing is known
};

/// What a run of the forecast says about one rule.
struct ForecastEvidence {
  std::string run;      // identifier of the run
  Time reference_time;  // its t0
  bool usable = true;   // false: the run failed or its forcing was missing
  std::string why_not;
  std::vector<MemberSeries> members;
  /// Closed outer rings of what is expected to be flooded, where the area asks for it; empty: the
  /// message is for the whole area.
  std::vector<std::vector<Position>> extent;
  std::string state_used;  // "cold" or the state's time
  std::string configuration_digest, inputs_digest, model_version;
};

/// One checked reading of the rule's station.
struct ObservedReading {
  Time time;
  double value = 0.0;  // SI, in the rule's datum; of a rate_of_rise the stage or depth
  bool good = false;   // quality flag pass (or not evaluated, where no test is declared)
  std::string digest;
};

/// All that is known when a rule is evaluated; either part may be missing.
struct Evidence {
  std::optional<ForecastEvidence> forecast;
  std::vector<ObservedReading> readings;  // new since the last evaluation, in order of time
  /// The clock has jumped and nobody knows which side is right: nothing is lowered.
  bool clock_doubted = false;
};

}  // namespace vandvagt::alerts
