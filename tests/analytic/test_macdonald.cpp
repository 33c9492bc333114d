// Steady flow with friction over a bed that is made for a given depth h(x), after MacDonald,
// Baines, Nichols and Samuels (1997, doi:10.1061/(ASCE)0733-9429(1997)123:11(1041)), as in SWASHES
// §3.2 (doi:10.1002/fld.3741): sub- and supercritical, from the one to the other, with a jump, with
// rain. A steady flow of unit discharge q(x) = q0 + R x over a bed z obeys
//   z' = (q²/(g h³) - 1) h' - 2 q R/(g h²) - n² q²/h^(10/3) .

#include <gtest/gtest.h>

#include "tests/analytic/figures.hpp"
#include "tests/model/model_cases.hpp"

namespace vandvagt::model::test {
namespace {

constexpr double g = 9.81;
constexpr double length = 1000.0;
constexpr double q0 = 2.0;

struct Channel {
  const char* name;
  double manning;
  std::function<double(double x)> depth;  // [m]
  bool leaves_fast;                       // supercritical at the end
  double rain = 0.0;                      // [m/s]
};

double critical_depth() {
  return std::cbrt(4.0 / g);
}

double hump(double x, double steepness) {
  const double s = x / length - 0.5;
  return std::exp(-steepness * s * s);
}

double bed_slope(const Channel& c, double x) {
  const double d = 1e-3;
  const double h = c.depth(x);
  const double dh = (c.depth(x + d) - c.depth(x - d)) / (2.0 * d);
  const double q = q0 + c.rain * x;
  return (q * q / (g * h * h * h) - 1.0) * dh - 2.0 * q * c.rain / (g * h * h) -
         c.manning * c.manning * q * q / std::pow(h, 10.0 / 3.0);
}

/// Bed at the centres of the cells and at the end, by the midpoint rule on a fiftieth of a cell.
std::vector<double> bed_of(const Channel& c, int cells) {
  const int parts = 50;
  const double step = length / cells / parts;
  std::vector<double> bed;
  double z = 0.0;
  for (int k = 0; k < cells * parts; ++k) {
    if (k % parts == parts / 2) bed.push_back(z);
    z += step * bed_slope(c, (k + 0.5) * step);
  }
  bed.push_back(z);
  return bed;
}

double depth_error(const Channel& channel, int cells) {
  const double dx = length / cells;
  const std::vector<double> bed = bed_of(channel, cells);
  Case c =
      case_over(sampled(cells, 1, dx,
                        [&](double x, double) { return bed[static_cast<std::size_t>(x / dx)]; }),
                dx, static_cast<float>(channel.manning));
  const double outlet = bed.back() + channel.depth(length);
  c.edges = {edge_on(c, Side::west, EdgeKind::discharge, Series::constant(q0 * dx)),
             channel.leaves_fast
                 ? edge_on(c, Side::east, EdgeKind::open)
                 : edge_on(c, Side::east, EdgeKind::stage, Series::constant(outlet))};
  // Not from the exact state: the flow has to find it.
  const Field<double> h =
      sampled(cells, 1, dx, [&](double x, double) { return 0.7 * channel.depth(x); });
  auto s = cold(c, options_for(Precision::double_, 10.0), h);
  EXPECT_TRUE(s) << s.error().message;
  s->set_rain(channel.rain);
  const auto done = s->advance_to(seconds_after_start(5400.0));
  EXPECT_TRUE(done) << done.error().message;
  EXPECT_LE(s->ledger().relative_error(), 1e-12);
  const auto exact = [&](double x, double) { return channel.depth(x); };
  if (cells == 100) figure_profile(std::string("macdonald_") + channel.name, *s, c, exact);
  return mean_depth_error(*s, dx, exact);
}

std::vector<double> errors_of(const Channel& channel) {
  std::vector<double> errors;
  for (const int cells : {100, 200, 400}) errors.push_back(depth_error(channel, cells));
  report_errors(std::string("macdonald_") + channel.name, 100, errors, critical_depth());
  return errors;
}

TEST(MacDonald, SubcriticalFlow) {
  const auto errors = errors_of(
      {"subcritical", 0.033,
       [](double x) { return 1.2 * critical_depth() * (1.0 + 0.4 * hump(x, 16.0)); }, false});
  EXPECT_GE(last_order(errors), 1.7);
  EXPECT_LT(errors.back(), 1e-4);
}

/// First order: the cell beside an inflow has no slope, and supercritical flow carries what that
/// costs.
TEST(MacDonald, SupercriticalFlow) {
  const auto errors = errors_of(
      {"supercritical", 0.04,
       [](double x) { return critical_depth() * (1.0 - 0.25 * std::tanh(x / 200.0)); }, true});
  EXPECT_GE(last_order(errors), 0.95);
  EXPECT_LT(errors.back(), 4e-4);
}

TEST(MacDonald, FlowFromSubToSupercritical) {
  const auto errors = errors_of({"transcritical", 0.0218,
                                 [](double x) {
                                   const double s = x / length - 0.5;
                                   const double fall = s < 0.0 ? std::tanh(3.0 * s) / 3.0
                                                               : std::tanh(6.0 * s) / 6.0;
                                   return critical_depth() * (1.0 - fall);
                                 },
                                 true});
  EXPECT_GE(last_order(errors), 1.8);
  EXPECT_LT(errors.back(), 3e-5);
}

/// Supercritical depth up to 500 m, and behind a jump (Bélanger's depths) a rise to the outlet.
double with_jump(double x) {
  const double before = 1.0 - 0.25 * std::tanh(x / 200.0);
  if (x <= 500.0) return critical_depth() * before;
  const double y = 1.0 - 0.25 * std::tanh(2.5);
  const double conjugate = 0.5 * y * (std::sqrt(1.0 + 8.0 / (y * y * y)) - 1.0);
  return critical_depth() * (conjugate + 0.4 * (1.0 - std::exp(-(x - 500.0) / 200.0)));
}

TEST(MacDonald, FlowWithJump) {
  const auto errors = errors_of({"jump", 0.0218, with_jump, false});
  EXPECT_GE(last_order(errors), 0.8);
  EXPECT_LT(errors.back(), 2e-3);
}

TEST(MacDonald, SubcriticalFlowUnderRain) {
  const auto errors = errors_of(
      {"rain", 0.033, [](double x) { return 1.4 * critical_depth() * (1.0 + 0.3 * hump(x, 16.0)); },
       false, 0.001});
  EXPECT_GE(last_order(errors), 1.5);
  EXPECT_LT(errors.back(), 2e-4);
}

}  // namespace
}  // namespace vandvagt::model::test
