#include "model/detail/saturated_matrix.hpp"

namespace vandvagt::model::detail {

SaturatedMatrix::SaturatedMatrix(const SaturatedCells& cells, int threads)
    : east(cells.place.size() + 1, 0.0),
      north(cells.place.size(), 0.0),
      cells_(&cells),
      threads_(threads) {}

void SaturatedMatrix::multiply(const double* x, double* y) const {
  const std::size_t last = north.size() - 1;
  each_cell(cells_->count(), threads_, [&](std::size_t n) {
    double along_x = 0.0;
    double along_y = 0.0;
    if (n > 0) along_x += east[n] * x[n - 1];
    if (n < last) along_x += east[n + 1] * x[n + 1];
    const int south = cells_->south[n];
    const int above = cells_->north[n];
    if (south >= 0) along_y += north[static_cast<std::size_t>(south)] * x[south];
    if (above >= 0) along_y += north[n] * x[above];
    y[n] = x[n] - (along_x + along_y);
  });
}

}  // namespace vandvagt::model::detail
