#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/field.hpp"
#include "core/result.hpp"
#include "model/case.hpp"
#include "model/options.hpp"

namespace vandvagt::model {

/// Every cubic metre in the ground since the start of the run, where there is an aquifer or
/// evapotranspiration; all 0 elsewhere. Recharge passes inside it, from the soil to the aquifer.
struct GroundLedger {
  double initial = 0.0;       // [m³] at the start
  double soil = 0.0;          // [m³] over the water table now: F
  double aquifer = 0.0;       // [m³] under the water table now, above its base
  double emerging = 0.0;      // [m³] that has come out and reaches the surface in the next step
  double infiltration = 0.0;  // [m³] in from the surface
  double recharge = 0.0;      // [m³] from the soil to the water table
  double seepage = 0.0;       // [m³] out onto the surface
  double drained = 0.0;       // [m³] out by drains and ditches
  double boundary_in = 0.0, boundary_out = 0.0;  // [m³] from and to rivers, lakes, the sea
  double well_in = 0.0, well_out = 0.0;          // [m³] pumped
  double evaporation = 0.0;                      // [m³] out of soil and aquifer
  double analysis = 0.0;  // [m³] that corrected maps of the water table added (negative: removed)

  double stored() const { return soil + aquifer + emerging; }
  double in() const { return infiltration + boundary_in + well_in; }
  double out() const { return seepage + drained + boundary_out + well_out + evaporation; }
  double error() const { return stored() - initial - in() + out() - analysis; }
};

/// Every cubic metre since the start of the run (or, after a restart, of the state it came from).
/// stored - initial = rain + inflow + sources + ground - outflow - infiltration - evaporation, up
/// to `error`.
struct Ledger {
  double initial = 0.0;       // [m³] at the start
  double stored = 0.0;        // [m³] on the surface now
  double rain = 0.0;          // [m³] in
  double edge_in = 0.0;       // [m³] in over edges
  double edge_out = 0.0;      // [m³] out over edges
  double source_in = 0.0;     // [m³] in by sources
  double source_out = 0.0;    // [m³] taken by sinks
  double infiltration = 0.0;  // [m³] into the ground
  double ground_in = 0.0;     // [m³] out of the ground
  double evaporation = 0.0;   // [m³] from the surface
  GroundLedger ground;

  double in() const { return rain + edge_in + source_in + ground_in; }
  double out() const { return edge_out + source_out + infiltration + evaporation; }
  double error() const { return stored - initial - in() + out(); }
  /// |error| over the volume that was there or moved: initial + in (0 where nothing ever was).
  double relative_error() const;
  /// Surface and ground as one: what passes between them cancels out.
  double whole_error() const;
  /// |whole_error| over the surface's initial volume and all that moved, not over what lies in the
  /// ground: that would hide it.
  double whole_relative_error() const;
};

/// The whole state at one time, enough to continue to the bit. Fields nx × ny; values outside the
/// computed area are 0. In single precision the numbers are floats stored exactly as doubles.
struct State {
  Time time;
  Precision precision = Precision::double_;
  std::vector<double> depth;              // h [m]
  std::vector<double> depth_residual;     // what rounding h left over [m]; empty means 0
  std::vector<double> unit_discharge_x;   // qx [m²/s]
  std::vector<double> unit_discharge_y;   // qy [m²/s]
  std::vector<double> infiltrated;        // F [m]; empty without infiltration
  std::vector<double> water_table_depth;  // [m below ground]; empty without infiltration
  std::vector<double> pump_running;       // 1 or 0 for each structure (0 where it is no pump)
  std::vector<double> passage_discharge;  // [m³/s] as Passage::discharge, structures then levees
  std::vector<double> head;               // of the aquifer [m above datum]; empty without one
  std::vector<double> seepage_rate;  // [m/s] onto the surface until the next step of the ground
  std::vector<double> seepage_rest;  // [m] that has come out and waits for the step after
  Time ground_time{};                // of the ground's last step, or of the cold start
};

/// What passes through a structure (from `from` to `to`), or over and through a levee (from its
/// left to its right); negative the other way.
struct Passage {
  std::string name;
  double discharge = 0.0;  // [m³/s], mean over the last sync interval
  double volume = 0.0;     // [m³] since the start of this run
};

/// Greatest values and times since the start (or `reset_maxima`), sampled at every sync time.
/// Fields nx × ny; NaN outside; arrival_time NaN where never wet.
struct Maxima {
  Field<float> max_depth;     // [m]
  Field<float> max_speed;     // [m/s] where deeper than wet_depth
  Field<float> max_hazard;    // h (|u| + 0.5) [m²/s]
  Field<float> arrival_time;  // [s] after the reset
  Field<float> duration;      // [s] deeper than wet_depth
};

struct Counters {
  long long steps = 0;  // of the whole grid
  long long cell_updates =
      0;                     // fluxes and new state of one cell; rain on still cells is not counted
  double smallest_dt = 0.0;  // [s]
};

/// The solver: shallow water on the case's cells from a state at `start`. Not copyable; one thread
/// calls it, and it uses OpenMP threads inside. Results do not depend on their number.
class Simulation {
 public:
  /// Initial depth h [m] nx × ny (NaN counts as 0 outside), water at rest. Error{invalid_input}
  /// where fields do not have the case's shape or hold values outside their limits, `start` is not
  /// a multiple of the sync interval, or an edge face is not on the border.
  static Result<Simulation> start_cold(Case given, const Options& options, Time start,
                                       FieldView<const double> depth);
  /// Continue from a state. Error{refused} where it does not fit the case or the precision.
  static Result<Simulation> start_from(Case given, const Options& options, const State& state);

  Simulation(Simulation&&) noexcept;
  Simulation& operator=(Simulation&&) noexcept;
  Simulation(const Simulation&) = delete;
  Simulation& operator=(const Simulation&) = delete;
  ~Simulation();

  /// Rain [m/s] from now on, nx × ny, or one value everywhere; finite and not negative on the
  /// computed area (assert).
  void set_rain(FieldView<const float> rate);
  void set_rain(double rate);
  /// New depth of the water table [m below ground], nx × ny (a reading corrected the map). With an
  /// aquifer its heads follow, down to its base; soil water that no longer has room over the table
  /// is part of it. The ledger books both as `analysis`.
  void set_water_table_depth(FieldView<const float> depth);

  /// Advance to `end`, a multiple of the sync interval. Error{numerical} with time, cell and values
  /// where a value is not finite or the step falls under min_dt; the state is then that before
  /// the step, and time() says when that is.
  Result<void> advance_to(Time end);

  Time time() const;
  State state() const;
  Ledger ledger() const;
  /// The case's structures in their order, then its levees.
  std::vector<Passage> passages() const;
  Counters counters() const;
  Maxima maxima() const;
  void reset_maxima();

  /// Copies of the present fields, nx × ny; NaN outside.
  Field<float> depth() const;
  Field<float> speed() const;
  Field<float> unit_discharge_x() const;
  Field<float> unit_discharge_y() const;
  Field<float> water_table_depth() const;
  double depth_at(CellIndex cell) const;
  double bed_elevation_at(CellIndex cell) const;
  double speed_at(CellIndex cell) const;

 private:
  struct Engine;
  explicit Simulation(std::unique_ptr<Engine> engine);
  std::unique_ptr<Engine> engine_;
};

}  // namespace vandvagt::model
