#include "tests/app/watch_case.hpp"

#include "tests/support/program.hpp"
#include "tests/support/support.hpp"

namespace vandvagt::test {
namespace {

constexpr const char* text = R"toml(
[project]
name = "town"

[terrain]
flat = 1.0
crs = "EPSG:25832"
vertical_datum = "EPSG:5799"
cell_size = 10.0
extent = [560000, 6278000, 560400, 6278200]

[manning]
value = 0.03

[time]
horizon = "6h"

[store]
folder = "store"

[[station]]
id = "n12"
name = "Town bridge"
operator = "kommune"
parameter = "stage"
unit = "m"
datum = "EPSG:5799"
position = [560005, 6278105]
[station.quality]
sensor_min = -5.0
sensor_max = 1000000.0

[[station]]
id = "q1"
operator = "kommune"
parameter = "discharge"
unit = "l/s"
position = [560015, 6278105]

[alerts]
status = "test"
sender = "vandvagt@example.org"
identifier_prefix = "vandvagt-test"

[[area]]
id = "town"
name_da = "Byen"
name_en = "The town"
rectangle = [560100, 6278000, 560400, 6278200]

[[rule]]
id = "bridge"
area = "town"
station = "n12"
quantity = "stage"
datum = "EPSG:5799"
hazard = "river"
[[rule.level]]
name = "minor"
raise = 999999.0
clear = 999998.0
)toml";

}  // namespace

WatchCase::WatchCase(std::filesystem::path folder, const std::string& broker,
                     const std::string& more, const std::string& store)
    : folder_(std::move(folder)) {
  std::string all = text + more + "\n[broker]\n" + broker;
  const std::string section = "[store]\n";
  all.insert(all.find(section) + section.size(), store);
  write_text(configuration(), all);
}

std::vector<std::string> WatchCase::command() const {
  return {program(), "watch", "--config", configuration().string()};
}

}  // namespace vandvagt::test
