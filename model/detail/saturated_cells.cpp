#include "model/detail/saturated_cells.hpp"

#include <cmath>

namespace vandvagt::model::detail {
namespace {

/// Pieces of work: no smaller than is worth giving to a thread, enough to share them evenly.
constexpr int few_cells = 4096;
constexpr int most_pieces = 64;

float harmonic_mean(float a, float b) {
  return a > 0.0F && b > 0.0F ? 2.0F * a * b / (a + b) : 0.0F;
}

}  // namespace

SaturatedCells::SaturatedCells(const Aquifer& aquifer, double dx,
                               FieldView<const double> ground_field)
    : area(dx * dx), nx(ground_field.nx()) {
  std::vector<int> number(ground_field.size(), -1);
  std::vector<double> bases;
  for (std::size_t k = 0; k < ground_field.size(); ++k) {
    const double z = ground_field.values()[k];
    if (std::isnan(z)) continue;
    number[k] = count();
    place.push_back(static_cast<int>(k));
    ground.push_back(z);
    bases.push_back(std::min(z, static_cast<double>(aquifer.base.values()[k])));
    storage.push_back(static_cast<double>(aquifer.specific_yield.values()[k]) * area);
  }
  base = Around<double>(bases.size());
  std::copy(bases.begin(), bases.end(), base.data());
  join(aquifer, number);
  divide_into_runs();
  if (!aquifer.drain_depth.empty()) add_drains(aquifer);
  add_beds(aquifer, number);
  const auto cell_of = [&](CellIndex cell) { return number[at(cell.j * nx + cell.i)]; };
  for (const GroundwaterWell& well : aquifer.wells) well_cell.push_back(cell_of(well.cell));
}

void SaturatedCells::join(const Aquifer& aquifer, const std::vector<int>& number) {
  const auto cells = place.size();
  south.assign(cells, -1);
  north.assign(cells, -1);
  east_conductivity = Around<float>(cells);
  north_conductivity.assign(cells, 0.0F);
  const auto conductivity = aquifer.conductivity.values();
  const auto width = at(nx);
  for (std::size_t n = 0; n < cells; ++n) {
    const auto k = at(place[n]);
    if (k % width + 1 < width && number[k + 1] >= 0)
      east_conductivity[n] = harmonic_mean(conductivity[k], conductivity[k + 1]);
    if (k + width < number.size() && number[k + width] >= 0) {
      north[n] = number[k + width];
      south[at(north[n])] = static_cast<int>(n);
      north_conductivity[n] = harmonic_mean(conductivity[k], conductivity[k + width]);
    }
  }
}

void SaturatedCells::divide_into_runs() {
  const auto follows = [](int before, int now) { return before < 0 ? now < 0 : now == before + 1; };
  for (int n = 0; n < count(); ++n) {
    const auto k = at(n);
    const bool goes_on = n > 0 && place[k] == place[k - 1] + 1 && place[k] % nx != 0 &&
                         follows(south[k - 1], south[k]) && follows(north[k - 1], north[k]);
    if (!goes_on) runs.push_back({n, 0, south[k], north[k]});
    longest_run = std::max(longest_run, ++runs.back().count);
  }
  for (std::size_t r = 0; r < runs.size(); ++r) {
    const bool full = pieces.empty() || runs[r].first - runs[at(piece_run.back())].first >=
                                            std::max(few_cells, count() / most_pieces);
    if (!full) continue;
    pieces.push_back(static_cast<int>(pieces.size()));
    piece_run.push_back(static_cast<int>(r));
  }
  piece_run.push_back(static_cast<int>(runs.size()));
}

void SaturatedCells::add_drains(const Aquifer& aquifer) {
  drain_level.assign(base.data(), base.data() + place.size());
  drain_conductance.assign(place.size(), 0.0);
  for (std::size_t n = 0; n < place.size(); ++n) {
    const auto k = at(place[n]);
    const auto depth = static_cast<double>(aquifer.drain_depth.values()[k]);
    const auto conductance = static_cast<double>(aquifer.drain_conductance.values()[k]);
    if (std::isnan(depth) || !(conductance > 0.0)) continue;
    drain_level[n] = std::max(base[n], ground[n] - depth);
    drain_conductance[n] = conductance * area;
  }
}

void SaturatedCells::add_beds(const Aquifer& aquifer, const std::vector<int>& number) {
  for (std::size_t b = 0; b < aquifer.boundaries.size(); ++b) {
    const HeadBoundary& boundary = aquifer.boundaries[b];
    for (const CellIndex cell : boundary.cells) {
      const int n = number[at(cell.j * nx + cell.i)];
      beds.push_back(
          {n, static_cast<int>(b), boundary.conductance, std::max(boundary.bottom, base[at(n)])});
    }
  }
  if (beds.empty()) return;
  leading_bed.assign(place.size(), -1);
  for (std::size_t b = 0; b < beds.size(); ++b) {
    int& leading = leading_bed[at(beds[b].cell)];
    if (leading < 0 || beds[b].conductance > beds[at(leading)].conductance)
      leading = static_cast<int>(b);
  }
}

double mean_over(const Series& series, Time start, double offset, double seconds) {
  double integral = 0.0;
  double from = offset;
  double value = series.at(start, from);
  const auto piece = [&](double to) {
    const double next = series.at(start, to);
    integral += 0.5 * (value + next) * (to - from);
    from = to;
    value = next;
  };
  for (const Time t : series.times) {
    const double to = to_seconds(t - start);
    if (to > offset && to < offset + seconds) piece(to);
  }
  piece(offset + seconds);
  return integral / seconds;
}

}  // namespace vandvagt::model::detail
