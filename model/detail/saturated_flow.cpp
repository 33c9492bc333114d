#include "model/detail/saturated_flow.hpp"

#include <fmt/format.h>
#include <omp.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "model/detail/saturated_step.hpp"

namespace vandvagt::model::detail {
namespace {

/// Each makes the heads change half as much; what a cliff of a hundred metres in cells of a
/// decimetre asks for is up to nine.
constexpr int most_halvings = 16;

void add(GroundVolumes& sum, const GroundVolumes& part) {
  sum.recharge += part.recharge;
  sum.boundary_in += part.boundary_in;
  sum.boundary_out += part.boundary_out;
  sum.well_in += part.well_in;
  sum.well_out += part.well_out;
  sum.drained += part.drained;
  sum.seepage += part.seepage;
}

/// As large as `like`; a field that is so already keeps its room, for fresh pages are dear.
void set_to_nought(Field<double>& field, const Field<double>& like) {
  if (field.nx() != like.nx() || field.ny() != like.ny())
    field = Field<double>(like.nx(), like.ny());
  std::fill(field.values().begin(), field.values().end(), 0.0);
}

}  // namespace

struct SaturatedFlow::Parts {
  Parts(const Aquifer& given, double dx, FieldView<const double> ground, int threads)
      : boundaries(given.boundaries),
        wells(given.wells),
        cells(given, dx, ground),
        crew(std::make_unique<Crew>(threads)),
        step(cells, *crew),
        head(ground.nx(), ground.ny(), std::numeric_limits<double>::quiet_NaN()),
        heads(cells.place.size()) {}

  Result<void> advance(double offset, double seconds, int halvings);
  void load_forcing(double offset, double seconds);
  Error failure(double offset, double seconds, const Imbalance& worst) const;

  std::vector<HeadBoundary> boundaries;
  std::vector<GroundwaterWell> wells;
  SaturatedCells cells;
  std::unique_ptr<Crew> crew;
  SaturatedStep step;
  Field<double> head;
  std::vector<double> heads;  // the same on the cells
  GroundForcing forcing;

  // Of the step under way.
  Time start;
  double whole = 0.0;  // [s]
  FieldView<const double> recharge;
  GroundVolumes volumes;
  Field<double>* seepage = nullptr;
};

void SaturatedFlow::Parts::load_forcing(double offset, double seconds) {
  forcing.seconds = seconds;
  forcing.recharge.resize(cells.place.size());
  const double scale = cells.area / whole;
  each_cell(cells, *crew, [&](std::size_t n) {
    forcing.recharge[n] = scale * recharge.values()[at(cells.place[n])];
  });
  forcing.stage.clear();
  for (const HeadBoundary& boundary : boundaries)
    forcing.stage.push_back(boundary.stage.at(start, offset + seconds));
  if (wells.empty()) return;
  forcing.well.clear();
  forcing.well_gain.assign(cells.place.size(), 0.0);
  forcing.well_demand.assign(cells.place.size(), 0.0);
  for (std::size_t w = 0; w < wells.size(); ++w) {
    const double rate = mean_over(wells[w].rate, start, offset, seconds);
    const auto cell = at(cells.well_cell[w]);
    forcing.well.push_back(rate);
    (rate > 0.0 ? forcing.well_gain : forcing.well_demand)[cell] += std::abs(rate);
  }
}

/// A step that does not converge is taken in two halves.
Result<void> SaturatedFlow::Parts::advance(double offset, double seconds, int halvings) {
  load_forcing(offset, seconds);
  const auto worst = step.solve(heads, forcing);
  if (!worst) {
    add(volumes, step.moved(*seepage));
    return {};
  }
  if (halvings == most_halvings || !std::isfinite(worst->metres))
    return fail(failure(offset, seconds, *worst));
  const double half = 0.5 * seconds;
  if (auto first = advance(offset, half, halvings + 1); !first) return first;
  return advance(offset + half, half, halvings + 1);
}

Error SaturatedFlow::Parts::failure(double offset, double seconds, const Imbalance& worst) const {
  const int k = cells.place[at(worst.cell)];
  const auto where = fmt::format("groundwater at {}: cell ({}, {}), head {} m",
                                 format_time(start + from_seconds(offset)), k % cells.nx,
                                 k / cells.nx, heads[at(worst.cell)]);
  if (!std::isfinite(worst.metres))
    return {ErrorCode::numerical, where + ": its balance is not finite"};
  return {
      ErrorCode::numerical,
      fmt::format("{}: out of balance by {:.2g} m after {} iterations in a step of {} s; give a "
                  "shorter step of groundwater",
                  where, worst.metres, worst.iterations, seconds)};
}

SaturatedFlow::SaturatedFlow(const Aquifer& aquifer, double dx, FieldView<const double> ground,
                             FieldView<const double> head, int threads)
    : parts_(std::make_unique<Parts>(aquifer, dx, ground,
                                     threads > 0 ? threads : omp_get_max_threads())) {
  set_head(head);
}

SaturatedFlow::~SaturatedFlow() = default;
SaturatedFlow::SaturatedFlow(SaturatedFlow&&) noexcept = default;
SaturatedFlow& SaturatedFlow::operator=(SaturatedFlow&&) noexcept = default;

Result<GroundVolumes> SaturatedFlow::step(Time start, double seconds,
                                          FieldView<const double> recharge,
                                          Field<double>& seepage) {
  Parts& p = *parts_;
  p.start = start;
  p.whole = seconds;
  p.recharge = recharge;
  p.volumes = {};
  p.seepage = &seepage;
  set_to_nought(seepage, p.head);
  Result<void> done;
  p.crew->lead([&] { done = p.advance(0.0, seconds, 0); });
  if (!done) {
    set_head(std::as_const(p.head).view());
    set_to_nought(seepage, p.head);
    return fail(done.error());
  }
  each_cell(p.cells, *p.crew,
            [&](std::size_t n) { p.head.values()[at(p.cells.place[n])] = p.heads[n]; });
  return p.volumes;
}

const Field<double>& SaturatedFlow::head() const {
  return parts_->head;
}

void SaturatedFlow::set_head(FieldView<const double> head) {
  Parts& p = *parts_;
  each_cell(p.cells, *p.crew, [&](std::size_t n) {
    const auto k = at(p.cells.place[n]);
    p.heads[n] = std::max(p.cells.base[n], head.values()[k]);
    p.head.values()[k] = p.heads[n];
  });
}

double SaturatedFlow::stored() const {
  Parts& p = *parts_;
  return sum_of_cells(p.cells, *p.crew, [&](std::size_t n) {
    return p.cells.storage[n] * (p.heads[n] - p.cells.base[n]);
  });
}

long SaturatedFlow::iterations() const {
  return parts_->step.iterations();
}

long SaturatedFlow::inner_iterations() const {
  return parts_->step.inner_iterations();
}

}  // namespace vandvagt::model::detail
