#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "forecast/products.hpp"
#include "grids/raster.hpp"
#include "tests/forecast/made_case.hpp"

/// Maps are written by a thread of its own while the run computes: nothing of that may be seen.
namespace vandvagt::forecast {
namespace {

using std::chrono::hours;
using test::first_night;
using ::testing::HasSubstr;
using vandvagt::test::read_text;
using vandvagt::test::TemporaryFolder;
namespace fs = std::filesystem;

/// Two hours and a few members on constant forcing, with a map every ten minutes.
test::MadeCase quiet_case(int members) {
  auto made = test::make_case({.infiltration = true, .stations = false, .members = members});
  made.scenario.time.spin_up = hours{1};
  made.scenario.time.horizon = hours{1};
  made.scenario.output.map_interval = std::chrono::minutes{10};
  return made;
}

RunRequest request_to(MapSink maps) {
  RunRequest request;
  request.reference_time = first_night();
  request.maps = std::move(maps);
  return request;
}

Result<Products> begin(const test::MadeCase& made, const fs::path& output) {
  return Products::begin(made.scenario, made.built, *plan_forecast(made.scenario, first_night()),
                         output);
}

bool same_bits(std::span<const float> a, std::span<const float> b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size_bytes()) == 0;
}

TEST(ProductsWriting, TheRunsNumbersAreThoseOfARunThatWritesNothing) {
  const TemporaryFolder folder;
  const auto made = quiet_case(2);
  auto products = begin(made, folder / "run");
  ASSERT_TRUE(products) << products.error().message;
  const auto writing =
      run_forecast(made.scenario, made.built, nullptr, request_to(products->map_sink()));
  const auto alone = run_forecast(made.scenario, made.built, nullptr, request_to({}));
  ASSERT_TRUE(writing && alone);
  ASSERT_TRUE(writing->maxima && alone->maxima);
  EXPECT_TRUE(same_bits(writing->maxima->max_depth.values(), alone->maxima->max_depth.values()));
  EXPECT_TRUE(same_bits(writing->maxima->max_speed.values(), alone->maxima->max_speed.values()));
  EXPECT_EQ(writing->counters.steps, alone->counters.steps);
  EXPECT_EQ(writing->volume.stored, alone->volume.stored);
  EXPECT_LE(writing->volume.worst_relative_error, 1e-12);
}

TEST(ProductsWriting, EveryMapInTheFileIsTheMapOfTheRun) {
  const TemporaryFolder folder;
  const auto made = quiet_case(1);
  auto products = begin(made, folder / "run");
  ASSERT_TRUE(products) << products.error().message;
  std::vector<MapFrame> frames;
  const auto outcome = run_forecast(made.scenario, made.built, nullptr,
                                    request_to([&, sink = products->map_sink()](MapFrame frame) {
                                      frames.push_back(frame);
                                      return sink(std::move(frame));
                                    }));
  ASSERT_TRUE(outcome && outcome->usable());
  ASSERT_TRUE(products->write(*outcome, {}));
  ASSERT_TRUE(products->publish());
  ASSERT_EQ(frames.size(), 7U);
  for (const MapFrame& frame : frames) {
    for (const auto& [name, values] : {std::pair{"depth", &frame.depth}, {"speed", &frame.speed}}) {
      const auto read = grids::read_onto(
          folder / "run" / "forecast.nc", made.built.geometry, grids::Resampling::nearest,
          {.band = static_cast<int>(frame.time_index) + 1, .variable = name});
      ASSERT_TRUE(read) << read.error().message;
      for (std::size_t c = 0; c < values->size(); ++c) {
        const float was = values->values()[c];
        const auto is = static_cast<float>(read->values()[c]);
        ASSERT_TRUE(was == is || (std::isnan(was) && std::isnan(is)))
            << name << " " << frame.time_index << " cell " << c << ": " << is << " not " << was;
      }
    }
  }
}

TEST(ProductsWriting, RunJsonTellsComputingFromWritingAndWaiting) {
  const TemporaryFolder folder;
  const auto made = quiet_case(2);
  auto products = begin(made, folder / "run");
  ASSERT_TRUE(products) << products.error().message;
  const auto outcome =
      run_forecast(made.scenario, made.built, nullptr, request_to(products->map_sink()));
  ASSERT_TRUE(outcome && outcome->usable());
  ASSERT_TRUE(products->write(*outcome, {}));
  ASSERT_TRUE(products->publish());
  const auto timings = nlohmann::json::parse(read_text(folder / "run" / "run.json"))["timings"];
  const auto seconds = [&](const char* name) { return timings.at(name).get<double>(); };
  EXPECT_GT(seconds("computing"), 0.0);
  EXPECT_GT(seconds("writing maps"), 0.0);
  EXPECT_GT(seconds("products"), 0.0);
  EXPECT_NEAR(seconds("computing"), seconds("hindcast") + seconds("forecast") - seconds("maps"),
              1e-9);
  EXPECT_LE(seconds("waiting for the writer"), seconds("maps"));
}

TEST(ProductsWriting, AFolderRemovedBeneathTheRunIsOneErrorAndTheOlderRunStays) {
  const TemporaryFolder folder;
  const auto made = quiet_case(2);
  vandvagt::test::write_text(folder / "run" / "run.json", "{\"of\": \"the night before\"}");
  std::optional<Error> error;
  {
    auto products = begin(made, folder / "run");
    ASSERT_TRUE(products) << products.error().message;
    const auto outcome = run_forecast(made.scenario, made.built, nullptr,
                                      request_to([&, sink = products->map_sink()](MapFrame frame) {
                                        if (frame.time_index == 1)
                                          fs::remove_all(folder / "run.partial");
                                        return sink(std::move(frame));
                                      }));
    if (!outcome) {
      error = outcome.error();
    } else if (const auto written = products->write(*outcome, {}); !written) {
      error = written.error();
    }
  }
  ASSERT_TRUE(error);
  EXPECT_EQ(error->code, ErrorCode::io);
  EXPECT_THAT(error->message, HasSubstr("run.partial"));
  EXPECT_FALSE(fs::exists(folder / "run.partial"));
  EXPECT_EQ(read_text(folder / "run" / "run.json"), "{\"of\": \"the night before\"}");
}

}  // namespace
}  // namespace vandvagt::forecast
