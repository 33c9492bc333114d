#include "model/detail/saturated_step.hpp"

#include <array>
#include <cmath>
#include <limits>

namespace vandvagt::model::detail {
namespace {

/// The conjugate gradient takes the residual down to this share: Picard's next iterate changes the
/// matrix anyway.
constexpr double inner_tolerance = 1e-3;
constexpr int most_inner_iterations = 500;
/// A correction that turns round with more than this share of the last one is an oscillation.
constexpr float swing = 0.3F;
constexpr double no_end = 1e30;  // [m above datum]
constexpr float least_weight = 1.0F / 64.0F;

std::size_t at(int n) {
  return static_cast<std::size_t>(n);
}
Eigen::Index index(std::size_t n) {
  return static_cast<Eigen::Index>(n);
}

}  // namespace

SaturatedStep::SaturatedStep(const SaturatedCells& cells, int threads)
    : cells_(cells),
      threads_(threads),
      matrix_(cells, threads),
      highest_(cells.place.size()),
      hold_(cells.place.size(), Hold::none),
      residual_(cells.count()),
      correction_(cells.count()),
      diagonal_(cells.place.size()),
      last_(cells.place.size()),
      weight_(cells.place.size()) {
  if (!cells.beds.empty() || !cells.drain_level.empty())
    conductance_.assign(cells.place.size(), 0.0);
  solver_.setTolerance(inner_tolerance);
  solver_.setMaxIterations(most_inner_iterations);
}

std::optional<Imbalance> SaturatedStep::solve(std::vector<double>& head,
                                              const GroundForcing& forcing) {
  forcing_ = &forcing;
  begin(head);
  for (int iteration = 1;; ++iteration) {
    ++picard_;
    transmissivities();
    balance(head);
    balance_beds();
    const double worst = judge();
    if (worst <= head_tolerance) break;
    if (iteration == most_iterations || !std::isfinite(worst)) return failure(worst, iteration);
    correct();
  }
  settle_all(head);
  return std::nullopt;
}

void SaturatedStep::begin(const std::vector<double>& head) {
  head_ = head;
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
  each_cell(cells_.count(), threads_, [&](std::size_t n) {
    const bool full = head_[n] >= highest_[n];
    const bool empty = forcing_->demand(n) > 0.0 && head_[n] <= cells_.base[n];
    hold_[n] = full ? Hold::full : (empty ? Hold::empty : Hold::none);
    head_[n] = std::min(head_[n], highest_[n]);
    last_[n] = 0.0F;
    weight_[n] = 1.0F;
  });
}

void SaturatedStep::transmissivities() {
  const auto thickness = [&](std::size_t a, std::size_t b) {
    return face_thickness(head_[a], cells_.base[a], head_[b], cells_.base[b]);
  };
  each_cell(cells_.count(), threads_, [&](std::size_t n) {
    const auto east = static_cast<double>(cells_.east_conductivity[n]);
    const auto north = static_cast<double>(cells_.north_conductivity[n]);
    matrix_.east[n + 1] = east > 0.0 ? east * thickness(n, n + 1) : 0.0;
    matrix_.north[n] = north > 0.0 ? north * thickness(n, at(cells_.north[n])) : 0.0;
  });
}

/// Balance r and diagonal of each cell but for head boundaries.
void SaturatedStep::balance(const std::vector<double>& before) {
  const double per_second = 1.0 / forcing_->seconds;
  const std::size_t last = before.size() - 1;
  each_cell(cells_.count(), threads_, [&](std::size_t n) {
    const double h = head_[n];
    const double storage = cells_.storage[n] * per_second;
    const int south = cells_.south[n];
    const int north = cells_.north[n];
    const double to_west = matrix_.east[n];
    const double to_east = matrix_.east[n + 1];
    const double to_south = south >= 0 ? matrix_.north[at(south)] : 0.0;
    const double to_north = matrix_.north[n];
    double along_x = 0.0;
    double along_y = 0.0;
    if (n > 0) along_x += to_west * (head_[n - 1] - h);
    if (n < last) along_x += to_east * (head_[n + 1] - h);
    if (south >= 0) along_y += to_south * (head_[at(south)] - h);
    if (north >= 0) along_y += to_north * (head_[at(north)] - h);
    double r = (along_x + along_y) + forcing_->net(n) - storage * (h - before[n]);
    double diagonal = storage + ((to_west + to_east) + (to_south + to_north));
    if (!conductance_.empty()) {
      conductance_[n] = 0.0;
      const double drained = drain_flow(n);
      if (drained > 0.0) {
        r -= drained;
        diagonal += cells_.drain_conductance[n];
        if (h - cells_.drain_level[n] > head_tolerance)
          conductance_[n] = cells_.drain_conductance[n];
      }
    }
    residual_[index(n)] = r;
    diagonal_[n] = diagonal;
  });
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

void SaturatedStep::balance_beds() {
  for (const RiverBed& bed : cells_.beds) {
    residual_[bed.cell] += bed_flow(bed);
    if (head_[at(bed.cell)] < bed.bottom) continue;
    diagonal_[at(bed.cell)] += bed.conductance;
    conductance_[at(bed.cell)] += bed.conductance;
  }
}

/// Whether a bed or drain holds the cell's head more than its own store does. Its flow is then what
/// the balance lacks: computed from the head it would carry the head's rounding, enlarged.
bool SaturatedStep::stiff(std::size_t n) const {
  return !conductance_.empty() && conductance_[n] * forcing_->seconds > cells_.storage[n];
}

/// Ends cell n's hold where its balance has turned; by how much of head a free cell is out [m].
double SaturatedStep::imbalance(std::size_t n) {
  const double r = residual_[index(n)];
  const double change = r * forcing_->seconds / cells_.storage[n];
  if (!std::isfinite(change)) return std::numeric_limits<double>::infinity();
  if (hold_[n] == Hold::full && change < -head_tolerance) hold_[n] = Hold::none;
  if (hold_[n] == Hold::empty && change > head_tolerance) hold_[n] = Hold::none;
  if (hold_[n] != Hold::none) return 0.0;
  return std::abs(stiff(n) ? r / conductance_[n] : change);
}

double SaturatedStep::judge() {
  const int count = cells_.count();
  double worst = 0.0;
#pragma omp parallel for num_threads(threads_) schedule(static) \
    reduction(max                                               \
              : worst) if (count > sum_block)
  for (int n = 0; n < count; ++n) worst = std::max(worst, imbalance(at(n)));
  return worst;
}

Imbalance SaturatedStep::failure(double worst, int iterations) {
  int cell = 0;
  while (cell < cells_.count() - 1 && imbalance(at(cell)) < worst) ++cell;
  return {cell, worst, iterations};
}

void SaturatedStep::correct() {
  const int count = cells_.count();
  each_cell(count, threads_, [&](std::size_t n) {
    diagonal_[n] = hold_[n] == Hold::none ? 1.0 / std::sqrt(diagonal_[n]) : 0.0;
    residual_[index(n)] *= diagonal_[n];
  });
  each_cell(count, threads_, [&](std::size_t n) {
    if (matrix_.east[n + 1] > 0.0) matrix_.east[n + 1] *= diagonal_[n] * diagonal_[n + 1];
    if (matrix_.north[n] > 0.0) matrix_.north[n] *= diagonal_[n] * diagonal_[at(cells_.north[n])];
  });
  solver_.compute(matrix_);
  correction_ = solver_.solve(residual_);
  inner_ += solver_.iterations();
  each_cell(count, threads_,
            [&](std::size_t n) { correct_cell(n, diagonal_[n] * correction_[index(n)]); });
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

SaturatedStep::Settled SaturatedStep::settle(std::size_t n, double before) const {
  const double storage = cells_.storage[n];
  const double came = residual_[index(n)];
  const double base = cells_.base[n];
  const double above = came - storage * (highest_[n] - before);
  if (hold_[n] == Hold::full && above >= 0.0) return {.head = highest_[n], .seepage = above};
  const double lacking = storage * (base - before) - came;
  const double demand = forcing_->demand(n) * forcing_->seconds;
  if (hold_[n] == Hold::empty && lacking >= 0.0 && lacking <= demand)
    return {.head = base, .shortage = lacking};
  if (stiff(n)) return {.head = head_[n], .absorbed = storage * (head_[n] - before) - came};
  if (above > 0.0) return {.head = highest_[n], .seepage = above};
  if (lacking <= 0.0) return {.head = before + came / storage};
  const double shortage = std::min(lacking, demand);
  return {.head = base, .shortage = shortage, .deficit = lacking - shortage};
}

/// The faces' transmissivities become volumes, which both cells feel as the same number; the
/// residual becomes what came to each cell.
void SaturatedStep::face_volumes() {
  const double dt = forcing_->seconds;
  const auto count = cells_.count();
  each_cell(count, threads_, [&](std::size_t n) {
    if (matrix_.east[n + 1] > 0.0) matrix_.east[n + 1] *= dt * (head_[n] - head_[n + 1]);
    if (matrix_.north[n] > 0.0) matrix_.north[n] *= dt * (head_[n] - head_[at(cells_.north[n])]);
  });
}

void SaturatedStep::share_out() {
  const double dt = forcing_->seconds;
  each_cell(cells_.count(), threads_, [&](std::size_t n) {
    const int south = cells_.south[n];
    const double from_south = south >= 0 ? matrix_.north[at(south)] : 0.0;
    const double across = (matrix_.east[n] - matrix_.east[n + 1]) + (from_south - matrix_.north[n]);
    residual_[index(n)] = across + dt * (forcing_->net(n) - drain_flow(n));
  });
  for (const RiverBed& bed : cells_.beds) residual_[bed.cell] += dt * bed_flow(bed);
}

void SaturatedStep::settle_all(std::vector<double>& head) {
  face_volumes();
  share_out();
  limit(head);
  before_.swap(head);
  head.resize(before_.size());
  each_cell(cells_.count(), threads_, [&](std::size_t n) { head[n] = settle(n, before_[n]).head; });
}

/// What is left of the tolerance may ask more of a cell than it holds. It then gives less, and its
/// neighbours get less, which may ask too much of them in turn.
void SaturatedStep::limit(const std::vector<double>& before) {
  std::vector<int> asked;
  for (int n = 0; n < cells_.count(); ++n) {
    if (settle(at(n), before[at(n)]).deficit > 0.0) asked.push_back(n);
  }
  while (!asked.empty()) {
    const int n = asked.back();
    asked.pop_back();
    const double deficit = settle(at(n), before[at(n)]).deficit;
    if (deficit > 0.0) residual_[n] += reduce_outflow(at(n), deficit, asked);
  }
}

/// Takes `deficit` [m³] off what leaves cell n by its faces; returns what it could take off.
double SaturatedStep::reduce_outflow(std::size_t n, double deficit, std::vector<int>& touched) {
  struct Face {
    double* volume = nullptr;
    double sign = 1.0;  // out of the cell
    int beyond = -1;
  };
  const auto own = static_cast<int>(n);
  const int south = cells_.south[n];
  const int north = cells_.north[n];
  const std::array<Face, 4> faces = {
      Face{&matrix_.east[n], -1.0, own - 1}, Face{&matrix_.east[n + 1], 1.0, own + 1},
      Face{south >= 0 ? &matrix_.north[at(south)] : nullptr, -1.0, south},
      Face{north >= 0 ? &matrix_.north[n] : nullptr, 1.0, north}};
  double out = 0.0;
  for (const Face& face : faces)
    if (face.volume) out += std::max(0.0, face.sign * *face.volume);
  if (out <= 0.0) return 0.0;
  const double share = std::min(1.0, deficit / out);
  double taken = 0.0;
  for (const Face& face : faces) {
    if (!face.volume || face.sign * *face.volume <= 0.0) continue;
    const double less = share * face.sign * *face.volume;
    *face.volume -= face.sign * less;
    residual_[face.beyond] -= less;
    touched.push_back(face.beyond);
    taken += less;
  }
  return taken;
}

/// Share of what was to be taken from cell n that was there.
double SaturatedStep::served(std::size_t n) const {
  const double shortage = settle(n, before_[n]).shortage;
  return shortage > 0.0 ? 1.0 - shortage / (forcing_->demand(n) * forcing_->seconds) : 1.0;
}

GroundVolumes SaturatedStep::moved(Field<double>& seepage) const {
  const double dt = forcing_->seconds;
  const int count = cells_.count();
  GroundVolumes volumes;
  volumes.seepage = blocked_sum(count, threads_, [&](std::size_t n) {
    const double out = settle(n, before_[n]).seepage;
    seepage.values()[at(cells_.place[n])] += out / cells_.area;
    return out;
  });
  volumes.recharge = blocked_sum(count, threads_, [&](std::size_t n) {
    const double rate = forcing_->recharge[n];
    return dt * (rate < 0.0 ? rate * served(n) : rate);
  });
  if (!cells_.drain_level.empty()) {
    volumes.drained = blocked_sum(count, threads_, [&](std::size_t n) {
      const bool absorbs = cells_.leading_bed.empty() || cells_.leading_bed[n] < 0;
      return dt * drain_flow(n) - (absorbs ? settle(n, before_[n]).absorbed : 0.0);
    });
  }
  add_beds(volumes);
  add_wells(volumes);
  return volumes;
}

void SaturatedStep::add_beds(GroundVolumes& volumes) const {
  for (std::size_t b = 0; b < cells_.beds.size(); ++b) {
    const RiverBed& bed = cells_.beds[b];
    const auto n = at(bed.cell);
    const bool leads = cells_.leading_bed[n] == static_cast<int>(b);
    const double absorbed = leads ? settle(n, before_[n]).absorbed : 0.0;
    const double in = forcing_->seconds * bed_flow(bed) + absorbed;
    (in > 0.0 ? volumes.boundary_in : volumes.boundary_out) += std::abs(in);
  }
}

void SaturatedStep::add_wells(GroundVolumes& volumes) const {
  for (std::size_t w = 0; w < cells_.well_cell.size(); ++w) {
    const double volume = forcing_->seconds * forcing_->well[w];
    if (volume > 0.0) volumes.well_in += volume;
    if (volume < 0.0) volumes.well_out -= volume * served(at(cells_.well_cell[w]));
  }
}

}  // namespace vandvagt::model::detail
