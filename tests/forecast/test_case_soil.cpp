#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "forecast/built_case.hpp"
#include "tests/forecast/flat_scenario.hpp"
#include "tests/support/support.hpp"

namespace vandvagt::forecast::test {
namespace {

using model::InfiltrationLaw;
using testing::HasSubstr;

/// Codes 1 in the west and 2 in the east of the flat ground's 10 × 6 cells, none in the first row.
std::string two_soils() {
  std::string text = "ncols 10\nnrows 6\nxllcorner 0\nyllcorner 0\ncellsize 10\nNODATA_value -9\n";
  for (int row = 0; row < 6; ++row)
    text += row == 0 ? "-9 -9 -9 -9 -9 -9 -9 -9 -9 -9\n" : "1 1 1 1 1 2 2 2 2 2\n";
  return text;
}

class CaseSoil : public testing::Test {
 protected:
  void SetUp() override {
    scenario = flat_scenario();
    auto& soil = scenario.infiltration;
    soil.enabled = true;
    soil.place = "x.toml:7: infiltration";
    soil.soil_raster_crs = "local";
    vandvagt::test::write_text(folder / "soil.asc", two_soils());
  }
  /// Cells (0, 0) and (9, 0) lie in the south, (4, 5) where the raster has no value.
  vandvagt::test::TemporaryFolder folder;
  Scenario scenario;
};

TEST_F(CaseSoil, CurveNumberBecomesRetentionAndInitialLoss) {
  auto& soil = scenario.infiltration;
  soil.law = InfiltrationLaw::curve_number;
  soil.curve_number.value = 80.0;
  const auto made = built_of(scenario).model.infiltration;
  EXPECT_EQ(made.law, InfiltrationLaw::curve_number);
  EXPECT_FLOAT_EQ(made.retention(3, 3), 0.0635F);
  EXPECT_FLOAT_EQ(made.initial_loss(3, 3), 0.0127F);
  EXPECT_EQ(made.moisture_deficit(3, 3), 1.0F);
  EXPECT_GT(made.conductivity(3, 3), 0.0F);
}

TEST_F(CaseSoil, ConstantLossHasTheRateAsConductivity) {
  auto& soil = scenario.infiltration;
  soil.law = InfiltrationLaw::constant_loss;
  soil.initial_loss.value = 0.01;
  soil.loss_rate.value = 1e-6;
  const auto made = built_of(scenario).model.infiltration;
  EXPECT_EQ(made.initial_loss(3, 3), 0.01F);
  EXPECT_EQ(made.conductivity(3, 3), 1e-6F);
  EXPECT_TRUE(made.suction_head.empty());
}

TEST_F(CaseSoil, ClassesGoBeforeFieldsAndFieldsFillTheRest) {
  auto& soil = scenario.infiltration;
  soil.soil_raster = folder / "soil.asc";
  soil.classes = {{1, {{"conductivity", 1e-6}, {"suction_head", 0.1}}, "x.toml:9"},
                  {2, {{"conductivity", 2e-6}}, "x.toml:12"}};
  soil.conductivity.value = 3e-6;
  soil.suction_head.value = 0.3;
  soil.moisture_deficit.value = 0.25;
  const auto made = built_of(scenario).model.infiltration;
  EXPECT_EQ(made.conductivity(0, 0), 1e-6F);
  EXPECT_EQ(made.conductivity(9, 0), 2e-6F);
  EXPECT_EQ(made.conductivity(4, 5), 3e-6F);
  EXPECT_EQ(made.suction_head(0, 0), 0.1F);
  EXPECT_EQ(made.suction_head(9, 0), 0.3F);
  EXPECT_EQ(made.moisture_deficit(0, 0), 0.25F);
}

TEST_F(CaseSoil, CodeWithoutClassAndCellWithoutValueAreFaults) {
  auto& soil = scenario.infiltration;
  soil.soil_raster = folder / "soil.asc";
  soil.law = InfiltrationLaw::curve_number;
  soil.classes = {{1, {{"curve_number", 70.0}}, "x.toml:9"}};
  const std::string faults = faults_of(scenario);
  EXPECT_THAT(faults,
              HasSubstr("x.toml:7: infiltration: soil_raster has code 2 in 25 cells, and no "
                        "class has it; add [[infiltration.class]] with code = 2"));
  EXPECT_THAT(faults, HasSubstr("curve number has no value in 35 cells"));
}

}  // namespace
}  // namespace vandvagt::forecast::test
