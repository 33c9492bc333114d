// Dam breaks on a flat bed without friction: Ritter (1892) onto a dry bed and Stoker (1957) onto a
// wet one, as collected in SWASHES §4.1 (Delestre et al. 2013, doi:10.1002/fld.3741).

#include <gtest/gtest.h>

#include "tests/analytic/figures.hpp"
#include "tests/model/model_cases.hpp"

namespace vandvagt::model::test {
namespace {

constexpr double g = 9.81;
constexpr double length = 10.0;
constexpr double dam = 5.0;

double ritter(double x, double t, double h_left) {
  const double c = std::sqrt(g * h_left);
  const double s = (x - dam) / t;
  if (s <= -c) return h_left;
  if (s >= 2.0 * c) return 0.0;
  return (2.0 * c - s) * (2.0 * c - s) / (9.0 * g);
}

/// Celerity of the middle state: -8 g hr cm² (sqrt(g hl) - cm)² + (cm² - g hr)² (cm² + g hr) = 0.
double stoker_celerity(double hl, double hr) {
  double low = std::sqrt(g * hr);
  double high = std::sqrt(g * hl);
  for (int i = 0; i < 200; ++i) {
    const double c = 0.5 * (low + high);
    const double a = std::sqrt(g * hl) - c;
    const double f =
        -8.0 * g * hr * c * c * a * a + (c * c - g * hr) * (c * c - g * hr) * (c * c + g * hr);
    (f < 0.0 ? low : high) = c;
  }
  return 0.5 * (low + high);
}

double stoker(double x, double t, double hl, double hr) {
  const double cm = stoker_celerity(hl, hr);
  const double cl = std::sqrt(g * hl);
  const double shock = 2.0 * cm * cm * (cl - cm) / (cm * cm - g * hr);
  const double s = (x - dam) / t;
  if (s <= -cl) return hl;
  if (s <= 2.0 * cl - 3.0 * cm) return (2.0 * cl - s) * (2.0 * cl - s) / (9.0 * g);
  return s <= shock ? cm * cm / g : hr;
}

double error_on(int cells, double hl, double hr, double t, Precision precision) {
  const double dx = length / cells;
  const Case c = case_over(Field<double>(cells, 1, 0.0), dx, frictionless);
  const Field<double> h =
      sampled(cells, 1, dx, [&](double x, double) { return x < dam ? hl : hr; });
  // The front thins out to nothing: with water of 5 mm the default dry_depth of 1 µm, 1/5000 of it,
  // would hold the last of it back (error 1e-6 m, whatever the grid).
  Options o = options_for(precision, t);
  o.dry_depth = 1e-9;
  auto s = cold(c, o, h);
  EXPECT_TRUE(s) << s.error().message;
  const auto done = s->advance_to(seconds_after_start(t));
  EXPECT_TRUE(done) << done.error().message;
  EXPECT_LE(s->ledger().relative_error(), volume_bound(precision));
  const auto exact = [&](double x, double) {
    return hr > 0.0 ? stoker(x, t, hl, hr) : ritter(x, t, hl);
  };
  if (cells == 200) figure_profile(hr > 0.0 ? "stoker" : "ritter", *s, c, exact);
  return mean_depth_error(*s, dx, exact);
}

class DamBreak : public testing::TestWithParam<Precision> {};

// The solution has corners (and a shock), so that a second-order scheme converges at about first
// order in the mean. SWASHES' times and depths.
TEST_P(DamBreak, OntoDryBedConvergesAtFirstOrder) {
  std::vector<double> errors;
  for (const int cells : {200, 400, 800})
    errors.push_back(error_on(cells, 0.005, 0.0, 6.0, GetParam()));
  RecordProperty("error_800", std::to_string(errors.back()));
  report_errors("ritter", 200, errors, 0.005);
  EXPECT_GE(last_order(errors), 0.95);
  EXPECT_LT(errors.back(), 0.002 * 0.005);
}

TEST_P(DamBreak, OntoWetBedConvergesAtFirstOrder) {
  std::vector<double> errors;
  for (const int cells : {200, 400, 800})
    errors.push_back(error_on(cells, 0.005, 0.001, 6.0, GetParam()));
  report_errors("stoker", 200, errors, 0.005);
  EXPECT_GE(last_order(errors), 0.95);
  EXPECT_LT(errors.back(), 0.002 * 0.005);
}

INSTANTIATE_TEST_SUITE_P(, DamBreak, testing::Values(Precision::double_, Precision::single_),
                         [](const auto& p) {
                           return p.param == Precision::double_ ? "Double" : "Single";
                         });

}  // namespace
}  // namespace vandvagt::model::test
