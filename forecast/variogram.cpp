#include "forecast/variogram.hpp"

#include <cmath>
#include <numbers>
#include <tuple>
#include <utility>

#include "core/portable_math.hpp"

namespace vandvagt::forecast {
namespace {

/// sin and cos of |x| <= pi/2 by their series, remainder below 1e-17: a C library's differ.
std::pair<double, double> sine_and_cosine(double x) {
  double sine = 1.0;
  double cosine = 1.0;
  for (int n = 24; n >= 2; n -= 2) {
    sine = 1.0 - x * x / (n * (n + 1.0)) * sine;
    cosine = 1.0 - x * x / (n * (n - 1.0)) * cosine;
  }
  return {x * sine, cosine};
}

}  // namespace

Stretch::Stretch(const Variogram& variogram) : across_(variogram.anisotropy) {
  // A direction and its opposite are one.
  const double turns = std::floor(variogram.direction / std::numbers::pi + 0.5);
  std::tie(sin_, cos_) = sine_and_cosine(variogram.direction - turns * std::numbers::pi);
}

namespace {

void exponential(double* value, std::ptrdiff_t count) {
#pragma omp simd
  for (std::ptrdiff_t k = 0; k < count; ++k) {
    value[k] = portable::exp_of_negative(-std::sqrt(value[k]));
  }
}

void spherical(double* value, std::ptrdiff_t count) {
#pragma omp simd
  for (std::ptrdiff_t k = 0; k < count; ++k) {
    const double h = std::sqrt(value[k] < 1.0 ? value[k] : 1.0);
    value[k] = 1.0 - h * (1.5 - 0.5 * (h * h));
  }
}

void gaussian(double* value, std::ptrdiff_t count) {
#pragma omp simd
  for (std::ptrdiff_t k = 0; k < count; ++k) value[k] = portable::exp_of_negative(-value[k]);
}

}  // namespace

void correlate(CorrelationModel model, std::span<double> squares) {
  const auto count = static_cast<std::ptrdiff_t>(squares.size());
  switch (model) {
    case CorrelationModel::exponential:
      return exponential(squares.data(), count);
    case CorrelationModel::spherical:
      return spherical(squares.data(), count);
    case CorrelationModel::gaussian:
      return gaussian(squares.data(), count);
  }
}

}  // namespace vandvagt::forecast
