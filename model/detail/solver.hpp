#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "model/detail/crew.hpp"
#include "model/detail/kernel.hpp"
#include "model/detail/layout.hpp"
#include "model/simulation.hpp"

namespace vandvagt::model::detail {

/// The soil's fields as the ground reads and sets them between two segments: pointers to cell (0,
/// 0), rows `stride` apart; null where there is no soil.
struct SoilView {
  double* infiltrated;       // F [m]
  float* water_table_depth;  // [m below ground]
  const float* moisture_deficit;
  const float* conductivity;
  std::ptrdiff_t stride;
};

/// What Simulation offers, whatever the precision. Input has been validated.
class Solver {
 public:
  virtual ~Solver() = default;
  virtual void set_rain(FieldView<const float> rate) = 0;
  virtual void set_rain(double rate) = 0;
  virtual void set_water_table_depth(FieldView<const float> depth) = 0;
  // For the ground, at a sync time.
  virtual SoilView soil() = 0;
  /// Water from below from now on [m/s], nx × ny; finite and not negative on the computed area.
  virtual void set_seepage(FieldView<const float> rate) = 0;
  /// Takes `wanted` [m] from each cell, or what it holds.
  virtual void evaporate(double wanted) = 0;
  virtual double water_at(CellIndex cell) const = 0;  // depth and what rounding cut off it [m]
  virtual Result<void> advance_to(Time end) = 0;
  virtual Time time() const = 0;
  virtual State state() const = 0;
  virtual Ledger ledger() const = 0;
  virtual std::vector<Passage> passages() const = 0;
  virtual Counters counters() const = 0;
  virtual const Maxima& maxima() const = 0;
  virtual void reset_maxima() = 0;
  virtual double depth_at(CellIndex cell) const = 0;
  virtual double bed_elevation_at(CellIndex cell) const = 0;
  virtual double unit_discharge_x_at(CellIndex cell) const = 0;
  virtual double unit_discharge_y_at(CellIndex cell) const = 0;
  virtual double water_table_depth_at(CellIndex cell) const = 0;
  virtual bool is_active(CellIndex cell) const = 0;
  virtual CellIndex size() const = 0;
  virtual double dry_depth() const = 0;
};

/// A running sum that keeps what rounding cuts off each addition (Neumaier 1974): a million equal
/// small volumes add up to the last digit.
class RunningSum {
 public:
  void add(double value) {
    const double sum = sum_ + value;
    const double seen = sum - sum_;
    rest_ += (sum_ - (sum - seen)) + (value - seen);
    sum_ = sum;
  }
  double value() const { return sum_ + rest_; }

 private:
  double sum_ = 0.0;
  double rest_ = 0.0;
};

/// Volumes since the start [m³].
struct Moved {
  RunningSum rain, edge_in, edge_out, source_in, source_out, infiltration, ground_in, evaporation;
};

/// What structures (first) and levees have let through, and which pumps run.
struct Passages {
  std::vector<double> running;     // 1 or 0, for each structure
  std::vector<double> discharge;   // mean over the last sync interval [m³/s]
  std::vector<double> in_segment;  // since the last sync time [m³]
  std::vector<RunningSum> volume;  // since the start [m³]

  void count(std::size_t passage, double moved) {
    in_segment[passage] += moved;
    volume[passage].add(moved);
  }
};

/// What a run has counted.
struct Totals {
  Moved moved;
  Passages passages;
  Counters counters;
};

/// A tile of cells, the unit of work.
struct Tile {
  CellIndex first;
  int columns = 0;
  int rows = 0;
  std::ptrdiff_t offset = 0;
  int chunks = 0;
  bool soil = false;
  double friction = 0.0;                            // see TileArgs
  std::array<std::uint8_t, tile_ny + 2> special{};  // see TileArgs
  bool fed = false;      // holds an edge or a source that can bring water in
  unsigned wet = 0;      // chunks with a cell deeper than dry_depth, see TileResult
  unsigned flowing = 0;  // chunks in which water may flow in this step, see TileArgs
  bool rained_on = false;
  double seepage_rate = 0.0;  // sum over active cells [m/s]
  bool in_step = false;       // computed in the last step
  bool changed = false;       // computed since the last sync time
  int first_edge = 0;
  int edge_count = 0;
  int first_levee = 0;
  int levees_x = 0;
  int levees_y = 0;
  int active_cells = 0;
  std::array<int, 8> chunk_cells{};  // active ones in each chunk
  // solver_local.ipp
  int level = 0;           // its step is 2^level times the shortest
  double speed = 0.0;      // of waves over its present state [m/s]
  bool pinned = false;     // takes the shortest steps always
  double rain_rate = 0.0;  // sum over active cells of a rain field [m/s]
};

/// The solver in one precision.
template <class Real>
class SolverOf final : public Solver {
 public:
  SolverOf(Case given, const Options& options, Time start, VectorUnit unit);

