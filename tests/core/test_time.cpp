#include <gtest/gtest.h>

#include "core/time.hpp"

namespace vandvagt {
namespace {

using namespace std::chrono;
using namespace std::chrono_literals;

TEST(Time, ReadsUtcAndOffsets) {
  const Time expected = sys_days{2026y / November / 23} + 4h + 10min;
  EXPECT_EQ(parse_time("2026-11-23T04:10:00Z").value(), expected);
  EXPECT_EQ(parse_time("2026-11-23T05:10:00+01:00").value(), expected);
  EXPECT_EQ(parse_time("2026-11-22T22:40:00-05:30").value(), expected);
  EXPECT_EQ(parse_time("2026-11-23T04:10:00.25Z").value(), expected + 250ms);
}

TEST(Time, LeapSecondIsTheNextMinute) {
  EXPECT_EQ(parse_time("2016-12-31T23:59:60Z").value(), Time{sys_days{2017y / January / 1}});
  EXPECT_EQ(parse_time("2016-12-31T23:59:60.5Z").value(), Time{sys_days{2017y / January / 1}});
}

TEST(Time, RefusesWhatIsNotATime) {
  for (const auto* text :
       {"", "2026-11-23", "2026-11-23T04:10:00", "2026-02-30T00:00:00Z", "2026-11-23T24:00:00Z",
        "9999-01-01T00:00:00Z", "2026-11-23T04:10:00Zx", "2026-11-23T04:10:00.Z", "now",
        "2026-11-23T04:10:00+25:00", "26-11-23T04:10:00Z"})
    EXPECT_FALSE(parse_time(text).has_value()) << text;
}

TEST(Time, WritesWhatItReads) {
  for (const auto* text :
       {"2026-11-23T04:10:00Z", "1969-12-31T23:59:59.5Z", "2016-06-01T00:00:00Z"})
    EXPECT_EQ(format_time(parse_time(text).value()), text);
  EXPECT_EQ(format_time_compact(parse_time("2026-11-23T04:10:00Z").value()), "20261123T041000Z");
}

TEST(Duration, ReadsANumberWithItsUnit) {
  EXPECT_EQ(parse_duration("90s").value(), 90s);
  EXPECT_EQ(parse_duration("1.5 h").value(), 90min);
  EXPECT_EQ(parse_duration("3d").value(), 72h);
  EXPECT_EQ(parse_duration("50ms").value(), 50ms);
  for (const auto* text : {"", "90", "h", "5 fortnights", "1e30h"})
    EXPECT_FALSE(parse_duration(text).has_value()) << text;
}

TEST(Duration, WritesForPeople) {
  EXPECT_EQ(format_duration(90min), "1 h 30 min");
  EXPECT_EQ(format_duration(45s), "45 s");
  EXPECT_EQ(format_duration(6h), "6 h");
}

}  // namespace
}  // namespace vandvagt
