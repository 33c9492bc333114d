#include "tests/forecast/flat_scenario.hpp"

#include <gtest/gtest.h>

namespace vandvagt::forecast::test {

Scenario flat_scenario() {
  Scenario scenario;
  scenario.name = "flat";
  scenario.terrain.flat = 1.0;
  scenario.terrain.extent = {0.0, 0.0, 100.0, 60.0};
  scenario.terrain.cell_size = 10.0;
  scenario.terrain.crs = "local";
  scenario.manning.value = 0.03;
  scenario.time.duration = std::chrono::minutes{10};
  return scenario;
}

Shape rectangle(double x_min, double y_min, double x_max, double y_max) {
  Shape shape;
  shape.inline_.push_back({{x_min, y_min}, {x_max, y_min}, {x_max, y_max}, {x_min, y_max}});
  return shape;
}

Shape line(std::vector<grids::Point> points) {
  Shape shape;
  shape.inline_.push_back(std::move(points));
  return shape;
}

BuiltCase built_of(const Scenario& scenario) {
  Faults faults;
  auto built = build_case(scenario, faults);
  for (const auto& fault : faults) ADD_FAILURE() << to_string(fault);
  EXPECT_EQ(built.has_value(), faults.empty());
  return built ? std::move(*built) : BuiltCase{};
}

std::string faults_of(const Scenario& scenario) {
  Faults faults;
  EXPECT_FALSE(build_case(scenario, faults).has_value());
  std::string text;
  for (const auto& fault : faults) text += to_string(fault) + "\n";
  return text;
}

}  // namespace vandvagt::forecast::test
