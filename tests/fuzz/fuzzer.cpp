#include <cstddef>
#include <cstdint>

#include "tests/fuzz/targets.hpp"

// libFuzzer's entry point; the build names the target.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  vandvagt::fuzz::VANDVAGT_FUZZ_TARGET({reinterpret_cast<const char*>(data), size});
  return 0;
}
