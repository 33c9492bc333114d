#include <algorithm>
#include <array>

#include "config/detail/parts.hpp"
#include "config/detail/values.hpp"

namespace vandvagt::config {
namespace {

using forecast::BreachInput;
using forecast::LeveeInput;
using forecast::StructureInput;
using model::Culvert;
using model::CulvertInlet;

enum class StructureKind { weir, culvert, gate, pump };

const Kind opening_kind{.dimension = Dimension::length, .range = not_negative};
const Kind capacity_kind{.dimension = Dimension::discharge, .range = not_negative};
const Kind invert_kind{.dimension = Dimension::length};

/// A series that no station drives.
void read_fixed_series(Section& section, const std::string& key, forecast::SeriesInput& series,
                       const Kind& kind) {
  read_series(section, key, series, kind);
  if (series.from == forecast::SeriesInput::From::station)
    section.fault(key, "comes from a station", "give it constant, as points or as a file");
}

struct KeyOfKind {
  const char* key;
  std::array<bool, 4> needed;  // weir, culvert, gate, pump
  std::array<bool, 4> known;
};

constexpr std::array<bool, 4> none{false, false, false, false};
constexpr std::array<bool, 4> weir_only{true, false, false, false};
constexpr std::array<bool, 4> culvert_only{false, true, false, false};
constexpr std::array<bool, 4> gate_only{false, false, true, false};
constexpr std::array<bool, 4> pump_only{false, false, false, true};

constexpr KeyOfKind keys_of_kinds[] = {
    {"crest", weir_only, weir_only},
    {"width", {true, false, true, false}, {true, true, true, false}},
    {"coefficient", none, {true, false, true, false}},
    {"shape", none, culvert_only},
    {"diameter", none, culvert_only},
    {"height", none, culvert_only},
    {"barrels", none, culvert_only},
    {"length", culvert_only, culvert_only},
    {"invert_from", culvert_only, culvert_only},
    {"invert_to", culvert_only, culvert_only},
    {"manning", culvert_only, culvert_only},
    {"entrance_loss", none, culvert_only},
    {"exit_loss", none, culvert_only},
    {"inlet", none, culvert_only},
    {"sill", gate_only, gate_only},
    {"opening", gate_only, gate_only},
    {"capacity", pump_only, pump_only},
    {"start_stage", pump_only, pump_only},
    {"stop_stage", pump_only, pump_only},
    {"one_way", none, {true, true, true, false}},
};

void check_keys(Section& section, StructureKind kind) {
  const auto k = static_cast<std::size_t>(kind);
  for (const KeyOfKind& one : keys_of_kinds) {
    if (one.needed[k]) section.require(one.key, "this kind of structure needs it");
    if (!one.known[k] && section.has(one.key))
      section.fault(one.key, "does not belong to this kind of structure",
                    "remove it or change `kind`");
  }
}

/// HDS-5, table A.1: an inlet, and the shape of barrel it belongs to.
struct NamedInlet {
  Culvert::Shape shape;
  CulvertInlet constants;
};
constexpr auto circular = Culvert::Shape::circular;
constexpr auto box = Culvert::Shape::box;
constexpr NamedInlet pipe_square_edge{circular, {0.0098, 2.0, 0.0398, 0.67, -0.5}};
constexpr NamedInlet box_wingwall_90{box, {0.061, 0.75, 0.0400, 0.80, -0.5}};

void read_inlet(Section& section, Culvert& culvert) {
  NamedInlet inlet = culvert.shape == box ? box_wingwall_90 : pipe_square_edge;
  section.choice<NamedInlet>(
      "inlet", inlet,
      {{"pipe_square_edge", pipe_square_edge},
       {"pipe_groove_headwall", {circular, {0.0018, 2.0, 0.0292, 0.74, -0.5}}},
       {"pipe_groove_projecting", {circular, {0.0045, 2.0, 0.0317, 0.69, -0.5}}},
       {"metal_headwall", {circular, {0.0078, 2.0, 0.0379, 0.69, -0.5}}},
       {"metal_mitred", {circular, {0.0210, 1.33, 0.0463, 0.75, 0.7}}},
       {"metal_projecting", {circular, {0.0340, 1.50, 0.0553, 0.54, -0.5}}},
       {"box_wingwall_30_75", {box, {0.026, 1.0, 0.0347, 0.81, -0.5}}},
       {"box_wingwall_90", box_wingwall_90},
       {"box_wingwall_0", {box, {0.061, 0.75, 0.0423, 0.82, -0.5}}}});
  if (inlet.shape != culvert.shape)
    section.fault("inlet", "belongs to another shape of barrel",
                  culvert.shape == box ? "choose one that begins with box_"
                                       : "choose one that begins with pipe_ or metal_");
  culvert.inlet = inlet.constants;
}

Culvert read_culvert(Section& section, double width) {
  Culvert culvert;
  culvert.width = width;
  section.choice<Culvert::Shape>("shape", culvert.shape, {{"circular", circular}, {"box", box}});
  section.quantity("diameter", Dimension::length, culvert.height, positive);
  section.quantity("height", Dimension::length, culvert.height, positive);
  section.whole("barrels", culvert.barrels, {.at_least = 1.0, .at_most = 100.0});
  section.quantity("length", Dimension::length, culvert.length, positive);
  section.quantity("invert_from", Dimension::length, culvert.invert_from);
  section.quantity("invert_to", Dimension::length, culvert.invert_to);
  section.number("manning", culvert.manning, positive);
  section.number("entrance_loss", culvert.entrance_loss, not_negative);
  section.number("exit_loss", culvert.exit_loss, not_negative);
  read_inlet(section, culvert);
  return culvert;
}

void check_barrel(Section& section, const Culvert& culvert) {
  const bool is_box = culvert.shape == box;
  for (const char* key : {"width", "height"}) {
    if (is_box) section.require(key, "a box needs width and height");
    if (!is_box && section.has(key))
      section.fault(key, "does not belong to a circular culvert", "give `diameter`");
  }
  if (!is_box) section.require("diameter", "a circular culvert needs it");
  if (is_box && section.has("diameter"))
    section.fault("diameter", "does not belong to a box", "give `width` and `height`");
}

void read_places(Section& section, StructureInput& structure) {
  structure.place = section.place();
  section.require("name", "give the structure a name");
  section.text("name", structure.name);
  for (const char* end : {"from", "to"}) section.require(end, "say where: [x, y]");
  section.point("from", structure.from);
  section.point("to", structure.to);
  section.quantity("radius", Dimension::length, structure.radius, positive);
  section.flag("one_way", structure.one_way);
}

void read_structure(Section& section, StructureInput& structure) {
  read_places(section, structure);
  section.require("kind", "choose one of weir, culvert, gate, pump");
  StructureKind kind = StructureKind::weir;
  section.choice<StructureKind>("kind", kind,
                                {{"weir", StructureKind::weir},
                                 {"culvert", StructureKind::culvert},
                                 {"gate", StructureKind::gate},
                                 {"pump", StructureKind::pump}});
  model::Weir weir;
  model::Gate gate;
  model::Pump pump;
  section.quantity("crest", Dimension::length, weir.crest);
  section.quantity("width", Dimension::length, weir.width, positive);
  section.number("coefficient", weir.coefficient, positive);
  gate.width = weir.width;
  if (section.has("coefficient")) gate.coefficient = weir.coefficient;
  section.quantity("sill", Dimension::length, gate.sill);
  section.quantity("start_stage", Dimension::length, pump.start_stage);
  section.quantity("stop_stage", Dimension::length, pump.stop_stage);
  const Culvert culvert = read_culvert(section, weir.width);
  forecast::SeriesInput capacity;
  read_fixed_series(section, "opening", structure.series, opening_kind);
  read_fixed_series(section, "capacity", capacity, capacity_kind);
  if (kind == StructureKind::weir) structure.kind = weir;
  if (kind == StructureKind::culvert) structure.kind = culvert;
  if (kind == StructureKind::gate) structure.kind = gate;
  if (kind == StructureKind::pump) structure.kind = pump;
  if (kind == StructureKind::pump) structure.series = std::move(capacity);
  if (!section.present() || !section.has("kind")) return;
  check_keys(section, kind);
  if (kind == StructureKind::culvert) check_barrel(section, culvert);
  if (section.has("start_stage") && pump.stop_stage > pump.start_stage)
    section.fault("stop_stage", "lies above `start_stage`", "stop at the lower stage");
}

void read_breach(Section& section, BreachInput& breach) {
  breach.place = section.place();
  section.require("name", "give the breach a name");
  section.text("name", breach.name);
  section.require("point", "say where on the levee: [x, y]");
  section.point("point", breach.point);
  section.require("width", "give its width against time, e.g. [[\"2h\", 0.0], [\"3h\", 40.0]]");
  read_fixed_series(section, "width", breach.width, opening_kind);
  section.require("invert", "give its bottom [m above datum] against time");
  read_fixed_series(section, "invert", breach.invert, invert_kind);
}

void read_crests(Section& section, LeveeInput& levee) {
  const Node* node = section.ask("crest");
  if (node == nullptr) return;
  if (node->type != Node::Type::list) {
    if (const auto crest = section.value_of(*node, "crest", Dimension::length, {}))
      levee.crests.push_back(*crest);
    return;
  }
  for (const Node& item : node->items) {
    const auto crest = section.value_of(item, "crest", Dimension::length, {});
    if (!crest) return;
    levee.crests.push_back(*crest);
  }
  if (levee.crests.empty()) section.fault("crest", "is an empty list", "give a crest");
}

void read_levee(Section& section, LeveeInput& levee) {
  levee.place = section.place();
  section.require("name", "give the levee a name");
  section.text("name", levee.name);
  section.require("line", "say where: a file or [[x, y], [x, y], ...]");
  read_line(section, levee.line);
  section.require("crest", "give the crest [m above datum], one or one for each vertex");
  read_crests(section, levee);
  section.number("coefficient", levee.coefficient, positive);
  std::set<std::string> names;
  section.each("breach", [&](Section& inner) {
    read_breach(inner, levee.breaches.emplace_back());
    inner.check_unique("name", levee.breaches.back().name, names);
  });
}

}  // namespace

void read_structures(Section& top, forecast::Scenario& scenario) {
  std::set<std::string> names;
  top.each("structure", [&](Section& section) {
    read_structure(section, scenario.structures.emplace_back());
    section.check_unique("name", scenario.structures.back().name, names);
  });
}

void read_levees(Section& top, forecast::Scenario& scenario) {
  std::set<std::string> names;
  for (const auto& structure : scenario.structures) names.insert(structure.name);
  top.each("levee", [&](Section& section) {
    read_levee(section, scenario.levees.emplace_back());
    section.check_unique("name", scenario.levees.back().name, names);
  });
}

}  // namespace vandvagt::config
