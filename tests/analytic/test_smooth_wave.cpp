// A smooth simple wave on a flat bed (Stoker 1957, §10.2): along x = xi + (3 c(xi) - 2 c0) t the
// celerity c is constant, and u = 2 (c - c0). Exact until the wave breaks; here it does not.

#include <gtest/gtest.h>

#include "tests/analytic/figures.hpp"
#include "tests/model/model_cases.hpp"

namespace vandvagt::model::test {
namespace {

constexpr double g = 9.81;
constexpr double length = 100.0;
constexpr double c0 = 3.0;  // [m/s], h0 = 0.92 m
constexpr double end = 5.0;

double celerity_at_start(double x) {
  const double s = (x - 40.0) / 8.0;
  return c0 + 0.15 * std::exp(-s * s);
}

double celerity(double x, double t) {
  double xi = x - c0 * t;
  for (int i = 0; i < 100; ++i) xi = x - (3.0 * celerity_at_start(xi) - 2.0 * c0) * t;
  return celerity_at_start(xi);
}

/// Depth averaged over a cell, by Simpson's rule: what a finite volume holds.
double mean_depth(double x, double dx, double t) {
  const auto h = [&](double at) { return celerity(at, t) * celerity(at, t) / g; };
  return (h(x - dx / 2) + 4.0 * h(x) + h(x + dx / 2)) / 6.0;
}

double mean_discharge(double x, double dx) {
  const auto q = [&](double at) {
    const double c = celerity(at, 0.0);
    return c * c / g * 2.0 * (c - c0);
  };
  return (q(x - dx / 2) + 4.0 * q(x) + q(x + dx / 2)) / 6.0;
}

double error_on(int cells, bool along_x) {
  const double dx = length / cells;
  const int nx = along_x ? cells : 1;
  const int ny = along_x ? 1 : cells;
  const Case c = case_over(Field<double>(nx, ny, 0.0), dx, frictionless);
  const auto along = [&](double x, double y) { return along_x ? x : y; };
  const auto none = [](double, double) { return 0.0; };
  const auto q = [&](double x, double y) { return mean_discharge(along(x, y), dx); };
  const State start = state_of(
      c, Precision::double_, [&](double x, double y) { return mean_depth(along(x, y), dx, 0.0); },
      along_x ? Function(q) : Function(none), along_x ? Function(none) : Function(q));
  auto s = Simulation::start_from(c, options_for(Precision::double_, end), start);
  EXPECT_TRUE(s) << s.error().message;
  const auto done = s->advance_to(seconds_after_start(end));
  EXPECT_TRUE(done) << done.error().message;
  return mean_depth_error(*s, dx,
                          [&](double x, double y) { return mean_depth(along(x, y), dx, end); });
}

TEST(SmoothWave, ConvergesAtSecondOrder) {
  for (const bool along_x : {true, false}) {
    std::vector<double> errors;
    for (const int cells : {100, 200, 400, 800}) errors.push_back(error_on(cells, along_x));
    report_errors(along_x ? "smooth_wave" : "smooth_wave_in_y", 100, errors, c0 * c0 / g);
    EXPECT_GE(last_order(errors), 1.9);
  }
}

}  // namespace
}  // namespace vandvagt::model::test
