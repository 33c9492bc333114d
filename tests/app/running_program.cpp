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
  reader_ = std::jthread([this] { read_all(); });
}

RunningProgram::~RunningProgram() {
  if (pid_ > 0) {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  if (reader_.joinable()) reader_.join();
  if (from_ >= 0) ::close(from_);
}

void RunningProgram::read_all() {
  std::array<char, 4096> bytes{};
  while (true) {
    const auto count = ::read(from_, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    const std::lock_guard lock(mutex_);
    if (count > 0) output_.append(bytes.data(), static_cast<std::size_t>(count));
    ended_ = count <= 0;
    more_.notify_all();
    if (ended_) return;
  }
}

std::string RunningProgram::output() const {
  const std::lock_guard lock(mutex_);
  return output_;
}

bool RunningProgram::wait_for(const std::string& words) {
  std::unique_lock lock(mutex_);
  const auto printed = [&] { return output_.find(words) != std::string::npos; };
  more_.wait(lock, [&] { return printed() || ended_; });
  return printed();
}

std::string RunningProgram::rest_of_line(const std::string& words) {
  if (!wait_for(words)) return {};
  std::unique_lock lock(mutex_);
  const auto from = output_.find(words) + words.size();
  const auto end = [&] { return output_.find('\n', from); };
  more_.wait(lock, [&] { return end() != std::string::npos || ended_; });
  return end() == std::string::npos ? std::string{} : output_.substr(from, end() - from);
}

void RunningProgram::send(int signal_number) const {
  if (pid_ > 0) ::kill(pid_, signal_number);
}

int RunningProgram::wait() {
  {
    std::unique_lock lock(mutex_);
    more_.wait(lock, [&] { return ended_; });
  }
  if (pid_ <= 0) return -1;
  int status = 0;
  while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  pid_ = -1;
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

}  // namespace vandvagt::test
