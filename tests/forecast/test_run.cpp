#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "forecast/run.hpp"
#include "grids/transform.hpp"
#include "tests/forecast/made_case.hpp"

namespace vandvagt::forecast {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using test::first_night;
using test::MadeCase;
using test::MadeStore;
using vandvagt::test::TemporaryFolder;

template <class T>
bool same_bits(const std::vector<T>& a, const std::vector<T>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(T)) == 0;
}

void expect_same_state(const model::State& a, const model::State& b) {
  EXPECT_EQ(a.time, b.time);
  EXPECT_TRUE(same_bits(a.depth, b.depth));
  EXPECT_TRUE(same_bits(a.depth_residual, b.depth_residual));
  EXPECT_TRUE(same_bits(a.unit_discharge_x, b.unit_discharge_x));
  EXPECT_TRUE(same_bits(a.unit_discharge_y, b.unit_discharge_y));
  EXPECT_TRUE(same_bits(a.infiltrated, b.infiltrated));
  EXPECT_TRUE(same_bits(a.water_table_depth, b.water_table_depth));
  EXPECT_TRUE(same_bits(a.head, b.head));
  EXPECT_TRUE(same_bits(a.seepage_rate, b.seepage_rate));
  EXPECT_TRUE(same_bits(a.seepage_rest, b.seepage_rest));
  EXPECT_EQ(a.ground_time, b.ground_time);
}

RunRequest request_at(const MadeCase& made, Time reference, const std::filesystem::path& states) {
  RunRequest request;
  request.reference_time = reference;
  request.state_folder = states;
  request.stations = made.stations;
  return request;
}

/// Two nights, the second from the first's state, against one run over both.
void expect_two_nights_equal_one(MadeCase made, Duration last_reading_before) {
  const TemporaryFolder folder;
  MadeStore store(folder.path());
  const Time night_1 = first_night();
  const Time night_2 = night_1 + hours{5};
  const Time cold = night_1 - hours{2};
  test::fill_weather(store, made, cold - hours{4}, night_1 - last_reading_before);
  made.scenario.time.horizon = hours{1};

  const auto first = run_forecast(made.scenario, made.built, &store.get(),
                                  request_at(made, night_1, folder / "states"));
  ASSERT_TRUE(first) << first.error().message;
  ASSERT_TRUE(first->usable()) << first->why_failed;
  EXPECT_TRUE(first->state.cold);
  ASSERT_TRUE(first->state.saved);

  // The next night's readings arrive only now.
  test::fill_weather(store, made, night_1 - last_reading_before, night_2 - last_reading_before);
  const auto second = run_forecast(made.scenario, made.built, &store.get(),
                                   request_at(made, night_2, folder / "states"));
  ASSERT_TRUE(second) << second.error().message;
  ASSERT_TRUE(second->usable()) << second->why_failed;
  EXPECT_FALSE(second->state.cold);
  EXPECT_EQ(second->state.time, first->state.saved);
  EXPECT_EQ(second->state.spun_up, hours{7});
  EXPECT_NE(second->state.coldness().find("warm"), std::string::npos);

  made.scenario.time.spin_up = night_2 - cold;
  const auto both = run_forecast(made.scenario, made.built, &store.get(),
                                 request_at(made, night_2, folder / "other_states"));
  ASSERT_TRUE(both) << both.error().message;
  EXPECT_TRUE(both->state.cold);
  EXPECT_EQ(both->start, cold);
  expect_same_state(*second->analysed, *both->analysed);
  expect_same_state(*second->last, *both->last);
  for (std::size_t g = 0; g < both->gauges.size(); ++g) {
    const auto& a = second->gauges[g].members[0].depth;
    const auto& b = both->gauges[g].members[0].depth;
    const std::vector<double> tail(b.end() - static_cast<std::ptrdiff_t>(a.size()), b.end());
    EXPECT_TRUE(same_bits(a, tail)) << both->gauges[g].gauge.id;
  }
}

TEST(TwoNights, EqualOneRunOverBothToTheBit) {
  expect_two_nights_equal_one(test::make_case(), Duration{0});
}

TEST(TwoNights, EqualOneRunWhereTheNewestReadingIsOld) {
  expect_two_nights_equal_one(test::make_case(), minutes{25});
}

TEST(TwoNights, EqualOneRunWithSoilAndWells) {
  expect_two_nights_equal_one(test::make_case({.infiltration = true}), minutes{7});
}

