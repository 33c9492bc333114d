#include "model/detail/ground.hpp"

#include <omp.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "model/detail/unsaturated.hpp"

namespace vandvagt::model::detail {
namespace {

constexpr double nothing = std::numeric_limits<double>::quiet_NaN();
constexpr Duration longest_spin_up_step = std::chrono::days{1};

/// The newest multiple of `step` since 1970 that is not after `t`.
Time multiple_before(Time t, Duration step) {
  const Duration since = t.time_since_epoch() % step;
  return t - (since < Duration::zero() ? since + step : since);
}

void add_to(GroundVolumes& total, const GroundVolumes& step) {
  total.boundary_in += step.boundary_in;
  total.boundary_out += step.boundary_out;
  total.well_in += step.well_in;
  total.well_out += step.well_out;
  total.drained += step.drained;
}

/// [m/s], with which no more than `depth` [m] comes out in `seconds`.
float rate_of(double depth, double seconds) {
  const auto rate = static_cast<float>(depth / seconds);
  const bool too_much = static_cast<double>(rate) * seconds > depth;
  return too_much ? std::nextafter(rate, 0.0F) : rate;
}

}  // namespace

GroundGiven take_ground(Case& given) {
  return {std::move(given.aquifer), std::move(given.evapotranspiration),
          std::move(given.infiltration.pore_size_index), given.dx};
}

Ground::Ground(GroundGiven given, Solver& solver, const Options& options)
    : given_(std::move(given)),
      solver_(solver),
      nx_(solver.size().i),
      ny_(solver.size().j),
      crew_(std::make_unique<Crew>(options.threads > 0 ? options.threads : omp_get_max_threads())),
      rows_(static_cast<std::size_t>(solver.size().j)),
      area_(given_.dx * given_.dx),
      step_(given_.aquifer.empty() ? given_.evapotranspiration.step : given_.aquifer.step),
      last_(solver.time()) {
  lay_out();
  if (!given_.aquifer.empty()) {
    Field<double> head(nx_, ny_, nothing);
    for (int j = 0; j < ny_; ++j) {
      for (int i = 0; i < nx_; ++i) {
        if (std::isnan(bed_(i, j))) continue;
        head(i, j) = std::max(bed_(i, j) - solver.water_table_depth_at({i, j}),
                              static_cast<double>(given_.aquifer.base(i, j)));
      }
    }
    flow_.emplace(given_.aquifer, given_.dx, std::as_const(bed_).view(), std::as_const(head).view(),
                  options.threads);
  }
  begin();
}

Ground::Ground(GroundGiven given, Solver& solver, const Options& options, const State& state)
    : Ground(std::move(given), solver, options) {
  const Time newest = multiple_before(state.time, step_);
  last_ = std::clamp(state.ground_time, newest, state.time);
  if (flow_) {
    for (int j = 0; j < ny_; ++j) {
      for (int i = 0; i < nx_; ++i) {
        const auto k = static_cast<std::size_t>(j) * static_cast<std::size_t>(nx_) +
                       static_cast<std::size_t>(i);
        if (std::isnan(bed_(i, j))) continue;
        recharge_(i, j) = state.head[k];
        rate_(i, j) = static_cast<float>(state.seepage_rate[k]);
        rest_(i, j) = state.seepage_rest[k];
      }
    }
    flow_->set_head(std::as_const(recharge_).view());
    solver_.set_seepage(std::as_const(rate_).view());
  }
  begin();
}

void Ground::lay_out() {
  std::iota(rows_.begin(), rows_.end(), 0);
  bed_ = Field<double>(nx_, ny_, nothing);
  for (int j = 0; j < ny_; ++j) {
    for (int i = 0; i < nx_; ++i) bed_(i, j) = solver_.bed_elevation_at({i, j});
  }
  filled_ = Field<double>(nx_, ny_, 0.0);
  recharge_ = Field<double>(nx_, ny_, 0.0);
  if (given_.aquifer.empty()) return;
  rest_ = Field<double>(nx_, ny_, 0.0);
  rate_ = Field<float>(nx_, ny_, 0.0F);
  seepage_ = Field<double>(nx_, ny_, 0.0);
}

/// f(0), ..., f(ny - 1), side by side where the crew is led.
template <class Function>
void Ground::each_row(const Function& f) {
  crew_->run(rows_, [&](std::size_t j) { f(static_cast<int>(j)); });
}

/// The ledger starts here.
void Ground::begin() {
  if (flow_) follow_heads();
  initial_ = soil_sum() * area_ + (flow_ ? flow_->stored() : 0.0) + emerging_sum() * area_;
}

Result<void> Ground::spin_up() {
  const Aquifer& aquifer = given_.aquifer;
  if (!flow_ || aquifer.spin_up == Duration::zero()) return {};
  const Time end = last_;
  for (Time t = end - aquifer.spin_up; t < end;) {
    const Duration step = std::min<Duration>(longest_spin_up_step, end - t);
    const double rain = aquifer.spin_up_recharge * to_seconds(step);
    each_row([&](int j) {
      for (int i = 0; i < nx_; ++i) recharge_(i, j) = std::isnan(bed_(i, j)) ? 0.0 : rain;
    });
    const auto moved = flow_->step(t, to_seconds(step), std::as_const(recharge_).view(), seepage_);
    if (!moved)
      return fail(moved.error().code, "in the aquifer's spin-up: " + moved.error().message);
    t += step;
  }
  begin();
  return {};
}

Time Ground::next_step(Time after) const {
  return multiple_before(after, step_) + step_;
}

Result<void> Ground::step() {
  const Time now = solver_.time();
  Wanted wanted{.seconds = to_seconds(now - last_)};
  if (!given_.evapotranspiration.empty()) {
    wanted.evaporation =
        given_.evapotranspiration.rate.at(last_, 0.5 * wanted.seconds) * wanted.seconds;
  }
  RowSums sums;
  crew_->lead([&] { sums = unsaturated(wanted); });
  double from_table = 0.0;
  if (flow_) {
    const auto moved =
        flow_->step(last_, wanted.seconds, std::as_const(recharge_).view(), seepage_);
    if (!moved) return fail(moved.error());
    detail::add_to(moved_, *moved);
    // What the aquifer did not have it did not give.
    if (wanted.evaporation > 0.0) from_table = sums.percolated * area_ - moved->recharge;
  }
  crew_->lead([&] { settle(sums); });
  evaporation_.add(sums.evaporated * area_ + from_table);
  if (wanted.evaporation > 0.0) solver_.evaporate(wanted.evaporation);
  last_ = now;
  return {};
}

/// What the aquifer's step leaves to be done.
void Ground::settle(const RowSums& sums) {
  if (flow_) {
    recharged_.add((sums.percolated + engulf()) * area_);
    follow_heads();
    release_seepage();
  }
  keep_soil();
}

double Ground::exponent_at(int i, int j) const {
  const Field<float>& index = given_.pore_size_index;
  return 3.0 + 2.0 / static_cast<double>(index.empty() ? common_pore_size_index : index(i, j));
}

/// What evaporates from the soil of one row of cells and what drains through it; filled_ and
/// recharge_ afterwards hold F and what the water table gets (or gives).
Ground::RowSums Ground::unsaturated_row(int j, const Wanted& wanted) {
  RowSums sums;
  const SoilView soil = solver_.soil();
  for (int i = 0; i < nx_; ++i) {
    recharge_(i, j) = 0.0;
    if (std::isnan(bed_(i, j))) continue;
    const std::ptrdiff_t k = j * soil.stride + i;
    const double conductivity = static_cast<double>(soil.conductivity[k]);
    const double depth = static_cast<double>(soil.water_table_depth[k]);
    double filled = soil.infiltrated[k];
    double left = wanted.evaporation > 0.0
                      ? std::max(wanted.evaporation - solver_.water_at({i, j}), 0.0)
                      : 0.0;
    const double taken = std::clamp(filled, 0.0, left);
    filled -= taken;
    left -= taken;
    sums.evaporated += taken;
    if (flow_) {
      const double store = static_cast<double>(soil.moisture_deficit[k]) * depth;
      const double passed =
          percolation(filled, store, conductivity, exponent_at(i, j), wanted.seconds);
      filled -= passed;
      sums.percolated += passed;
      const double reach = conductivity > 0.0  // through a sealed surface nothing comes up
                               ? 1.0 - depth / given_.evapotranspiration.extinction_depth
                               : 0.0;
      const double held = static_cast<double>(given_.aquifer.specific_yield(i, j)) *
                          (bed_(i, j) - depth - static_cast<double>(given_.aquifer.base(i, j)));
      recharge_(i, j) = passed - std::clamp(left * reach, 0.0, std::max(held, 0.0));
    }
    filled_(i, j) = filled;
  }
  return sums;
}

/// All rows, summed in their order.
Ground::RowSums Ground::unsaturated(const Wanted& wanted) {
  RowSums total;
  if (solver_.soil().infiltrated == nullptr) return total;
  std::vector<RowSums> rows(static_cast<std::size_t>(ny_));
  each_row([&](int j) { rows[static_cast<std::size_t>(j)] = unsaturated_row(j, wanted); });
  for (const RowSums& row : rows) {
    total.percolated += row.percolated;
    total.evaporated += row.evaporated;
  }
  return total;
}

/// Where the table has risen into soil whose pores are full, it stands at once where those end:
/// F joins the aquifer, and comes out where that is full too. Returns how much [m of one cell].
double Ground::engulf() {
  std::vector<double> rows(static_cast<std::size_t>(ny_));
  each_row([&](int j) { rows[static_cast<std::size_t>(j)] = engulf_row(j); });
  double total = 0.0;
  for (const double row : rows) total += row;
  if (total > 0.0) flow_->set_head(std::as_const(recharge_).view());
  return total;
}

double Ground::engulf_row(int j) {
  const SoilView soil = solver_.soil();
  const Field<double>& head = flow_->head();
  double row = 0.0;
  for (int i = 0; i < nx_; ++i) {
    recharge_(i, j) = head(i, j);
    if (std::isnan(bed_(i, j)) || !(filled_(i, j) > 0.0)) continue;
    const double pores = static_cast<double>(soil.moisture_deficit[j * soil.stride + i]);
    const double room = std::max(bed_(i, j) - head(i, j), 0.0);
    if (filled_(i, j) < full_share * pores * room) continue;
    const auto yield = static_cast<double>(given_.aquifer.specific_yield(i, j));
    const double rise = std::min(filled_(i, j) / yield, room);
    recharge_(i, j) += rise;
    seepage_(i, j) += std::max(filled_(i, j) - rise * yield, 0.0);
    row += filled_(i, j);
    filled_(i, j) = 0.0;
  }
  return row;
}

void Ground::keep_soil() {
  const SoilView soil = solver_.soil();
  if (soil.infiltrated == nullptr) return;
  each_row([&](int j) {
    for (int i = 0; i < nx_; ++i) {
      if (!std::isnan(bed_(i, j))) soil.infiltrated[j * soil.stride + i] = filled_(i, j);
    }
  });
}

/// What came out reaches the surface at an even rate until the next step. A rate is a float, so
/// what it does not bring waits; so does less than a film, which would keep ground awake for
/// nothing.
void Ground::release_seepage() {
  const double seconds = to_seconds(step_);
  each_row([&](int j) {
    for (int i = 0; i < nx_; ++i) {
      if (std::isnan(bed_(i, j))) continue;
      const double all = rest_(i, j) + seepage_(i, j);
      rate_(i, j) = all > solver_.dry_depth() ? rate_of(all, seconds) : 0.0F;
      rest_(i, j) = all - static_cast<double>(rate_(i, j)) * seconds;
    }
  });
  solver_.set_seepage(std::as_const(rate_).view());
}

/// The solver's map of the water table after the heads.
void Ground::follow_heads() {
  const SoilView soil = solver_.soil();
  const Field<double>& head = flow_->head();
  each_row([&](int j) {
    for (int i = 0; i < nx_; ++i) {
      if (std::isnan(bed_(i, j))) continue;
      soil.water_table_depth[j * soil.stride + i] =
          static_cast<float>(std::max(bed_(i, j) - head(i, j), 0.0));
    }
  });
}

void Ground::set_water_table_depth(FieldView<const float> depth) {
  if (!flow_) return solver_.set_water_table_depth(depth);
  const SoilView soil = solver_.soil();
  const double before = flow_->stored() + soil_sum() * area_;
  for (int j = 0; j < ny_; ++j) {
    for (int i = 0; i < nx_; ++i) {
      if (std::isnan(bed_(i, j))) continue;
      const double table = std::max(static_cast<double>(depth(i, j)), 0.0);
      recharge_(i, j) =
          std::max(bed_(i, j) - table, static_cast<double>(given_.aquifer.base(i, j)));
    }
  }
  flow_->set_head(std::as_const(recharge_).view());
  follow_heads();
  for (int j = 0; j < ny_; ++j) {
    for (int i = 0; i < nx_; ++i) {
      if (std::isnan(bed_(i, j))) continue;
      const std::ptrdiff_t k = j * soil.stride + i;
      const double store = static_cast<double>(soil.moisture_deficit[k]) *
                           static_cast<double>(soil.water_table_depth[k]);
      soil.infiltrated[k] = std::min(soil.infiltrated[k], store);
    }
  }
  analysis_.add(flow_->stored() + soil_sum() * area_ - before);
}

/// [m of one cell], row by row, whatever the number of threads.
double Ground::soil_sum() const {
  const SoilView soil = solver_.soil();
  double total = 0.0;
  if (soil.infiltrated == nullptr) return total;
  for (int j = 0; j < ny_; ++j) {
    double row = 0.0;
    for (int i = 0; i < nx_; ++i) {
      if (!std::isnan(bed_(i, j))) row += soil.infiltrated[j * soil.stride + i];
    }
    total += row;
  }
  return total;
}

double Ground::emerging_sum() const {
  if (rate_.empty()) return 0.0;
  const double left = to_seconds(next_step(last_) - solver_.time());
  double total = 0.0;
  for (int j = 0; j < ny_; ++j) {
    double row = 0.0;
    for (int i = 0; i < nx_; ++i) {
      row += rest_(i, j) + static_cast<double>(rate_(i, j)) * left;
    }
    total += row;
  }
  return total;
}

void Ground::save(State& state) const {
  state.ground_time = last_;
  if (!flow_) return;
  const auto copy = [&](const auto& from, std::vector<double>& to) {
    to.reserve(from.size());
    for (std::size_t k = 0; k < from.size(); ++k) {
      to.push_back(std::isnan(bed_.values()[k]) ? 0.0 : static_cast<double>(from.values()[k]));
    }
  };
  copy(flow_->head(), state.head);
  copy(rate_, state.seepage_rate);
  copy(rest_, state.seepage_rest);
}

void Ground::add_to(Ledger& ledger) const {
  GroundLedger& out = ledger.ground;
  out.initial = initial_;
  out.soil = soil_sum() * area_;
  out.aquifer = flow_ ? flow_->stored() : 0.0;
  out.emerging = emerging_sum() * area_;
  out.infiltration = ledger.infiltration;
  out.seepage = ledger.ground_in;
  out.recharge = recharged_.value();
  out.drained = moved_.drained;
  out.boundary_in = moved_.boundary_in;
  out.boundary_out = moved_.boundary_out;
  out.well_in = moved_.well_in;
  out.well_out = moved_.well_out;
  out.evaporation = evaporation_.value();
  out.analysis = analysis_.value();
}

}  // namespace vandvagt::model::detail
