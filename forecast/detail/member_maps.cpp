#include "forecast/detail/member_maps.hpp"

#include <algorithm>
#include <system_error>
#include <utility>

#include "forecast/ensemble.hpp"

namespace vandvagt::forecast::detail {
namespace {

constexpr float shallow = 1e-3F;  // [m]; less counts as dry in the quantiles
constexpr std::size_t piece = 65536;

std::filesystem::path file_of(const std::filesystem::path& folder, std::size_t member) {
  return folder / ("member_" + std::to_string(member) + ".bin");
}

/// Where the stretch of dry (or wet) cells that begins at `from` ends. NaN counts as dry.
std::size_t stretch_end(std::span<const float> depth, std::size_t from, bool wet) {
  while (from < depth.size() && (depth[from] >= shallow) == wet) ++from;
  return from;
}

template <class T>
void put(std::ofstream& stream, std::span<const T> values) {
  stream.write(reinterpret_cast<const char*>(values.data()),
               static_cast<std::streamsize>(values.size_bytes()));
}

}  // namespace

Result<MemberMaps> MemberMaps::create(const std::filesystem::path& folder, int members,
                                      std::size_t cells) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  MemberMaps maps;
  maps.folder_ = folder;
  maps.cells_ = cells;
  for (std::size_t m = 0; m < static_cast<std::size_t>(members); ++m) {
    maps.writers_.emplace_back(file_of(folder, m), std::ios::binary | std::ios::trunc);
    if (!maps.writers_.back()) {
      return fail(ErrorCode::io, file_of(folder, m).string() + ": cannot be written");
    }
  }
  maps.written_.assign(maps.writers_.size(), 0);
  return maps;
}

Result<void> MemberMaps::add(int member, std::span<const float> depth) {
  const auto m = static_cast<std::size_t>(member);
  std::ofstream& stream = writers_.at(m);
  std::size_t at = 0;
  while (at < depth.size()) {
    const std::size_t wet_from = stretch_end(depth, at, false);
    const std::size_t wet_to = stretch_end(depth, wet_from, true);
    const std::array<std::uint32_t, 2> lengths{static_cast<std::uint32_t>(wet_from - at),
                                               static_cast<std::uint32_t>(wet_to - wet_from)};
    put(stream, std::span<const std::uint32_t>(lengths));
    put(stream, depth.subspan(wet_from, wet_to - wet_from));
    at = wet_to;
  }
  stream.flush();
  if (!stream) {
    return fail(ErrorCode::io, file_of(folder_, m).string() + ": cannot be written (disk full?)");
  }
  ++written_[m];
  return {};
}

Result<void> MemberMaps::rewind() {
  writers_.clear();
  for (std::size_t m = 0; m < written_.size(); ++m) {
    readers_.emplace_back();
    readers_.back().stream.open(file_of(folder_, m), std::ios::binary);
    if (!readers_.back().stream) {
      return fail(ErrorCode::io, file_of(folder_, m).string() + ": cannot be read");
    }
  }
  return {};
}

bool MemberMaps::more() const {
  return std::ranges::all_of(written_, [this](std::size_t count) { return read_ < count; });
}

Result<void> MemberMaps::read(Reader& reader, std::span<float> values) {
  std::size_t at = 0;
  while (at < values.size()) {
    if (reader.dry == 0 && reader.wet == 0) {
      std::array<std::uint32_t, 2> lengths{};
      reader.stream.read(reinterpret_cast<char*>(lengths.data()), sizeof lengths);
      reader.dry = lengths[0];
      reader.wet = lengths[1];
    }
    const std::size_t dry = std::min<std::size_t>(reader.dry, values.size() - at);
    std::fill_n(values.begin() + static_cast<std::ptrdiff_t>(at), dry, 0.0F);
    reader.dry -= static_cast<std::uint32_t>(dry);
    at += dry;
    if (reader.dry > 0) continue;
    const std::size_t wet = std::min<std::size_t>(reader.wet, values.size() - at);
    reader.stream.read(reinterpret_cast<char*>(values.data() + at),
                       static_cast<std::streamsize>(wet * sizeof(float)));
    reader.wet -= static_cast<std::uint32_t>(wet);
    at += wet;
    if (!reader.stream || (dry == 0 && wet == 0)) {
      return fail(ErrorCode::io, folder_.string() + ": a member's maps cannot be read back");
    }
  }
  return {};
}

Result<std::vector<std::vector<float>>> MemberMaps::next(std::span<const double> quantiles) {
  std::vector<std::vector<float>> fields(quantiles.size(), std::vector<float>(cells_, 0.0F));
  const std::size_t members = readers_.size();
  std::vector<std::vector<float>> pieces(members);
  std::vector<float> sorted(members);
  for (std::size_t from = 0; from < cells_; from += piece) {
    const std::size_t length = std::min(piece, cells_ - from);
    for (std::size_t m = 0; m < members; ++m) {
      pieces[m].resize(length);
      if (auto done = read(readers_[m], pieces[m]); !done) return fail(done.error());
    }
    for (std::size_t c = 0; c < length; ++c) {
      for (std::size_t m = 0; m < members; ++m) sorted[m] = pieces[m][c];
      std::ranges::sort(sorted);
      if (sorted.back() == 0.0F) continue;
      for (std::size_t q = 0; q < quantiles.size(); ++q) {
        fields[q][from + c] = static_cast<float>(quantile(sorted, quantiles[q]));
      }
    }
  }
  ++read_;
  return fields;
}

}  // namespace vandvagt::forecast::detail
