#include "tests/alerts/history.hpp"

namespace vandvagt::test {

using namespace std::chrono_literals;
using alerts::Evidence;
using alerts::ForecastEvidence;
using alerts::MessageKind;
using alerts::Quantity;
using alerts::Rule;
using alerts::Standing;
using alerts::WarningState;

Time start() {
  return *parse_time("2016-06-01T00:00:00Z");
}

Rule gauge_rule() {
  Rule rule;
  rule.id = "bridge-stage";
  rule.area = "town";
  rule.station = "bridge";
  rule.quantity = Quantity::stage;
  rule.datum = "EPSG:5799";
  rule.levels = {{"minor", 2.0, 1.8}, {"moderate", 2.5, 2.3}, {"severe", 3.0, 2.8}};
  return rule;
}

Rule well_rule() {
  Rule rule = gauge_rule();
  rule.id = "meadow-well";
  rule.station = "well";
  rule.quantity = Quantity::groundwater_depth;
  rule.hazard = alerts::Hazard::groundwater;
  rule.levels = {{"minor", 0.5, 0.7}, {"moderate", 0.2, 0.4}};
  return rule;
}

Rule area_rule() {
  Rule rule = gauge_rule();
  rule.id = "town-depth";
  rule.station.clear();
  rule.quantity = Quantity::area_depth;
  rule.hazard = alerts::Hazard::rain;
  rule.levels = {{"minor", 0.2, 0.15}, {"severe", 0.5, 0.4}};
  return rule;
}

Rule shallow_rule() {
  Rule rule = area_rule();
  rule.id = "town-groundwater";
  rule.quantity = Quantity::shallow_groundwater_share;
  rule.hazard = alerts::Hazard::groundwater;
  rule.levels = {{"minor", 0.1, 0.05}, {"severe", 0.5, 0.4}};
  return rule;
}

Rule rise_rule() {
  Rule rule = gauge_rule();
  rule.id = "bridge-rise";
  rule.quantity = Quantity::rate_of_rise;
  rule.datum.clear();
  rule.levels = {{"minor", 0.3 / 3600.0, 0.1 / 3600.0}, {"severe", 0.6 / 3600.0, 0.4 / 3600.0}};
  return rule;
}

alerts::Area town() {
  alerts::Area area;
  area.id = "town";
  area.name_da = "Byen ved åen";
  area.name_en = "The town by the river";
  area.rings = {{{8.1, 56.2}, {8.2, 56.2}, {8.2, 56.3}, {8.1, 56.3}, {8.1, 56.2}}};
  area.geocodes = {{"EMMA_ID", "DK001"}};
  return area;
}

alerts::ObservedReading reading(double hours, double value, bool good) {
  return {at(hours), value, good, "d" + std::to_string(hours)};
}

ForecastEvidence run_of(double hours, const std::vector<double>& peaks, double from, double to,
                        double base) {
  ForecastEvidence forecast;
  forecast.reference_time = at(hours);
  forecast.run = "run-" + format_time_compact(forecast.reference_time);
  forecast.state_used = "cold";
  forecast.model_version = "test";
  for (std::size_t m = 0; m < peaks.size(); ++m) {
    alerts::MemberSeries series{static_cast<int>(m), {}, {}};
    for (int h = 0; h <= 48; ++h) {
      const double t = hours + h;
      series.times.push_back(at(t));
      series.values.push_back(t >= from && t <= to ? peaks[m] : base);
    }
    forecast.members.push_back(std::move(series));
  }
  return forecast;
}

const alerts::Decision& Life::take(alerts::Decision decision) {
  last_ = std::move(decision);
  state_ = last_.state;
  if (last_.message) messages_.push_back(*last_.message);
  return last_;
}
const alerts::Decision& Life::evaluate(double hours, Evidence evidence) {
  return take(alerts::evaluate(rule_, state_, evidence, at(hours)));
}
const alerts::Decision& Life::read(double hours, double value, bool good) {
  return evaluate(hours, Evidence{std::nullopt, {reading(hours, value, good)}});
}
const alerts::Decision& Life::run(const ForecastEvidence& forecast, double hours) {
  return evaluate(hours, Evidence{forecast, {}});
}
void Life::read_steadily(double from, double to, double value) {
  for (double t = from + 0.25; t <= to + 1e-9; t += 0.25) read(t, value);
}
void Life::cancel(double hours, const std::string& reason) {
  take(alerts::cancel(rule_, state_, reason, at(hours)));
}

}  // namespace vandvagt::test
