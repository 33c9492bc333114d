#include <algorithm>
#include <limits>
#include <set>
#include <tuple>
#include <utility>

#include "model/detail/layout.hpp"
#include "model/detail/validate_parts.hpp"

namespace vandvagt::model::detail {
namespace {

/// A number that must be finite and above a bound.
struct Bounded {
  const char* what;
  double value;
  double above;
};

Result<void> validate_numbers(const char* kind, const std::string& name,
                              std::initializer_list<Bounded> numbers) {
  for (const Bounded& number : numbers) {
    if (std::isfinite(number.value) && number.value > number.above) continue;
    if (number.above > -std::numeric_limits<double>::max()) {
      return invalid("{} \"{}\": the {} is {}; give a number above {}", kind, name, number.what,
                     number.value, number.above);
    }
    return invalid("{} \"{}\": the {} is {}; give a number", kind, name, number.what, number.value);
  }
  return {};
}

constexpr double any = std::numeric_limits<double>::lowest();

double lowest_bed(const Case& c, const std::vector<CellIndex>& cells) {
  double lowest = std::numeric_limits<double>::max();
  for (const CellIndex cell : cells) lowest = std::min(lowest, c.bed_elevation(cell.i, cell.j));
  return lowest;
}

Result<void> validate_places(const Case& c, const Structure& structure) {
  std::set<std::pair<int, int>> taken;
  for (const auto* place : {&structure.from, &structure.to}) {
    const char* const end = place == &structure.from ? "from" : "to";
    if (place->empty()) {
      return invalid("structure \"{}\": its place \"{}\" has no cell", structure.name, end);
    }
    for (const CellIndex cell : *place) {
      if (!active(c, cell)) {
        return invalid("structure \"{}\": cell ({}, {}) of \"{}\" lies outside the computed area",
                       structure.name, cell.i, cell.j, end);
      }
      if (!taken.emplace(cell.i, cell.j).second) {
        return invalid("structure \"{}\": cell ({}, {}) is named twice; its two places must differ",
                       structure.name, cell.i, cell.j);
      }
    }
  }
  return {};
}

Result<void> validate_kind(const Case& c, const Structure& structure, const Weir& weir) {
  const double ground = std::min(lowest_bed(c, structure.from), lowest_bed(c, structure.to));
  if (auto r = validate_numbers("weir", structure.name,
                                {{"crest", weir.crest, any},
                                 {"width", weir.width, 0.0},
                                 {"coefficient", weir.coefficient, 0.0}});
      !r) {
    return r;
  }
  if (weir.crest >= ground) return {};
  return invalid(
      "weir \"{}\": the crest of {} m lies below the ground at both ends ({} m); raise it",
      structure.name, weir.crest, ground);
}

Result<void> validate_kind(const Case& /*c*/, const Structure& structure, const Culvert& culvert) {
  const bool box = culvert.shape == Culvert::Shape::box;
  if (auto r = validate_numbers("culvert", structure.name,
                                {{box ? "height" : "diameter", culvert.height, 0.0},
                                 {"width", box ? culvert.width : 1.0, 0.0},
                                 {"number of barrels", static_cast<double>(culvert.barrels), 0.0},
                                 {"length", culvert.length, 0.0},
                                 {"invert at \"from\"", culvert.invert_from, any},
                                 {"invert at \"to\"", culvert.invert_to, any},
                                 {"Manning's n", culvert.manning, 0.0},
                                 {"constant M of the inlet", culvert.inlet.m, 0.0},
                                 {"constant c of the inlet", culvert.inlet.c, 0.0},
                                 {"constant Y of the inlet", culvert.inlet.y, any},
                                 {"slope constant of the inlet", culvert.inlet.slope, any}});
      !r) {
    return r;
  }
  for (const double loss : {culvert.entrance_loss, culvert.exit_loss, culvert.inlet.k}) {
    if (loss >= 0.0 && std::isfinite(loss)) continue;
    return invalid("culvert \"{}\": a loss is {}; give 0 or more", structure.name, loss);
  }
  return {};
}

Result<void> validate_kind(const Case& /*c*/, const Structure& structure, const Gate& gate) {
  if (auto r = validate_numbers("gate", structure.name,
                                {{"sill", gate.sill, any},
                                 {"width", gate.width, 0.0},
                                 {"coefficient", gate.coefficient, 0.0}});
      !r) {
    return r;
  }
  return validate_series("opening of gate", structure.name, gate.opening, 0.0);
}

Result<void> validate_kind(const Case& /*c*/, const Structure& structure, const Pump& pump) {
  if (auto r = validate_numbers(
          "pump", structure.name,
          {{"start stage", pump.start_stage, any}, {"stop stage", pump.stop_stage, any}});
      !r) {
    return r;
  }
  if (pump.stop_stage > pump.start_stage) {
    return invalid(
        "pump \"{}\": the stop stage of {} m lies above the start stage of {} m; lower it",
        structure.name, pump.stop_stage, pump.start_stage);
  }
  return validate_series("capacity of pump", structure.name, pump.capacity, 0.0);
}

Result<void> validate_breaches(const Levee& levee) {
  double first = std::numeric_limits<double>::max();
  double last = -first;
  for (const LeveeFace& face : levee.faces) {
    first = std::min(first, face.from);
    last = std::max(last, face.until);
  }
  for (const LeveeBreach& breach : levee.breaches) {
    if (!(breach.centre >= first && breach.centre <= last)) {
      return invalid(
          "breach \"{}\": its centre, {} m along levee \"{}\", lies beyond its ends at {} "
          "and {} m",
          breach.name, breach.centre, levee.name, first, last);
    }
    if (auto r = validate_series("width of breach", breach.name, breach.width, 0.0); !r) return r;
    if (auto r = validate_series("invert of breach", breach.name, breach.invert); !r) return r;
  }
  return {};
}

Result<void> validate_face(const Case& c, const Levee& levee, const LeveeFace& face) {
  const FacePlace place = place_of(face.face);
  const CellIndex cell = face.face.cell;
  if (!active(c, place.lower) || !active(c, place.upper)) {
    return invalid("levee \"{}\": a side of cell ({}, {}) does not lie between two computed cells",
                   levee.name, cell.i, cell.j);
  }
  if (!(std::isfinite(face.crest) && std::isfinite(face.from) && face.until >= face.from &&
        std::isfinite(face.until))) {
    return invalid(
        "levee \"{}\": at cell ({}, {}) the crest is {} m, from {} to {} m along the line; "
        "give numbers in order",
        levee.name, cell.i, cell.j, face.crest, face.from, face.until);
  }
  const double ground = std::min(c.bed_elevation(place.lower.i, place.lower.j),
                                 c.bed_elevation(place.upper.i, place.upper.j));
  if (face.crest >= ground) return {};
  return invalid(
      "levee \"{}\": at cell ({}, {}) the crest of {} m lies below the ground on both "
      "sides ({} m); raise it, or end the levee where the ground is as high",
      levee.name, cell.i, cell.j, face.crest, ground);
}

}  // namespace

Result<void> validate_structures(const Case& c) {
  for (const Structure& structure : c.structures) {
    if (auto r = validate_places(c, structure); !r) return r;
    auto kind = std::visit([&](const auto& given) { return validate_kind(c, structure, given); },
                           structure.kind);
    if (!kind) return kind;
  }
  return {};
}

Result<void> validate_levees(const Case& c) {
  std::set<std::tuple<int, int, bool>> taken;
  for (const Levee& levee : c.levees) {
    if (levee.faces.empty()) return invalid("levee \"{}\" stands on no cell face", levee.name);
    if (auto r = validate_numbers("levee", levee.name, {{"coefficient", levee.coefficient, 0.0}});
        !r) {
      return r;
    }
    for (const LeveeFace& face : levee.faces) {
      if (auto r = validate_face(c, levee, face); !r) return r;
      const FacePlace place = place_of(face.face);
      if (!taken.emplace(place.lower.i, place.lower.j, place.along_x).second) {
        return invalid("levee \"{}\": a side of cell ({}, {}) carries a levee already", levee.name,
                       face.face.cell.i, face.face.cell.j);
      }
    }
    if (auto r = validate_breaches(levee); !r) return r;
  }
  return {};
}

}  // namespace vandvagt::model::detail
