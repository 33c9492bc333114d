#include "app/run_evidence.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "alerts/rule.hpp"
#include "app/flood_extent.hpp"
#include "watch/observed.hpp"

namespace vandvagt::app {
namespace {

using alerts::Evidence;
using alerts::ForecastEvidence;
using alerts::MemberSeries;
using alerts::Quantity;
using alerts::Rule;
using forecast::RunOutcome;

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

std::vector<double> gauge_values(const forecast::GaugeOutcome& gauge,
                                 const forecast::PlaceSeries& series, Quantity quantity) {
  if (quantity == Quantity::depth) return series.depth;
  // A rate is made of stages where the rule is evaluated: the bed's height drops out.
  if (quantity == Quantity::groundwater_depth) return series.water_table_depth;
  std::vector<double> stages = series.stage;
  for (std::size_t k = 0; k < stages.size(); ++k)
    if (std::isnan(stages[k]))
      stages[k] = std::isnan(series.depth[k]) ? unknown : gauge.bed_elevation;
  return stages;
}

const std::vector<std::vector<double>>& area_values(const forecast::AreaOutcome& area,
                                                    Quantity quantity) {
  if (quantity == Quantity::area_share) return area.share;
  return quantity == Quantity::area_depth ? area.depth : area.shallow_share;
}

/// One series a member, or none where the run does not tell of the rule's quantity.
std::vector<std::vector<double>> member_values(const RunOutcome& outcome, const Rule& rule) {
  std::vector<std::vector<double>> members;
  if (alerts::is_area_quantity(rule.quantity)) {
    for (const auto& area : outcome.areas)
      if (area.id == rule.id && area.cells > 0) return area_values(area, rule.quantity);
    return members;
  }
  if (rule.quantity == Quantity::discharge) return members;
  for (const auto& gauge : outcome.gauges) {
    if (gauge.gauge.station != rule.station) continue;
    for (const auto& series : gauge.members)
      members.push_back(gauge_values(gauge, series, rule.quantity));
    break;
  }
  return members;
}

/// A well's own forecast as members of a rule about it; none where there is no forecast or it says
/// nothing within the rule's window. It is fitted to the well and tells of its uncertainty, so it
/// goes before the map of the water table.
std::vector<MemberSeries> well_members(const EvidenceSources& sources, const Rule& rule) {
  std::vector<MemberSeries> members;
  const auto& stations = sources.configuration.stations;
  const auto station = std::ranges::find(stations, rule.station, &sensors::Station::id);
  const auto& wells = sources.outcome.wells;
  const auto well = std::ranges::find(wells, rule.station, &forecast::WellForecastOutcome::station);
  if (rule.quantity != Quantity::groundwater_depth || station == stations.end() ||
      well == wells.end() || !well->forecast ||
      well->forecast->times.front() > sources.outcome.reference_time + rule.lead_window)
    return members;
  for (const auto& heads : well->forecast->members) {
    MemberSeries series{
        .member = static_cast<int>(members.size()), .times = well->forecast->times, .values = {}};
    for (const double head : heads)
      series.values.push_back(
          watch::in_rule_terms(*station, rule, well->measures_depth ? -head : head));
    members.push_back(std::move(series));
  }
  return members;
}

ForecastEvidence forecast_evidence(const EvidenceSources& sources, const Rule& rule) {
  const RunOutcome& outcome = sources.outcome;
  ForecastEvidence evidence;
  evidence.run = outcome.run;
  evidence.reference_time = outcome.reference_time;
  evidence.usable = outcome.usable();
  evidence.why_not = outcome.why_failed;
  evidence.state_used = outcome.state.used;
  evidence.configuration_digest = sources.configuration.scenario.configuration_digest;
  evidence.inputs_digest = forecast::digest_of_inputs(outcome.inputs);
  evidence.model_version = forecast::program_version();
  if (auto members = well_members(sources, rule); !members.empty()) {
    evidence.members = std::move(members);
    evidence.usable = true;
    evidence.why_not.clear();
    return evidence;
  }
  if (!evidence.usable) return evidence;
  const auto first =
      std::lower_bound(outcome.times.begin(), outcome.times.end(), outcome.reference_time) -
      outcome.times.begin();
  const double offset = watch::datum_offset(sources.configuration.stations, rule);
  const auto members = member_values(outcome, rule);
  for (std::size_t m = 0; m < members.size(); ++m) {
    if (members[m].size() != outcome.times.size()) continue;
    MemberSeries series{.member = static_cast<int>(m),
                        .times = {outcome.times.begin() + first, outcome.times.end()},
                        .values = {members[m].begin() + first, members[m].end()}};
    for (double& value : series.values) value -= offset;
    evidence.members.push_back(std::move(series));
  }
  if (evidence.members.empty()) {
    evidence.usable = false;
    evidence.why_not = "the run does not tell of this rule's quantity";
  }
  return evidence;
}

const alerts::Area* area_of(const config::Configuration& configuration, const std::string& id) {
  for (const auto& area : configuration.areas)
    if (area.id == id) return &area;
  return nullptr;
}

bool is_flooding(Quantity quantity) {
  return quantity == Quantity::area_share || quantity == Quantity::area_depth;
}

/// Where that fails the message is for the whole area: too many warned rather than too few.
void add_extent(const EvidenceSources& sources, const Rule& rule, ForecastEvidence& evidence,
                std::vector<std::string>& notices) {
  const auto* area = area_of(sources.configuration, rule.area);
  if (sources.geometry == nullptr || area == nullptr || !area->forecast_extent ||
      !is_flooding(rule.quantity) || !evidence.usable)
    return;
  auto extent = flood_extent(sources.outcome, *sources.geometry, *area, rule);
  if (extent)
    evidence.extent = std::move(*extent);
  else
    notices.push_back("area \"" + area->id +
                      "\": its flood extent is not known: " + extent.error().message);
}

/// The share of the members of the newest run at the standing level; at the lowest where none
/// stands.
std::optional<double> share_now(const alerts::WarningState& state) {
  if (state.runs.empty()) return std::nullopt;
  const auto& levels = state.runs.back().levels;
  const auto index = state.level.active() ? static_cast<std::size_t>(state.level.index()) : 0;
  if (index >= levels.size()) return std::nullopt;
  return levels[index].share;
}

/// Severity's order for the picture: what stands above `none`, `unknown` between.
int weight(const std::string& level) {
  switch (forecast::map_level(level)) {
    case forecast::MapLevel::none:
      return 0;
    case forecast::MapLevel::unknown:
      return 1;
    case forecast::MapLevel::minor:
      return 2;
    case forecast::MapLevel::moderate:
      return 3;
    case forecast::MapLevel::severe:
      return 4;
    case forecast::MapLevel::extreme:
      return 5;
  }
  return 1;
}

std::map<std::string, std::string> properties_of(const alerts::IssuedWarning& warning) {
  std::map<std::string, std::string> properties{
      {"identifier", warning.identifier},
      {"incident", warning.incident},
      {"rule", warning.rule},
      {"rule_version", std::to_string(warning.rule_version)},
      {"area", warning.area},
      {"area_name", warning.area_name},
      {"level", warning.level},
      {"basis", warning.basis},
      {"certainty", warning.certainty},
      {"urgency", warning.urgency},
      {"revision", std::to_string(warning.revision)},
      {"sent", format_time(warning.sent)},
      {"expires", format_time(warning.expires)}};
  if (!warning.station.empty()) properties["station"] = warning.station;
  if (warning.lead_time)
    properties["lead_time_seconds"] = fmt::format("{:.0f}", to_seconds(*warning.lead_time));
  if (warning.probability) properties["probability"] = fmt::format("{:.3f}", *warning.probability);
  if (warning.peak) {
    properties["peak"] = fmt::format("{:.3f}", warning.peak->value);
    properties["peak_time"] = format_time(warning.peak->time);
  }
  return properties;
}

forecast::MapArea map_area(const alerts::Area& area, const std::vector<RuleReport>& rules) {
  forecast::MapArea shown{.id = area.id,
                          .name = area.name_da,
                          .rings = {},
                          .level = "none",
                          .queries = {},
                          .properties = {}};
  for (const auto& ring : area.rings) {
    auto& points = shown.rings.emplace_back();
    for (const auto& position : ring) points.push_back({position.longitude, position.latitude});
  }
  bool watched = false;
  for (const auto& rule : rules) {
    if (rule.area != area.id) continue;
    watched = true;
    shown.queries.push_back(rule.rule);
    if (weight(rule.level) < weight(shown.level)) continue;
    shown.level = rule.level;
    shown.properties["basis"] = rule.basis;
    if (rule.issued != nullptr) shown.properties = properties_of(*rule.issued);
  }
  if (!watched) shown.level = "unknown";
  return shown;
}

}  // namespace

std::vector<forecast::AreaQuery> area_queries(const config::Configuration& configuration) {
  std::vector<forecast::AreaQuery> queries;
  for (const auto& rule : configuration.rules) {
    const auto* area = area_of(configuration, rule.area);
    if (!alerts::is_area_quantity(rule.quantity) || area == nullptr) continue;
    forecast::AreaQuery query{.id = rule.id,
                              .rings = {},
                              .depth = rule.area_depth,
                              .share = rule.area_share,
                              .shallower_than = rule.shallower_than};
    for (const auto& ring : area->rings) {
      auto& points = query.rings.emplace_back();
      for (const auto& position : ring) points.push_back({position.longitude, position.latitude});
    }
    queries.push_back(std::move(query));
  }
  return queries;
}

Result<std::map<std::string, Evidence>> run_evidence(const EvidenceSources& sources,
                                                     std::vector<std::string>& notices) {
  std::map<std::string, Evidence> evidence;
  for (const auto& rule : sources.configuration.rules) {
    auto readings = watch::observed_readings({.stations = sources.configuration.stations,
                                              .store = sources.store,
                                              .outbox = sources.outbox,
                                              .now = sources.now},
                                             rule);
    if (!readings) return fail(readings.error());
    Evidence& known = evidence[rule.id];
    known.readings = std::move(*readings);
    auto told = forecast_evidence(sources, rule);
    add_extent(sources, rule, told, notices);
    const bool tells = sources.outcome.usable() && told.members.empty();
    if (!tells) {
      known.forecast = std::move(told);
      continue;
    }
    notices.push_back("rule \"" + rule.id + "\": " +
                      (alerts::is_area_quantity(rule.quantity)
                           ? "its area holds no computed cell: nothing is known of it"
                           : "no gauge of the model tells of it: it is judged on readings alone"));
  }
  return evidence;
}

Result<std::vector<RuleReport>> rule_reports(const config::Configuration& configuration,
                                             const alerts::Outbox& outbox,
                                             const alerts::EvaluationReport& report, Time now) {
  std::vector<RuleReport> rows;
  for (const auto& rule : configuration.rules) {
    RuleReport row;
    row.rule = rule.id;
    row.area = row.area_name = rule.area;
    if (const auto* area = area_of(configuration, rule.area)) row.area_name = area->name_en;
    row.level = "unknown";
    row.basis = "none";
    const auto state = outbox.state(rule.id);
    if (!state) return fail(state.error());
    if (*state) {
      row.level = alerts::to_string(alerts::told_standing(**state), rule);
      row.basis = alerts::to_string((*state)->basis);
      row.stale = (*state)->stale;
      if ((*state)->level.active() && (*state)->onset) row.lead_time = *(*state)->onset - now;
      row.probability = share_now(**state);
    }
    for (const auto& issued : report.issued)
      if (issued.rule == rule.id) row.issued = &issued;
    rows.push_back(std::move(row));
  }
  return rows;
}

forecast::Presentation presentation_of(const config::Configuration& configuration,
                                       const std::vector<RuleReport>& rules,
                                       const alerts::EvaluationReport& report) {
  forecast::Presentation presentation;
  for (const auto& area : configuration.areas) presentation.areas.push_back(map_area(area, rules));
  for (const auto& warning : report.issued)
    presentation.warnings.push_back({.file_name = warning.identifier + ".xml",
                                     .xml = warning.xml,
                                     .properties = properties_of(warning)});
  return presentation;
}

}  // namespace vandvagt::app
