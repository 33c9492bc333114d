#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "tests/fuzz/targets.hpp"
#include "tests/support/support.hpp"

namespace vandvagt::fuzz {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> names() {
  std::vector<std::string> all;
  for (const auto& [name, target] : targets()) all.emplace_back(name);
  return all;
}

class FuzzCorpus : public testing::TestWithParam<std::string> {
 protected:
  std::vector<std::string> seeds() const {
    std::vector<std::string> all;
    const auto folder = fs::path(VANDVAGT_SOURCE_DIR) / "tests" / "fuzz" / "corpus" / GetParam();
    for (const auto& entry : fs::directory_iterator(folder))
      all.push_back(test::read_text(entry.path()));
    std::sort(all.begin(), all.end());
    return all;
  }
  Target target() const {
    return std::find_if(targets().begin(), targets().end(),
                        [](const auto& t) { return t.first == GetParam(); })
        ->second;
  }
};

TEST_P(FuzzCorpus, KeepsItsPromisesOnEverySeed) {
  ASSERT_FALSE(seeds().empty());
  for (const auto& seed : seeds()) target()(seed);
}

TEST_P(FuzzCorpus, KeepsItsPromisesOnSeedsCutAndChanged) {
  const unsigned number = 20261124;
  SCOPED_TRACE(number);
  std::mt19937 random(number);
  for (const auto& seed : seeds()) {
    for (std::size_t cut = 0; cut <= seed.size(); cut += 1 + seed.size() / 200)
      target()(std::string_view(seed).substr(0, cut));
    for (int round = 0; round < 200 && !seed.empty(); ++round) {
      std::string changed = seed;
      for (int n = 0; n < 3; ++n)
        changed[random() % changed.size()] = static_cast<char>(random() % 256);
      target()(changed);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Decoders, FuzzCorpus, testing::ValuesIn(names()));

}  // namespace
}  // namespace vandvagt::fuzz
