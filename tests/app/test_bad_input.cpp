#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstring>
#include <limits>
#include <map>
#include <set>

#include "tests/support/program.hpp"
#include "tests/support/support.hpp"

/// Bad input to the real program: exit code 2, a message that names place and cure, and nothing
/// written. Rasters are made in a temporary folder from ASCII grids, which need no library.
namespace vandvagt {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

const std::string program = test::program();

/// A 4 × 3 grid of 10 m; `body` holds its rows from the north.
std::string ascii_grid(const std::string& body, const std::string& cell = "cellsize 10") {
  return "ncols 4\nnrows 3\nxllcorner 500000\nyllcorner 6206000\n" + cell +
         "\nNODATA_value -9999\n" + body;
}
const std::string sound_ground = ascii_grid("3 3 3 3\n2 2 2 2\n1 1 1 1\n");

/// Parts of a configuration that works; a test replaces the one that it spoils.
std::map<std::string, std::string> sound_parts() {
  return {{"terrain", "raster = \"ground.asc\"\ncrs = \"EPSG:25832\"\n"},
          {"manning", "value = 0.03\n"},
          {"time", "start = 2026-11-23T00:00:00Z\nduration = \"2min\"\n"},
          {"output", "interval = \"1min\"\nmap_interval = \"1min\"\n"}};
}

class BadInput : public testing::Test {
 protected:
  void SetUp() override { write("ground.asc", sound_ground); }

  void write(const std::string& name, const std::string& text) {
    test::write_text(folder_ / name, text);
  }
  /// Makes `made` from `from` with gdal_translate.
  void translate(const std::string& options, const std::string& from, const std::string& made) {
    const auto done =
        test::run_command("gdal_translate -q " + options + " '" + (folder_ / from).string() +
                          "' '" + (folder_ / made).string() + "'");
    ASSERT_EQ(done.exit_code, 0) << done.output;
  }

  std::string configuration(const std::map<std::string, std::string>& spoilt,
                            const std::string& more = "") {
    auto parts = sound_parts();
    for (const auto& [name, text] : spoilt) parts[name] = text;
    std::string text = "[project]\nname = \"pond\"\n";
    for (const auto& [name, part] : parts) text.append("[" + name + "]\n" + part);
    return text + more;
  }

  test::CommandResult run(const std::string& command, const std::string& text) {
    write("case.toml", text);
    std::string line = program + " " + command + " --config '" + (folder_ / "case.toml").string();
    if (command != "check") line += "' --output '" + output().string();
    return test::run_command(line + "'");
  }
  fs::path output() const { return folder_ / "output"; }

  /// Both commands refuse the input in the same words, and leave nothing behind.
  void expect_refused(const std::string& text, const std::vector<std::string>& said) {
    for (const std::string command : {"check", "simulate"}) {
      const auto before = files();
      const auto result = run(command, text);
      EXPECT_EQ(result.exit_code, 2) << command << ": " << result.output;
      for (const auto& words : said) EXPECT_THAT(result.output, HasSubstr(words)) << command;
      auto after = files();
      after.erase("case.toml");
      auto expected = before;
      expected.erase("case.toml");
      EXPECT_EQ(after, expected) << command << " wrote something";
    }
  }

  std::set<std::string> files() const {
    std::set<std::string> names;
    for (const auto& entry : fs::recursive_directory_iterator(folder_.path()))
      names.insert(fs::relative(entry.path(), folder_.path()).string());
    return names;
  }

