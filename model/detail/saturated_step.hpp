#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <vector>

#include "model/detail/saturated_flow.hpp"
#include "model/detail/saturated_gradient.hpp"

namespace vandvagt::model::detail {

/// What drives one implicit step.
struct GroundForcing {
  double seconds = 0.0;
  std::vector<double> recharge;                // of each cell [m³/s]; negative: evaporation
  std::vector<double> well;                    // of each well [m³/s]
  std::vector<double> stage;                   // of each boundary at the end [m above datum]
  std::vector<double> well_gain, well_demand;  // of each cell [m³/s], >= 0; empty without wells

  double pumped(std::size_t n) const { return well_gain[n] - well_demand[n]; }
  double net(std::size_t n) const { return recharge[n] + (well_gain.empty() ? 0.0 : pumped(n)); }
  /// Limited to what the cell holds.
  double demand(std::size_t n) const {
    return std::max(0.0, -recharge[n]) + (well_demand.empty() ? 0.0 : well_demand[n]);
  }
};

/// Where and how far a step was out of balance when it was given up.
struct Imbalance {
  int cell = 0;
  double metres = 0.0;  // of head; infinite where a value is not finite
  int iterations = 0;
};

/// One backward Euler step of unconfined flow on the aquifer's cells.
///
/// With r(H) the balance of each cell, Picard's iteration corrects the heads by A dH = r, where A
/// has the transmissivities of the last iterate, until no free cell is out of balance by more than
/// `head_tolerance`. Cells that would rise above the ground are held there, and r is what seeps
/// out; cells that would be emptied by wells or evaporation are held at the base, and -r is what
/// these go short of. A hold ends when its r turns negative: a semi-smooth Newton method for the
/// obstacles (Hintermüller, Ito and Kunisch 2002, doi:10.1137/S1052623401383558), as are the kinks
/// of drains and of rivers that have lost touch with the water table.
class SaturatedStep {
 public:
  static constexpr double head_tolerance = 1e-6;  // [m]
  static constexpr int most_iterations = 60;

  SaturatedStep(const SaturatedCells& cells, Crew& crew);

  /// Heads after the step from those before, in place. Nothing is changed where it fails.
  std::optional<Imbalance> solve(std::vector<double>& head, const GroundForcing& forcing);
  /// What moved in the last step, and [m of water] on each cell added to `seepage`.
  GroundVolumes moved(Field<double>& seepage) const;
  /// Iterations since the start: of Picard and of the conjugate gradient.
  long iterations() const { return picard_; }
  long inner_iterations() const { return inner_; }

 private:
  enum class Hold : std::uint8_t { none, full, empty };
  /// What becomes of a cell, given the volume that came to it.
  struct Settled {
    double head = 0.0;
    double seepage = 0.0;   // [m³]
    double shortage = 0.0;  // of what is taken from it [m³]
    double absorbed = 0.0;  // more into the cell by its bed or drain than by the formula [m³]
    double deficit = 0.0;   // that it cannot give [m³]
  };
  /// What a run's cells and those beside them have, at the run's first.
  struct Rows {
    const double *head, *head_south, *head_north, *base, *base_south, *base_north;
    const float *to_east, *to_south, *to_north;  // conductivities
  };
  /// Of the cells of one run, while it is looked at.
  struct Balance {
    std::vector<double> residual, diagonal;  // [m³/s], [m²/s]
  };

  void begin(const std::vector<double>& head);
  Rows rows(const CellRun& run) const;
  double assemble(const std::vector<double>& before);
  void balance(const CellRun& run, const std::vector<double>& before, Balance& out);
  void balance_drains(const CellRun& run, Balance& out);
  void balance_beds(const CellRun& run, int number, Balance& out);
  double judge(const CellRun& run, const Balance& found);
  double imbalance(std::size_t n, double residual);
  Imbalance failure(const std::vector<double>& before, double worst, int iterations);
  void correct();
  void correct_cell(std::size_t n, double correction);
  void settle_all(std::vector<double>& head);
  void face_volumes();
  void share_out();
  void limit(const std::vector<double>& before);
  double reduce_outflow(std::size_t n, double deficit, std::vector<int>& touched);
  double bed_flow(const RiverBed& bed) const;
  double drain_flow(std::size_t n) const;
  double served(std::size_t n) const;
  void add_beds(GroundVolumes& volumes) const;
  void add_wells(GroundVolumes& volumes) const;
  bool stiff(std::size_t n) const;
  Settled settle(std::size_t n, double before) const;

  const SaturatedCells& cells_;
  Crew& crew_;
  const GroundForcing* forcing_ = nullptr;
  SaturatedGradient gradient_;
  std::vector<Balance> balances_;     // of each thread
  std::vector<int> bed_order_;        // beds in the order of their cells
  std::vector<std::size_t> run_bed_;  // the first of a run's in bed_order_; one more at the end
  std::vector<float> nothing_;        // conductivities where no cell lies south
  Around<double> head_;               // iterate
  std::vector<double> before_;        // heads before the last step
  std::vector<double> highest_;       // the ground; no end where a river stands over it
  std::vector<double> conductance_;   // of active drains and beds; empty where there are none
  std::vector<Hold> hold_;
  std::vector<float> last_, weight_;  // last correction, share of it that is taken
  // After the iteration [m³]:
  Around<double> east_;               // through cell n's east face
  std::vector<double> north_, came_;  // through its north face; what came to it in all
  std::vector<double> parts_;         // of each run: the worst balance, or a deficit
  long picard_ = 0, inner_ = 0;
};

}  // namespace vandvagt::model::detail
