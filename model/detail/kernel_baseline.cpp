#include "model/detail/kernel.hpp"

namespace vandvagt::model::detail::baseline {
#include "model/detail/kernel.ipp"

Kernels<float> kernels_single() {
  return kernel_table<float>();
}
Kernels<double> kernels_double() {
  return kernel_table<double>();
}
}  // namespace vandvagt::model::detail::baseline
