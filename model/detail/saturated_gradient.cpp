#include "model/detail/saturated_gradient.hpp"

namespace vandvagt::model::detail {
namespace {

/// Picard's next iterate changes the matrix anyway.
constexpr double inner_tolerance = 1e-3;
constexpr int most_inner_iterations = 500;

/// Sum of a(k) over a run, in an order that depends on no vector's width.
template <class Value>
double sum_over(int count, const Value& value) {
  constexpr int lanes = 8;
  float parts[lanes] = {};
  int k = 0;
  for (; k + lanes <= count; k += lanes) {
    for (int p = 0; p < lanes; ++p) parts[p] += value(k + p);
  }
  for (int p = 0; k < count; ++k, ++p) parts[p] += value(k);
  double total = 0.0;
  for (const float part : parts) total += static_cast<double>(part);
  return total;
}

}  // namespace

SaturatedGradient::SaturatedGradient(const SaturatedCells& cells, Crew& crew)
    : east(cells.place.size()),
      north(cells.place.size()),
      diagonal(cells.place.size()),
      inverse(cells.place.size()),
      residual(cells.place.size()),
      correction(cells.place.size()),
      cells_(cells),
      crew_(crew),
      direction_(cells.place.size()),
      product_(cells.place.size()),
      nothing_(at(cells.longest_run), 0.0F),
      parts_(cells.runs.size()) {}

int SaturatedGradient::solve() {
  double square = begin();
  const double limit = inner_tolerance * inner_tolerance * square;
  for (int iteration = 0; iteration < most_inner_iterations; ++iteration) {
    const double bent = square > 0.0 ? multiply() : 0.0;
    if (!(bent > 0.0)) return iteration;
    const double before = square;
    square = advance(static_cast<float>(before / bent));
    if (square <= limit) return iteration + 1;
    turn(static_cast<float>(square / before));
  }
  return most_inner_iterations;
}

/// From x = 0. Returns the square of the residual's scaled norm, as advance() does.
double SaturatedGradient::begin() {
  return sum_of_runs(cells_, crew_, parts_, [&](const CellRun& run) {
    const float* const r = residual.data() + run.first;
    const float* const inv = inverse.data() + run.first;
    float* const x = correction.data() + run.first;
    float* const p = direction_.data() + run.first;
#pragma omp simd
    for (int k = 0; k < run.count; ++k) {
      x[k] = 0.0F;
      p[k] = inv[k] * r[k];
    }
    return sum_over(run.count, [&](int k) { return r[k] * p[k]; });
  });
}

/// The product of matrix and direction, and of that and the direction.
double SaturatedGradient::multiply() {
  return sum_of_runs(cells_, crew_, parts_, [&](const CellRun& run) {
    const int n = run.first;
    const float* const p = direction_.data() + n;
    const float* const south = run.south >= 0 ? direction_.data() + run.south : p;
    const float* const above = run.north >= 0 ? direction_.data() + run.north : p;
    const float* const to_south = run.south >= 0 ? north.data() + run.south : nothing_.data();
    const float* const to_north = north.data() + n;
    const float* const to_east = east.data() + n;
    const float* const own = diagonal.data() + n;
    float* const q = product_.data() + n;
#pragma omp simd
    for (int k = 0; k < run.count; ++k) {
      const float along_x = to_east[k - 1] * p[k - 1] + to_east[k] * p[k + 1];
      const float along_y = to_south[k] * south[k] + to_north[k] * above[k];
      q[k] = own[k] * p[k] - (along_x + along_y);
    }
    return sum_over(run.count, [&](int k) { return p[k] * q[k]; });
  });
}

double SaturatedGradient::advance(float share) {
  return sum_of_runs(cells_, crew_, parts_, [&](const CellRun& run) {
    const int n = run.first;
    const float* const p = direction_.data() + n;
    const float* const q = product_.data() + n;
    const float* const inv = inverse.data() + n;
    float* const x = correction.data() + n;
    float* const r = residual.data() + n;
#pragma omp simd
    for (int k = 0; k < run.count; ++k) {
      x[k] += share * p[k];
      r[k] -= share * q[k];
    }
    return sum_over(run.count, [&](int k) { return r[k] * (inv[k] * r[k]); });
  });
}

void SaturatedGradient::turn(float share) {
  each_run(cells_, crew_, [&](const CellRun& run, int) {
    const float* const r = residual.data() + run.first;
    const float* const inv = inverse.data() + run.first;
    float* const p = direction_.data() + run.first;
#pragma omp simd
    for (int k = 0; k < run.count; ++k) p[k] = inv[k] * r[k] + share * p[k];
  });
}

}  // namespace vandvagt::model::detail
