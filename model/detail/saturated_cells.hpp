#pragma once

#include <algorithm>
#include <vector>

#include "core/field.hpp"
#include "core/time.hpp"
#include "model/aquifer.hpp"
#include "model/detail/crew.hpp"

namespace vandvagt::model::detail {

/// The place of cell n (or of another that is counted) in an array.
inline std::size_t at(int n) {
  return static_cast<std::size_t>(n);
}

/// The bed of a head boundary in one cell.
struct RiverBed {
  int cell = 0;
  int boundary = 0;          // index into Aquifer::boundaries
  double conductance = 0.0;  // [m²/s]
  double bottom = 0.0;       // [m above datum], not under the aquifer's base
};

/// Cells one after another in one row of the raster, whose neighbours south of them are one after
/// another too, or none has one; so are those north of them. Loops over a run need no table.
struct CellRun {
  int first = 0;
  int count = 0;
  int south = -1;  // of `first`; -1: none
  int north = -1;
};

/// Values of cells, and one more on either side, which a loop may read but no result depends on.
template <class T>
class Around {
 public:
  explicit Around(std::size_t cells = 0) : values_(cells + 2, T()) {}
  T* data() { return values_.data() + 1; }
  const T* data() const { return values_.data() + 1; }
  T& operator[](std::size_t n) { return values_[n + 1]; }
  const T& operator[](std::size_t n) const { return values_[n + 1]; }

 private:
  std::vector<T> values_;
};

/// The aquifer's cells one after another from the south-west, those outside left out, and all of
/// them that does not change. Cell n's west neighbour, where it has one, is n - 1, its east n + 1.
struct SaturatedCells {
  SaturatedCells(const Aquifer& aquifer, double dx, FieldView<const double> ground);
  int count() const { return static_cast<int>(place.size()); }

  double area = 0.0;
  int nx = 0;
  std::vector<int> place;         // index into the fields
  std::vector<int> south, north;  // -1: none
  std::vector<CellRun> runs;
  // Shares of the work: numbers of pieces, the first run of each and one more.
  std::vector<int> pieces, piece_run;
  int longest_run = 0;
  // At the face, harmonic mean; 0: no neighbour [m/s]. Cell n's east face, its north one.
  Around<float> east_conductivity;
  std::vector<float> north_conductivity;
  std::vector<double> ground;             // [m above datum]
  Around<double> base;                    // [m above datum]
  std::vector<double> storage;            // Sy × area [m²]
  std::vector<double> drain_level;        // [m above datum], not under the base; empty: no drains
  std::vector<double> drain_conductance;  // × area [m²/s]
  std::vector<RiverBed> beds;             // in the order of their boundaries
  std::vector<int> leading_bed;           // of each cell, the best conducting; -1: none
  std::vector<int> well_cell;             // of each well

 private:
  void join(const Aquifer& aquifer, const std::vector<int>& number);
  void divide_into_runs();
  void add_drains(const Aquifer& aquifer);
  void add_beds(const Aquifer& aquifer, const std::vector<int>& number);
};

/// Mean of a series over `seconds` from `start + offset`, exact for its straight pieces.
double mean_over(const Series& series, Time start, double offset, double seconds);

/// Saturated thickness at a face [m]: the mean of both sides, but no more than twice that of the
/// side with the higher head. On a flat base the flux is then K (h1² - h2²) / (2 dx), exact for
/// steady Dupuit flow; a dry cell gives nothing, so that none falls under its base; and a dry one
/// beside a wet one takes water, which a harmonic mean of thicknesses would never let it.
inline double face_thickness(double head_a, double base_a, double head_b, double base_b) {
  const double a = std::max(0.0, head_a - base_a);
  const double b = std::max(0.0, head_b - base_b);
  const double giving = head_a > head_b ? a : (head_b > head_a ? b : std::max(a, b));
  return std::min(0.5 * (a + b), 2.0 * giving);
}

/// K times the saturated thickness [m²/s]; the same number from both sides.
inline double transmissivity(float conductivity, double head_a, double base_a, double head_b,
                             double base_b) {
  return static_cast<double>(conductivity) * face_thickness(head_a, base_a, head_b, base_b);
}

/// f(run, its number), side by side.
template <class Function>
void each_run(const SaturatedCells& cells, Crew& crew, const Function& f) {
  crew.run(cells.pieces, [&](std::size_t piece) {
    for (int r = cells.piece_run[piece]; r < cells.piece_run[piece + 1]; ++r)
      f(cells.runs[at(r)], r);
  });
}

/// f(0), ..., f(count - 1), side by side.
template <class Function>
void each_cell(const SaturatedCells& cells, Crew& crew, const Function& f) {
  each_run(cells, crew, [&](const CellRun& run, int) {
    for (int n = run.first; n < run.first + run.count; ++n) f(at(n));
  });
}

/// The sums of all runs added up in their order, so the same bits with any number of threads;
/// `parts`: one of each run, to keep them in.
template <class RunSum>
double sum_of_runs(const SaturatedCells& cells, Crew& crew, std::vector<double>& parts,
                   const RunSum& of_run) {
  each_run(cells, crew, [&](const CellRun& run, int r) { parts[at(r)] = of_run(run); });
  double total = 0.0;
  for (const double part : parts) total += part;
  return total;
}

/// f(0) + ... + f(count - 1), likewise.
template <class Function>
double sum_of_cells(const SaturatedCells& cells, Crew& crew, const Function& f) {
  std::vector<double> parts(cells.runs.size(), 0.0);
  return sum_of_runs(cells, crew, parts, [&](const CellRun& run) {
    double sum = 0.0;
    for (int n = run.first; n < run.first + run.count; ++n) sum += f(at(n));
    return sum;
  });
}

}  // namespace vandvagt::model::detail
