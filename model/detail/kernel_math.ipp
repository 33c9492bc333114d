// Functions of single values, written so that loops over them vectorise.

inline float square_root(float x) {
  return __builtin_sqrtf(x);
}
inline double square_root(double x) {
  return __builtin_sqrt(x);
}
inline float magnitude(float x) {
  return __builtin_fabsf(x);
}
inline double magnitude(double x) {
  return __builtin_fabs(x);
}

/// The bits of x as an integer with a sign or without one, and back. Of two numbers of one sign the one
/// whose bits without a sign are greater is farther from nought, and any number above nought has
/// greater bits with a sign than one that is not. Which of two numbers is greater is asked of their bits
/// where that says the same: every unit of the processor compares integers, half of them numbers
/// (docs/performance.md).
inline std::int32_t signed_bits(float x) {
  return __builtin_bit_cast(std::int32_t, x);
}
inline std::int64_t signed_bits(double x) {
  return __builtin_bit_cast(std::int64_t, x);
}
inline std::uint32_t unsigned_bits(float x) {
  return __builtin_bit_cast(std::uint32_t, x);
}
inline std::uint64_t unsigned_bits(double x) {
  return __builtin_bit_cast(std::uint64_t, x);
}
template <class Real, class Bits>
inline Real from_bits(Bits bits) {
  return __builtin_bit_cast(Real, bits);
}

/// The bits of |x|: of two such the greater is that of the greater number, and those of infinity and of
/// what is not a number are greater than all others. (The kernels are compiled as if there were none of
/// them, see model/CMakeLists.txt, so a comparison of the values would not tell.)
inline std::int32_t size_bits(float x) {
  return signed_bits(x) & 0x7fffffff;
}
inline std::int64_t size_bits(double x) {
  return signed_bits(x) & 0x7fffffffffffffff;
}

template <class Real>
inline Real lesser(Real a, Real b) {
  return a < b ? a : b;
}
template <class Real>
inline Real greater(Real a, Real b) {
  return a > b ? a : b;
}

/// x where it is above nought, nought elsewhere; and x where it is below.
template <class Real>
inline Real positive_part(Real x) {
  using Bits = decltype(signed_bits(x));
  return from_bits<Real>(greater(signed_bits(x), Bits(0)));
}
template <class Real>
inline Real negative_part(Real x) {
  using Bits = decltype(signed_bits(x));
  return from_bits<Real>(lesser(signed_bits(x), Bits(0)));
}

/// The greater of |a| and |b|.
template <class Real>
inline Real greater_size(Real a, Real b) {
  return from_bits<Real>(greater(size_bits(a), size_bits(b)));
}

/// Whether of two numbers one has the sign bit and the other not.
template <class Real>
inline bool of_two_signs(Real a, Real b) {
  return (signed_bits(a) ^ signed_bits(b)) < 0;
}

/// The one nearer to nought of two numbers of one sign, nought for two of different sign (minmod).
template <class Real>
inline Real minmod(Real a, Real b) {
  using Bits = decltype(unsigned_bits(a));
  const Bits nearer = lesser(unsigned_bits(a), unsigned_bits(b));
  return from_bits<Real>(of_two_signs(a, b) ? Bits(0) : nearer);
}

/// Half the slope limited between its neighbours' differences a and b: van Leer's monotonised
/// central one, minmod of a, b and (a + b) / 4, doi:10.1016/0021-9991(77)90095-X. half_limited(a, b) =
/// half_limited(b, a) = -half_limited(-a, -b), to the bit.
template <class Real>
inline Real half_limited(Real a, Real b) {
  using Bits = decltype(unsigned_bits(a));
  const Bits nearer = lesser(unsigned_bits(a), unsigned_bits(b));
  const Bits nearest = lesser(nearer, unsigned_bits(Real(0.25) * (a + b)));
  return from_bits<Real>(of_two_signs(a, b) ? Bits(0) : nearest);
}

/// x between `least` and `most`.
template <class Real>
inline Real kept_between(Real x, Real least, Real most) {
  return greater(lesser(x, most), least);
}

/// x^(-1/3) for normal x > 0: a guess from the exponent (3 % off), then two third-order steps
/// r <- r (1 + c/3 + 2c²/9), c = 1 - x r³, which leave 1e-9 at most.
inline float inverse_cube_root_guess(float x) {
  const float third = static_cast<float>(signed_bits(x)) * (-1.0F / 3.0F);
  return from_bits<float>(0x54a21d2a + static_cast<int>(third));
}
template <class Real>
inline Real inverse_cube_root(Real x) {
  Real r = static_cast<Real>(inverse_cube_root_guess(static_cast<float>(x)));
  for (int i = 0; i < 2; ++i) {
    const Real c = Real(1) - x * r * (r * r);
    r = r + r * (c * (Real(1.0 / 3.0) + Real(2.0 / 9.0) * c));
  }
  return r;
}

/// h^(-4/3)
template <class Real>
inline Real inverse_power_4_3(Real h) {
  const Real r = inverse_cube_root(h);
  const Real r2 = r * r;
  return r2 * r2;
}

/// Share of its speed that water keeps over a time dt under Manning friction, implicit (backward
/// Euler): u' = u - dt D |u'| u', D = g n² / h^(4/3). Also where dt D |u| is large: under a driving
/// force G per unit mass u' -> sqrt(G / D), the speed of uniform flow.
template <class Real>
inline Real kept_under_friction(Real dt_drag_speed) {
  return Real(2) / (Real(1) + square_root(Real(1) + Real(4) * dt_drag_speed));
}

/// sum + part = a + b exactly, |part| at most half a unit in the last place of sum (Knuth).
template <class Real>
struct ExactSum {
  Real sum;
  Real part;
};
template <class Real>
inline ExactSum<Real> exact_sum(Real a, Real b) {
  const Real sum = a + b;
  const Real b_seen = sum - a;
  return {sum, (a - (sum - b_seen)) + (b - b_seen)};
}
