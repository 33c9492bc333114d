#include "watch/warning_desk.hpp"

#include <utility>

#include "watch/observed.hpp"
#include "watch/patience.hpp"

namespace vandvagt::watch {
namespace {

using std::chrono::steady_clock;
constexpr int most_attempts = 5;  // against another instance that moves the same states on
constexpr std::size_t most_receipts = 10'000;

}  // namespace

struct WarningDesk::Open {
  sensors::Store store;
  alerts::Outbox outbox;
  std::optional<alerts::AlertService> service;  // refers to `outbox`: made when that has its place

  static Result<std::unique_ptr<Open>> make(const Setup& setup) {
    auto store = sensors::Store::open(setup.readings);
    if (!store) return fail(store.error());
    auto outbox = alerts::Outbox::open(setup.warnings);
    if (!outbox) return fail(outbox.error());
    auto open = std::make_unique<Open>(Open{std::move(*store), std::move(*outbox), {}});
    auto service = alerts::AlertService::create(setup.alerts, open->outbox);
    if (!service) return fail(service.error());
    open->service.emplace(std::move(*service));
    return open;
  }
};

WarningDesk::WarningDesk(Setup setup, Health& health, std::function<void()> warned)
    : setup_(std::move(setup)), health_(health), warned_(std::move(warned)) {}

void WarningDesk::readings_came(const std::set<std::string>& stations) {
  {
    const std::lock_guard lock(mutex_);
    work_.stations.insert(stations.begin(), stations.end());
  }
  changed_.notify_all();
}

void WarningDesk::receipt_came(alerts::Receipt receipt) {
  {
    const std::lock_guard lock(mutex_);
    if (work_.receipts.size() >= most_receipts) return;
    work_.receipts.push_back(std::move(receipt));
  }
  changed_.notify_all();
}

std::optional<Time> WarningDesk::last_evaluation() const {
  const std::lock_guard lock(mutex_);
  return last_evaluation_;
}

WarningDesk::Work WarningDesk::wait_for_work(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  changed_.wait_until(lock, stop, next_round_,
                      [this] { return !work_.stations.empty() || !work_.receipts.empty(); });
  Work work = std::exchange(work_, {});
  if (steady_clock::now() >= next_round_) {
    work.all_rules = true;
    next_round_ = steady_clock::now() + setup_.interval;
  }
  return work;
}

void WarningDesk::put_back(Work work) {
  const std::lock_guard lock(mutex_);
  work_.stations.merge(work.stations);
  work_.receipts.insert(work_.receipts.begin(), work.receipts.begin(), work.receipts.end());
  if (work.all_rules) next_round_ = {};
}

Result<void> WarningDesk::carry_out(Open& open, const Work& work) {
  for (const auto& receipt : work.receipts)
    if (auto kept = open.outbox.add_receipt(receipt); !kept) return kept;
  Result<alerts::EvaluationReport> report;
  // Another instance (a nightly forecast) may move a state on between our look and our commit.
  for (int attempt = 0; attempt < most_attempts; ++attempt) {
    const Time now = setup_.now();
    const bool doubted = clock_.doubted(now, steady_clock::now());
    std::map<std::string, alerts::Evidence> evidence;
    for (const auto& rule : setup_.alerts.rules) {
      if (!work.all_rules && !work.stations.contains(rule.station)) continue;
      auto readings = observed_readings(
          {.stations = setup_.stations, .store = open.store, .outbox = open.outbox, .now = now},
          rule);
      if (!readings) return fail(readings.error());
      evidence[rule.id] = {
          .forecast = {}, .readings = std::move(*readings), .clock_doubted = doubted};
    }
    if (evidence.empty()) return {};
    report = open.service->evaluate_some(evidence, now);
    if (report || report.error().code != ErrorCode::refused) break;
  }
  if (!report) return fail(report.error());
  for (const auto& warning : report->issued)
    health_.log("warning " + warning.identifier + ": " + warning.area + " " + warning.level + " (" +
                warning.basis + ")");
  for (const auto& note : report->operator_notes) health_.log("operators: " + note);
  for (const auto& error : report->errors) health_.log(error.message);
  {
    const std::lock_guard lock(mutex_);
    last_evaluation_ = setup_.now();
  }
  warned_();
  return {};
}

void WarningDesk::run(const std::stop_token& stop) {
  std::unique_ptr<Open> open;
  Patience patience(setup_.readings.is_server());
  while (!stop.stop_requested()) {
    Work work = wait_for_work(stop);
    Result<void> done;
    try {
      if (!open) {
        auto opened = Open::make(setup_);
        if (opened)
          open = std::move(*opened);
        else
          done = fail(opened.error());
      }
      if (done) done = carry_out(*open, work);
    } catch (const std::exception& e) {
      done = fail(ErrorCode::io, e.what());
    }
    if (done) {
      health_.well("warnings");
      patience.well();
      continue;
    }
    health_.degraded("warnings", done.error().message);
    put_back(std::move(work));
    open.reset();  // a disk that is back, or another instance's states, are seen on opening
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, stop, patience.next(), [] { return false; });
  }
}

}  // namespace vandvagt::watch
