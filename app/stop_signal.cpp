#include "app/stop_signal.hpp"

#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdint>

namespace vandvagt::app {
namespace {

constexpr std::chrono::seconds same_wish{1};

bool is_ignored(int signal_number) {
  struct sigaction now {};
  return ::sigaction(signal_number, nullptr, &now) == 0 && now.sa_handler == SIG_IGN;
}

/// Ends the program by the signal itself, so that who waits for it sees the cause.
void end_by(int signal_number) {
  sigset_t one;
  sigemptyset(&one);
  sigaddset(&one, signal_number);
  ::pthread_sigmask(SIG_UNBLOCK, &one, nullptr);
  ::raise(signal_number);
}

}  // namespace

struct StopSignal::Blocked {
  Blocked() {
    sigemptyset(&signals);
    for (const int one : {SIGTERM, SIGINT, SIGHUP})
      if (!is_ignored(one)) sigaddset(&signals, one);
    arrivals = ::signalfd(-1, &signals, SFD_CLOEXEC);
    wake = ::eventfd(0, EFD_CLOEXEC);
    // Without the two a signal goes on ending the program at once, as it does by default.
    if (usable()) ::pthread_sigmask(SIG_BLOCK, &signals, &before);
  }
  ~Blocked() {
    if (usable()) ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
    if (arrivals >= 0) ::close(arrivals);
    if (wake >= 0) ::close(wake);
  }
  Blocked(const Blocked&) = delete;
  Blocked& operator=(const Blocked&) = delete;
  Blocked(Blocked&&) = delete;
  Blocked& operator=(Blocked&&) = delete;

  bool usable() const { return arrivals >= 0 && wake >= 0; }

  sigset_t signals{}, before{};
  int arrivals = -1;  // a signalfd
  int wake = -1;      // an eventfd: the watcher is no longer needed
};

StopSignal::StopSignal() : blocked_(std::make_unique<Blocked>()) {
  if (!blocked_->usable()) return;
  watcher_ = std::jthread([this](const std::stop_token& ended) { watch(ended); });
}

StopSignal::~StopSignal() = default;

void StopSignal::watch(const std::stop_token& ended) {
  const std::stop_callback wake(ended, [fd = blocked_->wake] { ::eventfd_write(fd, 1); });
  std::array<pollfd, 2> watched{pollfd{blocked_->arrivals, POLLIN, 0},
                                pollfd{blocked_->wake, POLLIN, 0}};
  std::chrono::steady_clock::time_point first;
  while (!ended.stop_requested()) {
    ::poll(watched.data(), watched.size(), -1);
    signalfd_siginfo arrived{};
    if ((watched[0].revents & POLLIN) == 0 ||
        ::read(blocked_->arrivals, &arrived, sizeof arrived) != sizeof arrived)
      continue;
    const auto now = std::chrono::steady_clock::now();
    if (stop_.request_stop())
      first = now;
    else if (now - first >= same_wish)
      end_by(static_cast<int>(arrived.ssi_signo));
  }
}

}  // namespace vandvagt::app
