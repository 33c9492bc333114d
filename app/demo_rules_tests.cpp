#include "app/demo_rules_tests.hpp"

namespace vandvagt::app {

const char* const demo_rules_tests =
    R"toml(# What the rules of demo.toml must say; `vandvagt check --config demo.toml --rules` plays it.
# Times are counted from `start`. Each message that comes must stand here, and no other may come.
format = 1

[[case]]
name = "the stream rises at the bridge and falls again"
rule = "aabyen-bybroen"
start = 2026-11-23T00:00:00Z
readings = [
  ["0min", 2.1], ["10min", 2.36], ["20min", 2.4],  # two readings at 2.35 m or above
  ["30min", 2.55], ["40min", 2.6],
  ["50min", 2.3], ["60min", 2.15], ["70min", 2.1], ["80min", 2.1], ["90min", 2.1],
  ["100min", 2.1], ["110min", 2.1], ["120min", 2.1],
]
[[case.message]]
at = "20min"
type = "alert"
level = "minor"
basis = "observed"
certainty = "observed"
urgency = "immediate"
[[case.message]]
at = "40min"
type = "update"
level = "moderate"
[[case.message]]  # below 2.4 m for an hour, and not yet below 2.2 m
at = "110min"
type = "update"
level = "minor"
[[case.message]]
at = "120min"
type = "all-clear"

[[case]]
name = "a warning by the forecast is confirmed by the gauge"
rule = "havneengen-havnen"
start = 2026-11-23T00:00:00Z
readings = [["0min", 0.9], ["120min", 1.22], ["130min", 1.25]]
[[case.run]]
at = "0min"
times = ["0h", "3h", "6h", "8h"]
members = [[0.9, 1.3, 1.1, 0.9], [0.9, 1.4, 1.2, 0.9], [0.9, 1.1, 1.0, 0.9]]
[[case.message]]
at = "0min"
type = "alert"
level = "minor"
basis = "forecast"
certainty = "likely"
urgency = "future"
[[case.message]]
at = "120min"
type = "update"
level = "minor"
basis = "forecast"
urgency = "immediate"
[[case.message]]
at = "130min"
type = "update"
level = "minor"
basis = "observed"
certainty = "observed"

[[case]]
name = "two thirds of the meadow under water"
rule = "aadalen-enge"
[[case.run]]
at = "0h"
times = ["0h", "4h", "8h"]
members = [["10 %", "68 %", "40 %"], ["10 %", "72 %", "40 %"], ["10 %", "71 %", "40 %"]]
[[case.message]]
at = "0h"
type = "alert"
level = "moderate"
basis = "forecast"

[[case]]
name = "a dry hill is told nothing, and unknown once no run comes any more"
rule = "oestbakken-regn"
every = "6h"
until = "48h"
[[case.run]]
at = "0h"
times = ["0h", "4h", "8h"]
members = [[0.0, 0.1, 0.0]]
[[case.standing]]
at = "24h"
level = "none"
[[case.standing]]
at = "48h"
level = "unknown"
)toml";

}  // namespace vandvagt::app
