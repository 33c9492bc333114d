#include "forecast/well_intakes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace vandvagt::forecast {
namespace {

using sensors::Station;

/// The shallowest by what is declared of each; nothing where that is not enough.
const Station* phreatic_of(const std::vector<const Station*>& intakes) {
  const auto declared = [](const Station* s) { return s->well->phreatic; };
  const auto count = std::ranges::count_if(intakes, declared);
  if (count == 1) return *std::ranges::find_if(intakes, declared);
  const bool depths = std::ranges::all_of(
      intakes, [](const Station* s) { return s->well->screen_depth.has_value(); });
  if (count > 1 || !depths) return nullptr;
  const auto depth = [](const Station* s) { return *s->well->screen_depth; };
  const Station* least = *std::ranges::min_element(intakes, {}, depth);
  const auto same = [&](const Station* s) { return depth(s) == depth(least); };
  return std::ranges::count_if(intakes, same) == 1 ? least : nullptr;
}

}  // namespace

IntakeChoice choose_intakes(const std::vector<const Station*>& wells) {
  std::map<std::pair<std::string, std::string>, std::vector<const Station*>> boreholes;
  for (const Station* station : wells) {
    if (station->well) boreholes[{station->op, station->well->borehole}].push_back(station);
  }
  IntakeChoice choice;
  for (const auto& [key, intakes] : boreholes) {
    if (intakes.size() < 2) continue;
    const Station* chosen = phreatic_of(intakes);
    if (chosen == nullptr) {
      choice.unclear.push_back(key.second);
      chosen =
          *std::ranges::min_element(intakes, {}, [](const Station* s) { return s->well->intake; });
    }
    for (const Station* other : intakes) {
      if (other == chosen) continue;
      choice.left_out[other->id] = fmt::format("of borehole {} the phreatic intake {} ({}) enters",
                                               key.second, chosen->well->intake, chosen->id);
    }
  }
  return choice;
}

}  // namespace vandvagt::forecast
