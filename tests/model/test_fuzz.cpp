#include "tests/model/test_fuzz.hpp"

namespace vandvagt::model::test {
namespace {

TEST(Fuzz, TwoHundredRandomRunsAreSound) {
  for (unsigned seed = 0; seed < 200; ++seed) expect_sound_run(seed);
}

}  // namespace
}  // namespace vandvagt::model::test