// The state is saved seven minutes before the reference time: inside a step of the ground.
TEST(TwoNights, EqualOneRunWithAnAquifer) {
  expect_two_nights_equal_one(test::make_case({.infiltration = true, .aquifer = true}), minutes{7});
}

TEST(TwoNights, EqualOneRunInSinglePrecision) {
  auto made = test::make_case({.infiltration = true});
  made.scenario.solver.precision = model::Precision::single_;
  expect_two_nights_equal_one(std::move(made), minutes{5});
}

TEST(TwoNights, EqualOneRunOnConstantForcing) {
  expect_two_nights_equal_one(test::make_case({.stations = false}), Duration{0});
}

TEST(Forecast, MembersOfOneSeedAreTheSameAndDifferFromEachOther) {
  auto made = test::make_case({.members = 3});
  const TemporaryFolder folder;
  MadeStore store(folder.path());
  test::fill_weather(store, made, first_night() - hours{6}, first_night());
  made.scenario.time.spin_up = hours{1};
  made.scenario.time.horizon = hours{1};
  auto request = request_at(made, first_night(), {});
  const auto one = run_forecast(made.scenario, made.built, &store.get(), request);
  made.scenario.solver.threads = 2;
  const auto two = run_forecast(made.scenario, made.built, &store.get(), request);
  ASSERT_TRUE(one && two);
  ASSERT_EQ(one->gauges[1].members.size(), 3U);
  for (std::size_t m = 0; m < 3; ++m) {
    EXPECT_TRUE(same_bits(one->gauges[1].members[m].depth, two->gauges[1].members[m].depth));
  }
  EXPECT_FALSE(same_bits(one->gauges[1].members[0].depth, one->gauges[1].members[1].depth));
  EXPECT_FALSE(same_bits(one->gauges[1].members[1].depth, one->gauges[1].members[2].depth));
  ASSERT_EQ(one->probabilities.size(), 2U);
  for (const float share : one->probabilities[0].share.values()) {
    if (std::isnan(share)) continue;
    const float thirds = 3.0F * share;
    EXPECT_FLOAT_EQ(thirds, std::round(thirds));
  }
}

TEST(Forecast, VolumeCloses) {
  auto made = test::make_case({.infiltration = true, .members = 2});
  const TemporaryFolder folder;
  MadeStore store(folder.path());
  test::fill_weather(store, made, first_night() - hours{6}, first_night());
  const auto outcome =
      run_forecast(made.scenario, made.built, &store.get(), request_at(made, first_night(), {}));
  ASSERT_TRUE(outcome) << outcome.error().message;
  ASSERT_TRUE(outcome->usable()) << outcome->why_failed;
  EXPECT_GT(outcome->volume.rain, 0.0);
  EXPECT_GT(outcome->volume.infiltration, 0.0);
  EXPECT_LT(outcome->volume.relative_error, 1e-9);
  EXPECT_LT(outcome->volume.worst_relative_error, 1e-9);
  EXPECT_GT(outcome->counters.steps, 0);
  EXPECT_GT(outcome->counters.cell_updates, 0);
}

TEST(Forecast, VolumeOfSurfaceAndGroundCloses) {
  auto made = test::make_case({.infiltration = true, .aquifer = true, .members = 2});
  const TemporaryFolder folder;
  MadeStore store(folder.path());
  test::fill_weather(store, made, first_night() - hours{6}, first_night());
  const auto outcome =
      run_forecast(made.scenario, made.built, &store.get(), request_at(made, first_night(), {}));
  ASSERT_TRUE(outcome) << outcome.error().message;
  ASSERT_TRUE(outcome->usable()) << outcome->why_failed;
  const VolumeBalance& volume = outcome->volume;
  EXPECT_LT(volume.worst_relative_error, 1e-9);
  EXPECT_LT(volume.worst_whole_relative_error, 1e-9);
  // Over hindcast, analyses and member 0 together.
  EXPECT_LT(std::abs(volume.ground.error()), 1e-9 * (volume.ground.in() + volume.ground.out()));
  EXPECT_GT(volume.ground.recharge, 0.0);
  EXPECT_NEAR(volume.ground.well_out, 0.01 * 4 * 3600, 1e-6);
  EXPECT_GT(volume.ground.boundary_in + volume.ground.boundary_out, 0.0);
  EXPECT_NE(volume.ground.analysis, 0.0);
  EXPECT_TRUE(std::ranges::any_of(outcome->forcing, [](const ForcingReport& report) {
    return report.what == "groundwater boundary \"sea\"" && report.driven_by == "station sea-gauge";
  }));
}

