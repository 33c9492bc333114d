#pragma once

#include <vector>

#include "model/detail/saturated_cells.hpp"

namespace vandvagt::model::detail {

/// A x = r of one iteration of the implicit step, A symmetric: on its diagonal `diagonal`, beside
/// it less the faces' conductances. Cells whose head is held have an `inverse` of nought and keep
/// x = 0.
///
/// Conjugate gradients with Jacobi's preconditioner. The residual is measured in the norm of the
/// matrix scaled to ones on its diagonal, in which a cell held by a great conductance does not
/// drown the others. In single precision: what it finds is a correction, taken to a thousandth, of
/// heads that are kept and judged in double, and half the bytes are half the time. Eigen's, which
/// it replaced, makes its vectors anew in each call, which costs more than the arithmetic (docs/
/// performance.md).
class SaturatedGradient {
 public:
  SaturatedGradient(const SaturatedCells& cells, Crew& crew);

  /// `correction` from `residual`, which is lost. Returns the number of iterations.
  int solve();

  Around<float> east, north;  // conductances of cell n's east and north face [m²/s]
  std::vector<float> diagonal, inverse, residual;
  std::vector<float> correction;

 private:
  double begin();
  double multiply();
  double advance(float share);
  void turn(float share);

  const SaturatedCells& cells_;
  Crew& crew_;
  Around<float> direction_;
  std::vector<float> product_;
  std::vector<float> nothing_;  // conductances where no cell lies south
  std::vector<double> parts_;   // of a sum, from each run
};

}  // namespace vandvagt::model::detail