  test::TemporaryFolder folder_;
};

TEST_F(BadInput, SoundInputIsTakenSoThatTheOthersFailForTheirOwnReason) {
  const auto checked = run("check", configuration({}));
  EXPECT_EQ(checked.exit_code, 0) << checked.output;
  const auto done = run("simulate", configuration({}));
  EXPECT_EQ(done.exit_code, 0) << done.output;
  EXPECT_TRUE(fs::exists(output() / "run.json"));
}

TEST_F(BadInput, RasterThatIsMissing) {
  expect_refused(configuration({{"terrain", "raster = \"gruond.asc\"\ncrs = \"EPSG:25832\"\n"}}),
                 {"terrain.raster", "gruond.asc is not there", "--data"});
}

TEST_F(BadInput, RasterThatCannotBeRead) {
  write("ground.asc", "this is no raster\n");
  expect_refused(configuration({}), {"terrain", "ground.asc"});
}

TEST_F(BadInput, RasterWithoutACoordinateSystem) {
  expect_refused(configuration({{"terrain", "raster = \"ground.asc\"\n"}}),
                 {"terrain", "ground.asc", "local"});
}

TEST_F(BadInput, RasterWithoutACoordinateSystemIsTakenWhereTheConfigurationSaysLocal) {
  const auto checked =
      run("check", configuration({{"terrain", "raster = \"ground.asc\"\ncrs = \"local\"\n"}}));
  EXPECT_EQ(checked.exit_code, 0) << checked.output;
}

TEST_F(BadInput, RoughnessWithoutACoordinateSystemOnTerrainThatHasOne) {
  translate("-a_srs EPSG:25832 -of GTiff", "ground.asc", "ground.tif");
  expect_refused(configuration({{"terrain", "raster = \"ground.tif\"\n"},
                                {"manning", "raster = \"ground.asc\"\n"}}),
                 {"manning", "ground.asc"});
}

TEST_F(BadInput, LocalRoughnessOnTerrainThatHasASystemCannotBeTransformed) {
  expect_refused(configuration({{"manning", "raster = \"ground.asc\"\nraster_crs = \"local\"\n"}}),
                 {"manning", "local"});
}

TEST_F(BadInput, TerrainInDegrees) {
  expect_refused(configuration({{"terrain", "raster = \"ground.asc\"\ncrs = \"EPSG:4326\"\n"}}),
                 {"terrain"});
}

TEST_F(BadInput, TerrainThatIsNodataAllOver) {
  write("ground.asc", ascii_grid("-9999 -9999 -9999 -9999\n-9999 -9999 -9999 -9999\n"
                                 "-9999 -9999 -9999 -9999\n"));
  expect_refused(configuration({}), {"terrain", "ground.asc"});
}

TEST_F(BadInput, ElevationThatIsNotANumber) {
  write("ground.asc", ascii_grid("3.5 3 3 3\n2 nan 2 2\n1 1 1 1\n"));
  expect_refused(configuration({}), {"terrain", "ground.asc", "1"});
}

TEST_F(BadInput, ElevationThatIsInfinite) {
  std::array<float, 12> values{};
  values.fill(1.0F);
  values[5] = std::numeric_limits<float>::infinity();
  std::string bytes(sizeof values, '\0');
  std::memcpy(bytes.data(), values.data(), sizeof values);
  write("ground.bin", bytes);
  write("ground.hdr",
        "ENVI\nsamples = 4\nlines = 3\nbands = 1\nheader offset = 0\ndata type = 4\n"
        "interleave = bsq\nbyte order = 0\n"
        "map info = {Arbitrary, 1, 1, 500000, 6206030, 10, 10, 0, North}\n");
  expect_refused(configuration({{"terrain", "raster = \"ground.bin\"\ncrs = \"EPSG:25832\"\n"}}),
                 {"terrain", "ground.bin", "infinite"});
}

/// Warped onto square cells, as the reader promises: taken, and on a grid of its own.
TEST_F(BadInput, PixelsThatAreNotSquareAreResampledAndNotTakenForSquare) {
  translate("-a_srs EPSG:25832 -a_ullr 500000 6206060 500040 6206000 -of GTiff", "ground.asc",
            "tall.tif");
  const auto checked =
      run("check", configuration({{"terrain", "raster = \"tall.tif\"\ncell_size = 10\n"}}));
  EXPECT_EQ(checked.exit_code, 0) << checked.output;
  EXPECT_THAT(checked.output, HasSubstr("4 × 6 cells of 10 m"));
}

/// Turned by 30 degrees: the grid that holds it is larger than its own four by three cells.
TEST_F(BadInput, RasterThatIsRotatedIsWarpedAndNotTakenForUpright) {
  write("turned.vrt",
        "<VRTDataset rasterXSize=\"4\" rasterYSize=\"3\"><SRS>EPSG:25832</SRS>"
        "<GeoTransform>500000, 8.66, 5.0, 6206030, 5.0, -8.66</GeoTransform>"
        "<VRTRasterBand dataType=\"Float32\" band=\"1\"><NoDataValue>-9999</NoDataValue>"
        "<SimpleSource><SourceFilename relativeToVRT=\"1\">ground.asc</SourceFilename>"
        "<SourceBand>1</SourceBand></SimpleSource></VRTRasterBand></VRTDataset>");
  const auto checked =
      run("check", configuration({{"terrain", "raster = \"turned.vrt\"\ncell_size = 10\n"}}));
  EXPECT_EQ(checked.exit_code, 0) << checked.output;
  EXPECT_THAT(checked.output, AllOf(HasSubstr("5 × 5 cells of 10 m"), Not(HasSubstr("4 × 3"))));
}

TEST_F(BadInput, RoughnessThatIsZero) {
  write("rough.asc", ascii_grid("0.03 0.03 0.03 0.03\n0.03 0 0.03 0.03\n0.03 0.03 0.03 0.03\n"));
  expect_refused(
      configuration({{"manning", "raster = \"rough.asc\"\nraster_crs = \"EPSG:25832\"\n"}}),
      {"manning", "roughness", "in 1 cells", "above 0"});
}

TEST_F(BadInput, RoughnessThatIsNegative) {
  expect_refused(configuration({{"manning", "value = -0.03\n"}}),
                 {"case.toml:", "manning.value", "-0.03 is out of range", "above 0"});
}

TEST_F(BadInput, RoughnessThatDoesNotCoverTheTerrain) {
  write("rough.asc",
        ascii_grid("0.03 0.03 0.03 0.03\n0.03 -9999 0.03 0.03\n0.03 0.03 0.03 0.03\n"));
  expect_refused(
      configuration({{"manning", "raster = \"rough.asc\"\nraster_crs = \"EPSG:25832\"\n"}}),
      {"manning", "has no value", "in 1 cells", "give `value`"});
}

std::string rain_grids(const std::string& keys) {
  return "[rain]\nfolder = \"rain\"\nfile_times = \"rain_%Y%m%d%H%M.asc\"\ninterval = \"1h\"\n"
         "crs = \"EPSG:25832\"\n" +
         keys;
}

TEST_F(BadInput, RainGridThatDoesNotCoverTheTerrain) {
  const std::string far_off =
      "ncols 2\nnrows 2\nxllcorner 600000\nyllcorner 6206000\ncellsize 1000\n1 1\n1 1\n";
  write("rain/rain_202611230000.asc", far_off);
  write("rain/rain_202611230100.asc", far_off);
  expect_refused(
      configuration({}, rain_grids("stamp = \"start\"\nkind = \"rate\"\nunit = \"mm/h\"\n")),
      {"rain", "is missing on 12 of 12 computed cells", "short of the terrain"});
}

/// Two hourly grids of which the second is bad, and a run that comes to it after an hour.
class BadRainGrid : public BadInput {
 protected:
  void SetUp() override {
    BadInput::SetUp();
    write("rain/rain_202611230000.asc", ascii_grid("1 1 1 1\n1 1 1 1\n1 1 1 1\n"));
  }
  void write_second(const std::string& body) {
    write("rain/rain_202611230100.asc", ascii_grid(body));
  }
  std::string configuration_of(const std::string& duration) {
    return configuration(
        {{"time", "start = 2026-11-23T00:00:00Z\nduration = \"" + duration + "\"\n"}},
        rain_grids("stamp = \"start\"\nkind = \"rate\"\nunit = \"mm/h\"\n"));
  }
};

TEST_F(BadRainGrid, NegativeRainIsRefusedBeforeTheFirstStep) {
  write_second("1 1 1 1\n1 1 -2 1\n1 1 1 1\n");
  expect_refused(configuration_of("2h"),
                 {"rain: ", "rain_202611230100.asc", "negative rain -2", "column 3, row 2",
                  "2026-11-23T01:00:00Z", "declare it as nodata"});
}

TEST_F(BadRainGrid, NotANumberIsRefusedWhereItIsNotDeclared) {
  write_second("1 1 1 1\n1 1 1 nan\n1.5 nan 1 1\n");
  expect_refused(configuration_of("2h"), {"rain: ", "rain_202611230100.asc", "2 NaN",
                                          "the first at", "declare them", "or fill them"});
}

TEST_F(BadRainGrid, NodataOnAComputedCellIsRefusedAndNeverNoRain) {
  write_second("1 1 1 1\n1 -9999 1 1\n1 1 1 1\n");
  expect_refused(configuration_of("2h"), {"rain: ", "rain_202611230100.asc", "2026-11-23T01:00:00Z",
                                          "is missing on 1 of 12 computed cells", "nodata"});
}

TEST_F(BadRainGrid, NodataOutsideTheTerrainIsTaken) {
  write("ground.asc", ascii_grid("3 3 3 3\n2 -9999 2 2\n1 1 1 1\n"));
  write_second("1 1 1 1\n1 -9999 1 1\n1 1 1 1\n");
  const auto done = run("simulate", configuration_of("2h"));
  EXPECT_EQ(done.exit_code, 0) << done.output;
}

TEST_F(BadRainGrid, OneThatTheRunDoesNotComeToIsNotAskedFor) {
  write_second("-2 -2 -2 -2\n1 1 1 1\n1 1 1 1\n");
  const auto done = run("simulate", configuration_of("1h"));
  EXPECT_EQ(done.exit_code, 0) << done.output;
}

TEST_F(BadInput, RainInAFileThatIsNegative) {
  write("rain.csv", "0, 3\n60, -1\n");
  expect_refused(configuration({}, "[rain]\nrate = { file = \"rain.csv\", unit = \"mm/h\" }\n"),
                 {"rain", "rain.csv:2: -1 is negative rain", "leave the line out"});
}

TEST_F(BadInput, RainGridWithoutAUnit) {
  write("rain/rain_202611230000.asc", ascii_grid("1 1 1 1\n1 1 1 1\n1 1 1 1\n"));
  expect_refused(configuration({}, rain_grids("stamp = \"start\"\nkind = \"rate\"\n")),
                 {"rain", "unit"});
}

TEST_F(BadInput, RainGridWithoutATime) {
  write("rain/first.asc", ascii_grid("1 1 1 1\n1 1 1 1\n1 1 1 1\n"));
  expect_refused(configuration({}, "[rain]\nfolder = \"rain\"\nkind = \"rate\"\nunit = \"mm/h\"\n"),
                 {"rain.file_times", "is missing", "%Y%m%d%H%M"});
}

TEST_F(BadInput, RainRateWithoutAUnit) {
  expect_refused(configuration({}, "[rain]\nrate = 12\n"),
                 {"rain.rate", "names no unit", "12 mm/h"});
}

TEST_F(BadInput, GaugeOutsideTheGrid) {
  expect_refused(configuration({}, "[[gauge]]\nid = \"far\"\nposition = [400000, 6206005]\n"),
                 {"gauge", "\"far\"", "outside the grid", "the grid reaches from"});
}

TEST_F(BadInput, GaugeOnNodata) {
  write("ground.asc", ascii_grid("3 3 3 3\n2 -9999 2 2\n1 1 1 1\n"));
  expect_refused(configuration({}, "[[gauge]]\nid = \"hole\"\nposition = [500015, 6206015]\n"),
                 {"gauge", "\"hole\"", "nodata", "move it"});
}

TEST_F(BadInput, ThresholdInAnotherDatumThanItsStation) {
  const std::string rule = R"(
[[station]]
id = "bridge"
operator = "example"
parameter = "stage"
unit = "m"
datum = "EPSG:5799"
datum_offset = 0.0
position = [500015, 6206015]
[alerts]
status = "test"
[[area]]
id = "town"
rectangle = [500000, 6206000, 500040, 6206030]
[[rule]]
id = "town-river"
area = "town"
station = "bridge"
quantity = "stage"
datum = "EPSG:5733"
hazard = "river"
[[rule.level]]
name = "minor"
raise = 2.0
clear = 1.5
)";
  expect_refused(configuration({}, rule),
                 {"rule.datum", "EPSG:5733", "EPSG:5799", "station's datum"});
}

