#include "tests/support/support.hpp"

#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include "tests/support/program.hpp"

namespace vandvagt::test {

namespace fs = std::filesystem;

TemporaryFolder::TemporaryFolder() {
  std::string name = (fs::temp_directory_path() / "vandvagt-test-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder: " + name);
  path_ = name;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

static fs::path shared_folder(const char* name) {
  const char* set = std::getenv("VANDVAGT_SHARED");
  const fs::path folder =
      (set != nullptr ? fs::path(set) : fs::path(VANDVAGT_SOURCE_DIR) / ".." / "shared") / name;
  return fs::is_directory(folder) ? fs::weakly_canonical(folder) : fs::path{};
}

fs::path shared_data() {
  return shared_folder("data");
}
fs::path shared_cases() {
  return shared_folder("cases");
}

CommandResult run_command(const std::string& command) {
  CommandResult result;
  FILE* pipe = popen(("{ " + command + "\n} 2>&1").c_str(), "r");
  if (pipe == nullptr) throw std::runtime_error("cannot run " + command);
  std::array<char, 4096> buffer{};
  while (const auto n = std::fread(buffer.data(), 1, buffer.size(), pipe))
    result.output.append(buffer.data(), n);
  const int status = pclose(pipe);
  result.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return result;
}

void write_text(const fs::path& path, const std::string& text) {
  fs::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << text;
}

std::string read_text(const fs::path& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

std::string program() {
  return std::string(VANDVAGT_BINARY_DIR) + "/vandvagt";
}

}  // namespace vandvagt::test
