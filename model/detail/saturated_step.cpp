#include "model/detail/saturated_step.hpp"

#include <omp.h>

#include <cmath>
#include <limits>
#include <numeric>

namespace vandvagt::model::detail {
namespace {

/// A correction that turns round with more than this share of the last one is an oscillation.
constexpr float swing = 0.3F;
constexpr double no_end = 1e30;  // [m above datum]
constexpr float least_weight = 1.0F / 64.0F;

}  // namespace

SaturatedStep::SaturatedStep(const SaturatedCells& cells, Crew& crew)
    : cells_(cells),
      crew_(crew),
      gradient_(cells, crew),
      balances_(at(crew.threads())),
      nothing_(at(cells.longest_run), 0.0F),
      head_(cells.place.size()),
      highest_(cells.place.size()),
      hold_(cells.place.size(), Hold::none),
      last_(cells.place.size()),
      weight_(cells.place.size()),
      east_(cells.place.size()),
      north_(cells.place.size()),
      came_(cells.place.size()),
      parts_(cells.runs.size()) {
  for (Balance& balance : balances_) {
    balance.residual.resize(at(cells.longest_run));
    balance.diagonal.resize(at(cells.longest_run));
  }
  if (!cells.beds.empty() || !cells.drain_level.empty())
    conductance_.assign(cells.place.size(), 0.0);
  bed_order_.resize(cells.beds.size());
  std::iota(bed_order_.begin(), bed_order_.end(), 0);
  const auto cell = [&](int b) { return cells.beds[at(b)].cell; };
  std::stable_sort(bed_order_.begin(), bed_order_.end(),
                   [&](int a, int b) { return cell(a) < cell(b); });
  std::size_t b = 0;
  for (const CellRun& run : cells.runs) {
    run_bed_.push_back(b);
    while (b < bed_order_.size() && cell(bed_order_[b]) < run.first + run.count) ++b;
  }
  run_bed_.push_back(b);
}

std::optional<Imbalance> SaturatedStep::solve(std::vector<double>& head,
                                              const GroundForcing& forcing) {
  forcing_ = &forcing;
  begin(head);
  for (int iteration = 1;; ++iteration) {
    ++picard_;
    const double worst = assemble(head);
    if (worst <= head_tolerance) break;
    if (iteration == most_iterations || !std::isfinite(worst))
      return failure(head, worst, iteration);
    correct();
  }
  settle_all(head);
  return std::nullopt;
}

void SaturatedStep::begin(const std::vector<double>& head) {
  std::copy(head.begin(), head.end(), head_.data());
  highest_ = cells_.ground;
  for (const RiverBed& bed : cells_.beds) {
    if (forcing_->stage[at(bed.boundary)] > cells_.ground[at(bed.cell)])
      highest_[at(bed.cell)] = no_end;
  }
  for (const RiverBed& bed : cells_.beds) {  // a great conductance ends near the stage
    const double storage = cells_.storage[at(bed.cell)] / forcing_->seconds;
    double& h = head_[at(bed.cell)];
    h = (storage * h + bed.conductance * std::max(bed.bottom, forcing_->stage[at(bed.boundary)])) /
        (storage + bed.conductance);
  }
  each_cell(cells_, crew_, [&](std::size_t n) {
    const bool full = head_[n] >= highest_[n];
    const bool empty = forcing_->demand(n) > 0.0 && head_[n] <= cells_.base[n];
    hold_[n] = full ? Hold::full : (empty ? Hold::empty : Hold::none);
    head_[n] = std::min(head_[n], highest_[n]);
    last_[n] = 0.0F;
    weight_[n] = 1.0F;
  });
}

SaturatedStep::Rows SaturatedStep::rows(const CellRun& run) const {
  const int south = run.south >= 0 ? run.south : run.first;
  const int north = run.north >= 0 ? run.north : run.first;
  const float* const k = cells_.north_conductivity.data();
  return {head_.data() + run.first,
          head_.data() + south,
          head_.data() + north,
          cells_.base.data() + run.first,
          cells_.base.data() + south,
          cells_.base.data() + north,
          cells_.east_conductivity.data() + run.first,
          run.south >= 0 ? k + run.south : nothing_.data(),
          k + run.first};
}

/// The next system. Returns by how much the worst free cell is out of balance [m of head].
double SaturatedStep::assemble(const std::vector<double>& before) {
  each_run(cells_, crew_, [&](const CellRun& run, int number) {
    Balance& out = balances_[at(omp_get_thread_num())];
    balance(run, before, out);
    if (!conductance_.empty()) balance_drains(run, out);
    balance_beds(run, number, out);
    parts_[at(number)] = judge(run, out);
  });
  double worst = 0.0;
  for (const double part : parts_) worst = std::max(worst, part);
  return worst;
}

/// Balance and diagonal of a run's cells but for drains and head boundaries.
void SaturatedStep::balance(const CellRun& run, const std::vector<double>& before, Balance& out) {
  const Rows row = rows(run);
  const auto first = at(run.first);
  const double per_second = 1.0 / forcing_->seconds;
  const double* const start = before.data() + first;
  const double* const storage = cells_.storage.data() + first;
  const double* const recharge = forcing_->recharge.data() + first;
  float* const east = gradient_.east.data() + first;
  float* const north = gradient_.north.data() + first;
  double* const residual = out.residual.data();
  double* const diagonal = out.diagonal.data();
#pragma omp simd
  for (int k = 0; k < run.count; ++k) {
    const double h = row.head[k];
    const double b = row.base[k];
    const double west = row.head[k - 1];
    const double to_west = transmissivity(row.to_east[k - 1], west, row.base[k - 1], h, b);
    const double to_east = transmissivity(row.to_east[k], h, b, row.head[k + 1], row.base[k + 1]);
    const double to_south =
        transmissivity(row.to_south[k], row.head_south[k], row.base_south[k], h, b);
    const double to_north =
        transmissivity(row.to_north[k], h, b, row.head_north[k], row.base_north[k]);
    const double along_x = to_west * (west - h) + to_east * (row.head[k + 1] - h);
    const double along_y = to_south * (row.head_south[k] - h) + to_north * (row.head_north[k] - h);
    const double store = storage[k] * per_second;
    residual[k] = (along_x + along_y) + recharge[k] - store * (h - start[k]);
    diagonal[k] = store + ((to_west + to_east) + (to_south + to_north));
    east[k] = static_cast<float>(to_east);
    north[k] = static_cast<float>(to_north);
  }
  if (forcing_->well_gain.empty()) return;
  for (int k = 0; k < run.count; ++k) residual[k] += forcing_->pumped(first + at(k));
}

void SaturatedStep::balance_drains(const CellRun& run, Balance& out) {
  double* const conductance = conductance_.data() + run.first;
  if (cells_.drain_level.empty()) {
    std::fill_n(conductance, run.count, 0.0);
    return;
  }
  const double* const head = head_.data() + run.first;
  const double* const level = cells_.drain_level.data() + run.first;
  const double* const drain = cells_.drain_conductance.data() + run.first;
  double* const residual = out.residual.data();
  double* const diagonal = out.diagonal.data();
#pragma omp simd
  for (int k = 0; k < run.count; ++k) {
    const double above = std::max(0.0, head[k] - level[k]);
    residual[k] -= drain[k] * above;
    diagonal[k] += above > 0.0 ? drain[k] : 0.0;
    conductance[k] = above > head_tolerance ? drain[k] : 0.0;
  }
}

/// [m³/s] out of cell n.
double SaturatedStep::drain_flow(std::size_t n) const {
  if (cells_.drain_level.empty()) return 0.0;
  return cells_.drain_conductance[n] * std::max(0.0, head_[n] - cells_.drain_level[n]);
}

/// [m³/s] into the cell. A stage under the bottom is a dry bed, which drains what rises to it.
double SaturatedStep::bed_flow(const RiverBed& bed) const {
  const double stage = std::max(forcing_->stage[at(bed.boundary)], bed.bottom);
  return bed.conductance * (stage - std::max(head_[at(bed.cell)], bed.bottom));
}

void SaturatedStep::balance_beds(const CellRun& run, int number, Balance& out) {
  for (std::size_t b = run_bed_[at(number)]; b < run_bed_[at(number) + 1]; ++b) {
    const RiverBed& bed = cells_.beds[at(bed_order_[b])];
    const auto k = at(bed.cell - run.first);
    out.residual[k] += bed_flow(bed);
    if (head_[at(bed.cell)] < bed.bottom) continue;
    out.diagonal[k] += bed.conductance;
    conductance_[at(bed.cell)] += bed.conductance;
  }
}

/// Whether a bed or drain holds the cell's head more than its own store does. Its flow is then what
/// the balance lacks: computed from the head it would carry the head's rounding, enlarged.
bool SaturatedStep::stiff(std::size_t n) const {
  return !conductance_.empty() && conductance_[n] * forcing_->seconds > cells_.storage[n];
}

/// Ends cell n's hold where its balance has turned; by how much of head a free cell is out [m].
double SaturatedStep::imbalance(std::size_t n, double residual) {
  const double change = residual * forcing_->seconds / cells_.storage[n];
  if (!std::isfinite(change)) return std::numeric_limits<double>::infinity();
  if (hold_[n] == Hold::full && change < -head_tolerance) hold_[n] = Hold::none;
  if (hold_[n] == Hold::empty && change > head_tolerance) hold_[n] = Hold::none;
  if (hold_[n] != Hold::none) return 0.0;
  return std::abs(stiff(n) ? residual / conductance_[n] : change);
}

double SaturatedStep::judge(const CellRun& run, const Balance& found) {
  double worst = 0.0;
  for (int k = 0; k < run.count; ++k) {
    const auto n = at(run.first + k);
    worst = std::max(worst, imbalance(n, found.residual[at(k)]));
    gradient_.residual[n] = static_cast<float>(found.residual[at(k)]);
    gradient_.diagonal[n] = static_cast<float>(found.diagonal[at(k)]);
    gradient_.inverse[n] =
        hold_[n] == Hold::none ? 1.0F / static_cast<float>(found.diagonal[at(k)]) : 0.0F;
  }
  return worst;
}

Imbalance SaturatedStep::failure(const std::vector<double>& before, double worst, int iterations) {
  Balance& out = balances_.front();
  for (std::size_t r = 0; r < cells_.runs.size(); ++r) {
    const CellRun& run = cells_.runs[r];
    if (parts_[r] < worst) continue;
    balance(run, before, out);
    if (!conductance_.empty()) balance_drains(run, out);
    balance_beds(run, static_cast<int>(r), out);
    for (int k = 0; k < run.count; ++k) {
      if (!(imbalance(at(run.first + k), out.residual[at(k)]) < worst))
        return {run.first + k, worst, iterations};
    }
  }
  return {0, worst, iterations};
}

void SaturatedStep::correct() {
  inner_ += gradient_.solve();
  each_cell(cells_, crew_,
            [&](std::size_t n) { correct_cell(n, static_cast<double>(gradient_.correction[n])); });
}

/// Where a correction turns round, as it does where thin cells empty down a slope, less of it is
/// taken, more again where it does not (delta-bar-delta; MODFLOW 6, doi:10.3133/tm6A55).
void SaturatedStep::correct_cell(std::size_t n, double correction) {
  if (hold_[n] != Hold::none) return;
  const auto now = static_cast<float>(correction);
  const bool turns = now * last_[n] < 0.0F && std::abs(now) > swing * std::abs(last_[n]);
  weight_[n] =
      turns ? std::max(0.5F * weight_[n], least_weight) : std::min(1.0F, 1.3F * weight_[n]);
  last_[n] = now;
  head_[n] += static_cast<double>(weight_[n]) * correction;
  if (head_[n] > highest_[n]) {
    head_[n] = highest_[n];
    hold_[n] = Hold::full;
  } else if (head_[n] < cells_.base[n]) {
    head_[n] = cells_.base[n];
    if (forcing_->demand(n) > 0.0) hold_[n] = Hold::empty;
  }
}

}  // namespace vandvagt::model::detail
