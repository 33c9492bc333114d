#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "grids/transform.hpp"

namespace vandvagt::grids {
namespace {

using testing::HasSubstr;

TEST(Transform, LongitudeComesFirstWhateverTheAuthoritySays) {
  // Fjand at Nissum Fjord: 8.14 E, 56.30 N (EPSG:4326 itself puts latitude first).
  const auto there = transform({{8.14, 56.30}}, lon_lat_crs, "EPSG:25832");
  ASSERT_TRUE(there) << there.error().message;
  EXPECT_NEAR(there->front().x, 446800.0, 500.0);
  EXPECT_NEAR(there->front().y, 6239900.0, 500.0);
  const auto back = transform(*there, "EPSG:25832", lon_lat_crs);
  ASSERT_TRUE(back);
  EXPECT_NEAR(back->front().x, 8.14, 1e-9);
  EXPECT_NEAR(back->front().y, 56.30, 1e-9);
}

TEST(Transform, AgreesWithGdaltransformAtAKnownPoint) {
  // Onze Lieve Vrouwetoren, Amersfoort: by definition (155000, 463000) in RD New.
  const auto p = transform({{155000.0, 463000.0}}, "EPSG:28992", lon_lat_crs);
  ASSERT_TRUE(p) << p.error().message;
  EXPECT_NEAR(p->front().x, 5.38720621, 1e-4);  // Kadaster's ETRS89 longitude; datum grids differ
  EXPECT_NEAR(p->front().y, 52.15517440, 1e-4);
}

TEST(Transform, LocalToLocalKeepsPointsAndLocalToMapIsAnError) {
  const auto kept = transform({{1.0, 2.0}}, "", "local");
  ASSERT_TRUE(kept);
  EXPECT_EQ(kept->front().y, 2.0);
  const auto refused = transform({{1.0, 2.0}}, "local", "EPSG:25832");
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("local"));
}

TEST(Transform, PointBeyondReachIsNamed) {
  const auto far = transform({{9.0, 56.0}, {9.0, 1e6}}, lon_lat_crs, "EPSG:25832");
  ASSERT_FALSE(far);
  EXPECT_THAT(far.error().message, HasSubstr("point 2"));
}

TEST(Crs, DefinitionsOfOneSystemAreTheSame) {
  const auto wkt = crs_wkt("EPSG:25832");
  ASSERT_TRUE(wkt);
  EXPECT_TRUE(same_crs(*wkt, "EPSG:25832"));
  EXPECT_FALSE(same_crs(*wkt, "EPSG:25833"));
  EXPECT_TRUE(same_crs("local", ""));
  EXPECT_FALSE(same_crs("local", "EPSG:25832"));
  EXPECT_FALSE(same_crs("nonsense", "nonsense"));
  EXPECT_EQ(crs_name(*wkt), "EPSG:25832");
}

TEST(Crs, VerticalPartIsLeftOut) {
  EXPECT_TRUE(same_crs("EPSG:7416", "EPSG:25832"));
}

TEST(Crs, UnknownDefinitionIsAnErrorAndNoFileIsRead) {
  EXPECT_THAT(crs_wkt("EPSG:999999").error().message, HasSubstr("EPSG:999999"));
  EXPECT_FALSE(crs_wkt("/etc/passwd"));
  EXPECT_FALSE(crs_wkt("EPSG:5799")) << "DVR90 is a vertical system";
  EXPECT_EQ(crs_wkt("local").value(), "");
}

}  // namespace
}  // namespace vandvagt::grids
