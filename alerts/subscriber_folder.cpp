#include "alerts/subscriber_folder.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

namespace vandvagt::alerts {
namespace {

namespace fs = std::filesystem;

Error io_error(const fs::path& path, const char* doing) {
  return {ErrorCode::io, path.string() + ": cannot be " + doing + ": " + std::strerror(errno)};
}

bool write_all(int file, std::string_view text) {
  while (!text.empty()) {
    const auto written = ::write(file, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

// A name that is in its folder is on the disk only when the folder is.
void sync_folder(const fs::path& folder) {
  const int opened = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (opened < 0) return;
  static_cast<void>(::fsync(opened));
  ::close(opened);
}

Result<void> write_whole(const fs::path& path, std::string_view text) {
  std::error_code made;
  fs::create_directories(path.parent_path(), made);
  fs::path beside = path;
  beside += ".partial";
  const int file = ::open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (file < 0) return fail(io_error(beside, "written"));
  const bool whole = write_all(file, text) && ::fsync(file) == 0;
  const int why = errno;
  ::close(file);
  errno = why;
  if (!whole || ::rename(beside.c_str(), path.c_str()) != 0) return fail(io_error(path, "written"));
  sync_folder(path.parent_path());
  return {};
}

std::string whole_text(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

}  // namespace

bool safe_file_name(std::string_view name) {
  return !name.empty() && name.size() <= 200 && name.front() != '.' &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '-' || c == '.' || c == '_';
         });
}

Result<SubscriberFolder> SubscriberFolder::open(const fs::path& folder) {
  for (const char* part : {"cap", "receipts"}) {
    std::error_code error;
    fs::create_directories(folder / part, error);
    if (error)
      return fail(ErrorCode::io, (folder / part).string() + ": cannot be made: " + error.message());
  }
  return SubscriberFolder(folder);
}

Result<std::vector<std::string>> SubscriberFolder::restore(Subscriber& subscriber) {
  std::vector<std::string> not_taken;
  std::error_code error;
  for (fs::recursive_directory_iterator it(folder_ / "cap", error), end; !error && it != end;
       it.increment(error)) {
    if (!it->is_regular_file() || it->path().extension() != ".xml") continue;
    const std::string area = it->path().parent_path().filename();
    const auto taken = subscriber.receive_cap(area, whole_text(it->path()));
    if (!taken) {
      not_taken.push_back(it->path().string() + ": " + taken.error().message);
      continue;
    }
    const std::string identifier = it->path().stem();
    if (!fs::exists(folder_ / "receipts" / (identifier + ".json")))
      without_receipt_.emplace(identifier, area);
  }
  if (error) return fail(ErrorCode::io, (folder_ / "cap").string() + ": " + error.message());
  return not_taken;
}

Result<void> SubscriberFolder::keep_message(const std::string& area, const std::string& identifier,
                                            std::string_view xml) {
  if (!safe_file_name(area) || !safe_file_name(identifier))
    return fail(ErrorCode::invalid_input, "a message whose name is no file name is not kept");
  const auto path = folder_ / "cap" / area / (identifier + ".xml");
  if (fs::exists(path)) return {};
  if (auto done = write_whole(path, xml); !done) return done;
  without_receipt_.emplace(identifier, area);
  return {};
}

Result<void> SubscriberFolder::keep_receipt(const std::string& identifier, std::string_view json) {
  if (auto done = write_whole(folder_ / "receipts" / (identifier + ".json"), json); !done)
    return done;
  without_receipt_.erase(identifier);
  return {};
}

Result<void> SubscriberFolder::keep_picture(std::string_view json) const {
  return write_whole(folder_ / "state.json", json);
}

}  // namespace vandvagt::alerts
