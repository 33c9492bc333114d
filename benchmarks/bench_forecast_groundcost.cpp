// What the ground adds to the wall time of a forecast: examples/maas-peel.toml over its whole
// horizon by the whole program (`vandvagt simulate`: wells' readings left out), with and without an
// aquifer and evapotranspiration; soil and water table stand in both, and the aquifer has ten days
// to come nearer to rest before the start (the map of its table is none). The two take turns of a
// second, one stopped while the other runs, so that whatever else the machine does falls on both
// alike. Varied: cells of 50 and 25 m (the example's), threads. Each run checks its answer: both
// ledgers close, and in the one with the ground water comes out of it. Skips without the shared
// data. Counters: with and without the ground, seconds of wall and of processor time, steps and
// cell updates; ratio of the wall times and of the processor times. More water on the surface is
// part of them.

#include <benchmark/benchmark.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cmath>
#include <csignal>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <thread>
#include <tuple>
#include <vector>

#include "tests/support/program.hpp"
#include "tests/support/support.hpp"

namespace vandvagt {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using std::chrono::steady_clock;

constexpr auto turn = 1s;
constexpr double ledger_bound = 1e-6;  // of what moved, in single precision

constexpr const char* ground =
    "[groundwater.aquifer]\nconductivity = \"10 m/d\"\nthickness = 20.0\ndrain_depth = 0.8\n"
    "drain_conductance = 5.8e-8\nstep = \"1h\"\nspin_up = \"10d\"\n\n[evapotranspiration]\nrate = "
    "\"3 mm/d\"\n\n";

double seconds(steady_clock::duration d) {
  return std::chrono::duration<double>(d).count();
}

/// `text` with `from`, which must stand in it, replaced by `to`; empty where it does not.
std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const auto at = text.find(from);
  return at == std::string::npos ? std::string() : text.replace(at, from.size(), to);
}

/// The example's configuration; empty where it no longer holds what is changed here.
std::string configuration(bool with_ground, int cell, int threads) {
  std::string text = test::read_text(fs::path(VANDVAGT_SOURCE_DIR) / "examples" / "maas-peel.toml");
  const std::array<std::array<std::string, 2>, 6> changes = {
      {{"\n[terrain]\n", fmt::format("\n[terrain]\ncell_size = {}\n", cell)},
       {"\nstamp = \"start\"\n", fmt::format("\nstamp = \"start\"\nextend = {}\n", cell)},
       {"\nreference_time = ", "\nstart = "},
       {"\nspin_up = \"0s\"\nhorizon = ", "\nduration = "},
       {"\n[solver]\n", fmt::format("\n[solver]\nthreads = {}\n", threads)},
       {"\n[time]\n", std::string("\n") + (with_ground ? ground : "") + "[time]\n"}}};
  for (const auto& [from, to] : changes) text = replaced(std::move(text), from, to);
  return text;
}

/// A run of the program that goes on in turns, and what it took.
class Run {
 public:
  Run(const fs::path& folder, const std::string& text, const fs::path& data)
      : output_(folder / "out") {
    const std::string config = folder / "case.toml";
    test::write_text(config, text);
    const std::string program = test::program();
    const std::vector<std::string> words = {program,  "simulate",    "--config", config,
                                            "--data", data.string(), "--output", output_.string()};
    std::vector<char*> arguments;
    for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    child_ = ::fork();
    if (child_ > 0) ::waitpid(child_, nullptr, WUNTRACED);  // until it stands
    if (child_ != 0) return;
    const int nowhere = ::open("/dev/null", O_WRONLY);
    ::dup2(nowhere, STDOUT_FILENO);
    ::dup2(nowhere, STDERR_FILENO);
    ::raise(SIGSTOP);
    ::execv(program.c_str(), arguments.data());
    ::_exit(127);
  }
  ~Run() {
    if (!running()) return;
    ::kill(child_, SIGKILL);
    ::waitpid(child_, nullptr, 0);
  }
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;
  Run(Run&&) = delete;
  Run& operator=(Run&&) = delete;

