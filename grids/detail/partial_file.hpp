#pragma once

#include <filesystem>

#include "core/result.hpp"

namespace vandvagt::grids::detail {

/// The file `<path>.partial` beside the one to be made. `publish` makes it durable and renames it;
/// destroyed without that, it and whatever a library left under the same stem are removed.
class PartialFile {
 public:
  explicit PartialFile(std::filesystem::path path);
  ~PartialFile();
  PartialFile(const PartialFile&) = delete;
  PartialFile& operator=(const PartialFile&) = delete;
  PartialFile(PartialFile&&) = delete;
  PartialFile& operator=(PartialFile&&) = delete;

  const std::filesystem::path& partial() const { return partial_; }
  const std::filesystem::path& path() const { return path_; }
  /// fsync of the file, rename over the old one, fsync of the folder. Error{io}.
  Result<void> publish();

 private:
  void remove_leftovers() const;

  std::filesystem::path path_;
  std::filesystem::path partial_;
  bool published_ = false;
};

}  // namespace vandvagt::grids::detail
