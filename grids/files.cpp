#include "grids/files.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <fstream>
#include <span>
#include <system_error>

#include "core/digest.hpp"
#include "grids/detail/partial_file.hpp"

namespace vandvagt::grids {
namespace {

namespace fs = std::filesystem;

std::string reason(int number) {
  return std::generic_category().message(number);
}

/// Writes all bytes; returns 0 or errno.
int write_bytes(const fs::path& path, std::string_view text) {
  const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (descriptor < 0) return errno;
  int error = 0;
  while (!text.empty() && error == 0) {
    const ssize_t written = ::write(descriptor, text.data(), text.size());
    if (written > 0) text.remove_prefix(static_cast<std::size_t>(written));
    if (written < 0 && errno != EINTR) error = errno;
  }
  // Some file systems tell of a full disk or an exceeded quota only here.
  if (::close(descriptor) != 0 && error == 0) error = errno;
  return error;
}

}  // namespace

Result<void> write_text_atomically(const fs::path& path, std::string_view text) {
  detail::PartialFile file(path);
  if (const int error = write_bytes(file.partial(), text); error != 0)
    return fail(ErrorCode::io, path.string() + ": cannot be written: " + reason(error));
  return file.publish();
}

Result<std::string> file_digest(const fs::path& path) {
  std::error_code error;
  if (!fs::is_regular_file(path, error))
    return fail(ErrorCode::io,
                path.string() + ": " + (fs::exists(path, error) ? "not a file" : "no such file"));
  std::ifstream in(path, std::ios::binary);
  Sha256 digest;
  std::array<char, 1 << 16> buffer{};
  while (in) {
    in.read(buffer.data(), buffer.size());
    digest.add(std::string_view(buffer.data(), static_cast<std::size_t>(in.gcount())));
  }
  if (!in.eof()) return fail(ErrorCode::io, path.string() + ": cannot be read");
  return digest.hex();
}

Result<void> make_output_folder(const fs::path& path) {
  std::error_code error;
  fs::create_directories(path, error);
  if (error || !fs::is_directory(path))
    return fail(ErrorCode::io, path.string() + ": cannot be made a folder for output: " +
                                   (error ? error.message() : "it is a file"));
  const detail::PartialFile trial(path / ".vandvagt-write-trial");
  if (const int number = write_bytes(trial.partial(), "trial"); number != 0)
    return fail(ErrorCode::io, path.string() +
                                   ": output folder is not writable: " + reason(number) +
                                   "; give another folder or mend its permissions");
  return {};
}

}  // namespace vandvagt::grids
