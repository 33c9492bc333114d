#include <span>
#include <string>
#include <variant>
#include <vector>

#include "core/digest.hpp"
#include "forecast/states.hpp"
#include "grids/transform.hpp"

namespace vandvagt::forecast {
namespace {

template <class T>
void add_one(Sha256& digest, const T& value) {
  digest.add_values(std::span<const T>(&value, 1));
}

template <class T>
std::string digest_of_field(const Field<T>& field) {
  Sha256 digest;
  add_one(digest, field.nx());
  add_one(digest, field.ny());
  digest.add_values(field.values());
  return digest.hex();
}

std::string digest_of_edges(const std::vector<model::EdgeSegment>& edges) {
  Sha256 digest;
  for (const model::EdgeSegment& edge : edges) {
    digest.add(edge.name).add("\n");
    add_one(digest, static_cast<int>(edge.kind));
    add_one(digest, edge.slope);
    for (const model::EdgeFace& face : edge.faces) {
      add_one(digest, face.cell.i);
      add_one(digest, face.cell.j);
      add_one(digest, static_cast<int>(face.side));
    }
  }
  return digest.hex();
}

std::string digest_of_sources(const std::vector<model::Source>& sources) {
  Sha256 digest;
  for (const model::Source& source : sources) {
    digest.add(source.name).add("\n");
    for (const model::CellIndex& cell : source.cells) {
      add_one(digest, cell.i);
      add_one(digest, cell.j);
    }
    digest.add_values(std::span<const double>(source.weights));
  }
  return digest.hex();
}

void add_cells(Sha256& digest, const std::vector<model::CellIndex>& cells) {
  add_one(digest, cells.size());
  for (const model::CellIndex& cell : cells) {
    add_one(digest, cell.i);
    add_one(digest, cell.j);
  }
}

/// The numbers of a structure; openings and capacities are forcing.
std::vector<double> numbers_of(const model::Structure& structure) {
  if (const auto* weir = std::get_if<model::Weir>(&structure.kind)) {
    return {weir->crest, weir->width, weir->coefficient};
  }
  if (const auto* gate = std::get_if<model::Gate>(&structure.kind)) {
    return {gate->sill, gate->width, gate->coefficient};
  }
  if (const auto* pump = std::get_if<model::Pump>(&structure.kind)) {
    return {pump->start_stage, pump->stop_stage};
  }
  const auto& c = std::get<model::Culvert>(structure.kind);
  return {static_cast<double>(c.shape == model::Culvert::Shape::box),
          c.width,
          c.height,
          static_cast<double>(c.barrels),
          c.length,
          c.invert_from,
          c.invert_to,
          c.manning,
          c.entrance_loss,
          c.exit_loss,
          c.inlet.k,
          c.inlet.m,
          c.inlet.c,
          c.inlet.y,
          c.inlet.slope};
}

std::string digest_of_structures(const std::vector<model::Structure>& structures) {
  Sha256 digest;
  for (const model::Structure& structure : structures) {
    digest.add(structure.name).add("\n");
    add_cells(digest, structure.from);
    add_cells(digest, structure.to);
    add_one(digest, static_cast<int>(structure.one_way));
    add_one(digest, structure.kind.index());
    digest.add_values(std::span<const double>(numbers_of(structure)));
  }
  return digest.hex();
}

/// Faces, crests and where breaches are; their widths and inverts are forcing.
std::string digest_of_levees(const std::vector<model::Levee>& levees) {
  Sha256 digest;
  for (const model::Levee& levee : levees) {
    digest.add(levee.name).add("\n");
    add_one(digest, levee.coefficient);
    for (const model::LeveeFace& face : levee.faces) {
      add_cells(digest, {face.face.cell});
      add_one(digest, static_cast<int>(face.face.side));
      for (const double value : {face.crest, face.from, face.until}) add_one(digest, value);
    }
    for (const model::LeveeBreach& breach : levee.breaches) {
      digest.add(breach.name).add("\n");
      add_one(digest, breach.centre);
    }
  }
  return digest.hex();
}

std::string digest_of_soil(const model::Infiltration& soil) {
  Sha256 digest;
  for (const auto* field :
       {&soil.conductivity, &soil.suction_head, &soil.moisture_deficit, &soil.water_table_depth}) {
    digest.add(digest_of_field(*field));
  }
  for (const auto* field : {&soil.pore_size_index, &soil.retention, &soil.initial_loss}) {
    if (!field->empty()) digest.add(digest_of_field(*field));
  }
  if (soil.law != model::InfiltrationLaw::green_ampt) add_one(digest, static_cast<int>(soil.law));
  return digest.hex();
}

/// Fields, places and the step; stages and rates are forcing.
std::string digest_of_aquifer(const model::Aquifer& aquifer) {
  Sha256 digest;
  for (const auto* field : {&aquifer.conductivity, &aquifer.base, &aquifer.specific_yield,
                            &aquifer.drain_depth, &aquifer.drain_conductance}) {
    digest.add(digest_of_field(*field));
  }
  add_one(digest, aquifer.step.count());
  for (const model::HeadBoundary& boundary : aquifer.boundaries) {
    digest.add(boundary.name).add("\n");
    add_cells(digest, boundary.cells);
    for (const double value : {boundary.conductance, boundary.bottom}) add_one(digest, value);
  }
  for (const model::GroundwaterWell& well : aquifer.wells) {
    digest.add(well.name).add("\n");
    add_cells(digest, {well.cell});
  }
  return digest.hex();
}

std::string digest_of_evapotranspiration(const model::Evapotranspiration& given) {
  Sha256 digest;
  add_one(digest, given.extinction_depth);
  add_one(digest, given.step.count());
  return digest.hex();
}

/// Options that change results; threads, floors for giving up and map thresholds do not.
std::string digest_of_solver(const model::Options& options) {
  Sha256 digest;
  add_one(digest, static_cast<int>(options.precision));
  add_one(digest, options.cfl);
  add_one(digest, options.dry_depth);
  add_one(digest, options.time_levels);
  add_one(digest, options.sync_interval.count());
  return digest.hex();
}

std::string digest_of_grid(const grids::Geometry& geometry) {
  Sha256 digest;
  digest.add(grids::crs_name(geometry.crs)).add("\n").add(geometry.vertical_datum).add("\n");
  add_one(digest, geometry.nx);
  add_one(digest, geometry.ny);
  for (const double value : {geometry.x0, geometry.y0, geometry.dx}) add_one(digest, value);
  return digest.hex();
}

}  // namespace

Identity identity_of(const Scenario& scenario, const BuiltCase& built) {
  Identity identity{{"grid", digest_of_grid(built.geometry)},
                    {"terrain", digest_of_field(built.model.bed_elevation)},
                    {"roughness", digest_of_field(built.model.manning)},
                    {"edges", digest_of_edges(built.model.edges)},
                    {"sources", digest_of_sources(built.model.sources)},
                    {"infiltration", digest_of_soil(built.model.infiltration)},
                    {"solver", digest_of_solver(scenario.solver)}};
  // Named only where there are some, so that older states of a case without any still fit.
  const model::Case& model = built.model;
  if (!model.structures.empty()) identity["structures"] = digest_of_structures(model.structures);
  if (!model.levees.empty()) identity["levees"] = digest_of_levees(model.levees);
  if (!model.aquifer.empty()) identity["aquifer"] = digest_of_aquifer(model.aquifer);
  if (!model.evapotranspiration.empty()) {
    identity["evapotranspiration"] = digest_of_evapotranspiration(model.evapotranspiration);
  }
  return identity;
}

}  // namespace vandvagt::forecast