TEST_F(BadInput, EdgeThatTouchesNoCell) {
  expect_refused(
      configuration({}, "[[edge]]\nname = \"sea\"\nkind = \"open\"\nside = \"west\"\nbelow = -5\n"),
      {"edge", "\"sea\"", "touches no cell", "below"});
}

TEST_F(BadInput, UnknownKey) {
  expect_refused(configuration({{"manning", "valeu = 0.03\nvalue = 0.03\n"}}),
                 {"manning.valeu", "unknown key", "did you mean value?"});
}

TEST_F(BadInput, DurationThatIsZeroOrNegative) {
  expect_refused(configuration({{"time", "duration = \"0s\"\n"}}),
                 {"time.duration", "is zero", "above zero"});
  expect_refused(configuration({{"time", "duration = \"-1h\"\n"}}),
                 {"time.duration", "is negative", "above zero"});
}

TEST_F(BadInput, SeveralFaultsAreToldAtOnce) {
  expect_refused(configuration({{"manning", "value = 0\n"}, {"time", "duration = \"0s\"\n"}},
                               "[[gauge]]\nid = \"A\"\nposition = [1]\n[outptu]\n"),
                 {"manning.value", "time.duration", "gauge.id", "gauge.position", "outptu",
                  "did you mean output?"});
}

