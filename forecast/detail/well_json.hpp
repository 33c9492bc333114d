#pragma once

#include <nlohmann/json_fwd.hpp>

#include "forecast/well_run.hpp"

namespace vandvagt::forecast::detail {

/// A well's forecast as run.json tells of it: its fit, what it rests on, where it ends.
nlohmann::ordered_json well_json(const WellForecastOutcome& well);

}  // namespace vandvagt::forecast::detail
