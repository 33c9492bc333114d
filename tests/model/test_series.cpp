#include <gtest/gtest.h>

#include "model/series.hpp"

namespace vandvagt::model {
namespace {

const Time t0 = Time{} + std::chrono::hours{24 * 365 * 50};

TEST(Series, OnePointIsConstant) {
  EXPECT_EQ(Series::constant(3.5).at(t0), 3.5);
  EXPECT_EQ(Series::constant(3.5).at(t0, -1e6), 3.5);
}

TEST(Series, IsLinearBetweenPointsAndHeldBeyondThem) {
  const Series s{{t0, t0 + std::chrono::seconds{10}, t0 + std::chrono::seconds{20}}, {1, 3, -1}};
  EXPECT_EQ(s.at(t0), 1.0);
  EXPECT_EQ(s.at(t0, 5.0), 2.0);
  EXPECT_EQ(s.at(t0, 10.0), 3.0);
  EXPECT_EQ(s.at(t0, 15.0), 1.0);
  EXPECT_EQ(s.at(t0, 20.0), -1.0);
  EXPECT_EQ(s.at(t0, 1e9), -1.0);
  EXPECT_EQ(s.at(t0, -1e9), 1.0);
  EXPECT_EQ(s.at(t0 + std::chrono::seconds{10}, -7.5), 1.5);
}

}  // namespace
}  // namespace vandvagt::model
