#pragma once

#include <omp.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <vector>

namespace vandvagt::model::detail {

/// Threads that work through lists of tiles, one list after another, many thousand times a second.
///
/// One thread leads: `lead(work)` opens an OpenMP parallel region, in which it runs `work` while
/// the others wait for lists; `run` inside `work` goes through one. Every thread begins with the
/// same part of a list each time, whose cells then lie in its cache, and helps the others when it
/// is done.
///
/// The leader waits for tiles that somebody has begun, never for a thread that has begun none. A
/// barrier of all threads would cost a whole time slice of the operating system at every step when
/// another program holds one of the processors: a run then took ten times as long on two threads as
/// on one.
class Crew {
 public:
  /// `threads` >= 1, the leader included.
  explicit Crew(int threads);
  int threads() const { return threads_; }

  /// Runs `work()` with the crew at hand; returns when all threads have left.
  template <class Work>
  void lead(const Work& work) {
    if (threads_ < 2) return work();
    std::exception_ptr thrown;  // must not leave the region
    open();
#pragma omp parallel num_threads(threads_)
    {
      if (omp_get_thread_num() == 0) {
        try {
          work();
        } catch (...) {
          thrown = std::current_exception();
        }
        close();
      } else {
        help(omp_get_thread_num());
      }
    }
    if (thrown) std::rethrow_exception(thrown);
  }

  /// `what(tile)` for each tile of the list, in any order and side by side; outside of `lead` one
  /// after another. `what` touches its own tile only and does not throw. At most a million tiles.
  template <class What>
  void run(const std::vector<int>& tiles, const What& what) {
    if (!open_ || tiles.size() < 2) {
      for (const int t : tiles) what(static_cast<std::size_t>(t));
      return;
    }
    start({&tiles, &what, [](const void* call, int tile) {
             (*static_cast<const What*>(call))(static_cast<std::size_t>(tile));
           }});
  }

 private:
  struct Job {
    const std::vector<int>* tiles = nullptr;
    const void* what = nullptr;
    void (*call)(const void* what, int tile) = nullptr;
  };
  /// The part of the list that one thread begins with: round, next place, end, in one word, so that
  /// a late thread cannot take from a later list. On a cache line of its own.
  struct alignas(64) Share {
    std::atomic<std::uint64_t> word{0};
  };

  void start(const Job& job);
  void work_on(std::uint64_t round, int first_share);
  bool take(Share& share, std::uint64_t round, int& place);
  void help(int own);
  void open();
  void close();

  // What is written by several threads stands on cache lines of its own.
  alignas(64) std::atomic<std::uint64_t> round_{0};  // the last bit: no more lists come
  alignas(64) std::atomic<int> done_{0};
  alignas(64) Job job_;
  std::vector<Share> shares_;
  int threads_;
  bool open_ = false;
};

}  // namespace vandvagt::model::detail
