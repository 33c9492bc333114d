#pragma once

#include <memory>
#include <vector>

#include "core/field.hpp"
#include "core/result.hpp"
#include "core/time.hpp"
#include "model/aquifer.hpp"

namespace vandvagt::model::detail {

/// What moved through the aquifer's boundaries in a step or since the start [m³].
struct GroundVolumes {
  double recharge = 0.0;  // from above; negative: what evaporation took
  double boundary_in = 0.0, boundary_out = 0.0;
  double well_in = 0.0, well_out = 0.0;
  double drained = 0.0;
  double seepage = 0.0;  // out at the ground
};

/// Two-dimensional unconfined flow (Boussinesq):
///     Sy dH/dt = div(K (H - base) grad H) + recharge + boundaries + wells - drains - seepage
/// with H <= ground: where the head would rise above the ground, water comes out there. Implicit in
/// time (backward Euler), transmissivities by Picard iteration, preconditioned conjugate
/// gradients. Volumes close to round-off whatever the solver's tolerance, since heads are updated
/// from fluxes that are one number for both cells. Same bits with any number of threads.
class SaturatedFlow {
 public:
  /// @param ground  bed [m above datum] nx × ny, NaN outside
  /// @param head    [m above datum] nx × ny; values outside are not read; one under the base is
  ///                taken for the base, one over the ground seeps out in the first step
  /// @param threads 0: as many as OpenMP has
  SaturatedFlow(const Aquifer& aquifer, double dx, FieldView<const double> ground,
                FieldView<const double> head, int threads = 0);
  ~SaturatedFlow();
  SaturatedFlow(SaturatedFlow&&) noexcept;
  SaturatedFlow& operator=(SaturatedFlow&&) noexcept;
  SaturatedFlow(const SaturatedFlow&) = delete;
  SaturatedFlow& operator=(const SaturatedFlow&) = delete;

  /// One step from `start` over `seconds`. `recharge` [m of water, nx × ny, 0 outside] reaches the
  /// water table during it (negative: is taken from it); afterwards `seepage` [m of water] holds
  /// what came out at the ground. Error{numerical} where the iteration does not converge or a head
  /// is not finite; the state is then that before the step.
  Result<GroundVolumes> step(Time start, double seconds, FieldView<const double> recharge,
                             Field<double>& seepage);

  /// [m above datum] nx × ny, NaN outside.
  const Field<double>& head() const;
  void set_head(FieldView<const double> head);
  /// Sum of Sy (H - base) over the cells [m³].
  double stored() const;
  /// Since the start: of Picard's iteration, and of the conjugate gradient in all of them.
  long iterations() const;
  long inner_iterations() const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace vandvagt::model::detail
