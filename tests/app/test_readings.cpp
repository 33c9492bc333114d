#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "sensors/store.hpp"
#include "tests/support/postgresql_server.hpp"
#include "tests/support/program.hpp"
#include "tests/support/support.hpp"

/// `vandvagt import` and `vandvagt export`, through the real program.
namespace vandvagt {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

const std::string program = test::program();

class Readings : public testing::Test {
 protected:
  void SetUp() override {
    test::write_text(folder_ / "case.toml", R"([project]
name = "pond"
[terrain]
flat = 0.0
cell_size = 10
extent = [500000, 6200000, 500100, 6200100]
crs = "EPSG:25832"
vertical_datum = "EPSG:5799"
[manning]
value = 0.03
[time]
duration = "1h"
[store]
folder = "."
[[station]]
id = "bridge-1"
operator = "kommune"
parameter = "stage"
unit = "cm"
datum = "EPSG:5799"
position = [500005, 6200005]
[station.quality]
sensor_max = 5.0
spike_fail = 0.5
[station.file]
format = "csv"
time_format = "%d-%m-%Y %H:%M"
utc_offset = "+01:00"
separator = ";"
[station.file.columns]
time = ["Tid"]
value = "Vandstand"
[[station]]
id = "inflow"
operator = "kommune"
parameter = "discharge"
unit = "l/s"
position = [500015, 6200005]
)");
    test::write_text(folder_ / "in.csv",
                     "Tid;Vandstand\n23-11-2026 05:00;143\n23-11-2026 05:10;900\n"
                     "23-11-2026 05:20;145\n23-11-2026 05:30;x\n");
  }

  test::CommandResult shell(const std::string& command) const {
    return test::run_command("cd '" + folder_.path().string() + "' && " + command);
  }
  test::CommandResult run(const std::string& arguments) const {
    return shell("'" + program + "' " + arguments);
  }
  test::CommandResult import() const {
    return run("import --config case.toml --station bridge-1 in.csv");
  }

