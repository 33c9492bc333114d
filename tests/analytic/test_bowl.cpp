// Thacker's paraboloid, see bowl.hpp.

#include <gtest/gtest.h>

#include "tests/analytic/bowl.hpp"
#include "tests/analytic/figures.hpp"
#include "tests/model/model_cases.hpp"

namespace vandvagt::model::test {
namespace {

using namespace bowl;

Result<Simulation> run(int cells, const State& state, double end) {
  const double dx = side / cells;
  const Case c = case_over(sampled(cells, cells, dx, bed), dx, frictionless);
  Options o = options_for(Precision::double_, end);
  auto s = Simulation::start_from(c, o, state);
  if (!s) return s;
  if (auto done = s->advance_to(seconds_after_start(end)); !done) return fail(done.error());
  return s;
}

Case bowl(int cells) {
  const double dx = side / cells;
  return case_over(sampled(cells, cells, dx, bed), dx, frictionless);
}

// Second order where wet, first at the shoreline, which is a line that moves: in the mean the order
// lies between 1 and 2.
TEST(BowlPlanar, DepthConverges) {
  const Planar exact;
  const double period = 2.0 * 3.14159265358979323846 / exact.omega;
  std::vector<double> errors;
  for (const int cells : {50, 100, 200}) {
    const State start = state_of(
        bowl(cells), Precision::double_, [&](double x, double y) { return exact.h(x, y, 0.0); },
        [&](double x, double y) { return exact.h(x, y, 0.0) * exact.u(0.0); },
        [&](double x, double y) { return exact.h(x, y, 0.0) * exact.v(0.0); });
    // The nearest whole microsecond to a period; the exact solution is taken at that time.
    const double end = to_seconds(from_seconds(period));
    auto s = run(cells, start, end);
    ASSERT_TRUE(s) << s.error().message;
    const auto at_end = [&](double x, double y) { return exact.h(x, y, end); };
    errors.push_back(mean_depth_error(*s, side / cells, at_end));
    if (cells == 50) figure_profile("thacker_planar", *s, bowl(cells), at_end);
    EXPECT_LE(s->ledger().relative_error(), 1e-12);
  }
  report_errors("thacker_planar", 50, errors, depth);
  EXPECT_GE(last_order(errors), 1.25);
  EXPECT_LT(errors.back(), 6e-4 * depth);
}

TEST(BowlRadial, DepthConverges) {
  const Radial exact;
  const double period = 2.0 * 3.14159265358979323846 / exact.omega;
  const auto none = [](double, double) { return 0.0; };
  std::vector<double> errors;
  for (const int cells : {50, 100, 200}) {
    const State start = state_of(
        bowl(cells), Precision::double_, [&](double x, double y) { return exact.h(x, y, 0.0); },
        none, none);
    const double end = to_seconds(from_seconds(period));
    auto s = run(cells, start, end);
    ASSERT_TRUE(s) << s.error().message;
    const auto at_end = [&](double x, double y) { return exact.h(x, y, end); };
    errors.push_back(mean_depth_error(*s, side / cells, at_end));
    if (cells == 50) figure_profile("thacker_radial", *s, bowl(cells), at_end);
    EXPECT_LE(s->ledger().relative_error(), 1e-12);
  }
  report_errors("thacker_radial", 50, errors, depth);
  EXPECT_GE(last_order(errors), 1.25);
  EXPECT_LT(errors.back(), 6e-4 * depth);
}

}  // namespace
}  // namespace vandvagt::model::test