TEST(Forecast, AreasTellShareAndDepth) {
  auto made = test::make_case({.stations = false});
  const auto& g = made.built.geometry;
  // The sea: four columns of cells, 2 m deep from the start.
  const std::vector<grids::Point> sea{{g.x0, g.y0},
                                      {g.x0 + 4 * g.dx, g.y0},
                                      {g.x0 + 4 * g.dx, g.y0 + g.ny * g.dx},
                                      {g.x0, g.y0 + g.ny * g.dx}};
  const auto ring = grids::transform(sea, g.crs, grids::lon_lat_crs);
  ASSERT_TRUE(ring);
  SimulationRequest request;
  request.areas = {{"sea", {*ring}, 0.1, 0.5}, {"far", {{{0, 0}, {1, 0}, {1, 1}}}, 0.1, 0.5}};
  const auto outcome = run_simulation(made.scenario, made.built, request);
  ASSERT_TRUE(outcome) << outcome.error().message;
  ASSERT_EQ(outcome->areas.size(), 2U);
  EXPECT_NEAR(static_cast<double>(outcome->areas[0].cells), 4.0 * g.ny, 4.0);
  EXPECT_DOUBLE_EQ(outcome->areas[0].share[0].front(), 1.0);
  EXPECT_NEAR(outcome->areas[0].depth[0].front(), 2.0, 1e-6);
  EXPECT_NEAR(outcome->areas[0].depth[0].back(), 2.4, 0.02);  // the edge's stage is 0.4 m
  EXPECT_EQ(outcome->areas[1].cells, 0U);
  EXPECT_TRUE(std::isnan(outcome->areas[1].share[0].front()));
}

TEST(Forecast, AreasTellTheShareWithShallowGroundwater) {
  auto made = test::make_case({.infiltration = true, .stations = false});
  made.scenario.time.duration = minutes{30};
  auto& table = made.built.model.infiltration.water_table_depth;
  for (int j = 0; j < table.ny(); ++j) {
    for (int i = 20; i < 30; ++i) table(i, j) = 0.2F;
  }
  const grids::Geometry& g = made.built.geometry;
  const auto box = [&](int from, int to) {
    const double x0 = g.x0 + from * g.dx, x1 = g.x0 + to * g.dx, y1 = g.y0 + 20 * g.dx;
    return *grids::transform({{x0, g.y0}, {x1, g.y0}, {x1, y1}, {x0, y1}}, g.crs,
                             grids::lon_lat_crs);
  };
  SimulationRequest request;
  request.areas = {{.id = "half", .rings = {box(15, 25)}, .shallower_than = 0.3},
                   {.id = "deep", .rings = {box(5, 15)}, .shallower_than = 0.3},
                   {.id = "far", .rings = {{{0, 0}, {1, 0}, {1, 1}}}}};
  const auto outcome = run_simulation(made.scenario, made.built, request);
  ASSERT_TRUE(outcome) << outcome.error().message;
  EXPECT_NEAR(outcome->areas[0].shallow_share[0].front(), 0.5, 0.06);
  EXPECT_DOUBLE_EQ(outcome->areas[1].shallow_share[0].front(), 0.0);
  EXPECT_TRUE(std::isnan(outcome->areas[2].shallow_share[0].front()));
}

TEST(Forecast, WithoutGroundwaterThereIsNoWaterTableToTellOf) {
  auto made = test::make_case({.stations = false});
  made.scenario.time.duration = minutes{30};
  SimulationRequest request;
  request.areas = {{.id = "far", .rings = {{{0, 0}, {1, 0}, {1, 1}}}}};
  const auto outcome = run_simulation(made.scenario, made.built, request);
  ASSERT_TRUE(outcome) << outcome.error().message;
  EXPECT_TRUE(outcome->areas[0].shallow_share.empty());
  EXPECT_TRUE(outcome->gauges[0].members[0].water_table_depth.empty());
}