  /// Initial water, at rest or from a state; called once, before anything else.
  void start_with(FieldView<const double> depth);
  void start_with(const State& state);

  void set_rain(FieldView<const float> rate) override;
  void set_rain(double rate) override;
  void set_water_table_depth(FieldView<const float> depth) override;
  SoilView soil() override;
  void set_seepage(FieldView<const float> rate) override;
  void evaporate(double wanted) override;
  double water_at(CellIndex cell) const override;
  Result<void> advance_to(Time end) override;
  Time time() const override { return time_; }
  State state() const override;
  Ledger ledger() const override;
  std::vector<Passage> passages() const override;
  Counters counters() const override { return counters_; }
  const Maxima& maxima() const override { return maxima_; }
  void reset_maxima() override;
  double depth_at(CellIndex cell) const override;
  double bed_elevation_at(CellIndex cell) const override;
  double unit_discharge_x_at(CellIndex cell) const override;
  double unit_discharge_y_at(CellIndex cell) const override;
  double water_table_depth_at(CellIndex cell) const override;
  bool is_active(CellIndex cell) const override;
  CellIndex size() const override { return {layout_.nx, layout_.ny}; }
  double dry_depth() const override { return options_.dry_depth; }

 private:
  /// One of the two copies of the flow; a step reads one and writes the other.
  struct Flow {
    Padded<Real> h, qx, qy;
  };
  /// Forcing of one step, at its middle.
  struct Pace {
    double dt = 0.0;
    double middle = 0.0;  // [s] after segment_start
    Time segment_start;
    int pass = 0;  // of the round, see solver_local.ipp
  };

  /// One end of a structure.
  struct Place {
    double stage = 0.0;  // [m above datum]
    double held = 0.0;   // [m of one cell] in the cells with water
    double wet = 0.0;    // number of those
  };
  /// A structure in a step: where it gives, where it takes.
  struct Passing {
    Place upper, lower;
    double receiving = 1.0;  // cells that take
    double setting = 0.0;    // opening [m] or capacity [m³/s]
    double dt = 0.0;         // [s]
    bool reversed = false;
  };
  /// Which face one of levees_ is; the tile of its lower cell counts what passes.
  struct LeveeAt {
    std::size_t levee;
    std::size_t face;
    bool counts;
  };

  // solver_case.ipp: what does not change
  double bed_unit(double range) const;
  void lay_out_cells();
  void lay_out_beds();
  void lay_out_soil();
  bool takes_water(std::size_t k) const;
  void lay_out_edges();
  void lay_out_tiles();
  void mark_special(Tile& tile) const;
  double even_friction(const Tile& tile) const;
  void close_faces();

  // solver.cpp: stepping
  Result<void> advance_segment(Time segment_start);
  Result<void> advance_segment_together(Time segment_start, double total);
  double stable_dt(double fastest, Time segment_start, double local) const;
  void choose_tiles(int pass);
  bool take_step(const Pace& pace, double& fastest);
  unsigned chunks_near_water(int tile) const;
  void settle(Tile& tile);
  void compute_tiles(const Pace& pace);
  double gather(const Pace& pace);
  double scan();
  StepArgs<Real> step_args(double dt);
  TileArgs<Real> tile_args(std::size_t t, int pass);
  Error failure(const std::string& what) const;

  // solver_local.ipp: steps that differ from tile to tile
  Result<void> advance_segment_locally(Time segment_start, double total);
  std::optional<std::size_t> tile_beside(std::size_t t, int dx, int dy) const;
  void pin_tiles();
  void choose_levels(double shortest, double longest, int highest);
  std::size_t place_of_passed(std::size_t t, Side side) const;
  Beside<Real> beside(std::size_t t, int pass);
  void settle_cell(Tile& tile, CellIndex cell, double gain);
  void settle_side(std::size_t t, Side side, std::size_t other);
  void settle_passed(int pass);
  void keep_state();
  Error restore_kept(Error error);

