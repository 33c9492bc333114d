#include "model/detail/crew.hpp"

#include <algorithm>
#include <thread>

namespace vandvagt::model::detail {
namespace {

constexpr int spins =
    4000;  // some tens of microseconds, longer than the leader's work between lists
constexpr unsigned bits = 20;
constexpr std::uint64_t places = std::uint64_t{1} << bits;
constexpr std::uint64_t rounds = std::uint64_t{1} << (64 - 2 * bits);
constexpr std::uint64_t closing = 1;

std::uint64_t word_of(std::uint64_t round, int next, int end) {
  return (round % rounds) << (2 * bits) | static_cast<std::uint64_t>(next) << bits |
         static_cast<std::uint64_t>(end);
}

void rest_a_little() {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

}  // namespace

Crew::Crew(int threads) : shares_(static_cast<std::size_t>(threads)), threads_(threads) {}

/// Takes one place of a share in this round. A thread that comes late finds another round's number
/// and takes nothing.
bool Crew::take(Share& share, std::uint64_t round, int& place) {
  std::uint64_t word = share.word.load(std::memory_order_acquire);
  while (word >> (2 * bits) == round % rounds) {
    const std::uint64_t next = word >> bits & (places - 1);
    if (next >= (word & (places - 1))) return false;
    if (share.word.compare_exchange_weak(word, word + places, std::memory_order_acq_rel)) {
      place = static_cast<int>(next);
      return true;
    }
  }
  return false;
}

/// Works on what is left of the round, from one share on. What was taken is waited for, so the job
/// cannot change under it.
void Crew::work_on(std::uint64_t round, int first_share) {
  int did = 0;
  for (int turn = 0; turn < threads_; ++turn) {
    Share& share = shares_[static_cast<std::size_t>((first_share + turn) % threads_)];
    for (int place = 0; take(share, round, place); ++did) {
      job_.call(job_.what, (*job_.tiles)[static_cast<std::size_t>(place)]);
    }
  }
  done_.fetch_add(did, std::memory_order_acq_rel);
}

void Crew::start(const Job& job) {
  const auto count = static_cast<int>(std::min<std::size_t>(job.tiles->size(), places - 1));
  job_ = job;
  done_.store(0, std::memory_order_relaxed);
  const std::uint64_t round = round_.load(std::memory_order_relaxed) / 2 + 1;
  const auto bound = [&](int part) {
    return static_cast<int>(static_cast<std::int64_t>(count) * part / threads_);
  };
  for (int s = 0; s < threads_; ++s) {
    shares_[static_cast<std::size_t>(s)].word.store(word_of(round, bound(s), bound(s + 1)),
                                                    std::memory_order_release);
  }
  round_.store(round * 2, std::memory_order_release);
  round_.notify_all();
  work_on(round, 0);
  for (int spun = 0; done_.load(std::memory_order_acquire) < count; ++spun) {
    rest_a_little();
    if (spun > spins) std::this_thread::yield();
  }
}

void Crew::help(int own) {
  std::uint64_t seen = 0;
  while (true) {
    std::uint64_t now = round_.load(std::memory_order_acquire);
    for (int spun = 0; now == seen && spun < spins; ++spun) {
      rest_a_little();
      now = round_.load(std::memory_order_acquire);
    }
    if (now == seen) {
      round_.wait(seen, std::memory_order_acquire);
      continue;
    }
    if (now % 2 == closing) return;
    seen = now;
    work_on(now / 2, own);
  }
}

void Crew::open() {
  open_ = true;
  round_.fetch_and(~closing, std::memory_order_relaxed);
}

void Crew::close() {
  open_ = false;
  round_.fetch_or(closing, std::memory_order_release);
  round_.notify_all();
}

}  // namespace vandvagt::model::detail
