#include "tests/model/test_fuzz.hpp"

namespace vandvagt::model::test {
namespace {

// Two hundred in all, in parts that run side by side.
class Fuzz : public testing::TestWithParam<unsigned> {};

TEST_P(Fuzz, FiftyRandomRunsAreSound) {
  for (unsigned seed = GetParam(); seed < GetParam() + 50; ++seed) expect_sound_run(seed);
}

INSTANTIATE_TEST_SUITE_P(, Fuzz, testing::Values(0U, 50U, 100U, 150U),
                         [](const auto& p) { return "FromSeed" + std::to_string(p.param); });

}  // namespace
}  // namespace vandvagt::model::test
