// Unconfined flow against exact solutions: Dupuit's steady flow between ditches, Hooghoudt's
// drains, Theis's well, Barenblatt's mound, Jacob's tide.

#include <gtest/gtest.h>

#include <cstdio>

#include "tests/model/ground_cases.hpp"

namespace vandvagt::model::test {
namespace {

constexpr double pi = 3.14159265358979323846;
constexpr double day = 86400.0;

void report(const char* name, const std::vector<double>& errors, const char* unit) {
  std::printf("%s: errors", name);
  for (const double e : errors) std::printf(" %.3e", e);
  std::printf(" %s, order %.2f\n", unit, last_order(errors));
}

// Dupuit (1863), Bear (1972) §8.2: with ditches at h1 and h2, a distance L apart, and recharge w,
//   h² = h1² + (h2² - h1²) x/L + (w/K) (L - x) x
// The mean of both thicknesses at a face makes the flux a difference of squares, so the solution is
// met on every grid, however coarse.
double dupuit(double x, double length, double h1, double h2, double w_over_k) {
  return std::sqrt(h1 * h1 + (h2 * h2 - h1 * h1) * x / length + w_over_k * (length - x) * x);
}

double steady_error(int cells, double recharge) {
  constexpr double length = 400.0;
  constexpr double conductivity = 1e-4;
  const double dx = length / (cells - 1);  // ditches in the middles of the first and last cell
  GroundCase c = uniform_ground(cells, 1, dx, conductivity, 0.2);
  c.aquifer.boundaries = {held_at({{0, 0}}, Series::constant(6.0)),
                          held_at({{cells - 1, 0}}, Series::constant(2.0))};
  SaturatedFlow flow = c.flow();
  march(flow, Field<double>(cells, 1, recharge), 1000.0 * day, 20);
  double worst = 0.0;
  for (int i = 0; i < cells; ++i) {
    const double exact = dupuit(i * dx, length, 6.0, 2.0,
                                recharge / static_cast<double>(static_cast<float>(conductivity)));
    worst = std::max(worst, std::abs(flow.head()(i, 0) - exact));
  }
  return worst;
}

TEST(GroundwaterDupuit, SteadyFlowBetweenDitchesIsExactOnAnyGrid) {
  for (const double recharge : {0.0, 1e-8}) {
    for (const int cells : {11, 41, 161}) {
      const double error = steady_error(cells, recharge);
      std::printf("dupuit, recharge %g m/s, %d cells: %.2e m\n", recharge, cells, error);
      EXPECT_LT(error, 2e-6);
    }
  }
}

// Hooghoudt (1940): between drains a distance L apart, at D over the base, the water table stands m
// above them midway: w = (8 K D m + 4 K m²) / L². The drains of a cell take its conductance's worth
// of head on top: w L / (conductance × dx).
TEST(GroundwaterHooghoudt, MoundBetweenDrainsIsTheFormulas) {
  constexpr double spacing = 40.0;
  constexpr double conductivity = 2e-5;
  constexpr double recharge = 7e-3 / day;
  constexpr double above_base = 3.0;
  for (const int per_spacing : {8, 16, 32}) {
    const double dx = spacing / per_spacing;
    const int cells = 4 * per_spacing;
    GroundCase c = uniform_ground(cells, 1, dx, conductivity, 0.1);
    c.ground = Field<double>(cells, 1, 5.0);
    c.head = Field<double>(cells, 1, 3.5);
    c.aquifer.drain_depth = Field<float>(cells, 1, std::nanf(""));
    c.aquifer.drain_conductance = Field<float>(cells, 1, 0.0F);
    const double conductance = 1e-3 / dx;
    for (int i = per_spacing / 2; i < cells; i += per_spacing) {
      c.aquifer.drain_depth(i, 0) = static_cast<float>(5.0 - above_base);
      c.aquifer.drain_conductance(i, 0) = static_cast<float>(conductance);
    }
    SaturatedFlow flow = c.flow();
    march(flow, Field<double>(cells, 1, recharge), 100.0 * day, 20);
    const double k = static_cast<double>(static_cast<float>(conductivity));
    const double over_drain = above_base + recharge * spacing / (conductance * dx);
    // Midway between the second drain and the third.
    const double high = flow.head()(2 * per_spacing, 0);
    const double m = high - over_drain;
    const double given = (8.0 * k * over_drain * m + 4.0 * k * m * m) / (spacing * spacing);
    std::printf(
        "hooghoudt, %d cells between drains: mound %.4f m, recharge by the formula %.6f of the "
        "true\n",
        per_spacing, m, given / recharge);
    EXPECT_GT(m, 0.25);
    EXPECT_NEAR(given / recharge, 1.0, 1e-4);
  }
}

// Theis (1935, doi:10.1029/TR016i002p00519): s = Q / (4 pi T) W(r² S / (4 T t)). A kilometre of
// water makes the drawdown's own effect on T negligible.
double theis_error(int cells, int steps) {
  constexpr double side = 1640.0;
  constexpr double thickness = 10000.0;
  constexpr double transmissivity = 2e-3;
  constexpr double yield = 0.1;
  constexpr double time = 10.0 * day;
  constexpr double rate = 1e-3;
  const double dx = side / cells;
  GroundCase c = uniform_ground(cells, cells, dx, transmissivity / thickness, yield);
  c.ground = Field<double>(cells, cells, 2.0 * thickness);
  c.head = Field<double>(cells, cells, thickness);
  c.aquifer.wells = {{"well", {cells / 2, cells / 2}, Series::constant(-rate)}};
  SaturatedFlow flow = c.flow();
  march(flow, Field<double>(cells, cells, 0.0), time / steps, steps);
  double sum = 0.0;
  int counted = 0;
  for (int j = 0; j < cells; ++j) {
    for (int i = 0; i < cells; ++i) {
      const double r = dx * std::hypot(i - cells / 2, j - cells / 2);
      if (r < 100.0 || r > 400.0) continue;
      const double u = r * r * yield / (4.0 * transmissivity * time);
      const double exact = rate / (4.0 * pi * transmissivity) * -std::expint(-u);
      sum += std::abs(thickness - flow.head()(i, j) - exact);
      ++counted;
    }
  }
  return sum / counted;
}

TEST(GroundwaterTheis, DrawdownConvergesAtSecondOrder) {
  std::vector<double> errors;
  errors.push_back(theis_error(41, 10));
  errors.push_back(theis_error(81, 40));
  errors.push_back(theis_error(161, 160));
  report("theis", errors, "m");
  EXPECT_GE(last_order(errors), 1.7);
  EXPECT_LT(errors.back(), 1e-4);
}

// Barenblatt (1952), Vázquez (2007, doi:10.1093/acprof:oso/9780198569039.001.0001) §4.4: a mound on
// a dry flat base spreads as
//   h = s^(-d b) max(0, C - k (r / s^b)²),  s = K t / (2 Sy)
// with b = 1/3, k = 1/12 along a line (d = 1) and b = 1/4, k = 1/16 in the plane (d = 2).
struct Mound {
  int dimensions;
  double b() const { return dimensions == 1 ? 1.0 / 3.0 : 0.25; }
  double k() const { return dimensions == 1 ? 1.0 / 12.0 : 0.0625; }
  double height = 0.0;  // C
  double at(double r, double s) const {
    const double xi = r * std::pow(s, -b());
    return std::pow(s, -dimensions * b()) * std::max(0.0, height - k() * xi * xi);
  }
  double front(double s) const { return std::sqrt(height / k()) * std::pow(s, b()); }
};

struct MoundErrors {
  double depth;  // mean over the mound [m]
  double front;  // [cells]
};

MoundErrors mound_error(const Mound& mound, int cells, int steps) {
  constexpr double side = 200.0;
  constexpr double conductivity = 1e-3;
  constexpr double yield = 0.25;
  const double dx = side / cells;
  const int rows = mound.dimensions == 1 ? 1 : cells;
  GroundCase c = uniform_ground(cells, rows, dx, conductivity, yield);
  const double diffusion = static_cast<double>(static_cast<float>(conductivity)) / (2.0 * yield);
  const double first = 100.0;
  const double last = 400.0;
  const auto distance = [&](int i, int j) {
    return std::hypot((i + 0.5) * dx - 0.5 * side, rows == 1 ? 0.0 : (j + 0.5) * dx - 0.5 * side);
  };
  for (int j = 0; j < rows; ++j)
    for (int i = 0; i < cells; ++i) c.head(i, j) = mound.at(distance(i, j), first);
  SaturatedFlow flow = c.flow();
  const double before = flow.stored();
  const GroundVolumes moved =
      march(flow, Field<double>(cells, rows, 0.0), (last - first) / diffusion / steps, steps);
  EXPECT_EQ(throughput(moved), 0.0);
  EXPECT_NEAR(flow.stored() / before, 1.0, 1e-13);
  double sum = 0.0;
  double wet = 0.0;
  double reach = 0.0;
  for (int j = 0; j < rows; ++j) {
    for (int i = 0; i < cells; ++i) {
      const double h = flow.head()(i, j);
      EXPECT_GE(h, 0.0);
      const double exact = mound.at(distance(i, j), last);
      sum += std::abs(h - exact);
      if (exact > 0.0) wet += 1.0;
      if (h > 1e-3 * mound.at(0.0, last)) reach = std::max(reach, distance(i, j));
    }
  }
  return {sum / wet, (reach - mound.front(last)) / dx};
}

void converges(const char* name, const Mound& mound) {
  std::vector<double> errors;
  for (const int refined : {1, 2, 4}) {
    const MoundErrors e = mound_error(mound, 32 * refined, 20 * refined * refined);
    errors.push_back(e.depth);
    std::printf("%s, %d cells: front off by %.2f cells\n", name, 32 * refined, e.front);
    EXPECT_LT(std::abs(e.front), 2.0);
  }
  report(name, errors, "m");
  EXPECT_GE(last_order(errors), 1.0);
  EXPECT_LT(errors.back(), 0.002 * mound.at(0.0, 400.0));
}

TEST(GroundwaterBarenblatt, MoundAlongALineConverges) {
  converges("barenblatt_line", {1, 10.0});
}

TEST(GroundwaterBarenblatt, MoundInThePlaneConverges) {
  converges("barenblatt_plane", {2, 20.0});
}

// Jacob (1950), Ferris (1951): a tide of amplitude A and period P at x = 0 comes into the aquifer
// as
//   H = H0 + A exp(-a x) sin(2 pi t / P - a x),  a = sqrt(pi Sy / (T P)).
double tide_error(int per_wave, int per_period) {
  constexpr double thickness = 1e5;
  constexpr double transmissivity = 5e-2;
  constexpr double yield = 0.2;
  constexpr double period = 44714.0;  // M2 [s]
  constexpr double amplitude = 0.5;
  const double a = std::sqrt(pi * yield / (transmissivity * period));
  const double dx = 1.0 / a / per_wave;
  const int cells = 9 * per_wave;
  const int periods = 2;
  const double dt = period / per_period;
  GroundCase c = uniform_ground(cells, 1, dx, transmissivity / thickness, yield);
  c.ground = Field<double>(cells, 1, 2.0 * thickness);
  const auto exact = [&](double x, double t) {
    return thickness + amplitude * std::exp(-a * x) * std::sin(2.0 * pi * t / period - a * x);
  };
  for (int i = 0; i < cells; ++i) c.head(i, 0) = exact(i * dx, 0.0);
  Series tide;
  for (int k = 0; k <= periods * per_period; ++k) {
    tide.times.push_back(seconds_after_start(k * dt));
    tide.values.push_back(exact(0.0, k * dt));
  }
  c.aquifer.boundaries = {held_at({{0, 0}}, tide)};
  SaturatedFlow flow = c.flow();
  march(flow, Field<double>(cells, 1, 0.0), dt, (periods - 1) * per_period);
  double worst = 0.0;
  for (int k = (periods - 1) * per_period; k < periods * per_period; ++k) {
    march(flow, Field<double>(cells, 1, 0.0), dt, 1, k * dt);
    for (int i = 0; i < 4 * per_wave; ++i)
      worst = std::max(worst, std::abs(flow.head()(i, 0) - exact(i * dx, (k + 1) * dt)));
  }
  return worst;
}

TEST(GroundwaterTide, DampingAndLagConvergeAtSecondOrder) {
  std::vector<double> errors;
  errors.push_back(tide_error(5, 60));
  errors.push_back(tide_error(10, 240));
  errors.push_back(tide_error(20, 960));
  report("tide", errors, "m");
  EXPECT_GE(last_order(errors), 1.8);
  EXPECT_LT(errors.back(), 1e-3);
}

}  // namespace
}  // namespace vandvagt::model::test
