// Forecasts of wells as configuration and product, by the whole program: a well made by formula,
// and Gossau's with its forecast of 51 members (shared data).
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <fstream>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "core/time.hpp"
#include "tests/support/program.hpp"
#include "tests/support/support.hpp"

namespace vandvagt {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using test::read_text;
using test::run_command;
using test::write_text;
using ::testing::AllOf;
using ::testing::HasSubstr;

/// A square of flat ground on which nothing happens, with what `more` adds.
std::string configuration(const std::string& reference, const std::string& more) {
  return R"(
[project]
name = "wells"
[terrain]
flat = 25.0
crs = "EPSG:25832"
vertical_datum = "EPSG:5799"
cell_size = 10.0
extent = [560000, 6278000, 560100, 6278100]
[manning]
value = 0.03
[time]
horizon = "1h"
reference_time = ")" +
         reference + "\"\n" + more;
}

constexpr const char* alerts = R"(
[alerts]
status = "test"
sender = "vandvagt@example.org"
identifier_prefix = "vandvagt-test"
[[area]]
id = "field"
name = "Field"
rectangle = [560000, 6278000, 560100, 6278100]
)";

std::string station(const std::string& id, const std::string& parameter,
                    const std::string& more = {}) {
  const std::string datum = parameter == "groundwater-head" ? "datum = \"EPSG:5799\"\n" : "";
  return fmt::format(
      "[[station]]\nid = \"{}\"\noperator = \"test\"\nparameter = \"{}\"\nunit = \"m\"\n{}"
      "position = [570000, 6270000]\n{}",
      id, parameter, datum, more);
}

test::CommandResult forecast(const fs::path& folder, const fs::path& data = {}) {
  return run_command(fmt::format("{} forecast --config '{}' --output '{}' {}", test::program(),
                                 (folder / "case.toml").string(), (folder / "out" / "run").string(),
                                 data.empty() ? "" : "--data '" + data.string() + "'"));
}

json run_json(const fs::path& folder) {
  return json::parse(read_text(folder / "out" / "run" / "run.json"));
}

/// A variable of wells.nc in its own order, NaN where missing.
std::vector<double> values_of(const fs::path& folder, const std::string& name) {
  const auto text = run_command(fmt::format("ncdump -p 9,17 -v {} '{}'", name,
                                            (folder / "out" / "run" / "wells.nc").string()))
                        .output;
  const std::string mark = "\n " + name + " =";
  const auto begin = text.find(mark, text.find("\ndata:"));
  if (begin == std::string::npos) throw std::runtime_error("no " + name + " in " + text);
  std::string list = text.substr(begin + mark.size());
  list = list.substr(0, list.find(';'));
  std::vector<double> values;
  std::istringstream words(list);
  for (std::string word; std::getline(words, word, ',');) {
    word.erase(0, word.find_first_not_of(" \n"));
    values.push_back(word[0] == '_' || word[0] == 'N' ? std::numeric_limits<double>::quiet_NaN()
                                                      : std::stod(word));
  }
  return values;
}

std::string date(int day) {
  const auto t = *parse_time("2000-01-01T00:00:00Z") + std::chrono::days{day};
  return format_time(t).substr(0, 10);
}

/// A linear reservoir with a known response, ten years of days.
struct MadeReservoir {
  static constexpr double gain = 400.0, scale = 60.0, factor = 0.9, base = 20.0, decay = 40.0;
  static constexpr int days = 3650;
  std::vector<double> rain, evaporation, head;  // [mm/d], [mm/d], [m above datum] at the day's end

  MadeReservoir() {
    double level = 0.0, noise = 0.0;
    const double kept = std::exp(-1.0 / scale), noise_kept = std::exp(-1.0 / decay);
    for (int k = 0; k < days; ++k) {
      const double u = uniform();
      rain.push_back(u < 0.5 ? 0.0 : -4.5 * std::log(2.0 * (1.0 - u)));
      evaporation.push_back(1.6 * (1.0 - std::cos(2.0 * 3.14159265 * k / 365.25)));
      const double recharge = (rain.back() - factor * evaporation.back()) / 1000.0;
      level = kept * level + (1.0 - kept) * gain * recharge;
      noise = noise_kept * noise + 0.05 * std::sqrt(1.0 - noise_kept * noise_kept) * normal();
      head.push_back(base + level + noise);
    }
  }
  void write(const fs::path& folder) const {
    std::string wet = "date,rain\n", dry = "date,evaporation\n", heads = "date,head\n",
                few = "date,depth\n";
    for (int k = 0; k < days; ++k) {
      const auto at = static_cast<std::size_t>(k);
      wet += fmt::format("{},{:.4f}\n", date(k), rain[at]);
      dry += fmt::format("{},{:.4f}\n", date(k), evaporation[at]);
      if (k >= 730 && k % 6 == 0 && k < days - 12)
        heads += fmt::format("{},{:.4f}\n", date(k + 1), head[at]);
      if (k >= days - 400 && k % 20 == 0)
        few += fmt::format("{},{:.4f}\n", date(k + 1), 25.0 - head[at]);
    }
    write_text(folder / "rain.csv", wet);
    write_text(folder / "evaporation.csv", dry);
    write_text(folder / "heads.csv", heads);
    write_text(folder / "few.csv", few);
  }

