#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/field.hpp"
#include "core/result.hpp"
#include "core/time.hpp"
#include "forecast/built_case.hpp"
#include "forecast/forcing.hpp"
#include "forecast/observations.hpp"
#include "forecast/scenario.hpp"

namespace vandvagt::forecast::detail {

/// Rain of one sync interval: one rate or a field (valid until the next call), until when.
struct RainRate {
  std::optional<double> uniform;
  const Field<float>* field = nullptr;
  Time until;  // a multiple of the sync interval, at least one interval on
};

/// One place rain comes from.
class RainPart {
 public:
  RainPart() = default;
  RainPart(const RainPart&) = delete;
  RainPart& operator=(const RainPart&) = delete;
  RainPart(RainPart&&) = delete;
  RainPart& operator=(RainPart&&) = delete;
  virtual ~RainPart() = default;
  virtual Result<RainRate> at(Time time) = 0;
  /// Reads what is told of within a period. Error{invalid_input} for what is no rain, with file,
  /// time and place: before the first step, rather than hours into a run.
  virtual Result<void> check(Time /*from*/, Time /*to*/) { return {}; }
  /// What is not told of within a period, as sentences; stations say so when they are opened.
  virtual std::vector<std::string> missing(Time /*from*/, Time /*to*/) const { return {}; }

  Time settled_until;
  ForcingReport report;
  std::vector<InputFile> inputs;
};

/// What every part needs to know of the run.
struct RainContext {
  const BuiltCase& built;
  const ForcingPeriod& period;
  Duration sync;
  Time start;  // from which points and files count
};

/// The last multiple of `sync` at or before `time`.
Time floor_to(Time time, Duration sync);

using RainPartResult = Result<std::unique_ptr<RainPart>>;
RainPartResult rain_from_series(const RainInput& input, const RainContext& context,
                                const Observations& observations);
RainPartResult rain_from_rasters(const RainInput& input, const RainContext& context);
RainPartResult rain_from_stations(const RainInput& input, const RainContext& context,
                                  const Observations& observations);

}  // namespace vandvagt::forecast::detail