TEST_F(BadInput, ForecastRefusesWhatCheckRefuses) {
  const auto before = files();
  const auto result = run("forecast", configuration({{"manning", "value = 0\n"}}));
  EXPECT_EQ(result.exit_code, 2) << result.output;
  EXPECT_THAT(result.output, AllOf(HasSubstr("manning.value"), HasSubstr("above 0")));
  auto after = files();
  after.erase("case.toml");
  EXPECT_EQ(after, before) << "nothing is written";
}

TEST_F(BadInput, OutputThatIsNoFolder) {
  write("output", "a file of somebody's\n");
  write("case.toml", configuration({}));
  const auto result = run("simulate", configuration({}));
  EXPECT_EQ(result.exit_code, 2) << result.output;
  EXPECT_THAT(result.output, HasSubstr(output().string()));
  EXPECT_EQ(test::read_text(output()), "a file of somebody's\n");
  EXPECT_FALSE(fs::exists(output().string() + ".partial"));
}

TEST_F(BadInput, OutputBelowAPlaceThatIsNotWritable) {
  write("case.toml", configuration({}));
  const auto result =
      test::run_command(program + " simulate --config '" + (folder_ / "case.toml").string() +
                        "' --output /proc/no-place/here");
  EXPECT_EQ(result.exit_code, 2) << result.output;
  EXPECT_THAT(result.output, HasSubstr("/proc/no-place"));
}

