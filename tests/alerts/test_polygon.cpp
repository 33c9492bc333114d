#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "alerts/polygon.hpp"

namespace vandvagt {
namespace {

using alerts::crosses_itself;
using alerts::max_polygon_vertices;
using alerts::polygon_for_message;
using alerts::Position;

using Ring = std::vector<Position>;

double area_of(const Ring& ring) {
  double area = 0.0;
  for (std::size_t i = 0; i + 1 < ring.size(); ++i) {
    area += ring[i].longitude * ring[i + 1].latitude - ring[i + 1].longitude * ring[i].latitude;
  }
  return std::abs(area) / 2.0;
}

Ring circle(int points, double wobble, int waves) {
  Ring ring;
  for (int i = 0; i < points; ++i) {
    const double angle = 2.0 * M_PI * i / points;
    const double radius = 0.1 * (1.0 + wobble * std::sin(waves * angle));
    ring.push_back({9.0 + radius * std::cos(angle) / 0.56, 56.0 + radius * std::sin(angle)});
  }
  ring.push_back(ring.front());
  return ring;
}

void expect_fit(const Ring& ring) {
  EXPECT_LE(ring.size(), max_polygon_vertices);
  ASSERT_GE(ring.size(), 4u);
  EXPECT_EQ(ring.front(), ring.back());
  EXPECT_FALSE(crosses_itself(ring));
}

TEST(Polygon, ASmallRingIsOnlyClosed) {
  const auto ring = polygon_for_message({{8.0, 56.0}, {8.1, 56.0}, {8.1, 56.1}});
  ASSERT_TRUE(ring);
  EXPECT_EQ(ring->size(), 4u);
  expect_fit(*ring);
}

TEST(Polygon, ALongRingKeepsItsAreaToAPercent) {
  const Ring ring = circle(20'000, 0.0, 1);
  const auto simple = polygon_for_message(ring);
  ASSERT_TRUE(simple);
  expect_fit(*simple);
  EXPECT_NEAR(area_of(*simple) / area_of(ring), 1.0, 0.01);
}

TEST(Polygon, ARingWithMoreTeethThanVerticesStaysValid) {
  const auto simple = polygon_for_message(circle(5'000, 0.4, 300));
  ASSERT_TRUE(simple);
  expect_fit(*simple);
}

TEST(Polygon, RandomStarsStayValid) {
  std::mt19937 random(7);
  for (int n = 0; n < 200; ++n) {
    Ring ring;
    const int points = 101 + static_cast<int>(random() % 400);
    for (int i = 0; i < points; ++i) {
      const double angle = 2.0 * M_PI * i / points;
      const double radius = 0.001 + 0.05 * static_cast<double>(random() % 1000) / 1000.0;
      ring.push_back({9.0 + radius * std::cos(angle), 56.0 + radius * std::sin(angle)});
    }
    const auto simple = polygon_for_message(ring);
    if (!simple) continue;  // rounding may have joined points that were one metre apart
    expect_fit(*simple);
  }
}

TEST(Polygon, RefusesWhatIsNoRing) {
  EXPECT_FALSE(polygon_for_message({}));
  EXPECT_FALSE(polygon_for_message({{8.0, 56.0}, {8.1, 56.0}}));
  EXPECT_FALSE(polygon_for_message({{8.0, 56.0}, {8.1, 56.0}, {8.0, 56.0}, {8.1, 56.0}}));
  EXPECT_FALSE(polygon_for_message({{8.0, 56.0}, {8.1, 56.1}, {8.2, 56.2}, {8.0, 56.0}}));
  EXPECT_FALSE(polygon_for_message({{8.0, 56.0}, {8.1, 96.0}, {8.2, 56.0}}));
  EXPECT_FALSE(polygon_for_message({{8.0, 56.0}, {8.1, std::nan("")}, {8.2, 56.0}}));
  EXPECT_FALSE(polygon_for_message({{8.0, 56.0}, {8.1, 56.1}, {8.1, 56.0}, {8.0, 56.1}}));
}

TEST(CrossesItself, SeesBowTiesFoldsAndTouchingPoints) {
  EXPECT_TRUE(crosses_itself({{0, 0}, {1, 1}, {1, 0}, {0, 1}, {0, 0}}));
  EXPECT_TRUE(crosses_itself({{0, 0}, {2, 0}, {1, 0}, {1, 1}, {0, 0}}));
  EXPECT_TRUE(crosses_itself({{0, 0}, {2, 0}, {2, 2}, {1, 0}, {0, 2}, {0, 0}}));
  EXPECT_FALSE(crosses_itself({{0, 0}, {2, 0}, {2, 2}, {0, 2}, {0, 0}}));
  EXPECT_FALSE(crosses_itself({{0, 0}, {1, 0}, {2, 0}, {2, 2}, {0, 2}, {0, 0}}));
}

}  // namespace
}  // namespace vandvagt
