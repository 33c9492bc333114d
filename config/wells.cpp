#include "config/detail/parts.hpp"
#include "config/detail/values.hpp"

namespace vandvagt::config {
namespace {

using forecast::DailyInput;
using forecast::WellForecastInput;
using sensors::Parameter;

void read_file(Section& section, DailyInput& input) {
  section.input("file", input.file);
  section.text("unit", input.unit);
  if (section.has("file") && !section.has("unit"))
    section.fault("unit", "is missing beside a file", "say what its values are in: \"mm/d\"");
}

/// Days of rain or evaporation from a file, a station, or the one and then the other.
void read_days(Section& section, const std::string& key, DailyInput& input, Parameter measured) {
  section.require(key, "give a file of dates and values, or a station");
  section.table(key, [&](Section& inner) {
    input.place = inner.place();
    read_file(inner, input);
    inner.text("station", input.station);
    if (!input.station.empty()) inner.check_station("station", input.station, {measured});
    if (inner.present() && !inner.has("file") && !inner.has("station"))
      inner.fault("file", "is missing", "give a file of dates and values, or a station");
  });
}

/// Members of a forecast: a date and a value for each.
void read_members(Section& section, const std::string& key, DailyInput& input) {
  section.table(key, [&](Section& inner) {
    input.place = inner.place();
    inner.require("file", "name a file: a date and a value for each member");
    read_file(inner, input);
  });
}

void read_heads(Section& section, WellForecastInput& well) {
  section.table("heads", [&](Section& inner) {
    DailyInput file;
    inner.require("file", "name a file of dates and values as the station measures them");
    read_file(inner, file);
    well.heads = file.file;
    well.heads_unit = file.unit;
    inner.duration("hour", well.heads_hour, true);
    if (well.heads_hour >= std::chrono::hours{24})
      inner.fault("hour", "is not within the day", "give the time of the readings, \"12h\"");
  });
}

void read_well(Section& section, WellForecastInput& well) {
  well.place = section.place();
  section.require("station", "name the well's station");
  section.text("station", well.station);
  if (!well.station.empty())
    section.check_station("station", well.station,
                          {Parameter::groundwater_head, Parameter::groundwater_depth});
  read_heads(section, well);
  read_days(section, "rain", well.rain, Parameter::rain);
  read_days(section, "evaporation", well.evaporation, Parameter::evaporation);
  read_members(section, "rain_forecast", well.rain_forecast);
  read_members(section, "evaporation_forecast", well.evaporation_forecast);
  if (section.has("evaporation_forecast") && !section.has("rain_forecast"))
    section.fault("evaporation_forecast", "stands without rain_forecast", "give both or remove it");
  using forecast::WellResponse;
  section.choice<WellResponse>(
      "response", well.response,
      {{"gamma", WellResponse::gamma}, {"exponential", WellResponse::exponential}});
  section.duration("lead", well.lead);
  constexpr std::chrono::days longest{366};
  if (well.lead < std::chrono::days{1} || well.lead > longest)
    section.fault("lead", "is not between a day and a year", "give up to when, \"31d\"");
}

}  // namespace

void read_well_forecasts(Section& groundwater, forecast::Scenario& scenario) {
  std::set<std::string> stations;
  groundwater.each("well_forecast", [&](Section& section) {
    auto& well = scenario.well_forecasts.emplace_back();
    read_well(section, well);
    section.check_unique("station", well.station, stations);
  });
}

}  // namespace vandvagt::config
