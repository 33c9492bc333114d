#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <sstream>

#include "config/configuration.hpp"
#include "tests/support/support.hpp"

namespace vandvagt::config {
namespace {

/// Every word that docs/configuration.md shows as code: `section.key`.
std::set<std::string> documented_keys() {
  const auto page =
      test::read_text(std::filesystem::path(VANDVAGT_SOURCE_DIR) / "docs" / "configuration.md");
  std::set<std::string> keys;
  std::size_t end = 0;
  while (true) {
    const auto begin = page.find('`', end);
    if (begin == std::string::npos) return keys;
    end = page.find('`', begin + 1);
    if (end == std::string::npos) return keys;
    keys.insert(page.substr(begin + 1, end - begin - 1));
    ++end;
  }
}

/// What stands inside a field or a series is described once, as `field.raster`, `series.unit`.
bool told_by_a_common_form(const std::string& key, const std::set<std::string>& documented) {
  const auto last = key.rfind('.');
  if (last == std::string::npos) return false;
  for (const char* form : {"field", "series", "field.patch"})
    if (documented.count(form + key.substr(last)) > 0) return true;
  return false;
}

TEST(DocumentedKeys, HoldEveryKeyThatTheReaderKnows) {
  const auto documented = documented_keys();
  for (const auto& key : known_keys())
    EXPECT_TRUE(documented.count(key) > 0 || told_by_a_common_form(key, documented))
        << "`" << key << "` is missing in docs/configuration.md";
}

TEST(DocumentedKeys, HoldNoKeyOfASectionThatTheReaderDoesNotKnow) {
  const auto keys = known_keys();
  const std::set<std::string> known(keys.begin(), keys.end());
  std::set<std::string> sections;
  for (const auto& key : keys) sections.insert(key.substr(0, key.find('.')));
  for (const auto& word : documented_keys()) {
    const auto dot = word.find('.');
    const bool key_like =
        dot != std::string::npos && sections.count(word.substr(0, dot)) > 0 &&
        std::all_of(word.begin(), word.end(), [](char c) {
          return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.';
        });
    EXPECT_TRUE(!key_like || known.count(word) > 0) << "`" << word << "` is no key";
  }
}

TEST(DocumentedKeys, ReachIntoEverySection) {
  const auto keys = known_keys();
  for (const char* key :
       {"project.name", "terrain.change.ramp", "manning.patch.value", "initial.depth.patch.polygon",
        "edge.stage.forecast_file", "source.discharge.file", "rain.forecast.rate.unit",
        "station.quality.rate_per_hour", "rule.level.severity", "replay.from_raster.seed"})
    EXPECT_TRUE(std::binary_search(keys.begin(), keys.end(), key)) << key;
}

}  // namespace
}  // namespace vandvagt::config
