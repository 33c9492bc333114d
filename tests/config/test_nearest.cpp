#include <gtest/gtest.h>

#include "config/detail/nearest.hpp"

namespace vandvagt::config {
namespace {

TEST(NearestKey, IsTheOneFewestEditsAway) {
  EXPECT_EQ(nearest_of("sied", {"side", "size", "kind"}), "side");
  EXPECT_EQ(nearest_of("infiltation", {"initial", "infiltration"}), "infiltration");
}

TEST(NearestKey, IsNothingWhereAllAreFar) {
  EXPECT_EQ(nearest_of("roughness", {"value", "raster"}), "");
  EXPECT_EQ(nearest_of("x", {}), "");
}

TEST(NearestKey, ListsInTheGivenOrder) {
  EXPECT_EQ(listed({"b", "a"}), "b, a");
  EXPECT_EQ(listed({}), "");
}

}  // namespace
}  // namespace vandvagt::config
