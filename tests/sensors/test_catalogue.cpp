#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "tests/sensors/stations.hpp"

namespace vandvagt::sensors {
namespace {

using test::discharge_station;
using test::stage_station;
using testing::HasSubstr;

std::string faults_of(std::vector<Station> stations) {
  std::string all;
  for (const auto& fault : check_stations(stations)) all += to_string(fault) + "\n";
  return all;
}

TEST(Catalogue, FindsItsStations) {
  const auto catalogue = test::catalogue_of({stage_station(), discharge_station()});
  ASSERT_NE(catalogue.find("q1"), nullptr);
  EXPECT_EQ(catalogue.find("q1")->unit, "l/s");
  EXPECT_EQ(catalogue.find("q2"), nullptr);
}

TEST(Catalogue, AnUndeclaredGaugeZeroIsAnErrorAndNotZero) {
  auto station = stage_station();
  station.datum_offset_declared = false;
  EXPECT_THAT(faults_of({station}), HasSubstr("gauge zero is not declared"));
  station.parameter = Parameter::groundwater_head;
  EXPECT_THAT(faults_of({station}), HasSubstr("gauge zero is not declared"));
  station.parameter = Parameter::groundwater_depth;  // below terrain: needs none
  EXPECT_EQ(faults_of({station}), "");
}

TEST(Catalogue, NamesEveryFaultAtOnce) {
  auto a = stage_station("A b");
  a.unit = "fathom";
  a.datum = "";
  a.fallback = {"gone", "q1"};
  auto b = discharge_station();
  b.limits.sensor_min = 2.0;
  b.limits.sensor_max = 1.0;
  b.limits.rate_per_second = 0.0;
  b.limits.operator_max = std::numeric_limits<double>::quiet_NaN();
  b.limits.flat_suspect_count = 1;
  b.fallback = {"q1"};
  const auto faults = faults_of({a, b, b});
  for (const auto* what :
       {"its id is no name", "\"fathom\" is not a unit of length", "needs a vertical datum",
        "\"gone\" is no station", "measures discharge", "given twice", "sensor_min is above",
        "rate_per_second must be above zero", "operator_max is not finite", "flat line counts",
        "is the station itself"})
    EXPECT_THAT(faults, HasSubstr(what));
  EXPECT_FALSE(Catalogue::make({a, b, b}));
}

TEST(Reading, NamesAndFlagsAreReadBack) {
  for (const auto parameter :
       {Parameter::stage, Parameter::depth, Parameter::discharge, Parameter::rain,
        Parameter::groundwater_head, Parameter::groundwater_depth})
    EXPECT_EQ(parse_parameter(to_string(parameter)), parameter);
  EXPECT_FALSE(parse_parameter("level"));
  Quality quality;
  quality.overall = Flag::suspect;
  quality[QcTest::spike] = Flag::suspect;
  quality[QcTest::gross_range] = Flag::pass;
  EXPECT_EQ(tests_text(quality), "22212322222");
  EXPECT_EQ(parse_quality(3, "22212322222"), quality);
  EXPECT_FALSE(parse_quality(3, "2221232222"));
  EXPECT_FALSE(parse_quality(5, "22212322222"));
  EXPECT_FALSE(parse_quality(1, "22212322225"));
}

TEST(Reading, TheDigestChangesWithEveryPartThatMatters) {
  const std::vector<Reading> one{test::reading_at(0, 1.0)};
  auto other = one;
  EXPECT_EQ(digest(one), digest(other));
  other[0].value = std::nextafter(1.0, 2.0);
  EXPECT_NE(digest(one), digest(other));
  other = one;
  other[0].quality.overall = Flag::fail;
  EXPECT_NE(digest(one), digest(other));
  other = one;
  other[0].received += Duration{1};  // when we heard of it is no part of the evidence
  EXPECT_EQ(digest(one), digest(other));
}

}  // namespace
}  // namespace vandvagt::sensors
