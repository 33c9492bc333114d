// Dam break onto a dry bed with friction, after Dressler (1952, doi:10.6028/jres.049.021): to first
// order in friction the flow behind the tip of the wave is Ritter's and a departure that grows with
// time. Dressler's closed form is for Chézy's friction; the same expansion for any friction slope
// with w = g Sf of Ritter's flow, s = 2 - x/(c t) and u + 2c = 2 c_left + t P:
//   d(s^(-3/2) P)/ds = 3/2 s^(-5/2) w,  P(3) = 0,   u - 2c = Ritter's - t (w + P/3)/2 .

#include <gtest/gtest.h>

#include "tests/analytic/figures.hpp"
#include "tests/model/model_cases.hpp"

namespace vandvagt::model::test {
namespace {

constexpr double g = 9.81;
constexpr double h_left = 6.0;
constexpr double manning = 0.03;

struct Flow {
  double c, u;
};

Flow ritter(double s, double c_left) {
  return {c_left * s / 3.0, c_left * (2.0 - 2.0 * s / 3.0)};
}

/// g Sf [m/s²].
using Resistance = std::function<double(Flow)>;

double manning_resistance(Flow f) {
  return g * manning * manning * f.u * f.u / std::pow(f.c * f.c / g, 4.0 / 3.0);
}

/// Flow to first order in friction, at s in 0 .. 3. Simpson's rule.
Flow with_friction(double s, double t, const Resistance& resistance) {
  const double c_left = std::sqrt(g * h_left);
  const int parts = 200;
  const double step = (s - 3.0) / parts;
  double sum = 0.0;
  for (int k = 0; k <= parts; ++k) {
    const double x = 3.0 + k * step;
    const double weight = k == 0 || k == parts ? 1.0 : (k % 2 == 1 ? 4.0 : 2.0);
    sum += weight * 1.5 * std::pow(x, -2.5) * resistance(ritter(x, c_left)) * step / 3.0;
  }
  const double plus = std::pow(s, 1.5) * sum;
  const Flow r = ritter(s, c_left);
  const double minus = -0.5 * (resistance(r) + plus / 3.0);
  return {r.c + t * (plus - minus) / 4.0, r.u + t * (plus + minus) / 2.0};
}

TEST(DamBreakFriction, ExpansionIsDresslersForChezy) {
  const double chezy = 40.0;
  const Resistance resistance = [&](Flow f) {
    return g * f.u * f.u / (chezy * chezy * f.c * f.c / g);
  };
  const double t = 10.0;
  const double c_left = std::sqrt(g * h_left);
  for (const double xi : {-0.9, -0.5, 0.0, 0.5, 1.0}) {
    // SWASHES §4.1.3 (doi:10.1002/fld.3741), equations for alpha_1 and alpha_2.
    const double s = 2.0 - xi;
    const double a1 = 6.0 / (5.0 * s) - 2.0 / 3.0 + 4.0 * std::sqrt(3.0) / 135.0 * std::pow(s, 1.5);
    const double a2 = 12.0 / s - 8.0 / 3.0 + 8.0 * std::sqrt(3.0) / 189.0 * std::pow(s, 1.5) -
                      108.0 / (7.0 * s * s);
    const Flow r = ritter(s, c_left);
    const Flow f = with_friction(s, t, resistance);
    const double k = g * g / (chezy * chezy) * t;
    EXPECT_NEAR(f.c, r.c + k * a1, 1e-6) << xi;
    EXPECT_NEAR(f.u, r.u + k * a2, 1e-6) << xi;
  }
}

struct Departure {
  double from_expansion, from_ritter;  // mean difference of depth [m]
};

Departure departure_at(double t, int cells = 3000) {
  const double dx = 300.0 / cells;
  const double dam = 100.0;
  const Case c = case_over(Field<double>(cells, 1, 0.0), dx, static_cast<float>(manning));
  const auto h = sampled(cells, 1, dx, [&](double x, double) { return x < dam ? h_left : 0.0; });
  auto s = cold(c, options_for(Precision::double_, t), h);
  EXPECT_TRUE(s) << s.error().message;
  const auto done = s->advance_to(seconds_after_start(t));
  EXPECT_TRUE(done) << done.error().message;
  const double c_left = std::sqrt(g * h_left);
  Departure sum{};
  int count = 0;
  for (int i = 0; i < cells; ++i) {
    const double xi = ((i + 0.5) * dx - dam) / (c_left * t);
    if (xi < -0.9 || xi > 0.4) continue;  // behind the tip, where friction is no small departure
    const Flow f = with_friction(2.0 - xi, t, manning_resistance);
    const Flow r = ritter(2.0 - xi, c_left);
    sum.from_expansion += std::abs(s->depth_at({i, 0}) - f.c * f.c / g);
    sum.from_ritter += std::abs(s->depth_at({i, 0}) - r.c * r.c / g);
    ++count;
  }
  return {sum.from_expansion / count, sum.from_ritter / count};
}

TEST(DamBreakFriction, DepartsFromRittersAsTheExpansionTells) {
  const Departure early = departure_at(4.0);
  const Departure late = departure_at(8.0);
  std::printf(
      "Dressler: mean depth differences after 4 and 8 s: to the expansion %.2e, %.2e m; to the "
      "flow "
      "without friction %.2e, %.2e m\n",
      early.from_expansion, late.from_expansion, early.from_ritter, late.from_ritter);
  EXPECT_LT(early.from_expansion,
            0.1 * early.from_ritter);  // most of it the grid's, from the start
  EXPECT_LT(late.from_expansion, 0.03 * late.from_ritter);
  EXPECT_NEAR(late.from_ritter / early.from_ritter, 2.0, 0.2);
}

// The expansion is of first order in time: what it leaves out stays, however fine the grid.
TEST(DamBreakFriction, ComesToTheExpansionAsTheGridIsRefined) {
  std::vector<double> errors;
  for (const int cells : {750, 1500, 3000})
    errors.push_back(departure_at(8.0, cells).from_expansion);
  report_errors("dressler", 750, errors, h_left);
  EXPECT_LT(errors[1], 0.5 * errors[0]);
  EXPECT_LT(errors[2], 0.75 * errors[1]);
}

}  // namespace
}  // namespace vandvagt::model::test
