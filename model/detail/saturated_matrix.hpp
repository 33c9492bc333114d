#pragma once

#include <Eigen/Core>
#include <Eigen/IterativeLinearSolvers>
#include <Eigen/SparseCore>
#include <vector>

#include "model/detail/saturated_cells.hpp"

namespace vandvagt::model::detail {
class SaturatedMatrix;
}
namespace Eigen::internal {
template <>
struct traits<vandvagt::model::detail::SaturatedMatrix> : traits<SparseMatrix<double>> {};
}  // namespace Eigen::internal

namespace vandvagt::model::detail {

/// The matrix of an implicit step, scaled to ones on its diagonal, as Eigen's conjugate gradient
/// sees it: the faces' conductances, multiplied by several threads, and no table of places (as in
/// Eigen's example of a matrix-free solver). Conjugate gradients on the scaled matrix are those
/// with Jacobi's preconditioner on the matrix itself, but their residual is measured in the scaled
/// norm, in which a cell held by a great conductance does not drown the others.
class SaturatedMatrix : public Eigen::EigenBase<SaturatedMatrix> {
 public:
  using Scalar = double;
  using RealScalar = double;
  using StorageIndex = int;
  enum {
    ColsAtCompileTime = Eigen::Dynamic,
    MaxColsAtCompileTime = Eigen::Dynamic,
    IsRowMajor = false
  };

  SaturatedMatrix(const SaturatedCells& cells, int threads);
  Eigen::Index rows() const { return cells_->count(); }
  Eigen::Index cols() const { return cells_->count(); }
  template <class Right>
  Eigen::Product<SaturatedMatrix, Right, Eigen::AliasFreeProduct> operator*(
      const Eigen::MatrixBase<Right>& right) const {
    return {*this, right.derived()};
  }
  /// y = x - (faces' conductances) × neighbours
  void multiply(const double* x, double* y) const;

  // Cell n's west face is east[n], its east one east[n + 1], its north one north[n].
  std::vector<double> east, north;

 private:
  const SaturatedCells* cells_;
  int threads_;
};

using ConjugateGradient = Eigen::ConjugateGradient<SaturatedMatrix, Eigen::Lower | Eigen::Upper,
                                                   Eigen::IdentityPreconditioner>;

}  // namespace vandvagt::model::detail

namespace Eigen::internal {
template <class Right>
struct generic_product_impl<vandvagt::model::detail::SaturatedMatrix, Right, SparseShape,
                            DenseShape, GemvProduct>
    : generic_product_impl_base<
          vandvagt::model::detail::SaturatedMatrix, Right,
          generic_product_impl<vandvagt::model::detail::SaturatedMatrix, Right>> {
  using Scalar = double;
  // The names are Eigen's. NOLINTBEGIN(readability-identifier-naming)
  template <class Result>
  static void evalTo(Result& result, const vandvagt::model::detail::SaturatedMatrix& left,
                     const Right& right) {
    const Ref<const VectorXd> x(right);
    left.multiply(x.data(), result.data());
  }
  template <class Result>
  static void scaleAndAddTo(Result& result, const vandvagt::model::detail::SaturatedMatrix& left,
                            const Right& right, const Scalar& factor) {
    VectorXd product(left.rows());
    evalTo(product, left, right);
    result += factor * product;
  }
  // NOLINTEND(readability-identifier-naming)
};
}  // namespace Eigen::internal