  // solver_forcing.ipp: edges, sources, rain
  void prepare_edges(const Pace& pace);
  void spread_discharge(std::size_t segment, double discharge);
  double apply_sources(const Pace& pace);
  double add_to_cell(CellIndex cell, double depth);
  double take_from_cell(CellIndex cell, double depth);
  double forcing_dt(Time segment_start, double local) const;

  // solver_structures.ipp
  Place place_at(const std::vector<CellIndex>& cells, const Flow& flow) const;
  double implicit_volume(const Structure& structure, const Passing& passing) const;
  double volume_wanted(std::size_t structure, Passing& passing);
  double move_water(const std::vector<CellIndex>& givers, double held,
                    const std::vector<CellIndex>& takers, double volume);
  double wake(CellIndex cell);
  double apply_structures(const Pace& pace);
  double structures_dt(Time segment_start, double local) const;

  // solver_levees.ipp
  double sill_at(const FacePlace& place, double crest) const;
  void close_levees();
  void lay_out_levees();
  void set_levee_face(std::size_t face, Time segment_start, double local);
  void prepare_levees(const Pace& pace);
  void gather_levees(const Pace& pace);

  // solver_ground.ipp: what passes between the surface and the ground
  double evaporate_from(std::size_t k, double wanted);

  // solver_state.ipp: saved states and what is sampled
  void restore_everything_from_present();
  void take_back_step();
  void sample_tile(const Tile& tile, double seconds);
  void sample_maxima(double seconds);
  double stored_volume() const;
  double manning_at(CellIndex cell) const;  // [s/m^(1/3)]

  Case case_;
  Options options_;
  Time time_;
  Layout layout_;
  Kernels<Real> kernels_;
  Crew crew_;

  Flow flow_[2];
  int now_ = 0;  // which of flow_ is the present state
  Padded<Real> residual_;
  Padded<Bed<Real>> bed_;    // in units above the lowest, see bed_unit
  double lowest_bed_ = 0.0;  // in units
  Padded<Real> friction_;
  Padded<std::uint8_t> mask_;
  Padded<float> rain_;
  double uniform_rain_ = 0.0;
  double greatest_rain_ = 0.0;
  Padded<float> seepage_;
  double greatest_seepage_ = 0.0;
  double steepest_ = 0.0;   // greatest step of the bed between neighbours, over dx
  double smoothest_ = 0.0;  // least Manning's n

  InfiltrationLaw law_ = InfiltrationLaw::green_ampt;
  Padded<float> conductivity_, suction_head_, moisture_deficit_, water_table_depth_;
  Padded<float> retention_, initial_loss_;
  Padded<double> infiltrated_;

  std::vector<Tile> tiles_;
  std::vector<int> work_;  // tiles of the present step
  std::vector<TileResult> results_;
  std::vector<EdgeFaceArgs<Real>> edges_;             // in order of tiles
  std::vector<CellIndex> edge_cells_;                 // of each of edges_
  std::vector<std::vector<std::size_t>> edge_faces_;  // of each segment, places in edges_
  std::vector<LeveeFaceArgs<Real>> levees_;           // in order of tiles
  std::vector<LeveeAt> levee_at_;                     // of each of levees_
  std::vector<Real> levee_flux_;                      // of each of levees_
  double bed_unit_ = 1.0;                             // see bed_unit
  Passages passages_;
  double initial_volume_ = 0.0;  // [m³]
  Moved moved_;
  Counters counters_;
  Totals before_step_;
  std::vector<Real> passed_;        // over the faces of tiles beside other levels [m of one cell]
  std::vector<double> passed_sum_;  // of the shorter steps, until the longer one ends
  double outrun_ = 0.0;             // greatest speed after a step over the one it was chosen for
  /// What a failed round goes back to.
  struct Kept {
    Flow flow;
    Padded<Real> residual;
    Padded<double> infiltrated;
    Time time;
    Totals totals;
  } kept_;
  Maxima maxima_;
  Time maxima_start_;
};

std::unique_ptr<Solver> start_solver(Case given, const Options& options, Time start,
                                     FieldView<const double> depth, VectorUnit unit);
std::unique_ptr<Solver> start_solver(Case given, const Options& options, const State& state,
                                     VectorUnit unit);

}  // namespace vandvagt::model::detail
