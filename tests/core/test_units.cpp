#include <gtest/gtest.h>

#include "core/units.hpp"

namespace vandvagt {
namespace {

TEST(Units, ConvertToSi) {
  EXPECT_DOUBLE_EQ(to_si(148.0, "cm", Dimension::length).value(), 1.48);
  EXPECT_DOUBLE_EQ(to_si(3.6, "mm/h", Dimension::speed).value(), 1e-6);
  EXPECT_DOUBLE_EQ(to_si(250.0, "l/s", Dimension::discharge).value(), 0.25);
  EXPECT_DOUBLE_EQ(to_si(1.0, "ft", Dimension::length).value(), 0.3048);
}

TEST(Units, NeverGuess) {
  EXPECT_FALSE(to_si(1.0, "", Dimension::length).has_value());
  EXPECT_FALSE(to_si(1.0, "M", Dimension::length).has_value());
  const auto wrong = to_si(1.0, "cm", Dimension::discharge);
  ASSERT_FALSE(wrong.has_value());
  EXPECT_NE(wrong.error().message.find("m3/s"), std::string::npos) << wrong.error().message;
}

}  // namespace
}  // namespace vandvagt
