// The property tests on 200,000 histories whose seeds change from day to day; the first seed is
// printed, and VANDVAGT_SEED repeats a night.

#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>

#include "tests/alerts/history.hpp"

namespace vandvagt {
namespace {

TEST(WarningOnRandomHistories, HoldsForTwoHundredThousandOfTheNight) {
  const char* given = std::getenv("VANDVAGT_SEED");
  const auto days = std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now());
  const std::uint64_t seed =
      given != nullptr ? std::strtoull(given, nullptr, 10)
                       : static_cast<std::uint64_t>(days.time_since_epoch().count()) * 1'000'000;
  test::check_histories(seed, 200'000);
}

}  // namespace
}  // namespace vandvagt
