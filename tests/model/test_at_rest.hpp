#pragma once

#include <gtest/gtest.h>

#include "tests/model/random_case.hpp"

namespace vandvagt::model::test {

/// A lake over a bed that changes by metres from cell to cell, with islands, a wall `high` metres
/// high, a ditch as deep, and nodata in it, at a datum of `datum` metres.
inline void expect_lake_rests(Precision precision, double datum, double high, double seconds,
                              int time_levels = 0) {
  const int n = 60;
  const double dx = 10.0;
  Draw draw(7);
  Field<double> z = sampled(n, n, dx, [&](double x, double y) {
    return datum + 2.0 * std::sin(x / 40.0) * std::cos(y / 30.0) + draw.between(-2.0, 2.0);
  });
  for (int j = 20; j < 40; ++j) z(30, j) = datum + high;
  for (int j = 5; j < 15; ++j) z(10, j) = datum - high;
  for (int j = 45; j < 50; ++j) {
    for (int i = 40; i < 52; ++i) z(i, j) = outside;
  }
  const Case c = case_over(z, dx, 0.03F);
  const double surface = datum + 0.5;
  Field<double> h(n, n, 0.0);
  for (int j = 0; j < n; ++j) {
    for (int i = 0; i < n; ++i) {
      if (!std::isnan(z(i, j))) h(i, j) = std::max(0.0, surface - z(i, j));
    }
  }
  Options options = options_for(precision, 60.0);
  options.time_levels = time_levels;
  auto s = cold(c, options, h);
  ASSERT_TRUE(s) << s.error().message;
  const auto done = s->advance_to(seconds_after_start(seconds));
  ASSERT_TRUE(done) << done.error().message;
  // Depths and steps of the bed up to `high` are rounded to 2^-24 of it in single precision and
  // 2^-53 in double; a cell's four faces see eight such roundings.
  const double unit =
      precision == Precision::double_ ? std::ldexp(high, -52) : std::ldexp(high, -23);
  const double datum_unit = std::abs(datum) * std::ldexp(1.0, -52);  // of the elevations as given
  const double drift = 8.0 * (unit + datum_unit);
  const State end = s->state();
  double most = 0.0;
  double fastest = 0.0;
  for (int j = 0; j < n; ++j) {
    for (int i = 0; i < n; ++i) {
      if (std::isnan(z(i, j))) continue;
      const auto k = static_cast<std::size_t>(j * n + i);
      most = std::max(most, std::abs(end.depth[k] - h(i, j)));
      const double q = std::hypot(end.unit_discharge_x[k], end.unit_discharge_y[k]);
      fastest = std::max(fastest, q / std::sqrt(9.81 * std::max(h(i, j), 1e-6)));
    }
  }
  std::printf("At rest, %lld steps: drift %.2e m, |q|/c %.2e m (one unit is %.2e m)\n",
              s->counters().steps, most, fastest, unit + datum_unit);
  EXPECT_LE(most, drift);
  EXPECT_LE(fastest, drift);
  EXPECT_LE(s->ledger().relative_error(), volume_bound(precision));
}

}  // namespace vandvagt::model::test
