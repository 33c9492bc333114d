#include "tests/app/groundwater_case.hpp"
#include "tests/support/program.hpp"

#include <fmt/format.h>

namespace vandvagt::test {
namespace {

constexpr const char* text = R"toml(
[project]
name = "meadow"

[terrain]
flat = 1.0
crs = "EPSG:25832"
vertical_datum = "EPSG:5799"
cell_size = 10.0
extent = [560000, 6278000, 560400, 6278200]

[[terrain.change]]
rectangle = [560150, 6278050, 560250, 6278150]
set_to = 0.6

[manning]
value = 0.03

[rain]
rate = "0 mm/h"
[rain.forecast]
rate = "20 mm/h"

[infiltration]
conductivity = "50 mm/h"
suction_head = 0.1
moisture_deficit = 0.2

[groundwater]
water_table_depth = 1.0
prior_error = 0.5
reading_error = 0.01
correlation_length = 5000
wells = ["well-west", "well-east"]

[time]
horizon = "3h"

[store]
folder = "store"

[[station]]
id = "well-west"
operator = "kommune"
parameter = "groundwater-depth"
unit = "m"
position = [560055, 6278105]

[[station]]
id = "well-east"
operator = "kommune"
parameter = "groundwater-head"
unit = "m"
datum = "EPSG:5799"
ground = 1.0
position = [560355, 6278105]

[alerts]
status = "test"
sender = "vandvagt@example.org"
identifier_prefix = "vandvagt-test"

[[area]]
id = "meadow"
name_da = "Engen"
name_en = "The meadow"
rectangle = [560000, 6278000, 560400, 6278200]

[[area]]
id = "hollow"
name_da = "Lavningen"
name_en = "The hollow"
rectangle = [560150, 6278050, 560250, 6278150]

[[rule]]
id = "east-well"
area = "meadow"
station = "well-east"
quantity = "groundwater_depth"
hazard = "groundwater"
[[rule.level]]
name = "minor"
raise = 0.3
clear = 0.4
[[rule.level]]
name = "moderate"
raise = 0.1
clear = 0.2

[[rule]]
id = "meadow-shallow"
area = "meadow"
quantity = "shallow_groundwater_share"
shallower_than = 0.3
hazard = "groundwater"
[[rule.level]]
name = "minor"
raise = "10 %"
clear = "5 %"

[[rule]]
id = "hollow-flooded"
area = "hollow"
quantity = "area_share"
area_depth = 0.1
hazard = "rain"
[[rule.level]]
name = "minor"
raise = "50 %"
clear = "40 %"
)toml";

}  // namespace

GroundwaterCase::GroundwaterCase(std::filesystem::path folder, const std::string& broker,
                                 const std::string& more)
    : folder_(std::move(folder)) {
  write_text(configuration(),
             text + more + "\n[broker]\nurl = \"" + broker + "\"\nlisten = \"0s\"\n");
}

std::vector<std::string> GroundwaterCase::watch() const {
  return {program(), "watch", "--config", configuration().string()};
}

CommandResult GroundwaterCase::forecast() const {
  return run_command(fmt::format("{} forecast --config '{}' --output '{}'", program(),
                                 configuration().string(), output().string()));
}

nlohmann::json GroundwaterCase::run_json() const {
  return nlohmann::json::parse(read_text(output() / "run.json"));
}

}  // namespace vandvagt::test
