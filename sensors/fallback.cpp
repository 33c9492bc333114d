#include "sensors/intake.hpp"

namespace vandvagt::sensors {

Result<std::optional<ChosenSeries>> series_with_fallback(const Catalogue& catalogue,
                                                         const Store& store,
                                                         const std::string& station, Time from,
                                                         Time to, Duration longest_silence) {
  const Station* asked = catalogue.find(station);
  if (asked == nullptr)
    return fail(ErrorCode::invalid_input,
                "station \"" + station + "\" is not configured; name one that is");
  std::vector<std::string> candidates{station};
  candidates.insert(candidates.end(), asked->fallback.begin(), asked->fallback.end());
  std::optional<ChosenSeries> youngest;
  std::vector<std::string> passed_over;
  for (const auto& id : candidates) {
    auto readings = store.read_good(id, asked->parameter, from, to);
    if (!readings) return fail(readings.error());
    if (readings->empty()) {
      passed_over.push_back(id + ": no good reading");
      continue;
    }
    const Duration age = to - readings->back().time;
    ChosenSeries series{.station = id,
                        .fallback = id != station,
                        .readings = std::move(*readings),
                        .age = age,
                        .passed_over = {}};
    if (age <= longest_silence) {
      series.passed_over = std::move(passed_over);
      return series;
    }
    passed_over.push_back(id + ": silent for " + format_duration(age));
    if (!youngest || age < youngest->age) youngest = std::move(series);
  }
  if (!youngest) return std::nullopt;
  youngest->passed_over = std::move(passed_over);
  return youngest;
}

}  // namespace vandvagt::sensors
