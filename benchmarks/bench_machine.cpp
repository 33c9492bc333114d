// What this machine can do, for the share of it that the solver reaches (docs/performance.md):
// memory by STREAM's triad a = b + s c (McCalpin 1995) on arrays that no cache holds, arithmetic by
// independent chains of multiplications and additions on the widest vectors. The solver's kernels
// are compiled without fused multiply-add, so that all vector units give the same bits: the bound
// for them is the rate without it. Each run checks its numbers.

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <cmath>
#include <memory>
#include <thread>
#include <vector>

namespace {

constexpr std::size_t triad_cells = std::size_t{1} << 24;  // 128 MiB of doubles an array

struct Arrays {
  std::unique_ptr<double[]> a{new double[triad_cells]};
  std::unique_ptr<double[]> b{new double[triad_cells]};
  std::unique_ptr<double[]> c{new double[triad_cells]};
};

/// Calls part(first, last) on `threads` threads, each with its share of 0 .. n.
template <class Part>
void in_parts(int threads, std::size_t n, const Part& part) {
  std::vector<std::jthread> others;
  const auto share = [&](int t) {
    return n * static_cast<std::size_t>(t) / static_cast<std::size_t>(threads);
  };
  for (int t = 1; t < threads; ++t) others.emplace_back(part, share(t), share(t + 1));
  part(share(0), share(1));
}

void triad(benchmark::State& state, int threads) {
  const Arrays x;
  in_parts(threads, triad_cells, [&](std::size_t first, std::size_t last) {
    for (std::size_t k = first; k < last; ++k) {
      x.a[k] = 0.0;
      x.b[k] = 1.0;
      x.c[k] = 2.0;
    }
  });
  for (auto _ : state) {
    in_parts(threads, triad_cells, [&](std::size_t first, std::size_t last) {
      for (std::size_t k = first; k < last; ++k) x.a[k] = x.b[k] + 3.0 * x.c[k];
    });
    benchmark::ClobberMemory();
  }
  if (x.a[0] != 7.0 || x.a[triad_cells - 1] != 7.0) state.SkipWithError("the sums are wrong");
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * 3 * sizeof(double)) *
                          static_cast<std::int64_t>(triad_cells));
}

// x = x * 1 + 0 in chains that do not wait for each other: 12 vectors of 64 bytes.
template <class Real>
inline constexpr int chains = static_cast<int>(12 * 64 / sizeof(Real));

template <class Real, bool fused>
[[gnu::always_inline]] inline Real run_chains(long rounds, Real factor, Real term) {
  Real x[chains<Real>];
  for (int k = 0; k < chains<Real>; ++k) x[k] = static_cast<Real>(k);
  for (long r = 0; r < rounds; ++r) {
#pragma omp simd
    for (int k = 0; k < chains<Real>; ++k)
      x[k] = fused ? std::fma(x[k], factor, term) : x[k] * factor + term;
  }
  Real sum = 0;
  for (const Real v : x) sum += v;
  return sum;
}

#if defined(__x86_64__)
#define VANDVAGT_WIDEST \
  __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define VANDVAGT_WIDEST
#endif
VANDVAGT_WIDEST float plain_float(long n, float f, float t) {
  return run_chains<float, false>(n, f, t);
}
VANDVAGT_WIDEST double plain_double(long n, double f, double t) {
  return run_chains<double, false>(n, f, t);
}
VANDVAGT_WIDEST float fused_float(long n, float f, float t) {
  return run_chains<float, true>(n, f, t);
}
VANDVAGT_WIDEST double fused_double(long n, double f, double t) {
  return run_chains<double, true>(n, f, t);
}

template <class Real>
void arithmetic(benchmark::State& state, Real (*run)(long, Real, Real), int threads) {
  constexpr long rounds = 2'000'000;
  volatile Real one = 1;  // so that no factor is known when this is compiled
  volatile Real nought = 0;
  const Real factor = one;
  const Real term = nought;
  std::vector<Real> sums(static_cast<std::size_t>(threads));
  for (auto _ : state) {
    in_parts(threads, sums.size(), [&](std::size_t first, std::size_t /*last*/) {
      sums[first] = run(rounds, factor, term);
    });
  }
  constexpr int n = chains<Real>;
  for (const Real sum : sums)
    if (sum != static_cast<Real>(n * (n - 1) / 2)) state.SkipWithError("the sums are wrong");
  const double operations =
      2.0 * n * static_cast<double>(rounds) * threads * static_cast<double>(state.iterations());
  state.counters["flops"] = {operations, benchmark::Counter::kIsRate};
}

}  // namespace

int main(int argc, char** argv) {
  for (const int threads : {1, 2}) {
    const auto add = [&](const char* name, auto&& run) {
      benchmark::RegisterBenchmark(fmt::format("machine/{}/threads:{}", name, threads).c_str(), run)
          ->Unit(benchmark::kMillisecond)
          ->UseRealTime();
    };
    add("triad", [=](benchmark::State& s) { triad(s, threads); });
    add("multiply_add/float", [=](benchmark::State& s) { arithmetic(s, plain_float, threads); });
    add("multiply_add/double", [=](benchmark::State& s) { arithmetic(s, plain_double, threads); });
    add("fused/float", [=](benchmark::State& s) { arithmetic(s, fused_float, threads); });
    add("fused/double", [=](benchmark::State& s) { arithmetic(s, fused_double, threads); });
  }
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
}