 private:
  double uniform() {
    state_ = state_ * 6364136223846793005ULL + 1442695040888963407ULL;
    return (static_cast<double>(state_ >> 11U) + 0.5) / 9007199254740992.0;
  }
  double normal() {
    double sum = -6.0;
    for (int k = 0; k < 12; ++k) sum += uniform();
    return sum;
  }
  std::uint64_t state_ = 20261126;
};

std::string well(const std::string& id, const std::string& heads, const std::string& more = {}) {
  return fmt::format(
      "[[groundwater.well_forecast]]\nstation = \"{}\"\n{}"
      "rain = {{ file = \"rain.csv\", unit = \"mm/d\" }}\n"
      "evaporation = {{ file = \"evaporation.csv\", unit = \"mm/d\" }}\n{}",
      id,
      heads.empty() ? "" : "heads = { file = \"" + heads + "\", unit = \"m\", hour = \"0h\" }\n",
      more);
}

/// Three wells: one with years, one with too few readings, one that was never read.
class MadeWells : public testing::Test {
 protected:
  void SetUp() override {
    reservoir_.write(folder_.path());
    // The newest readings come over MQTT: four days before the reference time and on the day.
    const std::string newest =
        fmt::format("time,station,value\n{}T00:00:00Z,deep,{:.4f}\n{}T00:00:00Z,deep,{:.4f}\n",
                    date(MadeReservoir::days - 4), reservoir_.head[MadeReservoir::days - 5],
                    date(MadeReservoir::days), reservoir_.head[MadeReservoir::days - 1]);
    write_text(folder_ / "readings.csv", newest);
    write_text(folder_ / "case.toml",
               configuration(date(MadeReservoir::days) + "T00:00:00Z",
                             well("deep", "heads.csv", "response = \"exponential\"\n") +
                                 well("few", "few.csv") + well("silent", "") +
                                 "[replay]\nfile = \"readings.csv\"\n" +
                                 station("deep", "groundwater-head", "ground = 25.0\n") +
                                 station("few", "groundwater-depth") +
                                 station("silent", "groundwater-depth") + alerts + R"(
[[rule]]
id = "deep-rises"
area = "field"
station = "deep"
quantity = "groundwater_depth"
hazard = "groundwater"
lead_window = "31d"
raise_probability = 0.3
[[rule.level]]
name = "minor"
raise = 24.0
clear = 24.5
)"));
  }
  test::TemporaryFolder folder_;
  MadeReservoir reservoir_;
};

TEST_F(MadeWells, AreFittedForecastAndToldOf) {
  const auto done = forecast(folder_.path());
  ASSERT_EQ(done.exit_code, 0) << done.output;
  EXPECT_THAT(done.output, HasSubstr("wells.nc"));
  EXPECT_THAT(done.output, HasSubstr("well few: falls back to persistence"));
  EXPECT_THAT(done.output, HasSubstr("well silent: no forecast"));
  const json run = run_json(folder_.path());
  const json& deep = run.at("wells").at(0);
  EXPECT_EQ(deep.at("basis"), "model");
  EXPECT_THAT(deep.at("weather").get<std::string>(), HasSubstr("the same days of"));
  const json& fit = deep.at("fit");
  const auto within = [&](const char* name, double truth) {
    const double error = fit.at(name).at("standard_error").get<double>();
    EXPECT_NEAR(fit.at(name).at("value").get<double>(), truth, 3.0 * error) << name;
    EXPECT_LT(error, 0.2 * truth) << name;
  };
  within("gain", MadeReservoir::gain);
  within("scale", MadeReservoir::scale);
  within("evaporation_factor", MadeReservoir::factor);
  EXPECT_GT(fit.at("explained").get<double>(), 0.8);
  EXPECT_EQ(deep.at("newest").at("time"), date(MadeReservoir::days) + "T00:00:00Z");
  const json& few = run.at("wells").at(1);
  EXPECT_EQ(few.at("basis"), "persistence");
  EXPECT_THAT(few.at("why_persistence").get<std::string>(), HasSubstr("readings"));
  const json& silent = run.at("wells").at(2);
  EXPECT_EQ(silent.at("basis"), "none");
  EXPECT_THAT(silent.at("why_none").get<std::string>(), HasSubstr("no reading"));
}

TEST_F(MadeWells, StandInAFileOfSeriesWithBandsInBothFaces) {
  const auto done = forecast(folder_.path());
  ASSERT_EQ(done.exit_code, 0) << done.output;
  const auto header = run_command("ncdump -h '" + (folder_ / "out/run/wells.nc").string() + "'");
  EXPECT_THAT(header.output,
              AllOf(HasSubstr("featureType = \"timeSeries\""), HasSubstr("station = 3"),
                    HasSubstr("double groundwater_head(station, time)"),
                    HasSubstr("double groundwater_head_quantile(quantile, station, time)"),
                    HasSubstr("water_table_depth:standard_name = \"water_table_depth\""),
                    HasSubstr("flag_meanings = \"model persistence\"")));
  const auto time = values_of(folder_.path(), "time");
  const auto n = time.size();
  ASSERT_EQ(n, 90U + 1U + 31U);
  const auto head = values_of(folder_.path(), "groundwater_head");
  const auto depth = values_of(folder_.path(), "water_table_depth");
  const auto band = values_of(folder_.path(), "groundwater_head_quantile");
  const auto depths = values_of(folder_.path(), "water_table_depth_quantile");
  const auto basis = values_of(folder_.path(), "forecast_basis");
  const auto observed = values_of(folder_.path(), "observed_groundwater_head");
  EXPECT_TRUE(std::isnan(head[90])) << "nothing is forecast of the time of issue";
  for (std::size_t k = 91; k < n; ++k) {
    EXPECT_NEAR(head[k] + depth[k], 25.0, 1e-9);
    EXPECT_LT(band[k], band[3 * n * 2 + k]);
    EXPECT_LT(band[3 * n * 2 + k], band[3 * n * 4 + k]);
    EXPECT_NEAR(depths[k], 25.0 - band[3 * n * 4 + k], 1e-9) << "its 5 % is the head's 95 %";
    EXPECT_EQ(basis[k], 0.0);
    EXPECT_TRUE(std::isnan(head[n + k])) << "no ground is declared: a depth is no head";
    EXPECT_FALSE(std::isnan(depth[n + k]));
    EXPECT_EQ(basis[n + k], 1.0);
    EXPECT_TRUE(std::isnan(depth[2 * n + k]));
  }
  EXPECT_NEAR(observed[90], reservoir_.head.back(), 1e-3);
  EXPECT_NEAR(observed[86], reservoir_.head[MadeReservoir::days - 5], 1e-3);
}

TEST_F(MadeWells, TheRuleOfAWellIsJudgedOnItsForecast) {
  const auto done = forecast(folder_.path());
  ASSERT_EQ(done.exit_code, 0) << done.output;
  const json run = run_json(folder_.path());
  ASSERT_EQ(run.at("warnings").size(), 1U);
  const json& warning = run.at("warnings").at(0);
  EXPECT_EQ(warning.at("rule"), "deep-rises");
  EXPECT_EQ(warning.at("probability"), "1.000");
  const double peak = std::stod(warning.at("peak").get<std::string>());
  EXPECT_NEAR(peak, 25.0 - reservoir_.head.back(), 1.5);
}

TEST(WellForecastInput, FaultsNameFilePlaceAndCure) {
  const test::TemporaryFolder folder;
  write_text(folder / "rain.csv", "date,rain\n2000-01-01,1.0\n2000-01-02,wet\n");
  write_text(folder / "evaporation.csv", "date,e\n2000-01-02,1.0\n2000-01-01,1.0\n");
  write_text(folder / "heads.csv", "date,head\n");
  write_text(folder / "members.csv", "date,0,1\n2000-01-01,1.0,1.0\n2000-01-02,1.0,\n");
  write_text(folder / "case.toml",
             configuration("2001-01-01T00:00:00Z",
                           well("deep", "heads.csv",
                                "rain_forecast = { file = \"members.csv\", unit = \"mm/d\" }\n") +
                               station("deep", "groundwater-depth")));
  const auto refused = forecast(folder.path());
  EXPECT_EQ(refused.exit_code, 2) << refused.output;
  EXPECT_THAT(refused.output,
              AllOf(HasSubstr("groundwater.well_forecast.rain"),
                    HasSubstr("rain.csv:3: \"wet\" is no finite number"),
                    HasSubstr("evaporation.csv:3: date 2000-01-01 does not come after"),
                    HasSubstr("heads.csv: holds no values"),
                    HasSubstr("member 1 has no value on 2000-01-02; give each member a value")));
  EXPECT_FALSE(fs::exists(folder / "out"));
}

TEST(WellForecastInput, KeysAreReadStrictly) {
  const test::TemporaryFolder folder;
  write_text(folder / "rain.csv", "date,rain\n2000-01-01,1.0\n");
  write_text(folder / "case.toml", configuration("2001-01-01T00:00:00Z", R"(
[[groundwater.well_forecast]]
station = "sea"
rain = { file = "rain.csv" }
evaporation = {}
lead = "2h"
responce = "gamma"
[[station]]
id = "sea"
operator = "test"
parameter = "depth"
unit = "m"
position = [560010, 6278010]
)"));
  const auto refused = forecast(folder.path());
  EXPECT_EQ(refused.exit_code, 2) << refused.output;
  EXPECT_THAT(refused.output,
              AllOf(HasSubstr("groundwater.well_forecast.station"),
                    HasSubstr("groundwater.well_forecast.rain.unit: is missing beside a file"),
                    HasSubstr("groundwater.well_forecast.evaporation.file: is missing"),
                    HasSubstr("groundwater.well_forecast.lead: is not between a day and a year"),
                    HasSubstr("groundwater.well_forecast.responce: unknown key")));
}

/// Heads by date, at noon.
std::map<std::string, double> heads_by_date(const fs::path& file) {
  std::map<std::string, double> heads;
  std::ifstream stream(file);
  for (std::string line; std::getline(stream, line);)
    if (line.size() > 11 && line[4] == '-') heads[line.substr(0, 10)] = std::stod(line.substr(11));
  return heads;
}

TEST(WellGossauRun, ItsMembersAreForecastWithinTheirBand) {
  const auto data = test::shared_data();
  const auto source = data / "groundwater_series_pastas";
  if (data.empty() || !fs::exists(source)) GTEST_SKIP() << "no shared data";
  const test::TemporaryFolder folder;
  write_text(folder / "case.toml", configuration("2014-01-02T12:00:00Z", R"(
[[groundwater.well_forecast]]
station = "gossau"
heads = { file = "gossau_heads.csv", unit = "m" }
rain = { file = "gossau_prec.csv", unit = "mm/d" }
evaporation = { file = "gossau_evap.csv", unit = "mm/d" }
rain_forecast = { file = "gossau_ensemble_prec.csv", unit = "mm/d" }
evaporation_forecast = { file = "gossau_ensemble_evap.csv", unit = "mm/d" }
)" + station("gossau", "groundwater-head")));
  const auto done = forecast(folder.path(), source);
  ASSERT_EQ(done.exit_code, 0) << done.output;
  const json well = run_json(folder.path()).at("wells").at(0);
  EXPECT_EQ(well.at("basis"), "model") << well.dump(1);
  EXPECT_EQ(well.at("members"), 51);
  EXPECT_EQ(well.at("weather"), "forecast of 51 members");
  EXPECT_GT(well.at("fit").at("explained").get<double>(), 0.7);
  const auto truth = heads_by_date(source / "gossau_heads.csv");
  const auto time = values_of(folder.path(), "time"),
             mean = values_of(folder.path(), "groundwater_head"),
             band = values_of(folder.path(), "groundwater_head_quantile");
  double squares = 0.0;
  int inside = 0, count = 0;
  for (std::size_t k = 91; k < time.size(); ++k, ++count) {
    const auto day = format_time(Time{} + from_seconds(time[k])).substr(0, 10);
    const double head = truth.at(day);
    squares += std::pow(head - mean[k], 2);
    inside += head >= band[k] && head <= band[4 * time.size() + k] ? 1 : 0;
  }
  std::printf("Gossau, %d days from 3 January 2014: RMSE %.3f m, %d within the 90 %% band\n", count,
              std::sqrt(squares / count), inside);
  EXPECT_EQ(count, 31);
  EXPECT_LT(std::sqrt(squares / count), 0.25);
  EXPECT_GE(inside, 25);
}

}  // namespace
}  // namespace vandvagt
