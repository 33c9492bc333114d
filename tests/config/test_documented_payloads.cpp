#include <gtest/gtest.h>

#include "config/configuration.hpp"
#include "sensors/decode.hpp"
#include "tests/support/support.hpp"

/// docs/interfaces.md shows a mapping and a message of each format; both must work as they stand.
namespace vandvagt::config {
namespace {

struct Example {
  std::string heading, mapping, message;
};

std::string block_after(const std::string& section, const std::string& fence) {
  const auto begin = section.find("```" + fence + "\n");
  if (begin == std::string::npos) return {};
  const auto from = begin + 4 + fence.size();
  return section.substr(from, section.find("\n```", from) - from);
}

std::vector<Example> examples() {
  const auto page =
      test::read_text(std::filesystem::path(VANDVAGT_SOURCE_DIR) / "docs" / "interfaces.md");
  std::vector<Example> all;
  for (auto at = page.find("\n### "); at != std::string::npos; at = page.find("\n### ", at + 1)) {
    const auto section = page.substr(at + 5, page.find("\n#", at + 5) - at - 5);
    Example example{section.substr(0, section.find('\n')), block_after(section, "toml"),
                    block_after(section, "json")};
    if (example.message.empty()) example.message = block_after(section, "text");
    if (example.mapping.find("[station.mapping]") != std::string::npos)
      all.push_back(std::move(example));
  }
  return all;
}

TEST(DocumentedPayloads, AreReadByTheirDocumentedMappings) {
  const auto all = examples();
  ASSERT_EQ(all.size(), 5u);
  for (const auto& [heading, mapping, message] : all) {
    const test::TemporaryFolder folder;
    test::write_text(folder / "case.toml",
                     "[project]\nname = \"pond\"\n[terrain]\nflat = 0.0\ncell_size = 10\n"
                     "extent = [0, 0, 100, 100]\ncrs = \"local\"\nvertical_datum = \"EPSG:5799\"\n"
                     "[manning]\nvalue = 0.03\n[time]\nduration = \"1h\"\n[[station]]\n"
                     "id = \"bridge-1\"\noperator = \"kommune\"\nparameter = \"stage\"\n"
                     "unit = \"cm\"\ndatum = \"EPSG:5799\"\nposition = [5, 5]\n" +
                         mapping);
    Faults faults;
    const auto loaded = load(folder / "case.toml", {}, faults);
    ASSERT_TRUE(loaded) << heading << ": " << (faults.empty() ? "" : to_string(faults.front()));
    const auto catalogue = sensors::Catalogue::make(loaded->stations).value();
    const auto received = parse_time("2026-11-23T04:10:00Z").value();
    const auto readings =
        sensors::decode(catalogue, loaded->stations.at(0).mapping.topic, message, received);
    ASSERT_TRUE(readings) << heading << ": " << readings.error().message;
    ASSERT_EQ(readings->size(), 1u) << heading;
    EXPECT_DOUBLE_EQ(readings->front().value, 1.482) << heading;
    const auto off = readings->front().time - received;
    EXPECT_TRUE(off >= Duration{0} && off < std::chrono::seconds{1}) << heading;
  }
}

}  // namespace
}  // namespace vandvagt::config
