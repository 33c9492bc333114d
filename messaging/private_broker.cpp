#include "messaging/private_broker.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <mutex>
#include <optional>
#include <sstream>
#include <thread>

namespace vandvagt::messaging {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

std::optional<fs::path> find_mosquitto() {
  const char* path = std::getenv("PATH");
  // Debian keeps it where an ordinary user's PATH does not look.
  std::istringstream folders(std::string(path != nullptr ? path : "") +
                             ":/usr/sbin:/usr/local/sbin");
  for (std::string folder; std::getline(folders, folder, ':');) {
    const auto program = fs::path(folder) / "mosquitto";
    if (!folder.empty() && ::access(program.c_str(), X_OK) == 0) return program;
  }
  return std::nullopt;
}

class Socket {
 public:
  Socket() : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {}
  ~Socket() {
    if (fd_ >= 0) ::close(fd_);
  }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;

  // 0 where there is none.
  int bind_to_free_port() {
    auto address = loopback(0);
    socklen_t size = sizeof(address);
    if (::bind(fd_, generic(address), size) != 0) return 0;
    if (::getsockname(fd_, generic(address), &size) != 0) return 0;
    return ntohs(address.sin_port);
  }
  bool connect_to(int port) {
    auto address = loopback(port);
    return ::connect(fd_, generic(address), sizeof(address)) == 0;
  }

 private:
  static sockaddr_in loopback(int port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
  }
  static sockaddr* generic(sockaddr_in& address) { return reinterpret_cast<sockaddr*>(&address); }

  int fd_;
};

std::string read_all(const fs::path& file) {
  std::ostringstream text;
  text << std::ifstream(file).rdbuf();
  return text.str();
}

// In the child between fork and exec: only calls that are safe there.
[[noreturn]] void become_mosquitto(const char* program, const char* configuration, int output,
                                   pid_t parent) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(126);  // the parent died before prctl could take hold
  const int nothing = ::open("/dev/null", O_RDONLY);
  ::dup2(nothing, STDIN_FILENO);
  ::dup2(output, STDOUT_FILENO);
  ::dup2(output, STDERR_FILENO);
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::execl(program, program, "-c", configuration, static_cast<char*>(nullptr));
  ::_exit(127);
}

}  // namespace

/// A keeper thread forks, waits for the child and reaps it. It lives as long as the broker, because
/// the kernel sends the parent-death signal when the *thread* that forked is gone.
struct PrivateBroker::Process {
  fs::path program, folder;
  int port = 0;
  std::mutex mutex;
  std::condition_variable changed;
  pid_t pid = -1;  // -1: not running
  bool forked = false;
  std::thread keeper;

  Process() = default;
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;
  ~Process() { stop(SIGTERM); }

  fs::path configuration() const { return folder / "mosquitto.conf"; }
  fs::path output() const { return folder / "mosquitto.log"; }

  Result<void> write_configuration() const {
    std::ofstream out(configuration());
    out << "# Written by vandvagt for a broker of its own.\n"
        << "listener " << port << " 127.0.0.1\n"
        << "allow_anonymous true\n"
        << "persistence true\n"
        << "persistence_location " << fs::absolute(folder).string() << "/\n"
        << "autosave_interval 1\n"
        << "max_queued_messages 0\n"
        << "max_queued_bytes 0\n"
        << "max_inflight_messages 100\n"
        << "set_tcp_nodelay true\n"
        << "log_dest stderr\n"
        << "log_type error\nlog_type warning\nlog_type notice\n";
    // Started by root it would become another user, who cannot write here.
    if (::geteuid() == 0) out << "user root\n";
    out.close();
    if (!out) return fail(ErrorCode::io, configuration().string() + ": cannot be written");
    return {};
  }

  void launch() {
    forked = false;
    keeper = std::thread([this] {
      const std::string program_text = program.string(), file = configuration().string();
      const int out = ::open(output().c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
      const pid_t parent = ::getpid();
      const pid_t child = ::fork();
      if (child == 0) become_mosquitto(program_text.c_str(), file.c_str(), out, parent);
      if (out >= 0) ::close(out);
      {
        const std::lock_guard lock(mutex);
        pid = child;
        forked = true;
      }
      changed.notify_all();
      if (child < 0) return;
      siginfo_t ended{};
      while (::waitid(P_PID, static_cast<id_t>(child), &ended, WEXITED | WNOWAIT) != 0 &&
             errno == EINTR) {
      }
      // Reaped under the lock, so that nobody signals a number that has gone to another process.
      const std::lock_guard lock(mutex);
      ::waitpid(child, nullptr, 0);
      pid = -1;
      changed.notify_all();
    });
    std::unique_lock lock(mutex);
    changed.wait(lock, [this] { return forked; });
  }

  bool running() {
    const std::lock_guard lock(mutex);
    return pid > 0;
  }

  Result<void> wait_until_it_accepts() {
    const auto end = std::chrono::steady_clock::now() + 15s;
    while (std::chrono::steady_clock::now() < end) {
      if (Socket probe; probe.connect_to(port)) return {};
      std::unique_lock lock(mutex);
      if (changed.wait_for(lock, 10ms, [this] { return pid < 0; })) break;
    }
    const bool alive = running();
    stop(SIGKILL);
    return fail(ErrorCode::unavailable,
                program.string() + (alive ? " does not accept connections" : " ended at once") +
                    "; it printed: " + read_all(output()));
  }

  void stop(int signal_number) {
    {
      std::unique_lock lock(mutex);
      if (pid > 0) ::kill(pid, signal_number);
      if (!changed.wait_for(lock, 5s, [this] { return pid < 0; })) ::kill(pid, SIGKILL);
    }
    if (keeper.joinable()) keeper.join();
  }
};

PrivateBroker::PrivateBroker(std::unique_ptr<Process> process) : process_(std::move(process)) {}
PrivateBroker::PrivateBroker(PrivateBroker&&) noexcept = default;
PrivateBroker& PrivateBroker::operator=(PrivateBroker&&) noexcept = default;
PrivateBroker::~PrivateBroker() = default;

Result<PrivateBroker> PrivateBroker::start(const fs::path& folder) {
  const auto program = find_mosquitto();
  if (!program)
    return fail(ErrorCode::unavailable,
                "mosquitto is not installed; install the Debian package mosquitto or name a broker "
                "in the configuration");
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) return fail(ErrorCode::io, folder.string() + ": " + error.message());
  auto process = std::make_unique<Process>();
  process->program = *program;
  process->folder = folder;
  Result<void> started = fail(ErrorCode::unavailable, "no free port on this machine");
  // Between the choice of a port and mosquitto's own bind another process may take it.
  for (int attempt = 0; attempt < 5 && !started; ++attempt) {
    process->port = Socket{}.bind_to_free_port();
    if (process->port == 0) continue;
    if (const auto written = process->write_configuration(); !written) return fail(written.error());
    process->launch();
    started = process->wait_until_it_accepts();
  }
  if (!started) return fail(started.error());
  return PrivateBroker(std::move(process));
}

int PrivateBroker::port() const {
  return process_->port;
}

std::string PrivateBroker::url() const {
  return "tcp://127.0.0.1:" + std::to_string(port());
}

void PrivateBroker::kill() {
  process_->stop(SIGKILL);
}

Result<void> PrivateBroker::restart() {
  process_->stop(SIGTERM);
  process_->launch();
  return process_->wait_until_it_accepts();
}

}  // namespace vandvagt::messaging
