#include <algorithm>
#include <array>

#include "config/detail/parts.hpp"
#include "config/detail/values.hpp"

namespace vandvagt::config {
namespace {

using forecast::FieldInput;
using forecast::InfiltrationInput;
using forecast::SoilClassInput;
using model::InfiltrationLaw;

/// A property of the soil: a field of its own, or a number of each class.
struct Property {
  const char* key;
  FieldInput InfiltrationInput::*field;
  Kind kind;
};

std::vector<Property> properties() {
  const Range share{.at_least = 0.0, .below = 1.0};
  const Range index{.above = 0.0, .at_most = 100.0};
  const Range number{.above = 0.0, .at_most = 100.0};
  using Input = InfiltrationInput;
  return {{"conductivity", &Input::conductivity, {Dimension::speed, not_negative}},
          {"suction_head", &Input::suction_head, {Dimension::length, not_negative}},
          {"moisture_deficit", &Input::moisture_deficit, {Dimension::dimensionless, share}},
          {"pore_size_index", &Input::pore_size_index, {Dimension::dimensionless, index}},
          {"curve_number", &Input::curve_number, {Dimension::dimensionless, number}},
          {"initial_loss", &Input::initial_loss, {Dimension::length, not_negative}},
          {"loss_rate", &Input::loss_rate, {Dimension::speed, not_negative}}};
}

struct Law {
  const char* name;
  std::vector<std::string> needs;
  std::vector<std::string> takes;  // beside these
};

Law law_of(InfiltrationLaw law) {
  switch (law) {
    case InfiltrationLaw::curve_number:
      return {"curve_number",
              {"curve_number"},
              {"initial_abstraction_ratio", "conductivity", "moisture_deficit", "pore_size_index"}};
    case InfiltrationLaw::constant_loss:
      return {
          "constant_loss", {"initial_loss", "loss_rate"}, {"moisture_deficit", "pore_size_index"}};
    case InfiltrationLaw::green_ampt:
      break;
  }
  return {"green_ampt", {"conductivity", "suction_head", "moisture_deficit"}, {"pore_size_index"}};
}

bool holds(const std::vector<std::string>& keys, const std::string& key) {
  return std::find(keys.begin(), keys.end(), key) != keys.end();
}

/// Rawls, Brakensiek and Miller (1983, doi:10.1061/(ASCE)0733-9429(1983)109:1(62)), table 2; pore
/// size indices of Rawls, Brakensiek and Saxton (1982, doi:10.13031/2013.33720).
struct Texture {
  const char* name;
  double effective_porosity;
  double suction_head;  // [cm]
  double conductivity;  // [cm/h]
  double pore_size_index;
};
constexpr std::array<Texture, 11> textures{{
    {"sand", 0.417, 4.95, 11.78, 0.694},
    {"loamy sand", 0.401, 6.13, 2.99, 0.553},
    {"sandy loam", 0.412, 11.01, 1.09, 0.378},
    {"loam", 0.434, 8.89, 0.34, 0.252},
    {"silt loam", 0.486, 16.68, 0.65, 0.234},
    {"sandy clay loam", 0.330, 21.85, 0.15, 0.319},
    {"clay loam", 0.309, 20.88, 0.10, 0.242},
    {"silty clay loam", 0.432, 27.30, 0.10, 0.177},
    {"sandy clay", 0.321, 23.90, 0.06, 0.223},
    {"silty clay", 0.423, 29.22, 0.05, 0.150},
    {"clay", 0.385, 31.63, 0.03, 0.165},
}};

/// What the texture says and the class itself does not.
void read_texture(Section& section, bool deficit_elsewhere, SoilClassInput& soil) {
  std::string name;
  section.text("texture", name);
  std::optional<double> saturation;
  section.number("saturation", saturation, {.at_least = 0.0, .at_most = 1.0});
  if (!section.has("texture")) {
    if (saturation)
      section.fault("saturation", "has no texture to apply to", "name one or remove it");
    return;
  }
  const auto texture = std::find_if(textures.begin(), textures.end(),
                                    [&](const Texture& t) { return name == t.name; });
  if (texture == textures.end()) {
    std::string known;
    for (const Texture& t : textures) known += (known.empty() ? "" : ", ") + std::string(t.name);
    return section.fault("texture", "\"" + name + "\" is not known", "give one of " + known);
  }
  soil.values.try_emplace("conductivity", texture->conductivity * 0.01 / 3600.0);
  soil.values.try_emplace("suction_head", texture->suction_head * 0.01);
  soil.values.try_emplace("pore_size_index", texture->pore_size_index);
  if (saturation) {
    soil.values.try_emplace("moisture_deficit", texture->effective_porosity * (1.0 - *saturation));
  } else if (!soil.values.contains("moisture_deficit") && !deficit_elsewhere) {
    section.fault("texture", "says nothing of how wet the soil is",
                  "give `saturation` (0 dry to 1) or `moisture_deficit`");
  }
}

void read_class(Section& section, const Law& law, const InfiltrationInput& input,
                SoilClassInput& soil) {
  soil.place = section.place();
  section.require("code", "give the class's number in the raster");
  section.whole("code", soil.code);
  for (const Property& property : properties()) {
    std::optional<double> value;
    section.quantity(property.key, property.kind.dimension, value, property.kind.range);
    if (value) soil.values.emplace(property.key, *value);
    if (value && !holds(law.needs, property.key) && !holds(law.takes, property.key))
      section.fault(property.key, std::string("does nothing by the law ") + law.name, "remove it");
  }
  read_texture(section, input.moisture_deficit.set(), soil);
  if (!section.present()) return;
  for (const Property& property : properties()) {
    if (!holds(law.needs, property.key) || section.has(property.key)) continue;
    if (soil.values.contains(property.key)) continue;
    if ((input.*property.field).set()) continue;
    section.fault(property.key, "is missing",
                  "give it for the class, or for all in [infiltration]");
  }
}

void read_classes(Section& section, const Law& law, InfiltrationInput& soil) {
  section.input("soil_raster", soil.soil_raster);
  section.text("soil_raster_crs", soil.soil_raster_crs);
  std::set<int> codes;
  section.each("class", [&](Section& inner) {
    SoilClassInput made;
    read_class(inner, law, soil, made);
    if (inner.present() && !codes.insert(made.code).second)
      inner.fault("code", "is that of another class too", "give each class a code of its own");
    soil.classes.push_back(std::move(made));
  });
  const bool has_classes = section.has("class");
  if (has_classes && soil.soil_raster.empty())
    section.fault("class", "has no raster that says where", "name `soil_raster`");
  if (!has_classes && section.has("soil_raster"))
    section.fault("soil_raster", "has no classes", "add [[infiltration.class]]");
}

}  // namespace

void read_infiltration(Section& top, forecast::Scenario& scenario) {
  top.table("infiltration", [&](Section& section) {
    auto& soil = scenario.infiltration;
    soil.enabled = section.present();
    soil.place = section.place();
    section.choice("law", soil.law,
                   {{"green_ampt", InfiltrationLaw::green_ampt},
                    {"curve_number", InfiltrationLaw::curve_number},
                    {"constant_loss", InfiltrationLaw::constant_loss}});
    const Law law = law_of(soil.law);
    for (const Property& property : properties()) {
      read_field(section, property.key, soil.*property.field, property.kind);
      if (holds(law.needs, property.key) && !section.has("class"))
        section.require(property.key, std::string("the law ") + law.name + " needs it");
    }
    section.number("initial_abstraction_ratio", soil.initial_abstraction_ratio,
                   {.at_least = 0.0, .at_most = 1.0});
    for (const char* key :
         {"conductivity", "suction_head", "moisture_deficit", "pore_size_index", "curve_number",
          "initial_abstraction_ratio", "initial_loss", "loss_rate"})
      if (section.has(key) && !holds(law.needs, key) && !holds(law.takes, key))
        section.fault(key, std::string("does nothing by the law ") + law.name, "remove it");
    read_classes(section, law, soil);
  });
}

namespace {

bool given(const InfiltrationInput& soil, const FieldInput& field, const char* key) {
  return field.set() || (!soil.classes.empty() &&
                         std::all_of(soil.classes.begin(), soil.classes.end(),
                                     [&](const auto& c) { return c.values.contains(key); }));
}

}  // namespace

/// The simpler laws know no pores: where groundwater bounds or drains the store, they must be told.
void check_soil_over_groundwater(const Section& groundwater, const forecast::Scenario& scenario) {
  const InfiltrationInput& soil = scenario.infiltration;
  if (!groundwater.present() || !soil.enabled) return;
  if (soil.law == InfiltrationLaw::green_ampt) return;
  if (!given(soil, soil.moisture_deficit, "moisture_deficit"))
    groundwater.fault("", "needs to know what the soil over it can hold",
                      "give `infiltration.moisture_deficit`");
  if (scenario.groundwater.aquifer.enabled && soil.law == InfiltrationLaw::curve_number &&
      !given(soil, soil.conductivity, "conductivity"))
    groundwater.fault("aquifer", "needs to know how fast the soil drains to it",
                      "give `infiltration.conductivity`");
}

}  // namespace vandvagt::config
