#include "app/forecast_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <map>

namespace vandvagt::app {
namespace {

/// Characters, not bytes: names of places hold letters of two bytes.
std::size_t width_of(const std::string& text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
  }));
}

using TableRow = std::vector<std::string>;

void print_table(const std::vector<TableRow>& rows) {
  std::vector<std::size_t> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()), 0);
    for (std::size_t k = 0; k < row.size(); ++k) widths[k] = std::max(widths[k], width_of(row[k]));
  }
  for (const auto& row : rows) {
    std::string line = " ";
    for (std::size_t k = 0; k < row.size(); ++k)
      line += " " + row[k] + std::string(widths[k] - width_of(row[k]) + 1, ' ');
    line.erase(line.find_last_not_of(' ') + 1);
    fmt::print("{}\n", line);
  }
}

std::string lead_text(const RuleReport& rule) {
  if (!rule.lead_time) return "-";
  if (*rule.lead_time <= Duration{0}) return "now";
  return format_duration(std::chrono::floor<std::chrono::minutes>(*rule.lead_time));
}

std::string message_text(const RuleReport& rule) {
  if (rule.issued == nullptr) return "-";
  using alerts::MessageKind;
  const std::map<MessageKind, const char*> names{{MessageKind::alert, "alert"},
                                                 {MessageKind::update, "update"},
                                                 {MessageKind::all_clear, "all-clear"},
                                                 {MessageKind::cancel, "cancel"}};
  return fmt::format("{} {}", names.at(rule.issued->kind), rule.issued->revision);
}

/// What each product is, by its name or ending.
std::string purpose_of(const std::string& file) {
  static const std::map<std::string, std::string> purposes{
      {"overview.png", "map of the greatest depth, gauges and warnings"},
      {"forecast.nc", "depth and speed against time (NetCDF-CF)"},
      {"gauges.nc", "hydrographs (NetCDF-CF)"},
      {"wells.nc", "heads of wells as forecast from their own history (NetCDF-CF)"},
      {"max_depth.tif", "greatest depth [m] (Cloud-Optimized GeoTIFF)"},
      {"max_speed.tif", "greatest speed [m/s]"},
      {"max_hazard.tif", "greatest hazard h (v + 0.5) [m2/s]"},
      {"arrival_time.tif", "when water arrives [s after the reference time]"},
      {"duration.tif", "for how long it stays [s]"},
      {"water_table_depth.tif", "water table as corrected by wells [m below ground]"},
      {"groundwater_standard_error.tif", "standard error of the water table [m]"},
      {"areas.geojson", "warning areas with their levels"},
      {"run.json", "inputs, state, volumes, timings, warnings"}};
  if (const auto found = purposes.find(file); found != purposes.end()) return found->second;
  if (file.rfind("probability_", 0) == 0) return "share of members deeper than that";
  if (file.ends_with(".xml")) return "warning (CAP 1.2)";
  return "";
}

/// Volumes with as many decimals as give the largest of them five digits: whole cubic metres of a
/// catchment, millilitres of a tank. One number of decimals for all, so that they can be added up.
class CubicMetres {
 public:
  explicit CubicMetres(double largest) {
    if (largest > 0.0)
      decimals_ = std::clamp(4 - static_cast<int>(std::floor(std::log10(largest))), 0, 12);
  }
  std::string operator()(double volume) const {
    return volume == 0.0 ? "0" : fmt::format("{:.{}f}", volume, decimals_);
  }

 private:
  int decimals_ = 0;
};

void print_balance(const forecast::VolumeBalance& volume) {
  const CubicMetres text(std::max({volume.initial, volume.in(), volume.out(), volume.stored}));
  fmt::print("\nWater balance [m3] of the unperturbed run\n");
  print_table(
      {{"at the start", text(volume.initial), "", ""},
       {"in", text(volume.in()),
        fmt::format("rain {}, edges {}, sources {}, ground {}", text(volume.rain),
                    text(volume.edge_in), text(volume.source_in), text(volume.ground_in))},
       {"out", text(volume.out()),
        fmt::format("edges {}, infiltration {}, sinks {}, evaporation {}", text(volume.edge_out),
                    text(volume.infiltration), text(volume.source_out), text(volume.evaporation))},
       {"stored", text(volume.stored),
        fmt::format("relative error {:.1e}", volume.relative_error)}});
}

}  // namespace

