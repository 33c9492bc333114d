#include "model/detail/kernel.hpp"

namespace vandvagt::model::detail {

namespace baseline {
Kernels<float> kernels_single();
Kernels<double> kernels_double();
}  // namespace baseline
namespace avx2 {
Kernels<float> kernels_single();
Kernels<double> kernels_double();
}  // namespace avx2
namespace avx512 {
Kernels<float> kernels_single();
Kernels<double> kernels_double();
}  // namespace avx512

bool has_vector_unit(VectorUnit unit) {
  __builtin_cpu_init();
  switch (unit) {
    case VectorUnit::baseline:
      return true;
    case VectorUnit::avx2:
      return __builtin_cpu_supports("avx2") != 0 && __builtin_cpu_supports("fma") != 0;
    case VectorUnit::avx512:
      return __builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512dq") != 0 &&
             __builtin_cpu_supports("avx512vl") != 0 && __builtin_cpu_supports("avx512bw") != 0 &&
             __builtin_cpu_supports("fma") != 0;
  }
  return false;
}

VectorUnit widest_vector_unit() {
  if (has_vector_unit(VectorUnit::avx512)) return VectorUnit::avx512;
  if (has_vector_unit(VectorUnit::avx2)) return VectorUnit::avx2;
  return VectorUnit::baseline;
}

template <>
Kernels<float> kernels<float>(VectorUnit unit) {
  if (unit == VectorUnit::avx512) return avx512::kernels_single();
  if (unit == VectorUnit::avx2) return avx2::kernels_single();
  return baseline::kernels_single();
}

template <>
Kernels<double> kernels<double>(VectorUnit unit) {
  if (unit == VectorUnit::avx512) return avx512::kernels_double();
  if (unit == VectorUnit::avx2) return avx2::kernels_double();
  return baseline::kernels_double();
}

}  // namespace vandvagt::model::detail
