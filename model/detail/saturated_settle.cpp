// SaturatedStep after the iteration: heads from the volumes that moved, and what moved.

#include <algorithm>
#include <array>
#include <cmath>

#include "model/detail/saturated_step.hpp"

namespace vandvagt::model::detail {
SaturatedStep::Settled SaturatedStep::settle(std::size_t n, double before) const {
  const double storage = cells_.storage[n];
  const double came = came_[n];
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

/// Volumes through the faces, which both cells feel as the same number.
void SaturatedStep::face_volumes() {
  const double dt = forcing_->seconds;
  each_run(cells_, crew_, [&](const CellRun& run, int) {
    const Rows row = rows(run);
    double* const east = east_.data() + run.first;
    double* const north = north_.data() + run.first;
#pragma omp simd
    for (int k = 0; k < run.count; ++k) {
      const double h = row.head[k];
      const double b = row.base[k];
      const double to_east = transmissivity(row.to_east[k], h, b, row.head[k + 1], row.base[k + 1]);
      const double to_north =
          transmissivity(row.to_north[k], h, b, row.head_north[k], row.base_north[k]);
      east[k] = to_east * (dt * (h - row.head[k + 1]));
      north[k] = to_north * (dt * (h - row.head_north[k]));
    }
  });
}

/// What came to each cell.
void SaturatedStep::share_out() {
  const double dt = forcing_->seconds;
  each_run(cells_, crew_, [&](const CellRun& run, int) {
    for (int k = 0; k < run.count; ++k) {
      const auto n = at(run.first + k);
      const double from_south = run.south >= 0 ? north_[at(run.south + k)] : 0.0;
      const double across = (east_.data()[run.first + k - 1] - east_[n]) + (from_south - north_[n]);
      came_[n] = across + dt * (forcing_->net(n) - drain_flow(n));
    }
  });
  for (const RiverBed& bed : cells_.beds) came_[at(bed.cell)] += dt * bed_flow(bed);
}

void SaturatedStep::settle_all(std::vector<double>& head) {
  face_volumes();
  share_out();
  limit(head);
  before_.swap(head);
  head.resize(before_.size());
  each_cell(cells_, crew_, [&](std::size_t n) { head[n] = settle(n, before_[n]).head; });
}

/// What is left of the tolerance may ask more of a cell than it holds. It then gives less, and its
/// neighbours get less, which may ask too much of them in turn.
void SaturatedStep::limit(const std::vector<double>& before) {
  each_run(cells_, crew_, [&](const CellRun& run, int number) {
    double most = 0.0;
    for (auto n = at(run.first); n < at(run.first + run.count); ++n)
      most = std::max(most, settle(n, before[n]).deficit);
    parts_[at(number)] = most;
  });
  std::vector<int> asked;
  for (std::size_t r = 0; r < parts_.size(); ++r) {
    const CellRun& run = cells_.runs[r];
    for (int n = run.first; parts_[r] > 0.0 && n < run.first + run.count; ++n)
      if (settle(at(n), before[at(n)]).deficit > 0.0) asked.push_back(n);
  }
  while (!asked.empty()) {
    const int n = asked.back();
    asked.pop_back();
    const double deficit = settle(at(n), before[at(n)]).deficit;
    if (deficit > 0.0) came_[at(n)] += reduce_outflow(at(n), deficit, asked);
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
  const std::array<Face, 4> faces = {Face{east_.data() + own - 1, -1.0, own - 1},
                                     Face{east_.data() + own, 1.0, own + 1},
                                     Face{south >= 0 ? &north_[at(south)] : nullptr, -1.0, south},
                                     Face{north >= 0 ? &north_[n] : nullptr, 1.0, north}};
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
    came_[at(face.beyond)] -= less;
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
  GroundVolumes volumes;
  volumes.seepage = sum_of_cells(cells_, crew_, [&](std::size_t n) {
    const double out = settle(n, before_[n]).seepage;
    seepage.values()[at(cells_.place[n])] += out / cells_.area;
    return out;
  });
  volumes.recharge = sum_of_cells(cells_, crew_, [&](std::size_t n) {
    const double rate = forcing_->recharge[n];
    return dt * (rate < 0.0 ? rate * served(n) : rate);
  });
  if (!cells_.drain_level.empty()) {
    volumes.drained = sum_of_cells(cells_, crew_, [&](std::size_t n) {
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
