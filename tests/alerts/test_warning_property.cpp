// Random histories (seed printed): what must hold for every warning, whatever comes in.
// 20,000 in all; four cases, so that they run side by side.

#include <gtest/gtest.h>

#include "tests/alerts/history.hpp"

namespace vandvagt {
namespace {

TEST(WarningOnRandomHistories, HoldsForTheFirstFiveThousand) {
  test::check_histories(1, 5000);
}
TEST(WarningOnRandomHistories, HoldsForTheSecondFiveThousand) {
  test::check_histories(5001, 5000);
}
TEST(WarningOnRandomHistories, HoldsForTheThirdFiveThousand) {
  test::check_histories(10001, 5000);
}
TEST(WarningOnRandomHistories, HoldsForTheFourthFiveThousand) {
  test::check_histories(15001, 5000);
}

}  // namespace
}  // namespace vandvagt
