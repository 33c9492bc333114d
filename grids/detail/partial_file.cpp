#include "grids/detail/partial_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace vandvagt::grids::detail {
namespace {

namespace fs = std::filesystem;

/// Makes a file or a folder durable.
Result<void> sync(const fs::path& path, int flags) {
  const int descriptor = ::open(path.c_str(), flags | O_CLOEXEC);
  int reason = errno;
  if (descriptor >= 0) {
    const bool synced = ::fsync(descriptor) == 0;
    reason = errno;
    ::close(descriptor);
    if (synced) return {};
  }
  return fail(ErrorCode::io, path.string() + ": cannot be made durable: " +
                                 std::generic_category().message(reason));
}

}  // namespace

PartialFile::PartialFile(fs::path path) : path_(std::move(path)), partial_(path_) {
  partial_ += ".partial";
  remove_leftovers();
}

PartialFile::~PartialFile() {
  if (!published_) remove_leftovers();
}

Result<void> PartialFile::publish() {
  if (auto done = sync(partial_, O_RDONLY); !done) return done;
  std::error_code error;
  fs::rename(partial_, path_, error);
  if (error)
    return fail(ErrorCode::io, path_.string() + ": cannot be replaced: " + error.message());
  published_ = true;
  const fs::path folder = path_.has_parent_path() ? path_.parent_path() : fs::path(".");
  return sync(folder, O_RDONLY | O_DIRECTORY);
}

void PartialFile::remove_leftovers() const {
  // GDAL's COG driver puts temporary overviews beside, as `<partial>.ovr.tmp` and the like.
  const fs::path folder = path_.has_parent_path() ? path_.parent_path() : fs::path(".");
  const std::string stem = partial_.filename().string();
  std::error_code ignored;
  std::vector<fs::path> found;
  for (const auto& entry : fs::directory_iterator(folder, ignored)) {
    const std::string name = entry.path().filename().string();
    if (name == stem || name.starts_with(stem + ".")) found.push_back(entry.path());
  }
  for (const auto& path : found) fs::remove(path, ignored);
}

}  // namespace vandvagt::grids::detail
