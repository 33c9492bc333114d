#include "watch/hook.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <condition_variable>
#include <csignal>
#include <cstring>
#include <map>
#include <mutex>
#include <optional>

#include "alerts/subscriber.hpp"
#include "alerts/texts.hpp"

namespace vandvagt::watch {
namespace {

constexpr std::array<const char*, 9> placeholders{"identifier", "incident", "revision",
                                                  "area",       "level",    "severity",
                                                  "status",     "type",     "headline"};
constexpr std::size_t most_said = 300;
constexpr int look_for_stop_ms = 200;

class File {
 public:
  explicit File(int number) : number_(number) {}
  ~File() {
    if (number_ >= 0) ::close(number_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  File(File&&) = delete;
  File& operator=(File&&) = delete;
  int number() const { return number_; }

 private:
  int number_;
};

struct Actions {
  posix_spawn_file_actions_t files{};
  posix_spawnattr_t attributes{};
  Actions() {
    posix_spawn_file_actions_init(&files);
    posix_spawnattr_init(&attributes);
  }
  ~Actions() {
    posix_spawn_file_actions_destroy(&files);
    posix_spawnattr_destroy(&attributes);
  }
  Actions(const Actions&) = delete;
  Actions& operator=(const Actions&) = delete;
  Actions(Actions&&) = delete;
  Actions& operator=(Actions&&) = delete;
};

std::string harmless(const std::string& value) {
  std::string text = alerts::clean_text(value, 300);
  text.erase(0, std::min(text.find_first_not_of("- "), text.size()));
  return text;
}

std::string filled(std::string text, const std::map<std::string, std::string>& values) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const auto open = text.find('{', at);
    const auto close = open == std::string::npos ? open : text.find('}', open);
    if (close == std::string::npos) return out + text.substr(at);
    const auto value = values.find(text.substr(open + 1, close - open - 1));
    out += text.substr(at, open - at);
    out += value == values.end() ? text.substr(open, close - open + 1) : value->second;
    at = close + 1;
  }
  return out;
}

std::string system_error(const std::string& doing, int number) {
  return doing + ": " + std::strerror(number);
}

bool write_all(int file, std::string_view text) {
  while (!text.empty()) {
    const auto written = ::write(file, text.data(), text.size());
    if (written <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return ::lseek(file, 0, SEEK_SET) == 0;
}

// The end of what it said on standard error, for the log.
std::string said_in(int file) {
  const auto size = ::lseek(file, 0, SEEK_END);
  if (size <= 0) return {};
  std::string text(static_cast<std::size_t>(std::min<off_t>(size, most_said)), '\0');
  const auto got = ::pread(file, text.data(), text.size(), size - static_cast<off_t>(text.size()));
  text.resize(static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
  return ": " + alerts::clean_text(text, most_said);
}

// With no signal blocked or ignored, in a group of its own, so that it can be ended whole.
Result<pid_t> spawn(const std::vector<std::string>& arguments, int input, int errors) {
  Actions actions;
  posix_spawn_file_actions_adddup2(&actions.files, input, STDIN_FILENO);
  posix_spawn_file_actions_addopen(&actions.files, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_adddup2(&actions.files, errors, STDERR_FILENO);
  sigset_t none, all;
  sigemptyset(&none);
  sigfillset(&all);
  posix_spawnattr_setsigmask(&actions.attributes, &none);
  posix_spawnattr_setsigdefault(&actions.attributes, &all);
  posix_spawnattr_setpgroup(&actions.attributes, 0);
  posix_spawnattr_setflags(&actions.attributes,
                           POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
  std::vector<std::string> owned = arguments;
  std::vector<char*> pointers;
  for (auto& argument : owned) pointers.push_back(argument.data());
  pointers.push_back(nullptr);
  pid_t child = -1;
  const int outcome = ::posix_spawnp(&child, pointers.front(), &actions.files, &actions.attributes,
                                     pointers.data(), environ);
  if (outcome != 0)
    return fail(ErrorCode::unavailable, system_error("hook " + arguments.front(), outcome));
  return child;
}

// Waits until the child has ended; false where the time was up or a stop came.
bool ended(pid_t child, std::chrono::milliseconds limit, const std::stop_token& stop) {
  const File handle(static_cast<int>(::syscall(SYS_pidfd_open, child, 0)));
  const auto until = std::chrono::steady_clock::now() + limit;
  while (!stop.stop_requested() && std::chrono::steady_clock::now() < until) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        until - std::chrono::steady_clock::now());
    pollfd waiting{.fd = handle.number(), .events = POLLIN, .revents = 0};
    const int wait = static_cast<int>(std::clamp<long long>(left.count() + 1, 1, look_for_stop_ms));
    if (::poll(&waiting, 1, wait) > 0) return true;
  }
  return false;
}

}  // namespace

std::vector<std::string> unknown_placeholders(const std::vector<std::string>& command) {
  std::vector<std::string> unknown;
  for (const auto& argument : command) {
    for (auto open = argument.find('{'); open != std::string::npos;
         open = argument.find('{', open + 1)) {
      const auto close = argument.find('}', open);
      if (close == std::string::npos) break;
      const auto name = argument.substr(open + 1, close - open - 1);
      if (std::ranges::find(placeholders, name) == placeholders.end()) unknown.push_back(name);
    }
  }
  return unknown;
}

Result<std::vector<std::string>> hook_arguments(const std::vector<std::string>& command,
                                                const alerts::OutboxMessage& message) {
  const auto warning = alerts::parse_cap(message.xml);
  if (!warning) return fail(warning.error());
  const std::string level = warning->message_type == "Cancel" ? "cancelled"
                            : warning->all_clear              ? "none"
                                                              : warning->level;
  const std::map<std::string, std::string> values{{"identifier", harmless(warning->identifier)},
                                                  {"incident", harmless(warning->incident)},
                                                  {"revision", std::to_string(warning->revision)},
                                                  {"area", harmless(warning->area)},
                                                  {"level", harmless(level)},
                                                  {"severity", harmless(warning->severity)},
                                                  {"status", harmless(warning->status)},
                                                  {"type", harmless(warning->message_type)},
                                                  {"headline", harmless(warning->headline)}};
  std::vector<std::string> arguments;
  for (const auto& argument : command) arguments.push_back(filled(argument, values));
  return arguments;
}

Result<void> run_hook(const HookOptions& options, const alerts::OutboxMessage& message,
                      const std::stop_token& stop) {
  const auto arguments = hook_arguments(options.command, message);
  if (!arguments) return fail(arguments.error());
  // In memory, not in pipes: a program that reads nothing or says much blocks nobody.
  const File input(::memfd_create("cap", MFD_CLOEXEC)), errors(::memfd_create("said", MFD_CLOEXEC));
  if (input.number() < 0 || errors.number() < 0 || !write_all(input.number(), message.xml))
    return fail(ErrorCode::unavailable, system_error("hook", errno));
  const auto child = spawn(*arguments, input.number(), errors.number());
  if (!child) return fail(child.error());
  const bool in_time = ended(*child, options.time_limit, stop);
  if (!in_time) ::kill(-*child, SIGKILL);
  int status = 0;
  while (::waitpid(*child, &status, 0) < 0 && errno == EINTR) {
  }
  const std::string name = "hook " + arguments->front();
  if (!in_time)
    return fail(ErrorCode::unavailable,
                name + (stop.stop_requested()
                            ? ": ended with the service"
                            : ": took longer than " + format_duration(options.time_limit)));
  ::kill(-*child, SIGKILL);  // what it has left behind in its group
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return {};
  return fail(ErrorCode::unavailable,
              name +
                  (WIFEXITED(status) ? " ended with code " + std::to_string(WEXITSTATUS(status))
                                     : " was killed by a signal") +
                  said_in(errors.number()));
}

Result<void> HookRunner::round(std::optional<alerts::Deliveries>& deliveries,
                               const std::stop_token& stop) {
  if (!deliveries) {
    auto opened = alerts::Deliveries::open(setup_.warnings);
    if (!opened) return fail(opened.error());
    deliveries.emplace(std::move(*opened));
  }
  const auto report = alerts::deliver_due(
      *deliveries, "hook",
      [&](const alerts::OutboxMessage& message) { return run_hook(setup_.hook, message, stop); },
      setup_.hook.backoff, setup_.now());
  if (!report) return fail(report.error());
  if (report->last_failure)
    health_.degraded("hook", report->last_failure->message);
  else if (report->done > 0)
    health_.well("hook");
  return {};
}

void HookRunner::run(const std::stop_token& stop) {
  std::optional<alerts::Deliveries> deliveries;
  std::mutex mutex;
  std::condition_variable_any changed;
  while (!stop.stop_requested()) {
    Result<void> done;
    try {
      done = round(deliveries, stop);
    } catch (const std::exception& e) {
      done = fail(ErrorCode::io, e.what());
    }
    if (!done) {
      health_.degraded("hook", done.error().message);
      deliveries.reset();
    }
    std::unique_lock lock(mutex);
    changed.wait_for(lock, stop, setup_.look_every, [] { return false; });
  }
}

}  // namespace vandvagt::watch