void print_plan(const config::Configuration& configuration, const forecast::BuiltCase& built,
                const forecast::RunPlan& plan) {
  const auto& scenario = configuration.scenario;
  fmt::print("{}\n", scenario.title.empty() ? scenario.name : scenario.title);
  fmt::print("  {} x {} cells of {:g} m, {} edges, {} stations, {} rules\n", built.geometry.nx,
             built.geometry.ny, built.geometry.dx, built.model.edges.size(),
             configuration.stations.size(), configuration.rules.size());
  fmt::print("  reference time {}, {} ahead, {}\n", format_time(plan.reference_time),
             format_duration(plan.end - plan.reference_time),
             plan.members == 1 ? "one member" : fmt::format("{} members", plan.members));
  std::fflush(stdout);
}

void print_readings(const BrokerLink& broker, const ReadingsReport& readings) {
  if (broker.connected())
    fmt::print("  broker {}{}\n", broker.url(), broker.is_private() ? " (private)" : "");
  else
    fmt::print("  no broker: {}\n  going on with the readings that are stored\n", broker.why_not());
  fmt::print("  readings: {} messages, {} new, {} known, {} corrected, {} messages quarantined\n",
             readings.messages, readings.added, readings.duplicate, readings.revision,
             readings.quarantined);
  std::fflush(stdout);
}

void print_outcome(const forecast::RunOutcome& outcome) {
  fmt::print("\nState: {}\n", outcome.state.coldness());
  for (const auto& refused : outcome.state.refused)
    fmt::print("  not used: {}: {}\n", refused.file.string(), refused.why);
  if (outcome.state.saved)
    fmt::print("  saved for the next run: {}\n", outcome.state.saved_file.string());
  if (!outcome.usable()) fmt::print("The run FAILED: {}\n", outcome.why_failed);
  for (const auto& forcing : outcome.forcing)
    fmt::print("  {}: {}{}{}\n", forcing.what, forcing.driven_by,
               forcing.after.empty() ? "" : "; after the newest reading: ", forcing.after);
  print_balance(outcome.volume);
  fmt::print(
      "\n{} simulated in {:.1f} s on {} threads, {} precision, {} steps, {:.2g} cell"
      " updates\n",
      format_duration(from_seconds(outcome.simulated_seconds)), outcome.wall_seconds,
      outcome.threads, outcome.precision, outcome.counters.steps,
      static_cast<double>(outcome.counters.cell_updates));
}

void print_warnings(const std::vector<RuleReport>& rules) {
  if (rules.empty()) {
    fmt::print("\nNo rules: no warnings\n");
    return;
  }
  fmt::print("\nWarnings\n");
  std::vector<TableRow> rows{{"place", "level", "lead time", "probability", "basis", "message"}};
  for (const auto& rule : rules)
    rows.push_back({rule.area_name, rule.level, lead_text(rule),
                    rule.probability ? fmt::format("{:.0f} %", 100.0 * *rule.probability) : "-",
                    rule.basis + (rule.stale ? ", stale" : ""), message_text(rule)});
  print_table(rows);
}

void print_dissemination(const Dissemination& sent) {
  fmt::print("\nSent: {} warnings, {} area states\n", sent.messages, sent.states);
  if (sent.expired > 0) fmt::print("  {} had expired before they could be sent\n", sent.expired);
  if (sent.waiting > 0)
    fmt::print("  {} warnings WAIT in the outbox: {}\n", sent.waiting, sent.why_waiting);
}

void print_received(const std::vector<alerts::ReceivedWarning>& received) {
  fmt::print("Received by a subscriber: {}\n", received.size());
  for (const auto& warning : received)
    fmt::print("  {}: {} ({}, {})\n", warning.area, warning.headline, warning.certainty,
               warning.identifier);
}

void print_products(const std::filesystem::path& folder, const std::vector<std::string>& files) {
  fmt::print("\nProducts in {}/\n", folder.string());
  std::vector<TableRow> rows;
  rows.reserve(files.size());
  for (const auto& file : files) rows.push_back({file, purpose_of(file)});
  print_table(rows);
}

void print_notices(const std::vector<std::string>& notices) {
  if (notices.empty()) return;
  fmt::print("\nNotices\n");
  for (const auto& notice : notices) fmt::print("  {}\n", notice);
}

int report_no_outcome(const Error& error, const std::filesystem::path& output,
                      const std::stop_token& stop) {
  if (error.code != ErrorCode::unavailable || !stop.stop_requested()) return report(error);
  fmt::print(stderr, "stopped on request: nothing was published, {} is as it was before\n",
             output.string());
  return static_cast<int>(ExitCode::failed);
}

}  // namespace vandvagt::app
