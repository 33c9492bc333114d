#include <gtest/gtest.h>

#include <set>

#include "core/variables.hpp"

namespace vandvagt {
namespace {

TEST(Variables, HaveANameAUnitAndAMeaningOnce) {
  std::set<std::string_view> names;
  for (const auto& v : variables()) {
    EXPECT_TRUE(names.insert(v.name).second) << v.name;
    EXPECT_FALSE(v.units.empty()) << v.name;
    EXPECT_FALSE(v.long_name.empty()) << v.name;
  }
  EXPECT_EQ(variable("depth").standard_name, "flood_water_thickness");
}

}  // namespace
}  // namespace vandvagt
