// Rain on a plane against the kinematic wave (Woolhiser & Liggett 1967,
// doi:10.1029/WR003i003p00753): q = rain x where the flow is steady, h = (n q / sqrt(S))^(3/5), and
// until the time of concentration h = rain t at the lower end. Also on slopes whose step between
// two cells is many thousand times the film's depth, where schemes run too fast or stand still.

#include <gtest/gtest.h>

#include <ostream>

#include "tests/model/model_cases.hpp"

namespace vandvagt::model::test {
namespace {

constexpr double rain = 50e-3 / 3600.0;  // [m/s]
constexpr double manning = 0.03;

struct Plane {
  double slope;
  Precision precision;
};

void PrintTo(const Plane& plane, std::ostream* out) {
  *out << "slope " << plane.slope;
}

class RainOnPlane : public testing::TestWithParam<Plane> {};

/// The plane runs down to the east; its west end is a divide.
Simulation plane_run(const Plane& plane, double seconds) {
  const int nx = 100;
  const double dx = 10.0;
  Case c = case_over(sampled(nx, 2, dx, [&](double x, double) { return -plane.slope * x; }), dx,
                     static_cast<float>(manning));
  c.edges = {edge_on(c, Side::east, EdgeKind::normal_depth, {}, plane.slope)};
  auto s = cold(c, options_for(plane.precision, 60.0), Field<double>(nx, 2, 0.0));
  EXPECT_TRUE(s) << s.error().message;
  s->set_rain(rain);
  const auto done = s->advance_to(seconds_after_start(seconds));
  EXPECT_TRUE(done) << done.error().message;
  EXPECT_LE(s->ledger().relative_error(), volume_bound(plane.precision));
  return std::move(*s);
}

double time_of_concentration(double slope, double length) {
  return std::pow(manning * length / (std::sqrt(slope) * std::pow(rain, 2.0 / 3.0)), 0.6);
}

// 1 %: the scheme's steady state is first order at the divide, and the kinematic wave leaves out
// inertia and the surface's own slope, both under 1 % of the bed's here.
TEST_P(RainOnPlane, SteadyFilmHasKinematicDepthAndDischarge) {
  const Plane plane = GetParam();
  const double to_steady =
      std::ceil(3.0 * time_of_concentration(plane.slope, 1000.0) / 60.0) * 60.0;
  const Simulation s = plane_run(plane, to_steady);
  const State end = s.state();
  for (int i = 10; i < 99; i += 8) {
    const double q = rain * (i + 0.5) * 10.0;
    const double h = std::pow(manning * q / std::sqrt(plane.slope), 0.6);
    EXPECT_NEAR(end.unit_discharge_x[static_cast<std::size_t>(i)], q, 0.01 * q) << "cell " << i;
    EXPECT_NEAR(s.depth_at({i, 0}), h, 0.01 * h) << "cell " << i;
  }
}

// Half-way to concentration all but the upper part of the plane is h = rain t deep.
TEST_P(RainOnPlane, RisingFilmFollowsRain) {
  const Plane plane = GetParam();
  const double half = std::floor(0.5 * time_of_concentration(plane.slope, 1000.0) / 60.0) * 60.0;
  const Simulation s = plane_run(plane, half);
  for (int i = 60; i < 99; ++i) {
    EXPECT_NEAR(s.depth_at({i, 0}), rain * half, 0.01 * rain * half) << "cell " << i;
  }
}

INSTANTIATE_TEST_SUITE_P(
    , RainOnPlane,
    testing::Values(Plane{0.01, Precision::double_}, Plane{0.1, Precision::double_},
                    Plane{1.0, Precision::double_}, Plane{5.0, Precision::double_},
                    Plane{0.05, Precision::single_}, Plane{5.0, Precision::single_}),
    [](const auto& p) {
      return "Slope" + std::to_string(static_cast<int>(p.param.slope * 100)) + "percent" +
             (p.param.precision == Precision::double_ ? "Double" : "Single");
    });

}  // namespace
}  // namespace vandvagt::model::test
