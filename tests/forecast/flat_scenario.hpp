#pragma once

#include <string>
#include <vector>

#include "forecast/built_case.hpp"
#include "forecast/scenario.hpp"

/// The simplest ground to try one thing on: 10 × 6 cells of 10 m at 1.0 m, local metres, Manning
/// 0.03.
namespace vandvagt::forecast::test {

Scenario flat_scenario();

Shape rectangle(double x_min, double y_min, double x_max, double y_max);
Shape line(std::vector<grids::Point> points);

/// The case, or a test failure that tells the faults.
BuiltCase built_of(const Scenario& scenario);
/// All faults, one a line; empty where there is none.
std::string faults_of(const Scenario& scenario);

}  // namespace vandvagt::forecast::test
