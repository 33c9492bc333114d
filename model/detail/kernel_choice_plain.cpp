#include "model/detail/kernel.hpp"

namespace vandvagt::model::detail {

namespace baseline {
Kernels<float> kernels_single();
Kernels<double> kernels_double();
}  // namespace baseline

VectorUnit widest_vector_unit() {
  return VectorUnit::baseline;
}
bool has_vector_unit(VectorUnit unit) {
  return unit == VectorUnit::baseline;
}

template <>
Kernels<float> kernels<float>(VectorUnit /*unit*/) {
  return baseline::kernels_single();
}
template <>
Kernels<double> kernels<double>(VectorUnit /*unit*/) {
  return baseline::kernels_double();
}

}  // namespace vandvagt::model::detail
