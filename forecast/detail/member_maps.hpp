#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <span>
#include <string>
#include <vector>

#include "core/field.hpp"
#include "core/result.hpp"

namespace vandvagt::forecast::detail {

/// Depth maps of all members on disk until the last member is done, for quantiles: memory holds one
/// piece of a map a member, whatever the number of times. Dry stretches take eight bytes.
class MemberMaps {
 public:
  /// Files go into `folder`, which is made.
  static Result<MemberMaps> create(const std::filesystem::path& folder, int members,
                                   std::size_t cells);

  /// Maps of a member come in order of time.
  Result<void> add(int member, std::span<const float> depth);
  /// Ends writing; the quantiles are read from the start.
  Result<void> rewind();
  /// Whether every member has one more map.
  bool more() const;
  /// The next time's quantiles of depth: one field for each of `quantiles`, `cells` long.
  Result<std::vector<std::vector<float>>> next(std::span<const double> quantiles);

 private:
  struct Reader {
    std::ifstream stream;
    std::uint32_t dry = 0;  // values left of the present stretches
    std::uint32_t wet = 0;
  };
  Result<void> read(Reader& reader, std::span<float> values);

  std::filesystem::path folder_;
  std::size_t cells_ = 0;
  std::vector<std::ofstream> writers_;
  std::vector<std::size_t> written_;
  std::vector<Reader> readers_;
  std::size_t read_ = 0;
};

}  // namespace vandvagt::forecast::detail