TEST(Forecast, SilentStationsFailTheRunAndSaySo) {
  const auto made = test::make_case();
  const TemporaryFolder folder;
  MadeStore store(folder.path());
  const auto outcome = run_forecast(made.scenario, made.built, &store.get(),
                                    request_at(made, first_night(), folder / "states"));
  ASSERT_TRUE(outcome) << outcome.error().message;
  EXPECT_FALSE(outcome->usable());
  EXPECT_NE(outcome->why_failed.find("sea-gauge"), std::string::npos) << outcome->why_failed;
  EXPECT_FALSE(outcome->state.saved);
}

TEST(Forecast, ASolverThatFailsKeepsTheLastGoodState) {
  auto made = test::make_case({.stations = false});
  made.scenario.solver.min_dt = 50.0;  // no step of this case is that long
  const auto outcome =
      run_forecast(made.scenario, made.built, nullptr, request_at(made, first_night(), {}));
  ASSERT_TRUE(outcome) << outcome.error().message;
  EXPECT_EQ(outcome->status, RunStatus::failed);
  EXPECT_FALSE(outcome->why_failed.empty());
  ASSERT_TRUE(outcome->last);
  EXPECT_TRUE(outcome->probabilities.empty());
}

TEST(Forecast, AStateThatCannotBeSavedIsToldAndTheForecastGoesOn) {
  const auto made = test::make_case({.stations = false});
  const TemporaryFolder folder;
  vandvagt::test::write_text(folder / "states", "a file where the folder should be");
  const auto outcome = run_forecast(made.scenario, made.built, nullptr,
                                    request_at(made, first_night(), folder / "states"));
  ASSERT_TRUE(outcome) << outcome.error().message;
  EXPECT_TRUE(outcome->usable());
  EXPECT_FALSE(outcome->state.saved);
  const auto told = [](const std::string& n) { return n.find("could not be saved") != n.npos; };
  EXPECT_TRUE(std::ranges::any_of(outcome->notices, told));
}

TEST(Forecast, WetWellsAloneRaiseTheFlood) {
  auto made = test::make_case({.infiltration = true});
  made.scenario.time.horizon = hours{3};
  made.scenario.rain_forecast.series.constant = 1.2e-5;
  made.scenario.groundwater.variogram.correlation_length = 5000.0;
  double depths[2];
  for (const double table : {1.5, 0.02}) {
    const TemporaryFolder folder;
    MadeStore store(folder.path());
    test::fill_weather(store, made, first_night() - hours{6}, first_night());
    store.add(made.stations[4], first_night(), table);  // a corrected reading
    made.scenario.groundwater.wells = {"well-a"};
    const auto outcome =
        run_forecast(made.scenario, made.built, &store.get(), request_at(made, first_night(), {}));
    ASSERT_TRUE(outcome && outcome->usable());
    EXPECT_EQ(outcome->water_table->wells_used, 1);
    depths[table < 1.0 ? 1 : 0] = outcome->gauges[1].members[0].depth.back();
  }
  EXPECT_GT(depths[1], depths[0] + 0.005);
}

TEST(Forecast, StopsOnRequest) {
  const auto made = test::make_case({.stations = false});
  std::stop_source stop;
  auto request = request_at(made, first_night(), {});
  request.stop = stop.get_token();
  request.progress = [&](const Progress& progress) {
    if (progress.fraction > 0.2) stop.request_stop();
  };
  const auto outcome = run_forecast(made.scenario, made.built, nullptr, request);
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, ErrorCode::unavailable);
}

TEST(Plan, RefusesIntervalsThatDoNotFitTheSyncInterval) {
  auto made = test::make_case();
  made.scenario.output.interval = std::chrono::seconds{90};
  EXPECT_FALSE(plan_simulation(made.scenario));
  made = test::make_case();
  made.scenario.time.horizon = Duration{0};
  EXPECT_FALSE(plan_forecast(made.scenario, first_night()));
  made = test::make_case();
  made.scenario.time.duration = hours{-1};
  EXPECT_FALSE(plan_simulation(made.scenario));
  made = test::make_case();
  const auto plan = plan_forecast(made.scenario, first_night() + std::chrono::seconds{42});
  ASSERT_TRUE(plan);
  EXPECT_EQ(plan->reference_time, first_night());
  EXPECT_EQ(plan->run, "made-20260110T000000Z");
  EXPECT_EQ(plan->map_times.size(), 5U);
}

}  // namespace
}  // namespace vandvagt::forecast
