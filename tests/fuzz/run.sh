#!/bin/sh
# tests/fuzz/run.sh TARGET SECONDS: builds the fuzzer of a decoder with clang and lets it run. What
# it finds is left in build/fuzz/found; exit code 77 where there is no clang.
set -eu

target=$1
seconds=$2
cd "$(dirname "$0")/../.."
command -v clang++ >/dev/null || exit 77

cmake --preset fuzz >/dev/null
cmake --build --preset fuzz --target "fuzz_$target" >/dev/null

found=build/fuzz/found
grown=build/fuzz/corpus/$target
mkdir -p "$found" "$grown"
exec "build/fuzz/fuzz/fuzz_$target" -max_total_time="$seconds" -max_len=70000 -timeout=10 \
  -rss_limit_mb=2048 -artifact_prefix="$found/$target-" -print_final_stats=1 \
  "$grown" "tests/fuzz/corpus/$target"