  test::TemporaryFolder folder_;
};

TEST_F(Readings, AreImportedOnceCheckedAndToldWhatWasLeftOut) {
  const auto first = import();
  EXPECT_EQ(first.exit_code, 0) << first.output;
  EXPECT_THAT(first.output, AllOf(HasSubstr("3 new, 0 known, 0 corrected"), HasSubstr("1 refused"),
                                  HasSubstr("in.csv:5")));
  EXPECT_THAT(import().output, HasSubstr("0 new, 3 known"));
  const auto exported = run("export --config case.toml --output out.csv");
  EXPECT_EQ(exported.exit_code, 0) << exported.output;
  const auto text = test::read_text(folder_ / "out.csv");
  EXPECT_THAT(text, HasSubstr("bridge-1,stage,2026-11-23T04:00:00Z,143,cm,EPSG:5799,1,"));
  EXPECT_THAT(text, HasSubstr("bridge-1,stage,2026-11-23T04:10:00Z,900,cm,EPSG:5799,4,"));
}

TEST_F(Readings, AreExportedAsNetcdfThatSaysUnitsFlagsAndPlace) {
  ASSERT_EQ(import().exit_code, 0);
  const auto exported = run("export --config case.toml --output out.nc --station bridge-1");
  ASSERT_EQ(exported.exit_code, 0) << exported.output;
  const auto dump = shell("ncdump out.nc");
  for (const auto* what :
       {":featureType = \"timeSeries\"", "cf_role = \"timeseries_id\"",
        "water_surface_height_above_reference_datum", "stage_quality_flag", "stage_qartod_spike",
        "pass not_evaluated suspect fail missing", "1.43", "bridge-1"})
    EXPECT_THAT(dump.output, HasSubstr(what));
}

TEST_F(Readings, AreExportedAsWaterMlForAStretchOfTime) {
  ASSERT_EQ(import().exit_code, 0);
  const auto exported =
      run("export --config case.toml --output out.xml --from 2026-11-23T04:10:00Z "
          "--to 2026-11-23T04:20:00Z");
  ASSERT_EQ(exported.exit_code, 0) << exported.output;
  EXPECT_EQ(shell("xmllint --noout out.xml").exit_code, 0);
  const auto text = test::read_text(folder_ / "out.xml");
  EXPECT_THAT(text, HasSubstr("<wml2:value>145</wml2:value>"));
  EXPECT_THAT(text, Not(HasSubstr("<wml2:value>143</wml2:value>")));
}

TEST_F(Readings, AreThinnedByDeclarationOnly) {
  ASSERT_EQ(import().exit_code, 0);
  EXPECT_THAT(run("tidy --config case.toml").output,
              AllOf(HasSubstr("readings.db: sound"), HasSubstr("nothing is thinned")));
  auto text = test::read_text(folder_ / "case.toml");
  text.insert(text.find("[store]\n") + 8, "keep_all = \"1h\"\nthin_to = \"1h\"\n");
  test::write_text(folder_ / "case.toml", text);
  // 900 cm failed: of 143 and 145 both stay.
  EXPECT_THAT(run("tidy --config case.toml").output, HasSubstr("1 readings thinned, 0 expired"));
}

TEST_F(Readings, AreReviewedByNameAndClosedForThoseWhoNeedIt) {
  ASSERT_EQ(import().exit_code, 0);
  const auto reviewed =
      run("review --config case.toml --station bridge-1 --from 2026-11-23T04:00:00Z "
          "--to 2026-11-23T04:00:00Z --flag 4 --by ann");
  EXPECT_EQ(reviewed.exit_code, 0) << reviewed.output;
  EXPECT_THAT(reviewed.output, HasSubstr("1 readings flagged 4 by ann"));
  ASSERT_EQ(run("export --config case.toml --output out.csv").exit_code, 0);
  EXPECT_THAT(test::read_text(folder_ / "out.csv"),
              HasSubstr("bridge-1,stage,2026-11-23T04:00:00Z,143,cm,EPSG:5799,4,"));
  auto text = test::read_text(folder_ / "case.toml");
  text.insert(text.find("spike_fail"), "expected_interval = \"10min\"\n");
  test::write_text(folder_ / "case.toml", text);
  const auto closed =
      run("export --config case.toml --closed 2h --station bridge-1 --output c.csv");
  EXPECT_EQ(closed.exit_code, 0) << closed.output;
  EXPECT_EQ(test::read_text(folder_ / "c.csv"),
            "station,parameter,time,value,unit,datum,origin\n"
            "bridge-1,stage,2026-11-23T04:20:00Z,145,cm,EPSG:5799,measured\n");
  EXPECT_EQ(run("export --config case.toml --closed 2h --output c.xml").exit_code, 2);
}

TEST_F(Readings, MoveToAServerAndAreServedFromThere) {
  if (!test::PostgresqlServer::installed()) GTEST_SKIP() << "PostgreSQL is not installed";
  ASSERT_EQ(import().exit_code, 0);
  ASSERT_EQ(run("export --config case.toml --output file.csv").exit_code, 0);
  test::PostgresqlServer server;
  auto text = test::read_text(folder_ / "case.toml");
  text.insert(text.find("[store]\n") + 8, "postgresql = \"" + server.database() + "\"\n");
  test::write_text(folder_ / "case.toml", text);
  const auto moved = run("copy-store --config case.toml --from readings.db");
  EXPECT_EQ(moved.exit_code, 0) << moved.output;
  EXPECT_THAT(moved.output, HasSubstr("3 readings from readings.db to PostgreSQL vandvagt at"));
  EXPECT_EQ(run("copy-store --config case.toml --from readings.db").exit_code, 2);
  EXPECT_EQ(run("copy-store --config case.toml --from gone.db").exit_code, 2);
  EXPECT_EQ(run("copy-store --config case.toml").exit_code, 2);
  ASSERT_EQ(run("export --config case.toml --output server.csv").exit_code, 0);
  EXPECT_EQ(test::read_text(folder_ / "file.csv"), test::read_text(folder_ / "server.csv"));
  EXPECT_THAT(run("tidy --config case.toml").output, HasSubstr("PostgreSQL vandvagt at"));
  server.stop();
  const auto away = run("export --config case.toml --output away.csv");
  EXPECT_EQ(away.exit_code, 2);
  EXPECT_THAT(away.output, HasSubstr("the server is away"));
}

/// Three messages that could not become readings: two of one kind, and one that is no text.
void fill_quarantine(const sensors::StoreLocation& place) {
  auto store = sensors::Store::open(place).value();
  const auto received = parse_time("2026-11-23T04:10:00Z").value();
  const auto add = [&](int minute, const std::string& topic, const std::string& reason,
                       const std::string& payload) {
    EXPECT_TRUE(store.quarantine({.received = received + std::chrono::minutes{minute},
                                  .topic = topic,
                                  .reason = reason,
                                  .payload = payload}));
  };
  add(0, "vv/v1/obs/kommune/n13/stage", "unknown station", R"({"t":"x","value":1,"note":"å"})");
  add(1, "vv/v1/obs/kommune/n12/stage", "not JSON", std::string("\x1b[2J\0\xff", 6) + "ABC");
  add(2, "vv/v1/obs/kommune/n13/stage", "unknown station", std::string(9000, 'x'));
}

class Quarantine : public Readings {
 protected:
  void lists_and_shows() const {
    const auto all = run("quarantine list --config case.toml");
    EXPECT_EQ(all.exit_code, 0) << all.output;
    EXPECT_THAT(all.output, HasSubstr("3  2026-11-23T04:12:00Z  vv/v1/obs/kommune/n13/stage  "
                                      "unknown station  8192 bytes, all that is kept: xxx"));
    EXPECT_THAT(all.output,
                HasSubstr(R"(unknown station  31 bytes: {"t":"x","value":1,"note":"å"})"));
    EXPECT_THAT(all.output, Not(HasSubstr("\x1b"))) << "a sender must not steer the terminal";
    EXPECT_LT(all.output.find("3  2026"), all.output.find("1  2026")) << "the newest first";
    const auto some =
        run("quarantine list --config case.toml --topic n12 --from "
            "2026-11-23T04:11:00Z --to 2026-11-23T04:11:00Z --reason JSON");
    EXPECT_THAT(some.output, AllOf(HasSubstr("2  2026"), Not(HasSubstr("n13"))));
    EXPECT_THAT(run("quarantine list --config case.toml --reasons").output,
                HasSubstr("2  newest 2026-11-23T04:12:00Z  vv/v1/obs/kommune/n13/stage  "
                          "unknown station\n1  newest 2026-11-23T04:11:00Z"));
    const auto text = run("quarantine show --config case.toml 1");
    EXPECT_EQ(text.exit_code, 0) << text.output;
    EXPECT_THAT(text.output, AllOf(HasSubstr("topic     vv/v1/obs/kommune/n13/stage\n"),
                                   HasSubstr("reason    unknown station\n"),
                                   HasSubstr("\n\n{\"t\":\"x\",\"value\":1,\"note\":\"å\"}\n")));
    EXPECT_THAT(
        run("quarantine show --config case.toml 2").output,
        HasSubstr("00000000  1b 5b 32 4a 00 ff 41 42 43" + std::string(23, ' ') + "|.[2J..ABC|\n"));
    EXPECT_EQ(run("quarantine show --config case.toml 2 --raw").output,
              std::string("\x1b[2J\0\xff", 6) + "ABC");
  }
};

TEST_F(Quarantine, IsListedByReasonAndTopicAndShownToTheByte) {
  fill_quarantine(folder_ / "readings.db");
  lists_and_shows();
}

TEST_F(Quarantine, OnAServerIsSeenInTheSameWay) {
  if (!test::PostgresqlServer::installed()) GTEST_SKIP() << "PostgreSQL is not installed";
  test::PostgresqlServer server;
  auto text = test::read_text(folder_ / "case.toml");
  text.insert(text.find("[store]\n") + 8, "postgresql = \"" + server.database() + "\"\n");
  test::write_text(folder_ / "case.toml", text);
  fill_quarantine(sensors::StoreLocation::on_server(server.database()));
  lists_and_shows();
}

TEST_F(Quarantine, IsReadByProgramsAsAnObjectALine) {
  fill_quarantine(folder_ / "readings.db");
  const auto listed = run("quarantine list --config case.toml --json --most 2 2>said");
  std::istringstream lines(listed.output);
  std::vector<nlohmann::json> objects;
  for (std::string line; objects.size() < 2 && std::getline(lines, line);)
    objects.push_back(nlohmann::json::parse(line, nullptr, false));
  ASSERT_EQ(objects.size(), 2u) << listed.output;
  EXPECT_EQ(objects[0]["cut"], true);
  EXPECT_EQ(objects[0]["text"], std::string(8192, 'x'));
  EXPECT_EQ(objects[1]["number"], 2);
  EXPECT_EQ(objects[1]["hex"], "1b5b324a00ff414243");
  EXPECT_EQ(objects[1]["bytes"], 9);
  EXPECT_THAT(test::read_text(folder_ / "said"), HasSubstr("the newest 2; there may be more"));
}

TEST_F(Quarantine, ThatIsNotThereIsToldWithItsCure) {
  const auto none = run("quarantine list --config case.toml");
  EXPECT_EQ(none.exit_code, 2);
  EXPECT_THAT(none.output, HasSubstr("there is no such store"));
  EXPECT_FALSE(std::filesystem::exists(folder_ / "readings.db")) << "looking makes no store";
  fill_quarantine(folder_ / "readings.db");
  const auto other = run("quarantine show --config case.toml 4");
  EXPECT_EQ(other.exit_code, 2);
  EXPECT_THAT(other.output, HasSubstr("message 4 is not in quarantine"));
  EXPECT_THAT(run("quarantine list --config case.toml --topic q1").output,
              HasSubstr("no such message is in quarantine"));
}

TEST_F(Readings, ThatCannotBeHadAreToldWithTheirCure) {
  const auto refused = [&](const std::string& arguments, const char* what) {
    const auto result = run(arguments);
    EXPECT_EQ(result.exit_code, 2) << arguments;
    EXPECT_THAT(result.output, HasSubstr(what));
  };
  refused("export --config case.toml --output out.txt", "no format goes with this ending");
  refused("export --config case.toml --output out.csv --station n13", "is not configured");
  refused("export --config case.toml --output out.nc", "holds nothing");
  refused("export --config case.toml --output out.csv --from yesterday", "--from");
  refused("import --config case.toml --station n13 in.csv", "is not configured");
  refused("import --config case.toml --station inflow in.csv", "add [station.file]");
  refused("import --config case.toml --station bridge-1 gone.csv", "cannot be read");
}

}  // namespace
}  // namespace vandvagt
