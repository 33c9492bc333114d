#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>

#include "forecast/states.hpp"
#include "grids/netcdf.hpp"
#include "tests/forecast/made_case.hpp"

namespace vandvagt::forecast {
namespace {

using std::chrono::hours;
using test::first_night;
using ::testing::HasSubstr;

struct States : ::testing::Test {
  vandvagt::test::TemporaryFolder folder;
  test::MadeCase made = test::make_case({.infiltration = true, .aquifer = true});
  Identity identity = identity_of(made.scenario, made.built);
  std::vector<RefusedState> refused;

  SavedState state_at(Time time) {
    SavedState saved;
    saved.state.time = time;
    const auto cells = made.built.model.bed_elevation.size();
    saved.state.depth.assign(cells, 0.1);
    saved.state.depth[1] = -0.0;
    saved.state.depth[2] = 5e-324;
    saved.state.unit_discharge_x.assign(cells, 1.0 / 3.0);
    saved.state.unit_discharge_y.assign(cells, -2.0 / 7.0);
    saved.state.infiltrated.assign(cells, 0.01);
    saved.state.water_table_depth.assign(cells, 0.7);
    saved.state.head.assign(cells, 1.0 / 7.0);
    saved.state.seepage_rate.assign(cells, 1.0 / 9.0);
    saved.state.seepage_rest.assign(cells, 1.0 / 11.0);
    saved.state.ground_time = time - std::chrono::minutes{3};
    saved.state.pump_running = {1.0, 0.0};
    saved.state.passage_discharge = {0.25, -1.0 / 3.0, 7.5};
    saved.identity = identity;
    saved.name = made.scenario.name;
    saved.run = "made-1";
    saved.cold_start = time - hours{30};
    return saved;
  }
  std::filesystem::path save(Time time) {
    const auto file =
        save_state(folder / "states", state_at(time), made.scenario.time.state_max_age);
    EXPECT_TRUE(file) << (file ? "" : file.error().message);
    return *file;
  }
  std::optional<SavedState> find(Time reference) {
    refused.clear();
    return find_state(folder / "states", made.scenario, identity, reference, refused);
  }
};

TEST_F(States, ComeBackToTheBit) {
  save(first_night());
  const auto found = find(first_night() + hours{24});
  ASSERT_TRUE(found);
  const model::State expected = state_at(first_night()).state;
  EXPECT_EQ(found->state.time, expected.time);
  EXPECT_EQ(found->cold_start, first_night() - hours{30});
  EXPECT_EQ(0, std::memcmp(found->state.depth.data(), expected.depth.data(),
                           expected.depth.size() * sizeof(double)));
  EXPECT_EQ(found->state.unit_discharge_x, expected.unit_discharge_x);
  EXPECT_EQ(found->state.unit_discharge_y, expected.unit_discharge_y);
  EXPECT_EQ(found->state.infiltrated, expected.infiltrated);
  EXPECT_EQ(found->state.water_table_depth, expected.water_table_depth);
  EXPECT_EQ(found->state.head, expected.head);
  EXPECT_EQ(found->state.seepage_rate, expected.seepage_rate);
  EXPECT_EQ(found->state.seepage_rest, expected.seepage_rest);
  EXPECT_EQ(found->state.ground_time, expected.ground_time);
  EXPECT_EQ(found->state.pump_running, expected.pump_running);
  EXPECT_EQ(found->state.passage_discharge, expected.passage_discharge);
  EXPECT_TRUE(found->state.depth_residual.empty());
}

TEST_F(States, NewestBeforeTheReferenceTimeIsTaken) {
  save(first_night());
  save(first_night() + hours{6});
  save(first_night() + hours{12});
  EXPECT_EQ(find(first_night() + hours{11})->state.time, first_night() + hours{6});
  EXPECT_EQ(find(first_night() + hours{12})->state.time, first_night() + hours{12});
  EXPECT_FALSE(find(first_night() - hours{1}));
}

TEST_F(States, ExpireAndSaySo) {
  save(first_night());
  EXPECT_TRUE(find(first_night() + hours{48}));
  EXPECT_FALSE(find(first_night() + hours{49}));
  ASSERT_EQ(refused.size(), 1U);
  EXPECT_THAT(refused[0].why, HasSubstr("state_max_age"));
}

TEST_F(States, OfAnotherGridTerrainRoughnessEdgesOrSolverAreRefusedWithTheReason) {
  save(first_night());
  const auto why = [&](const auto& change) {
    auto other = made;
    change(other);
    refused.clear();
    const auto found = find_state(folder / "states", other.scenario,
                                  identity_of(other.scenario, other.built), first_night(), refused);
    EXPECT_FALSE(found);
    return refused.empty() ? std::string("accepted") : refused[0].why;
  };
  EXPECT_THAT(why([](auto& c) { c.built.geometry.x0 += 1; }), HasSubstr("another grid"));
  EXPECT_THAT(why([](auto& c) { c.built.model.bed_elevation(9, 9) += 1e-9; }),
              HasSubstr("another terrain"));
  EXPECT_THAT(why([](auto& c) { c.built.model.manning(9, 9) = 0.05F; }), HasSubstr("roughness"));
  EXPECT_THAT(why([](auto& c) { c.built.model.edges[0].faces.pop_back(); }), HasSubstr("edges"));
  EXPECT_THAT(why([](auto& c) { c.built.model.sources[0].cells[0].i -= 1; }), HasSubstr("sources"));
  EXPECT_THAT(why([](auto& c) { c.built.model.infiltration.conductivity(1, 1) = 0; }),
              HasSubstr("infiltration"));
  EXPECT_THAT(why([](auto& c) { c.built.model.structures.resize(1); }), HasSubstr("structures"));
  EXPECT_THAT(why([](auto& c) { c.built.model.levees.resize(1); }), HasSubstr("levees"));
  EXPECT_THAT(why([](auto& c) { c.built.model.aquifer.base(1, 1) -= 1.0F; }),
              HasSubstr("another aquifer"));
  EXPECT_THAT(why([](auto& c) { c.built.model.aquifer = {}; }), HasSubstr("another aquifer"));
  EXPECT_THAT(why([](auto& c) { c.built.model.evapotranspiration.extinction_depth = 2.0; }),
              HasSubstr("another evapotranspiration"));
  EXPECT_THAT(why([](auto& c) { c.scenario.solver.cfl = 0.3; }), HasSubstr("solver"));
  EXPECT_THAT(why([](auto& c) { c.scenario.solver.precision = model::Precision::single_; }),
              HasSubstr("solver"));
}

/// The same file as an older or newer program would have written it.
std::filesystem::path with_layout(const std::filesystem::path& file, const std::string& version) {
  auto content = grids::read_state(file);
  EXPECT_TRUE(content);
  content->attributes["layout_version"] = version;
  content->attributes.erase("ground_time_microseconds");
  EXPECT_TRUE(grids::write_state(file, *content));
  return file;
}

TEST_F(States, OfTheLayoutBeforeTheGroundServeACaseWithoutOneAlone) {
  const auto whole = made;
  made.built.model.aquifer = {};
  made.built.model.evapotranspiration = {};
  identity = identity_of(made.scenario, made.built);
  with_layout(save(first_night()), "1");
  const auto found = find(first_night());
  ASSERT_TRUE(found);
  EXPECT_EQ(found->state.ground_time, first_night());
  made = whole;
  identity = identity_of(made.scenario, made.built);
  EXPECT_FALSE(find(first_night()));
  ASSERT_EQ(refused.size(), 1U);
  EXPECT_THAT(refused[0].why, HasSubstr("another aquifer, evapotranspiration"));
}

TEST_F(States, OfALayoutToComeAreRefusedWithTheReason) {
  with_layout(save(first_night()), "3");
  EXPECT_FALSE(find(first_night()));
  ASSERT_EQ(refused.size(), 1U);
  EXPECT_THAT(refused[0].why, HasSubstr("its layout is version \"3\", not 2"));
}

TEST_F(States, OfAnotherHorizonOutputsThreadsOrForcingAreUsed) {
  save(first_night());
  auto other = made;
  other.scenario.time.horizon = hours{99};
  other.scenario.output.interval = hours{1};
  other.scenario.solver.threads = 9;
  other.scenario.ensemble.members = 20;
  other.scenario.edges[0].series.station = "sea-spare";
  EXPECT_TRUE(find_state(folder / "states", other.scenario,
                         identity_of(other.scenario, other.built), first_night(), refused));
}

TEST_F(States, ADamagedOneIsRefusedAndTheOneBeforeItUsed) {
  save(first_night());
  const auto newest = save(first_night() + hours{6});
  std::filesystem::resize_file(newest, std::filesystem::file_size(newest) * 2 / 3);
  const auto found = find(first_night() + hours{12});
  ASSERT_TRUE(found);
  EXPECT_EQ(found->state.time, first_night());
  ASSERT_EQ(refused.size(), 1U);
  EXPECT_EQ(refused[0].file, newest);
}

TEST_F(States, OldOnesAreRemovedAndTheThreeNewestKept) {
  for (int day = 0; day < 12; ++day) save(first_night() + day * hours{24});
  std::size_t count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder / "states")) {
    count += entry.is_regular_file() ? 1 : 0;
  }
  EXPECT_EQ(count, 7U);  // six days of 3 × 48 h, and the newest itself
}

TEST_F(States, AFolderThatCannotBeWrittenIsNamed) {
  vandvagt::test::write_text(folder / "states", "a file");
  const auto file = save_state(folder / "states", state_at(first_night()), hours{48});
  ASSERT_FALSE(file);
  EXPECT_THAT(file.error().message, HasSubstr("states"));
}

TEST(StateUse, SaysHowColdItIs) {
  StateUse use;
  use.spun_up = hours{6};
  EXPECT_THAT(use.coldness(), HasSubstr("cold start"));
  EXPECT_THAT(use.coldness(), HasSubstr("6 h"));
  use.cold = false;
  use.used = "2026-01-10T00:00:00Z";
  use.age = hours{24};
  use.spun_up = hours{72};
  EXPECT_EQ(
      use.coldness(),
      "warm: state of 2026-01-10T00:00:00Z, 24 h old; 72 h of simulated time since a cold start");
}

}  // namespace
}  // namespace vandvagt::forecast