  bool running() const { return child_ > 0 && !status_; }
  bool succeeded() const { return status_ && WIFEXITED(*status_) && WEXITSTATUS(*status_) == 0; }
  /// Lets it go on for a turn, or to its end.
  void go_on() {
    const auto began = steady_clock::now();
    ::kill(child_, SIGCONT);
    for (bool last = false; !last;) {
      std::this_thread::sleep_for(5ms);
      last = ended() || steady_clock::now() - began >= turn;
    }
    if (running()) ::kill(child_, SIGSTOP);
    wall_ += seconds(steady_clock::now() - began);
  }
  double wall() const { return wall_; }
  double processor() const {
    const auto of = [](const timeval& t) {
      return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec);
    };
    return of(usage_.ru_utime) + of(usage_.ru_stime);
  }
  nlohmann::json report() const {
    return nlohmann::json::parse(test::read_text(output_ / "run.json"));
  }

 private:
  bool ended() {
    int status = 0;
    if (::wait4(child_, &status, WNOHANG, &usage_) == child_) status_ = status;
    return status_.has_value();
  }

  fs::path output_;
  pid_t child_ = -1;
  std::optional<int> status_;
  rusage usage_{};
  double wall_ = 0.0;  // of its turns [s]
};

/// What is wrong with the two answers; empty where nothing is.
std::string fault(const nlohmann::json& without, const nlohmann::json& with) {
  const auto& dry = without.at("volume");
  const auto& wet = with.at("volume");
  const auto number = [](const nlohmann::json& volume, const char* key) {
    return volume.at(key).get<double>();
  };
  if (!(number(dry, "worst_relative_error") <= ledger_bound &&
        number(wet, "worst_relative_error") <= ledger_bound &&
        number(wet.at("ground"), "worst_relative_error_with_surface") <= ledger_bound))
    return "a ledger does not close";
  const double rain = number(dry, "rain");
  if (!(number(wet, "ground_in") > 0.0 && std::abs(number(wet, "rain") - rain) <= 1e-6 * rain))
    return "the two are not the same forecast with and without the ground";
  return {};
}

void run_pair(benchmark::State& state, int cell, int threads) {
  const fs::path data = test::shared_data();
  for (auto _ : state) {
    if (data.empty()) return state.SkipWithError("no shared data");
    const std::string with_text = configuration(true, cell, threads);
    if (with_text.empty()) return state.SkipWithError("examples/maas-peel.toml has changed");
    const test::TemporaryFolder dry_folder;
    const test::TemporaryFolder wet_folder;
    Run without(dry_folder.path(), configuration(false, cell, threads), data);
    Run with(wet_folder.path(), with_text, data);
    while (without.running() || with.running()) {
      if (without.running()) without.go_on();
      if (with.running()) with.go_on();
    }
    if (!without.succeeded() || !with.succeeded()) return state.SkipWithError("a run failed");
    const auto dry = without.report();
    const auto wet = with.report();
    if (const auto wrong = fault(dry, wet); !wrong.empty())
      return state.SkipWithError(wrong.c_str());
    for (const auto& [name, run, report] :
         {std::tuple{"without", &without, &dry}, std::tuple{"with", &with, &wet}}) {
      const auto count = [&](const char* key) { return report->at(key).get<double>(); };
      state.counters[fmt::format("{}_wall", name)] = run->wall();
      state.counters[fmt::format("{}_processor", name)] = run->processor();
      state.counters[fmt::format("{}_steps", name)] = count("steps");
      state.counters[fmt::format("{}_updates", name)] = count("cell_updates");
    }
    state.counters["ratio_wall"] = with.wall() / without.wall();
    state.counters["ratio_processor"] = with.processor() / without.processor();
  }
}

void add_all() {
  for (const int cell : {50, 25}) {
    for (const int threads : {1, 2}) {
      if (cell == 25 && threads == 1) continue;
      const auto name = fmt::format("forecast/groundcost/maas_peel/{}m/threads:{}", cell, threads);
      benchmark::RegisterBenchmark(name.c_str(), run_pair, cell, threads)
          ->UseRealTime()
          ->Iterations(1)
          ->Unit(benchmark::kSecond);
    }
  }
}

}  // namespace
}  // namespace vandvagt

int main(int argc, char** argv) {
  vandvagt::add_all();
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return 0;
}
