#pragma once

#include <vector>

#include "core/field.hpp"
#include "grids/geometry.hpp"

/// The ground of the example catchment: a stream valley with a town on its floor, moraine hills on
/// both sides and a fjord at its mouth. It is fictional; only its coordinate systems are real. All
/// of it follows from formulas, so that every machine makes the same terrain to the centimetre.
namespace vandvagt::app {

/// Where the stream runs: points every 5 m from the south edge to the fjord, with its bed there.
/// The plan form is a sine-generated curve (Langbein & Leopold 1966, doi:10.3133/pp422H): direction
/// = valley + omega sin(2 pi s / M), with omega less in the town, where the stream was
/// straightened, and 0 under the road.
struct StreamPoint {
  grids::Point position;  // from the catchment's south-west corner [m]
  double bed = 0.0;       // [m above datum]
};
std::vector<StreamPoint> demo_stream();

/// A closed ring or an open line, from the catchment's south-west corner [m].
using DemoRing = std::vector<grids::Point>;

struct DemoTerrain {
  grids::Geometry geometry;         // 300 × 300 cells of 10 m, EPSG:25832, heights in DVR90
  Field<float> ground;              // bare ground with the stream in it [m above datum]
  Field<float> water_table_depth;   // prior [m below ground]
  std::vector<StreamPoint> stream;  // as `demo_stream`
  std::vector<DemoRing> buildings;  // ground plans
  DemoRing embankment;              // plan of the road across the valley
  double embankment_crest = 4.4;    // [m above datum]
  DemoRing culvert;                 // line through it, downstream
  double culvert_inlet = 0.0, culvert_outlet = 0.0;  // its bed at both ends [m above datum]
};

/// The whole terrain. Takes some tenths of a second.
DemoTerrain demo_terrain();

/// A local position in the grid's system.
grids::Point demo_position(const DemoTerrain& terrain, grids::Point local);

}  // namespace vandvagt::app
