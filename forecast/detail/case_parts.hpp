#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "core/fault.hpp"
#include "core/units.hpp"
#include "forecast/built_case.hpp"
#include "forecast/scenario.hpp"
#include "grids/vector.hpp"

/// The steps of `build_case`. Each reads its part of the scenario, adds what it makes to the draft,
/// and tells every fault it finds.
namespace vandvagt::forecast {

/// A case in the making.
struct CaseDraft {
  const Scenario& scenario;
  Faults& faults;
  BuiltCase built = {};

  void fault(const std::string& place, std::string what, std::string cure) {
    faults.push_back({place, std::move(what), std::move(cure)});
  }
  /// Notes a file (of a folder: its *.csv) with its digest for run.json, each once.
  void note_input(const std::filesystem::path& path);
  bool active(int i, int j) const;
};

/// Geometry, bed elevation with all changes. False where there is no ground to go on with.
bool build_terrain(CaseDraft& draft);

/// Where a field has no value.
inline constexpr double nothing = std::numeric_limits<double>::quiet_NaN();
/// An elevation [m above datum] that no ground reaches down to.
inline constexpr double below_all_ground = -1e30;

/// What a field's values must be.
struct FieldLimits {
  double least = 0.0;
  bool least_excluded = false;
  double greatest = 1e30;
  std::optional<double> elsewhere = {};  // where the input says nothing; else that is a fault
  bool greatest_excluded = false;
  bool gaps_allowed = false;  // cells without a value stay NaN
};
/// A field on the grid; NaN outside the computed area. Faults where an active cell has no value or
/// one outside the limits, with their number and the first place.
Field<double> build_field(CaseDraft& draft, const FieldInput& input, const std::string& what,
                          const FieldLimits& limits);
Field<float> to_single(const Field<double>& field);
void build_manning(CaseDraft& draft);
void build_initial_depth(CaseDraft& draft);
void build_infiltration(CaseDraft& draft);
/// After build_infiltration.
void build_aquifer(CaseDraft& draft);
void build_evapotranspiration(CaseDraft& draft);

void build_edges(CaseDraft& draft);
void build_sources(CaseDraft& draft);
void build_structures(CaseDraft& draft);
void build_levees(CaseDraft& draft);
void build_gauges(CaseDraft& draft);
/// Files of wells' heads, rain and evaporation.
void build_wells(CaseDraft& draft);
/// Series that need no station, and rain that needs none: read once, so that what is wrong with
/// them is told before a run begins.
void build_forcing(CaseDraft& draft);

/// Polygons or lines of a shape in the grid's system; faults, and nothing, where they are wrong.
std::vector<grids::Polygon> polygons_of(CaseDraft& draft, const Shape& shape);
std::vector<grids::Line> lines_of(CaseDraft& draft, const Shape& shape);

/// Cells whose centre is within the radius; the one that holds the point for radius 0.
std::vector<grids::Cell> cells_within(const grids::Geometry& geometry, grids::Point centre,
                                      double radius);
/// A series that no station drives, none of its values under `least`; a fault, and nothing, else.
std::optional<model::Series> series_of(CaseDraft& draft, const SeriesInput& input,
                                       Dimension dimension, double least);
/// "(x, y)" for messages.
std::string text_of(grids::Point point);

}  // namespace vandvagt::forecast
