#include "tests/app/running_program.hpp"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace vandvagt::test {

RunningProgram::RunningProgram(const std::vector<std::string>& command) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return;
  from_ = ends[0];
  posix_spawn_file_actions_t files{};
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_adddup2(&files, ends[1], STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&files, ends[1], STDERR_FILENO);
  posix_spawnattr_t attributes{};
  posix_spawnattr_init(&attributes);
  sigset_t none{}, all{};
  sigemptyset(&none);
  sigfillset(&all);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setsigdefault(&attributes, &all);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  std::vector<std::string> words = command;
  std::vector<char*> arguments;
  arguments.reserve(words.size() + 1);
  for (auto& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  if (::posix_spawn(&pid_, arguments[0], &files, &attributes, arguments.data(), environ) != 0)
    pid_ = -1;
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&files);
  ::close(ends[1]);
}

RunningProgram::~RunningProgram() {
  if (pid_ > 0) {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  if (from_ >= 0) ::close(from_);
}

bool RunningProgram::read_more() {
  std::array<char, 4096> bytes{};
  const auto count = ::read(from_, bytes.data(), bytes.size());
  if (count < 0) return errno == EINTR;
  output_.append(bytes.data(), static_cast<std::size_t>(count));
  return count > 0;
}

bool RunningProgram::wait_for(const std::string& words) {
  while (output_.find(words) == std::string::npos)
    if (!read_more()) return false;
  return true;
}

std::string RunningProgram::rest_of_line(const std::string& words) {
  if (!wait_for(words)) return {};
  const auto from = output_.find(words) + words.size();
  while (output_.find('\n', from) == std::string::npos)
    if (!read_more()) return {};
  return output_.substr(from, output_.find('\n', from) - from);
}

void RunningProgram::send(int signal_number) const {
  if (pid_ > 0) ::kill(pid_, signal_number);
}

int RunningProgram::wait() {
  while (read_more()) {
  }
  if (pid_ <= 0) return -1;
  int status = 0;
  while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  pid_ = -1;
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

}  // namespace vandvagt::test