/// A limit on the size of files stands for a full disk: writing fails in the same place.
TEST_F(BadInput, DiskThatFillsLeavesNoHalfWrittenRunAndKeepsTheOldOne) {
  ASSERT_EQ(run("simulate", configuration({})).exit_code, 0);
  const auto old = test::read_text(output() / "run.json");
  const auto line = "trap '' XFSZ; ulimit -f 1; " + program + " simulate --config '" +
                    (folder_ / "case.toml").string() + "' --output '" + output().string() + "'";
  const auto result = test::run_command("bash -c \"" + line + "\"");
  EXPECT_EQ(result.exit_code, 2) << result.output;
  EXPECT_THAT(result.output, HasSubstr("output"));
  EXPECT_EQ(test::read_text(output() / "run.json"), old);
  EXPECT_FALSE(fs::exists(output().string() + ".partial"));
}

TEST_F(BadInput, ConfigurationThatIsMissingOrNoToml) {
  expect_refused("[project\nname = 3", {"case.toml:1", "not valid TOML"});
  const auto result = test::run_command(program + " check --config /no/such/file.toml");
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.output, AllOf(HasSubstr("/no/such/file.toml"), HasSubstr("cannot be read")));
}

TEST_F(BadInput, CommandLineThatIsWrong) {
  EXPECT_EQ(test::run_command(program + " simulate").exit_code, 2);
  EXPECT_EQ(test::run_command(program + " flood").exit_code, 2);
  EXPECT_EQ(test::run_command(program).exit_code, 2);
}

}  // namespace
}  // namespace vandvagt
