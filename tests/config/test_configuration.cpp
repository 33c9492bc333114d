#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

#include "config/configuration.hpp"
#include "tests/support/support.hpp"

namespace vandvagt::config {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::StartsWith;

const fs::path fixtures = fs::path(VANDVAGT_SOURCE_DIR) / "tests" / "config" / "fixtures";

std::vector<std::string> fixtures_ending(const std::string& ending) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(fixtures)) {
    const auto name = entry.path().filename().string();
    if (name.size() > ending.size() && name.ends_with(ending)) names.push_back(name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::vector<std::string> told(const Faults& faults) {
  std::vector<std::string> lines;
  for (const auto& fault : faults) lines.push_back(to_string(fault));
  return lines;
}

/// Faults of a text, as a user of the file `case.toml` sees them.
std::vector<std::string> faults_of(const std::string& text) {
  const test::TemporaryFolder folder;
  test::write_text(folder / "case.toml", text);
  Faults faults;
  const auto loaded = load(folder / "case.toml", {}, faults);
  EXPECT_EQ(loaded.has_value(), faults.empty());
  auto lines = told(faults);
  for (auto& line : lines) line = line.substr(folder.path().string().size() + 1);
  return lines;
}

std::vector<std::string> expected_faults(const std::string& text) {
  std::vector<std::string> expected;
  std::istringstream lines(text);
  const std::string mark = "# expect: ";
  for (std::string line; std::getline(lines, line);)
    if (line.rfind(mark, 0) == 0) expected.push_back(line.substr(mark.size()));
  return expected;
}

class BadConfiguration : public testing::TestWithParam<std::string> {};

// The folder is entered, so that places read as a user's do: name.bad.toml:12: key.
TEST_P(BadConfiguration, TellsEveryFaultWithPlaceAndCureAndNoOther) {
  fs::current_path(fixtures);
  const auto expected = expected_faults(test::read_text(GetParam()));
  ASSERT_FALSE(expected.empty()) << "say what is expected: # expect: place: what; cure";
  Faults faults;
  EXPECT_FALSE(load(GetParam(), fs::path("."), faults).has_value());
  auto found = told(faults);
  for (const auto& line : expected) {
    const auto match = std::find_if(found.begin(), found.end(), [&line](const auto& given) {
      return given.rfind(line, 0) == 0;
    });
    EXPECT_NE(match, found.end()) << "not told: " << line;
    if (match != found.end()) found.erase(match);
  }
  EXPECT_THAT(found, IsEmpty()) << "told besides";
}

std::string test_name(const testing::TestParamInfo<std::string>& info) {
  auto name = info.param.substr(0, info.param.find('.'));
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(Fixtures, BadConfiguration,
                         testing::ValuesIn(fixtures_ending(".bad.toml")), test_name);

class GoodConfiguration : public testing::TestWithParam<std::string> {};

TEST_P(GoodConfiguration, LoadsWithoutAFault) {
  Faults faults;
  EXPECT_TRUE(load(fixtures / GetParam(), fixtures / "data", faults).has_value());
  EXPECT_THAT(told(faults), IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(Fixtures, GoodConfiguration,
                         testing::ValuesIn(fixtures_ending(".good.toml")), test_name);

const sensors::Station& station_of(const Configuration& all, const std::string& id) {
  return *std::find_if(all.stations.begin(), all.stations.end(),
                       [&](const auto& station) { return station.id == id; });
}

class CompleteConfiguration : public testing::Test {
 protected:
  void SetUp() override {
    Faults faults;
    auto loaded = load(fixtures / "complete.good.toml", fixtures / "data", faults);
    ASSERT_TRUE(loaded.has_value()) << testing::PrintToString(told(faults));
    all = std::move(*loaded);
  }
  Configuration all;
};

TEST_F(CompleteConfiguration, TurnsUnitsIntoSi) {
  EXPECT_DOUBLE_EQ(*all.scenario.terrain.flat, 1.5);
  EXPECT_DOUBLE_EQ(*all.scenario.infiltration.conductivity.value, 0.010 / 3600.0);
  EXPECT_DOUBLE_EQ(*all.scenario.infiltration.suction_head.value, 0.11);
  EXPECT_DOUBLE_EQ(*all.scenario.infiltration.moisture_deficit.value, 0.3);
  EXPECT_DOUBLE_EQ(all.scenario.sources.at(0).series.constant, -0.2);
  EXPECT_DOUBLE_EQ(all.scenario.ensemble.stage_offset_sigma, 0.1);
  EXPECT_DOUBLE_EQ(all.scenario.solver.min_dt, 1e-3);
  EXPECT_DOUBLE_EQ(*station_of(all, "sea").limits.sensor_min, -3.0);
  EXPECT_DOUBLE_EQ(*station_of(all, "sea").limits.rate_per_second, 1.8 / 3600.0);
  const auto& sea = all.rules.at(0);
  EXPECT_DOUBLE_EQ(sea.levels.at(0).clear, 1.4);
  EXPECT_EQ(sea.season, (alerts::Season{{10, 1}, {4, 30}}));
  EXPECT_EQ(sea.levels.at(0).season, (alerts::Season{{12, 1}, {2, 29}}));
  EXPECT_FALSE(sea.levels.at(1).season);
  EXPECT_TRUE(sea.approval.needed) << "as [alerts.approval] says";
  EXPECT_EQ(sea.approval.from, "code-red");
  EXPECT_EQ(sea.approval.by, (std::vector<std::string>{"anna", "bo"}));
  EXPECT_EQ(sea.approval.after_timeout, alerts::AfterTimeout::release);
  EXPECT_FALSE(all.rules.at(1).approval.needed) << "a rule has the last word";
  EXPECT_DOUBLE_EQ(all.rules.at(1).levels.at(0).raise, 0.5 / 3600.0);
}

TEST_F(CompleteConfiguration, KnowsWellsThatAreForecast) {
  ASSERT_EQ(all.scenario.well_forecasts.size(), 1U);
  const auto& well = all.scenario.well_forecasts[0];
  EXPECT_EQ(well.station, "head-1");
  EXPECT_EQ(well.heads.filename(), "days.csv");
  EXPECT_EQ(well.heads_hour, std::chrono::hours{8});
  EXPECT_EQ(well.rain.station, "gauge-1");
  EXPECT_EQ(well.evaporation.station, "pan-1");
  EXPECT_EQ(well.rain_forecast.unit, "mm/d");
  EXPECT_EQ(well.response, forecast::WellResponse::exponential);
  EXPECT_EQ(well.lead, std::chrono::days{14});
  EXPECT_DOUBLE_EQ(*station_of(all, "head-1").ground, 12.5);
  EXPECT_DOUBLE_EQ(all.rules.at(3).shallower_than, 0.25);
  EXPECT_DOUBLE_EQ(all.rules.at(3).levels.at(0).raise, 0.1);
}

TEST_F(CompleteConfiguration, KeepsTheOrderOfChangesAndTheirSlopes) {
  using Kind = forecast::TerrainChange::Kind;
  const auto& changes = all.scenario.changes;
  ASSERT_EQ(changes.size(), 4U);
  EXPECT_EQ(changes[0].kind, Kind::raise_by);
  EXPECT_EQ(changes[1].kind, Kind::raise_to);
  EXPECT_TRUE(changes[1].along_lines);
  EXPECT_DOUBLE_EQ(*changes[1].end_value, 3.5);
  EXPECT_EQ(changes[2].shape.inline_.size(), 2U);
  EXPECT_DOUBLE_EQ(changes[3].ramp->second.x, 445090.0);
}

TEST_F(CompleteConfiguration, ReadsSeriesFromPointsAndStations) {
  const auto& edges = all.scenario.edges;
  EXPECT_EQ(edges.at(0).series.from, forecast::SeriesInput::From::station);
  EXPECT_EQ(edges.at(0).series.max_age, std::chrono::hours{1});
  EXPECT_EQ(edges.at(1).series.from, forecast::SeriesInput::From::points);
  EXPECT_THAT(edges.at(1).series.points,
              ElementsAre(std::pair{0.0, 2.0}, std::pair{21600.0, 8.0}, std::pair{86400.0, 3.0}));
}

TEST_F(CompleteConfiguration, ReadsStructuresByTheirKind) {
  const auto& structures = all.scenario.structures;
  ASSERT_EQ(structures.size(), 5U);
  EXPECT_DOUBLE_EQ(std::get<model::Weir>(structures[0].kind).crest, 2.1);
  EXPECT_TRUE(structures[0].one_way);
  const auto& pipe = std::get<model::Culvert>(structures[1].kind);
  EXPECT_DOUBLE_EQ(pipe.height, 0.6);
  EXPECT_EQ(pipe.barrels, 2);
  EXPECT_DOUBLE_EQ(pipe.inlet.slope, 0.7);
  const auto& box = std::get<model::Culvert>(structures[2].kind);
  EXPECT_DOUBLE_EQ(box.width, 2.0);
  EXPECT_DOUBLE_EQ(box.inlet.k, 0.061);
  EXPECT_DOUBLE_EQ(std::get<model::Gate>(structures[3].kind).coefficient, 0.6);
  EXPECT_DOUBLE_EQ(structures[3].series.points.at(1).second, 0.5);
  EXPECT_DOUBLE_EQ(std::get<model::Pump>(structures[4].kind).stop_stage, 1.4);
  EXPECT_DOUBLE_EQ(structures[4].series.constant, 0.5);
}

TEST_F(CompleteConfiguration, ReadsALeveeItsCrestsAndItsBreach) {
  ASSERT_EQ(all.scenario.levees.size(), 1U);
  const auto& levee = all.scenario.levees[0];
  EXPECT_THAT(levee.crests, ElementsAre(3.0, 3.2, 3.1));
  EXPECT_EQ(levee.line.inline_.at(0).size(), 3U);
  EXPECT_DOUBLE_EQ(levee.breaches.at(0).width.points.at(1).first, 10800.0);
  EXPECT_DOUBLE_EQ(levee.breaches.at(0).invert.points.at(1).second, 1.5);
}

TEST_F(CompleteConfiguration, BringsAreasToLongitudeAndLatitudeWithoutTheirHoles) {
  ASSERT_EQ(all.areas.size(), 3U);
  EXPECT_EQ(all.areas[0].id, "harbour");
  EXPECT_EQ(all.areas[0].name_da, "Havnen");
  EXPECT_EQ(all.areas[0].rings.size(), 1U);
  EXPECT_THAT(all.areas[0].geocodes, ElementsAre(std::pair{"EMMA_ID", "DK003"}));
  // 445000 E, 6238000 N in UTM 32 is 56.284 N, 8.112 E (PROJ).
  EXPECT_NEAR(all.areas[1].rings.at(0).at(0).latitude, 56.284, 0.002);
  EXPECT_NEAR(all.areas[1].rings.at(0).at(0).longitude, 8.112, 0.002);
}

TEST_F(CompleteConfiguration, CallsAnAreaAsItsOwnPeopleDoWhereALanguageHasNoOtherName) {
  EXPECT_EQ(all.areas.at(1).name_da, "Engen");
  EXPECT_EQ(all.areas.at(1).name_en, "The meadow");
  EXPECT_EQ(all.areas.at(2).name_da, "Het dal");
  EXPECT_EQ(all.areas.at(2).name_en, "The valley");
}

TEST_F(CompleteConfiguration, PlacesAGaugeAtItsStation) {
  EXPECT_DOUBLE_EQ(all.scenario.gauges.at(0).position.x, 445005.0);
  EXPECT_EQ(all.scenario.gauges.at(1).crs, "EPSG:4326");
  ASSERT_EQ(all.scenario.groundwater.well_places.size(), 1U);
  EXPECT_DOUBLE_EQ(all.scenario.groundwater.well_places[0].position.y, 6238025.0);
}

TEST_F(CompleteConfiguration, DescribesTheAquiferAndWhatActsOnIt) {
  const auto& aquifer = all.scenario.groundwater.aquifer;
  EXPECT_TRUE(aquifer.enabled);
  EXPECT_DOUBLE_EQ(*aquifer.conductivity.value, 1e-4);
  EXPECT_FALSE(aquifer.base.set());
  EXPECT_DOUBLE_EQ(*aquifer.thickness.value, 10.0);
  EXPECT_DOUBLE_EQ(aquifer.thickness.polygons.at(0).second, 4.0);
  EXPECT_FALSE(aquifer.specific_yield.set());
  EXPECT_DOUBLE_EQ(*aquifer.drain_depth.value, 0.8);
  EXPECT_DOUBLE_EQ(*aquifer.drain_conductance.value, 1e-6);
  EXPECT_EQ(aquifer.step, std::chrono::minutes{30});
  EXPECT_EQ(aquifer.spin_up, std::chrono::days{10});
  EXPECT_DOUBLE_EQ(aquifer.spin_up_recharge, 1e-8);
  ASSERT_EQ(aquifer.boundaries.size(), 1U);
  EXPECT_EQ(aquifer.boundaries[0].name, "fjord");
  EXPECT_TRUE(aquifer.boundaries[0].along_lines);
  EXPECT_EQ(aquifer.boundaries[0].stage.station, "sea");
  EXPECT_DOUBLE_EQ(aquifer.boundaries[0].conductance, 1e-3);
  EXPECT_DOUBLE_EQ(*aquifer.boundaries[0].bottom, -3.0);
  ASSERT_EQ(aquifer.pumping.size(), 1U);
  EXPECT_DOUBLE_EQ(aquifer.pumping[0].point->x, 445015.0);
  EXPECT_DOUBLE_EQ(aquifer.pumping[0].rate.points.at(1).second, -0.02);
  EXPECT_DOUBLE_EQ(all.scenario.evapotranspiration.rate.constant, 2.5e-8);
  EXPECT_DOUBLE_EQ(all.scenario.evapotranspiration.extinction_depth, 1.5);
}

TEST_F(CompleteConfiguration, ReadsHowWellsCorrectTheWaterTable) {
  const auto& water = all.scenario.groundwater;
  EXPECT_DOUBLE_EQ(*water.prior_error.value, 0.4);
  ASSERT_EQ(water.prior_error.polygons.size(), 1U);
  EXPECT_DOUBLE_EQ(water.prior_error.polygons[0].second, 0.25);
  EXPECT_DOUBLE_EQ(water.error_growth, 0.03);
  EXPECT_EQ(water.drift, forecast::WaterTableDrift::terrain);
  EXPECT_EQ(water.neighbours, 100);
  EXPECT_EQ(water.pump_recovery, std::chrono::hours{6});
  EXPECT_TRUE(water.fit_variogram);
  EXPECT_EQ(water.variogram.model, forecast::CorrelationModel::spherical);
  EXPECT_DOUBLE_EQ(water.variogram.correlation_length, 1500.0);
  EXPECT_DOUBLE_EQ(water.variogram.nugget, 0.05);
  EXPECT_DOUBLE_EQ(water.variogram.anisotropy, 2.5);
  EXPECT_NEAR(water.variogram.direction, 1.5707963267948966, 1e-12);
  const auto& well = *station_of(all, "well-1").well;
  EXPECT_DOUBLE_EQ(*well.screen_depth, 2.5);
  EXPECT_TRUE(well.phreatic);
  EXPECT_FALSE(well.pumped);
}

TEST_F(CompleteConfiguration, DeclaresTheZeroOfAStationInTheTerrainsDatum) {
  EXPECT_TRUE(station_of(all, "sea").datum_offset_declared);
  EXPECT_DOUBLE_EQ(station_of(all, "sea").datum_offset, 0.0);
  EXPECT_DOUBLE_EQ(station_of(all, "fjord").datum_offset, -0.25);
}

TEST_F(CompleteConfiguration, WritesBesideItselfAndReadsFromTheDataFolder) {
  EXPECT_EQ(all.store_folder, fixtures / "store");
  EXPECT_EQ(all.scenario.time.state_folder, fixtures / "states");
  EXPECT_EQ(all.replay.files.at(0), fixtures / "data" / "readings.csv");
}

TEST_F(CompleteConfiguration, ReadsLimitsBySeasonAndByOtherStations) {
  const auto& sea = station_of(all, "sea");
  ASSERT_EQ(sea.seasons.size(), 1U);
  const auto winter = sensors::limits_at(sea, parse_time("2026-01-15T00:00:00Z").value());
  EXPECT_DOUBLE_EQ(*winter.climatology_min, -1.5);
  EXPECT_DOUBLE_EQ(*winter.rate_per_second, 2.5 / 3600.0);
  EXPECT_EQ(*winter.flat_fail_count, 12);
  EXPECT_EQ(*winter.flat_suspect_count, 4);
  EXPECT_DOUBLE_EQ(*winter.neighbour_tolerance, 0.05);
  EXPECT_FALSE(sensors::limits_at(sea, parse_time("2026-07-15T00:00:00Z").value()).climatology_min);
  const auto& well = station_of(all, "well-2");
  EXPECT_DOUBLE_EQ(*well.limits.companion_from_rate, 0.2 / 3600.0);
  EXPECT_DOUBLE_EQ(*well.limits.companion_rate, 0.001 / 3600.0 / 3600.0);
  ASSERT_TRUE(well.position_sent);  // in degrees, as the device sends it
  EXPECT_NEAR(well.position_sent->first, 8.11, 0.05);
  EXPECT_NEAR(well.position_sent->second, 56.28, 0.05);
}

TEST_F(CompleteConfiguration, ReadsHowLongReadingsAreKept) {
  ASSERT_TRUE(all.retention);
  EXPECT_EQ(all.retention->keep_all, std::chrono::days{400});
  EXPECT_EQ(all.retention->thin_to, std::chrono::hours{2});
  EXPECT_EQ(all.retention->keep_thinned, std::chrono::days{3650});
}

TEST_F(CompleteConfiguration, ReadsMappingsLayoutsAndFiles) {
  const auto& json = station_of(all, "well-1");
  EXPECT_EQ(json.mapping.format, sensors::PayloadFormat::json);
  EXPECT_EQ(json.mapping.time_form, sensors::TimeForm::unix_ms);
  EXPECT_EQ(json.mapping.pumping, "/pump");
  EXPECT_TRUE(json.mapping.absent_is_zero);
  EXPECT_EQ(json.well->intake, 2);
  EXPECT_EQ(json.file->local_time->utc_offset, std::chrono::hours{1});
  EXPECT_TRUE(json.file->local_time->summer_time);
  EXPECT_EQ(json.file->separator, ';');
  EXPECT_EQ(json.file->columns.time, (std::vector<std::string>{"DATE", "TIME"}));
  const auto& flagged = station_of(all, "well-2").mapping.layout;
  ASSERT_TRUE(flagged);
  EXPECT_EQ(flagged->blocks, (std::vector<int>{8, 2}));
  EXPECT_EQ(flagged->mask, 0x7fffU);
  EXPECT_EQ(flagged->expected.at(0).bytes, "02");
  const auto& tagged = station_of(all, "well-3").mapping.layout;
  EXPECT_EQ(tagged->tags.at("0377"), 2);
}

TEST_F(CompleteConfiguration, GivesTheBrokersPrefixToTheWarnings) {
  ASSERT_TRUE(all.broker.has_value());
  EXPECT_EQ(all.broker->prefix, "test/v1");
  EXPECT_EQ(all.alerts.topic_prefix, "test/v1");
  EXPECT_EQ(all.alerts.status, alerts::MessageStatus::exercise);
  EXPECT_EQ(all.alerts.time_zone, "Europe/Copenhagen");
  EXPECT_EQ(all.listen, std::chrono::minutes{2});
}

TEST(Configuration, OfTwoTextsDiffersInItsDigest) {
  const test::TemporaryFolder folder;
  const auto text = test::read_text(fixtures / "minimal.good.toml");
  test::write_text(folder / "a.toml", text);
  test::write_text(folder / "b.toml", text + "# a comment\n");
  Faults faults;
  const auto a = load(folder / "a.toml", {}, faults);
  const auto again = load(folder / "a.toml", {}, faults);
  const auto b = load(folder / "b.toml", {}, faults);
  ASSERT_TRUE(a && again && b);
  EXPECT_EQ(a->scenario.configuration_digest.size(), 64U);
  EXPECT_EQ(a->scenario.configuration_digest, again->scenario.configuration_digest);
  EXPECT_NE(a->scenario.configuration_digest, b->scenario.configuration_digest);
}

TEST(Configuration, TakesAnInputFromItsOwnFolderWhereTheDataFolderLacksIt) {
  const test::TemporaryFolder folder;
  const auto minimal = test::read_text(fixtures / "minimal.good.toml");
  test::write_text(folder / "own/case.toml", minimal + "[replay]\nfile = [\"a.csv\", \"b.csv\"]\n");
  test::write_text(folder / "own/a.csv", "own");
  test::write_text(folder / "own/b.csv", "own");
  test::write_text(folder / "data/b.csv", "shared");
  Faults faults;
  const auto loaded = load(folder / "own/case.toml", folder / "data", faults);
  ASSERT_TRUE(loaded.has_value()) << testing::PrintToString(told(faults));
  EXPECT_THAT(loaded->replay.files, ElementsAre(folder / "own/a.csv", folder / "data/b.csv"));
}

TEST(Configuration, ThatIsNotThereIsOneFault) {
  Faults faults;
  EXPECT_FALSE(load("no-such-file.toml", {}, faults).has_value());
  EXPECT_THAT(told(faults),
              ElementsAre("no-such-file.toml: cannot be read; name a configuration file"));
}

TEST(Configuration, WithoutItsDataFolderIsOneFault) {
  Faults faults;
  EXPECT_FALSE(load(fixtures / "minimal.good.toml", "/no/such/folder", faults).has_value());
  EXPECT_THAT(told(faults), ElementsAre("/no/such/folder: is no folder; give --data a folder"));
}

TEST(Configuration, SurvivesAnyCutOfItsText) {
  const auto text = test::read_text(fixtures / "complete.good.toml");
  for (std::size_t length = 0; length < text.size(); length += 97)
    for (const auto& line : faults_of(text.substr(0, length)))
      EXPECT_THAT(line, StartsWith("case.toml")) << "cut at " << length;
}

}  // namespace
}  // namespace vandvagt::config
