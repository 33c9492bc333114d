#include "forecast/outcome.hpp"

#include <algorithm>

#include "core/digest.hpp"

namespace vandvagt::forecast {

std::string digest_of_inputs(const std::vector<InputFile>& inputs) {
  std::vector<InputFile> sorted = inputs;
  std::ranges::sort(sorted, {}, &InputFile::path);
  Sha256 digest;
  for (const InputFile& input : sorted) {
    digest.add(input.path).add("\n").add(input.digest).add("\n");
  }
  return digest.hex();
}

std::string program_version() {
  return VANDVAGT_VERSION;
}

}  // namespace vandvagt::forecast
