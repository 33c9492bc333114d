#include "watch/clock_watch.hpp"

#include <gtest/gtest.h>

namespace vandvagt {
namespace {

using namespace std::chrono_literals;
using watch::ClockWatch;

// A day on which the counting clock stands at `steady` and the wall clock `off` beside the truth.
bool look(ClockWatch& clock, std::chrono::minutes steady, std::chrono::seconds off) {
  const Time noon = std::chrono::sys_days{std::chrono::November / 23 / 2026} + 12h;
  return clock.doubted(noon + steady + off, ClockWatch::Steady{} + 100h + steady);
}

TEST(ClockThatJumpsForward, IsDoubtedUntilItIsBack) {
  ClockWatch clock;
  EXPECT_FALSE(look(clock, 0min, 0s));
  EXPECT_TRUE(look(clock, 1min, 3600s));
  EXPECT_TRUE(look(clock, 30min, 3600s));
  EXPECT_FALSE(look(clock, 31min, 0s));
}

TEST(ClockThatJumpsForward, IsBelievedAfterAsLongAsItJumped) {
  ClockWatch clock;
  look(clock, 0min, 0s);
  for (int minute = 1; minute <= 60; ++minute)
    EXPECT_TRUE(look(clock, std::chrono::minutes{minute}, 3600s)) << minute;
  EXPECT_FALSE(look(clock, 61min, 3600s));
  EXPECT_FALSE(look(clock, 62min, 3600s));
}

TEST(ClockThatJumpsBack, IsNotDoubtedAndNeitherIsItsReturn) {
  ClockWatch clock;
  look(clock, 0min, 0s);
  EXPECT_FALSE(look(clock, 1min, -3600s));
  EXPECT_FALSE(look(clock, 5min, 0s));
}

TEST(ClockThatIsSetRightSlowly, IsFollowed) {
  ClockWatch clock;
  for (int minute = 0; minute <= 600; ++minute)
    EXPECT_FALSE(look(clock, std::chrono::minutes{minute}, std::chrono::seconds{minute}));
}

}  // namespace
}  // namespace vandvagt
