// Steady flow over a bump without friction (SWASHES §3.1.3 to 3.1.5, Delestre et al. 2013,
// doi:10.1002/fld.3741): subcritical; subcritical before the crest and supercritical behind it; the
// same with a jump; supercritical on both sides, from a higher sill upstream.

#include <gtest/gtest.h>

#include "tests/analytic/figures.hpp"
#include "tests/model/model_cases.hpp"

namespace vandvagt::model::test {
namespace {

constexpr double g = 9.81;
constexpr double length = 25.0;

/// A parabola's cap 4 m long.
double cap(double x, double middle, double height) {
  const double s = (x - middle) / 2.0;
  return std::abs(s) < 1.0 ? height * (1.0 - s * s) : 0.0;
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

/// Unit discharge and outlet depth; whether flow is critical on the highest crest; a sill 5 m
/// before the bump, or none.
struct Flow {
  double q;
  double outlet;
  bool critical;
  double sill = 0.0;

  double bed(double x) const { return std::max(cap(x, 10.0, 0.2), cap(x, 5.0, sill)); }
  double control() const { return sill > 0.0 ? 5.0 : 10.0; }

  double outlet_head() const { return q * q / (2.0 * g * outlet * outlet) + outlet; }
  double crest_head() const { return bed(control()) + 1.5 * critical_depth(q); }

  /// Whether supercritical flow runs on at x: it has more momentum q²/h + g h²/2 than flow with the
  /// outlet's head would have, or there is none with that head.
  bool fast_at(double x) const {
    if (outlet_head() < bed(x) + 1.5 * critical_depth(q)) return true;
    const auto momentum = [&](double h) { return q * q / h + 0.5 * g * h * h; };
    return momentum(depth_of_head(q, crest_head(), bed(x), false)) >
           momentum(depth_of_head(q, outlet_head(), bed(x), true));
  }

  /// Where supercritical flow jumps to the outlet's head; the end of the grid where it does not.
  double jump() const {
    if (fast_at(length)) return length;
    double low = control();
    double high = length;
    for (int i = 0; i < 200; ++i) {
      const double x = 0.5 * (low + high);
      (fast_at(x) ? low : high) = x;
    }
    return 0.5 * (low + high);
  }

  double depth(double x, double jump_at) const {
    if (!critical || x > jump_at) return depth_of_head(q, outlet_head(), bed(x), true);
    return depth_of_head(q, crest_head(), bed(x), x < control());
  }
};

struct Outcome {
  double depth_error;      // mean [m]
  double discharge_error;  // median of |q - q exact| / q
};

/// From rest at the outlet's level; behind a sill from a tenth less than the steady depth in
/// motion: from rest a jump would stay before the bump, which is a steady flow too.
Result<Simulation> start(const Flow& flow, const Case& c) {
  const Options options = options_for(Precision::double_, 1.0);
  if (flow.sill > 0.0) {
    return Simulation::start_from(
        c, options,
        state_of(
            c, Precision::double_,
            [&](double x, double) { return 0.9 * flow.depth(x, flow.jump()); },
            [&](double, double) { return flow.q; }, [](double, double) { return 0.0; }));
  }
  return cold(c, options,
              sampled(c.nx, 1, c.dx, [&](double x, double) { return flow.outlet - flow.bed(x); }));
}

Outcome outcome(const std::string& name, const Flow& flow, int cells) {
  const double dx = length / cells;
  const double jump = flow.jump();
  Case c = case_over(sampled(cells, 1, dx, [&](double x, double) { return flow.bed(x); }), dx,
                     frictionless);
  c.edges = {edge_on(c, Side::west, EdgeKind::discharge, Series::constant(flow.q * dx)),
             edge_on(c, Side::east, EdgeKind::stage, Series::constant(flow.outlet))};
  auto s = start(flow, c);
  EXPECT_TRUE(s) << s.error().message;
  const auto done = s->advance_to(seconds_after_start(600.0));
  EXPECT_TRUE(done) << done.error().message;
  EXPECT_LE(s->ledger().relative_error(), 1e-12);
  std::vector<double> off = s->state().unit_discharge_x;
  for (double& q : off) q = std::abs(q / flow.q - 1.0);
  std::nth_element(off.begin(), off.begin() + off.size() / 2, off.end());
  const auto exact = [&](double x, double) { return flow.depth(x, jump); };
  if (cells == 100) figure_profile(name, *s, c, exact);
  return {mean_depth_error(*s, dx, exact), off[off.size() / 2]};
}

std::vector<double> errors_of(const char* name, const Flow& flow) {
  std::vector<double> errors;
  for (const int cells : {100, 200, 400}) {
    const Outcome o = outcome(name, flow, cells);
    errors.push_back(o.depth_error);
    EXPECT_LT(o.discharge_error, 0.005) << cells << " cells";
  }
  report_errors(name, 100, errors, critical_depth(flow.q));
  return errors;
}

// The bump's foot is a corner: the order in the mean is less than 2.
TEST(Bump, SubcriticalDepthConvergesToBernoulli) {
  const std::vector<double> errors = errors_of("bump_subcritical", {4.42, 2.0, false});
  EXPECT_GE(last_order(errors), 1.4);
  EXPECT_LT(errors.back(), 1e-4);
}

// Critical on the crest and supercritical from there on: what leaves so takes no notice of the
// stage given at the outlet.
TEST(Bump, TranscriticalDepthConvergesToBernoulli) {
  const std::vector<double> errors = errors_of("bump_transcritical", {1.53, 0.66, true});
  EXPECT_GE(last_order(errors), 1.4);
  EXPECT_LT(errors.back(), 5e-4);
}

// Froude number 2.4 before the bump and behind it, 1.9 on it. The control is a sill twice as high:
// an inflow of given discharge enters supercritical water at critical depth.
TEST(Bump, SupercriticalDepthConvergesToBernoulli) {
  const Flow flow{1.53, 0.66, true, 0.4};
  EXPECT_LT(flow.depth(10.0, flow.jump()), 0.7 * critical_depth(flow.q));
  const std::vector<double> errors = errors_of("bump_supercritical", flow);
  EXPECT_GE(last_order(errors), 1.4);
  EXPECT_LT(errors.back(), 5e-4);
}

// A jump is smeared over a cell or two, so that the mean error falls with the first order.
TEST(Bump, TranscriticalJumpStandsWhereMomentumSays) {
  const Flow flow{0.18, 0.33, true};
  EXPECT_NEAR(flow.jump(), 11.67, 0.01);  // SWASHES, figure 6
  const std::vector<double> errors = errors_of("bump_jump", flow);
  EXPECT_GE(last_order(errors), 0.8);
  EXPECT_LT(errors.back(), 5e-4);
}

}  // namespace
}  // namespace vandvagt::model::test
