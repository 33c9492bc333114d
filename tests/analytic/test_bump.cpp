// Steady flow over a bump without friction (SWASHES §3.1.3 to 3.1.5, Delestre et al. 2013,
// doi:10.1002/fld.3741): subcritical; subcritical before the crest and supercritical behind it; the
// same with a jump.

#include <gtest/gtest.h>

#include "tests/model/model_cases.hpp"

namespace vandvagt::model::test {
namespace {

constexpr double g = 9.81;
constexpr double length = 25.0;
constexpr double crest = 0.2;

double bump(double x) {
  return x > 8.0 && x < 12.0 ? crest - 0.05 * (x - 10.0) * (x - 10.0) : 0.0;
}

double critical_depth(double q) {
  return std::cbrt(q * q / g);
}

/// The depth at which q²/(2 g h²) + h + z = head, above or below the critical one.
double depth_of_head(double q, double head, double z, bool subcritical) {
  double low = subcritical ? critical_depth(q) : 1e-6;
  double high = subcritical ? head + 1.0 : critical_depth(q);
  for (int i = 0; i < 200; ++i) {
    const double h = 0.5 * (low + high);
    const double f = q * q / (2.0 * g * h * h) + h + z - head;
    ((f < 0.0) == subcritical ? low : high) = h;
  }
  return 0.5 * (low + high);
}

/// Unit discharge and outlet depth; whether flow is critical on the crest.
struct Flow {
  double q;
  double outlet;
  bool critical;

  double outlet_head() const { return q * q / (2.0 * g * outlet * outlet) + outlet; }
  double crest_head() const { return crest + 1.5 * critical_depth(q); }

  /// Whether supercritical flow runs on at x: it has more momentum q²/h + g h²/2 than flow with the
  /// outlet's head would have, or there is none with that head.
  bool fast_at(double x) const {
    if (outlet_head() < bump(x) + 1.5 * critical_depth(q)) return true;
    const auto momentum = [&](double h) { return q * q / h + 0.5 * g * h * h; };
    return momentum(depth_of_head(q, crest_head(), bump(x), false)) >
           momentum(depth_of_head(q, outlet_head(), bump(x), true));
  }

  /// Where supercritical flow jumps to the outlet's head; the end of the grid where it does not.
  double jump() const {
    if (fast_at(length)) return length;
    double low = 10.0;
    double high = length;
    for (int i = 0; i < 200; ++i) {
      const double x = 0.5 * (low + high);
      (fast_at(x) ? low : high) = x;
    }
    return 0.5 * (low + high);
  }

  double depth(double x, double jump_at) const {
    if (!critical || x > jump_at) return depth_of_head(q, outlet_head(), bump(x), true);
    return depth_of_head(q, crest_head(), bump(x), x < 10.0);
  }
};

struct Outcome {
  double depth_error;      // mean [m]
  double discharge_error;  // median of |q - q exact| / q
};

Outcome outcome(const Flow& flow, int cells) {
  const double dx = length / cells;
  const double jump = flow.jump();
  Case c =
      case_over(sampled(cells, 1, dx, [](double x, double) { return bump(x); }), dx, frictionless);
  c.edges = {edge_on(c, Side::west, EdgeKind::discharge, Series::constant(flow.q * dx)),
             edge_on(c, Side::east, EdgeKind::stage, Series::constant(flow.outlet))};
  const Field<double> h =
      sampled(cells, 1, dx, [&](double x, double) { return flow.outlet - bump(x); });
  auto s = cold(c, options_for(Precision::double_, 1.0), h);
  EXPECT_TRUE(s) << s.error().message;
  const auto done = s->advance_to(seconds_after_start(600.0));
  EXPECT_TRUE(done) << done.error().message;
  EXPECT_LE(s->ledger().relative_error(), 1e-12);
  std::vector<double> off = s->state().unit_discharge_x;
  for (double& q : off) q = std::abs(q / flow.q - 1.0);
  std::nth_element(off.begin(), off.begin() + off.size() / 2, off.end());
  return {mean_depth_error(*s, dx, [&](double x, double) { return flow.depth(x, jump); }),
          off[off.size() / 2]};
}

std::vector<double> errors_of(const char* name, const Flow& flow) {
  std::vector<double> errors;
  for (const int cells : {100, 200, 400}) {
    const Outcome o = outcome(flow, cells);
    errors.push_back(o.depth_error);
    EXPECT_LT(o.discharge_error, 0.005) << cells << " cells";
  }
  std::printf("%s: mean depth errors %.3e %.3e %.3e m, order %.2f\n", name, errors[0], errors[1],
              errors[2], last_order(errors));
  return errors;
}

// The bump's foot is a corner: the order in the mean is less than 2.
TEST(Bump, SubcriticalDepthConvergesToBernoulli) {
  const std::vector<double> errors = errors_of("Subcritical bump", {4.42, 2.0, false});
  EXPECT_GE(last_order(errors), 1.4);
  EXPECT_LT(errors.back(), 1e-4);
}

// Critical on the crest and supercritical from there on: what leaves so takes no notice of the
// stage given at the outlet.
TEST(Bump, TranscriticalDepthConvergesToBernoulli) {
  const std::vector<double> errors = errors_of("Transcritical bump", {1.53, 0.66, true});
  EXPECT_GE(last_order(errors), 1.4);
  EXPECT_LT(errors.back(), 5e-4);
}

// A jump is smeared over a cell or two, so that the mean error falls with the first order.
TEST(Bump, TranscriticalJumpStandsWhereMomentumSays) {
  const Flow flow{0.18, 0.33, true};
  EXPECT_NEAR(flow.jump(), 11.67, 0.01);  // SWASHES, figure 6
  const std::vector<double> errors = errors_of("Bump with a jump", flow);
  EXPECT_GE(last_order(errors), 0.8);
  EXPECT_LT(errors.back(), 5e-4);
}

}  // namespace
}  // namespace vandvagt::model::test
