#pragma once

#include <gtest/gtest.h>

#include "tests/model/random_case.hpp"

namespace vandvagt::model::test {

/// A short run of a random case: finite, nowhere negative, volume closed, and the step above its
/// floor (else advance_to fails).
inline void expect_sound_run(unsigned seed) {
  SCOPED_TRACE("seed " + std::to_string(seed));
  const Drawn drawn = random_case(seed);
  const Precision precision = seed % 2 == 0 ? Precision::double_ : Precision::single_;
  const double sync = drawn.model.dx < 1.0 ? 0.5 : 10.0;
  Options options = options_for(precision, sync);
  if (seed % 5 > 2) options.time_levels = static_cast<int>(seed % 4) + 1;
  auto s = cold(drawn.model, options, drawn.depth);
  ASSERT_TRUE(s) << s.error().message;
  s->set_rain(drawn.rain);
  const auto done = s->advance_to(seconds_after_start(2.0 * sync));
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_LE(s->ledger().relative_error(), volume_bound(precision));
  const State end = s->state();
  for (std::size_t k = 0; k < end.depth.size(); ++k) {
    ASSERT_GE(end.depth[k], 0.0) << "cell " << k;
    ASSERT_TRUE(std::isfinite(end.unit_discharge_x[k]) && std::isfinite(end.unit_discharge_y[k]));
  }
}

}  // namespace vandvagt::model::test
