#pragma once

#include <filesystem>
#include <string>

namespace vandvagt::test {

/// A fresh folder of this test's own, removed with everything in it at the end.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

/// The folder of shared data (`VANDVAGT_SHARED`, else `../shared` beside the source tree), or an
/// empty path where it is absent. Tests that need it skip visibly:
///     const auto data = shared_data(); if (data.empty()) GTEST_SKIP() << "no shared data";
std::filesystem::path shared_data();
/// The folder of speed cases beside it, or an empty path.
std::filesystem::path shared_cases();

/// What a command printed (standard output and error together) and how it ended.
struct CommandResult {
  int exit_code = -1;
  std::string output;
};
/// Runs `command` with /bin/sh and waits for it.
CommandResult run_command(const std::string& command);

/// Writes `text` to `path` (folders are made) and reads a whole file.
void write_text(const std::filesystem::path& path, const std::string& text);
std::string read_text(const std::filesystem::path& path);

}  // namespace vandvagt::test
