#pragma once

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "model/case.hpp"
#include "model/detail/crew.hpp"
#include "model/detail/saturated_flow.hpp"
#include "model/detail/solver.hpp"
#include "model/options.hpp"
#include "model/simulation.hpp"

namespace vandvagt::model::detail {

/// What of a case belongs to the ground alone.
struct GroundGiven {
  Aquifer aquifer;
  Evapotranspiration evapotranspiration;
  Field<float> pore_size_index;
  double dx = 0.0;
  bool empty() const { return aquifer.empty() && evapotranspiration.empty(); }
};
GroundGiven take_ground(Case& given);

/// The ground under a solver: evapotranspiration, drainage of the soil, saturated flow, and water
/// that comes out at the ground. It makes steps at absolute multiples of its own step since 1970;
/// `step` is called when the solver stands at one. In between, the solver's infiltration sees the
/// water table of the last step, and the surface is given what came out in it at an even rate.
class Ground {
 public:
  /// A cold start: the head is that of the solver's map of the water table, at the base at least.
  Ground(GroundGiven given, Solver& solver, const Options& options);
  /// Goes on from a state that fits (validate_state).
  Ground(GroundGiven given, Solver& solver, const Options& options, const State& state);
  ~Ground() = default;
  Ground(const Ground&) = delete;
  Ground& operator=(const Ground&) = delete;
  Ground(Ground&&) = delete;
  Ground& operator=(Ground&&) = delete;

  /// After a cold start: the aquifer's own spin-up, with the stages and rates of the time before
  /// the start. The ledger begins at its end. Error{numerical} from the saturated flow.
  Result<void> spin_up();
  Time next_step(Time after) const;
  /// The step that ends now. Error{numerical} from the saturated flow; then nothing has changed.
  Result<void> step();
  void set_water_table_depth(FieldView<const float> depth);
  bool has_aquifer() const { return flow_.has_value(); }

  void save(State& state) const;
  /// Fills the ground's part of a ledger whose surface part is there.
  void add_to(Ledger& ledger) const;

 private:
  /// What one row of cells gave and took [m of one cell].
  struct RowSums {
    double percolated = 0.0;
    double evaporated = 0.0;  // from the soil
  };
  /// What a step asks of each cell.
  struct Wanted {
    double seconds = 0.0;
    double evaporation = 0.0;  // [m]
  };

  template <class Function>
  void each_row(const Function& f);
  void lay_out();
  void begin();
  double exponent_at(int i, int j) const;
  RowSums unsaturated_row(int j, const Wanted& wanted);
  RowSums unsaturated(const Wanted& wanted);
  void settle(const RowSums& sums);
  double engulf();
  double engulf_row(int j);
  void keep_soil();
  void release_seepage();
  void follow_heads();
  double soil_sum() const;
  double emerging_sum() const;

  GroundGiven given_;
  Solver& solver_;
  int nx_;
  int ny_;
  std::unique_ptr<Crew> crew_;
  std::vector<int> rows_;  // their numbers
  double area_;            // of a cell [m²]
  Duration step_;
  Time last_;          // of the last step
  Field<double> bed_;  // [m above datum], NaN outside; flow_ borrows it
  std::optional<SaturatedFlow> flow_;
  Field<double> filled_;    // F after this step [m]
  Field<double> recharge_;  // [m]
  Field<double> seepage_;   // came out in this step [m]
  Field<double> rest_;      // came out and waits [m]
  Field<float> rate_;       // onto the surface until the next step [m/s]
  double initial_ = 0.0;    // [m³]
  RunningSum recharged_, evaporation_, analysis_;
  GroundVolumes moved_;
};

}  // namespace vandvagt::model::detail
