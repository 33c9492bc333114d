// What holds for saturated flow in any aquifer: volumes close, heads stay between base and ground,
// mirrored input gives mirrored output, threads and restarts change no bit.

#include <gtest/gtest.h>

#include <cstdio>

#include "tests/model/ground_cases.hpp"
#include "tests/model/random_case.hpp"

namespace vandvagt::model::test {
namespace {

/// Hills on a sloping, rough base, with everything that an aquifer may have: islands outside, dry
/// cells, sealed cells, drains, a river that hangs over the water table in places, the sea, wells
/// that ask for more than there is.
GroundCase random_ground(unsigned seed, int nx, int ny) {
  Draw draw(seed);
  const auto unit = [&] { return draw.between(0.0, 1.0); };
  GroundCase c = uniform_ground(nx, ny, 5.0 + 45.0 * unit(), 1e-4, 0.2);
  c.aquifer.drain_depth = Field<float>(nx, ny, std::nanf(""));
  c.aquifer.drain_conductance = Field<float>(nx, ny, 0.0F);
  const double slope = 0.3 * unit();
  const double logarithm = -6.0 + 3.0 * unit();
  for (int j = 0; j < ny; ++j) {
    for (int i = 0; i < nx; ++i) {
      const double base = slope * i + 2.0 * unit();
      const double depth = 0.5 + 6.0 * unit();
      c.aquifer.base(i, j) = static_cast<float>(base);
      c.ground(i, j) = draw.chance(0.08) ? outside : base + depth;
      c.head(i, j) = base + (draw.chance(0.3) ? 0.0 : depth * unit());
      c.aquifer.conductivity(i, j) =
          draw.chance(0.05) ? 0.0F : static_cast<float>(std::pow(10.0, logarithm + unit()));
      c.aquifer.specific_yield(i, j) = static_cast<float>(0.02 + 0.3 * unit());
      if (!draw.chance(0.2)) continue;
      c.aquifer.drain_depth(i, j) = static_cast<float>(2.0 * depth * unit());
      c.aquifer.drain_conductance(i, j) = static_cast<float>(std::pow(10.0, -8.0 + 5.0 * unit()));
    }
  }
  std::vector<CellIndex> river;
  std::vector<CellIndex> sea;
  for (int i = 0; i < nx; ++i) {
    if (!std::isnan(c.ground(i, ny / 2))) river.push_back({i, ny / 2});
  }
  for (int j = 0; j < ny; ++j) {
    if (!std::isnan(c.ground(0, j))) sea.push_back({0, j});
  }
  const Series stage{{start_time, seconds_after_start(2e5), seconds_after_start(4e5)},
                     {1.0, 6.0 * unit(), 3.0}};
  c.aquifer.boundaries = {{"river", river, 1e-3 * unit(), 2.0, stage}, held_at(sea, stage)};
  for (int w = 0; w < 6; ++w) {
    const CellIndex cell{static_cast<int>(unit() * nx), static_cast<int>(unit() * ny)};
    if (std::isnan(c.ground(cell.i, cell.j))) continue;
    c.aquifer.wells.push_back({"well", cell, Series::constant(2e-3 * (unit() - 0.7))});
  }
  return c;
}

/// Rain here, evaporation there [m/s].
Field<double> random_rate(unsigned seed, const GroundCase& c) {
  Draw draw(seed);
  Field<double> field(c.ground.nx(), c.ground.ny());
  for (double& r : field.values()) r = draw.between(-1e-7, 2e-7);
  return field;
}

/// A river that stands over its cell may hold the head over the ground there.
void expect_within_bounds(const GroundCase& c, const Field<double>& head) {
  Field<double> highest = c.ground;
  for (const HeadBoundary& b : c.aquifer.boundaries)
    for (const CellIndex cell : b.cells) highest(cell.i, cell.j) = 1e30;
  for (std::size_t k = 0; k < head.size(); ++k) {
    if (std::isnan(c.ground.values()[k])) continue;
    EXPECT_GE(head.values()[k], static_cast<double>(c.aquifer.base.values()[k]));
    EXPECT_LE(head.values()[k], highest.values()[k]);
  }
}

TEST(SaturatedFlow, VolumeClosesAndHeadsKeepTheirBoundsInRandomAquifers) {
  double worst = 0.0;
  for (unsigned seed = 1; seed <= 40; ++seed) {
    const GroundCase c = random_ground(seed, 24, 17);
    const Field<double> rate = random_rate(seed, c);
    SaturatedFlow flow = c.flow();
    double stored = flow.stored();
    const double seconds = seed % 2 == 0 ? 3600.0 : 86400.0;
    for (int k = 0; k < 10; ++k) {
      const GroundVolumes moved = march(flow, rate, seconds, 1, k * seconds);
      if (::testing::Test::HasFailure()) FAIL() << "seed " << seed << ", step " << k;
      const double error =
          std::abs(flow.stored() - stored - gained(moved)) / (throughput(moved) + stored * 1e-3);
      worst = std::max(worst, error);
      EXPECT_LE(error, 1e-12) << "seed " << seed << ", step " << k;
      EXPECT_GE(moved.drained, 0.0);
      stored = flow.stored();
      expect_within_bounds(c, flow.head());
    }
  }
  std::printf("saturated flow: seeds 1 to 40, volume closes to %.1e of what moved\n", worst);
}

/// The same aquifer seen in a mirror (east for west), or along the other axis.
template <class T>
Field<T> turned(const Field<T>& f, bool transpose) {
  Field<T> out(transpose ? f.ny() : f.nx(), transpose ? f.nx() : f.ny());
  for (int j = 0; j < f.ny(); ++j) {
    for (int i = 0; i < f.nx(); ++i) (transpose ? out(j, i) : out(f.nx() - 1 - i, j)) = f(i, j);
  }
  return out;
}

GroundCase turned(const GroundCase& c, bool transpose) {
  GroundCase out = c;
  out.ground = turned(c.ground, transpose);
  out.head = turned(c.head, transpose);
  Aquifer& a = out.aquifer;
  for (Field<float>* field :
       {&a.conductivity, &a.base, &a.specific_yield, &a.drain_depth, &a.drain_conductance})
    *field = turned(*field, transpose);
  const auto turn = [&](CellIndex& cell) {
    cell = transpose ? CellIndex{cell.j, cell.i} : CellIndex{c.ground.nx() - 1 - cell.i, cell.j};
  };
  for (HeadBoundary& b : a.boundaries)
    for (CellIndex& cell : b.cells) turn(cell);
  for (GroundwaterWell& w : a.wells) turn(w.cell);
  return out;
}

TEST(SaturatedFlow, MirroredAndTransposedInputGivesTheSameToRounding) {
  double worst = 0.0;
  for (unsigned seed = 1; seed <= 10; ++seed) {
    const GroundCase c = random_ground(seed, 24, 17);
    const Field<double> rate = random_rate(seed, c);
    SaturatedFlow flow = c.flow();
    march(flow, rate, 7200.0, 5);
    for (const bool transpose : {false, true}) {
      SaturatedFlow other = turned(c, transpose).flow();
      march(other, turned(rate, transpose), 7200.0, 5);
      const Field<double> expected = turned(flow.head(), transpose);
      for (std::size_t k = 0; k < expected.size(); ++k) {
        const double error = std::abs(expected.values()[k] - other.head().values()[k]);
        if (!std::isnan(error)) worst = std::max(worst, error);
      }
    }
  }
  std::printf("saturated flow: turned input gives heads within %.1e m\n", worst);
  EXPECT_LE(worst, 1e-10);
}

bool same_values(const Field<double>& a, const Field<double>& b) {
  for (std::size_t k = 0; k < a.size(); ++k) {
    const double x = a.values()[k];
    const double y = b.values()[k];
    if (x != y && !(std::isnan(x) && std::isnan(y))) return false;
  }
  return true;
}

TEST(SaturatedFlow, ThreadsChangeNoBit) {
  const GroundCase c = random_ground(3, 130, 100);  // several blocks of every loop
  const Field<double> rate = random_rate(3, c);
  SaturatedFlow one = c.flow(1);
  const GroundVolumes by_one = march(one, rate, 7200.0, 3);
  for (const int threads : {2, 7}) {
    SaturatedFlow several = c.flow(threads);
    const GroundVolumes by_several = march(several, rate, 7200.0, 3);
    EXPECT_TRUE(same_values(one.head(), several.head())) << threads << " threads";
    EXPECT_EQ(throughput(by_one), throughput(by_several));
    EXPECT_EQ(gained(by_one), gained(by_several));
    EXPECT_EQ(one.stored(), several.stored());
  }
}

TEST(SaturatedFlow, StoppedAndContinuedIsTheSameToTheBit) {
  const GroundCase c = random_ground(5, 40, 30);
  const Field<double> rate = random_rate(5, c);
  SaturatedFlow whole = c.flow();
  march(whole, rate, 3600.0, 8);
  SaturatedFlow first = c.flow();
  march(first, rate, 3600.0, 4);
  GroundCase rest = c;
  rest.head = first.head();
  SaturatedFlow second = rest.flow();
  march(second, rate, 3600.0, 4, 4 * 3600.0);
  EXPECT_TRUE(same_values(whole.head(), second.head()));
}

}  // namespace
}  // namespace vandvagt::model::test
