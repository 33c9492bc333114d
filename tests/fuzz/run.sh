#!/usr/bin/env bash
# tests/fuzz/run.sh TARGET SECONDS: builds the fuzzer of a decoder with clang and lets it run. What
# it finds is left in build/fuzz/found; exit code 77 where there is no clang.
set -euo pipefail

target=$1
seconds=$2
slowest=10 # seconds that one input may take
cd "$(dirname "$0")/../.."
command -v clang++ >/dev/null || exit 77

cmake --preset fuzz >/dev/null
cmake --build --preset fuzz --target "fuzz_$target" >/dev/null

fuzzer=build/fuzz/fuzz/fuzz_$target
found=build/fuzz/found
grown=build/fuzz/corpus/$target
mkdir -p "$found" "$grown"
new=$(mktemp -d "$found/$target.XXXXXX")
trap 'mv -f "$new"/* "$found" 2>/dev/null || true; rmdir "$new"' EXIT

# Alone, and by the time of the processor.
slow_by_itself() { # slow_by_itself FILE
  ! (ulimit -t "$slowest" && "$fuzzer" -rss_limit_mb=2048 "$1") 2>&1
}

# libFuzzer's clock is the one on the wall, so that other load can make an input slow: such a one is
# tried again by itself, and if it is quick the search goes on.
end=$(($(date +%s) + seconds))
while left=$((end - $(date +%s))) && [ "$left" -gt 0 ]; do
  status=0
  "$fuzzer" -max_total_time="$left" -max_len=70000 -timeout="$slowest" -rss_limit_mb=2048 \
    -artifact_prefix="$new/$target-" -print_final_stats=1 "$grown" "tests/fuzz/corpus/$target" ||
    status=$?
  [ "$status" -ne 0 ] || exit 0
  slow=("$new/$target"-timeout-*)
  [ -e "${slow[0]}" ] || exit "$status"
  slow_by_itself "${slow[0]}" && exit "$status"
  echo "$(basename "${slow[0]}") is not slow by itself: the machine was busy"
  rm "${slow[0]}"
done
