#pragma once

#include <map>
#include <span>
#include <string>

#include "alerts/options.hpp"
#include "alerts/rule.hpp"
#include "core/fault.hpp"

namespace vandvagt::alerts {

/// What is known of a station, as far as a rule needs it.
struct StationFacts {
  std::string datum;                 // of its stages; empty where it has none
  std::optional<Quantity> quantity;  // what it measures, where that is one of a rule's quantities
};

/// Everything wrong with one rule, each with its place (`rules."id".key`) and cure: ids, order of
/// levels, clear on the right side of raise, probability, N of M, windows, area and station known,
/// datum equal to the station's. `stations` null: stations are not looked at.
Faults validate(const Rule& rule, std::span<const Area> areas,
                const std::map<std::string, StationFacts>* stations);
/// Everything wrong with one area: id, names, rings that give a valid polygon.
Faults validate(const Area& area);
Faults validate(const Options& options);
/// All of them, and ids used twice.
Faults validate(std::span<const Rule> rules, std::span<const Area> areas,
                const std::map<std::string, StationFacts>* stations);

}  // namespace vandvagt::alerts
