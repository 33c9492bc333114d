#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>

#include "config/detail/nearest.hpp"
#include "config/detail/section.hpp"

/// How a section reads each kind of value.
namespace vandvagt::config {

void Section::text(const std::string& key, std::string& value) {
  if (const Node* node = ask_for(key, Node::Type::text, "give text in quotes")) value = node->text;
}

void Section::identifier(const std::string& key, std::string& value) {
  std::string given;
  text(key, given);
  if (!has(key) || table_->find(key)->type != Node::Type::text) return;
  const bool fit = !given.empty() && std::all_of(given.begin(), given.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  });
  if (!fit)
    fault(key, "\"" + given + "\" does not fit into a topic",
          "use lower case letters a to z, digits and dashes");
  value = given;
}

void Section::texts(const std::string& key, std::vector<std::string>& values) {
  const Node* node = ask_for(key, Node::Type::list, "give a list of texts: [\"a\", \"b\"]");
  if (node == nullptr) return;
  values.clear();
  for (const auto& item : node->items) {
    if (item.type == Node::Type::text) {
      values.push_back(item.text);
    } else {
      fault(key, "holds " + kind_of(item), "give a list of texts: [\"a\", \"b\"]");
    }
  }
}

void Section::check_station(const std::string& key, const std::string& id,
                            const std::vector<sensors::Parameter>& parameters) const {
  const auto found = context_.stations.find(id);
  if (found == context_.stations.end()) {
    std::vector<std::string> ids;
    for (const auto& [known, station] : context_.stations) ids.push_back(known);
    const auto nearest = nearest_of(id, ids);
    return fault(key, "station \"" + id + "\" is not declared",
                 nearest.empty() ? "declare it as a [[station]]" : "did you mean " + nearest + "?");
  }
  const auto measured = found->second.parameter;
  const bool fits = parameters.empty() ||
                    std::find(parameters.begin(), parameters.end(), measured) != parameters.end();
  if (fits) return;
  std::vector<std::string> wanted;
  wanted.reserve(parameters.size());
  for (const auto parameter : parameters) wanted.push_back(sensors::to_string(parameter));
  fault(key, "station \"" + id + "\" measures " + sensors::to_string(measured),
        "name a station that measures " + listed(wanted));
}

void Section::flag(const std::string& key, bool& value) {
  if (const Node* node = ask_for(key, Node::Type::flag, "give true or false")) value = node->flag;
}

bool Section::within(double value, const std::string& key, const Range& range) const {
  const auto say = [&](const char* bound, double limit) {
    std::array<char, 64> text{};
    std::snprintf(text.data(), text.size(), "%.10g is out of range", value);
    std::array<char, 64> cure{};
    std::snprintf(cure.data(), cure.size(), "give a value %s %.10g", bound, limit);
    fault(key, text.data(), cure.data());
    return false;
  };
  if (range.above && !(value > *range.above)) return say("above", *range.above);
  if (range.at_least && !(value >= *range.at_least)) return say("of at least", *range.at_least);
  if (range.at_most && !(value <= *range.at_most)) return say("of at most", *range.at_most);
  if (range.below && !(value < *range.below)) return say("below", *range.below);
  return true;
}

std::optional<double> Section::number_of(const Node& node, const std::string& key) const {
  if (!node.number()) {
    wrong_kind(node, key, "give a number");
    return std::nullopt;
  }
  if (!std::isfinite(node.real)) {
    fault(key, "is not finite", "give a finite number");
    return std::nullopt;
  }
  return node.real;
}

void Section::number(const std::string& key, std::optional<double>& value, const Range& range) {
  const Node* node = ask(key);
  if (node == nullptr) return;
  const auto given = number_of(*node, key);
  if (given && within(*given, key, range)) value = given;
}

void Section::number(const std::string& key, double& value, const Range& range) {
  std::optional<double> given;
  number(key, given, range);
  if (given) value = *given;
}

void Section::whole(const std::string& key, int& value, const Range& range) {
  const Node* node = ask_for(key, Node::Type::integer, "give a whole number");
  if (node == nullptr) return;
  Range limits = range;
  if (!limits.at_most) limits.at_most = 2147483647.0;
  if (!limits.at_least && !limits.above) limits.at_least = -2147483647.0;
  if (within(node->real, key, limits)) value = static_cast<int>(node->integer);
}

void Section::whole(const std::string& key, std::uint64_t& value) {
  const Node* node = ask_for(key, Node::Type::integer, "give a whole number");
  if (node == nullptr) return;
  if (within(node->real, key, not_negative)) value = static_cast<std::uint64_t>(node->integer);
}

void Section::numbers(const std::string& key, std::vector<double>& values, const Range& range) {
  const Node* node = ask_for(key, Node::Type::list, "give a list of numbers: [0.1, 0.5]");
  if (node == nullptr) return;
  std::vector<double> given;
  for (const auto& item : node->items) {
    const auto number = number_of(item, key);
    if (!number || !within(*number, key, range)) return;
    given.push_back(*number);
  }
  values = given;
}

std::optional<double> Section::value_of(const Node& node, const std::string& key,
                                        Dimension dimension, const Range& range) const {
  std::optional<double> given;
  if (node.type == Node::Type::text) {
    char* end = nullptr;
    const double number = std::strtod(node.text.c_str(), &end);
    std::string_view unit = end;
    while (!unit.empty() && unit.front() == ' ') unit.remove_prefix(1);
    if (end == node.text.c_str() || !std::isfinite(number)) {
      fault(key, "\"" + node.text + "\" is not a number with a unit", "write e.g. \"12 mm/h\"");
      return std::nullopt;
    }
    const auto si = to_si(number, unit, dimension);
    if (!si) {
      fault(key, unit.empty() ? "\"" + node.text + "\" names no unit" : si.error().message,
            "give a number and a unit of " + std::string(vandvagt::name(dimension)));
      return std::nullopt;
    }
    given = *si;
  } else if (dimension == Dimension::speed && node.number() && node.real != 0.0) {
    fault(key, "names no unit", "write it with its unit, e.g. \"12 mm/h\"");
    return std::nullopt;
  } else {
    given = number_of(node, key);
  }
  return given && within(*given, key, range) ? given : std::nullopt;
}

void Section::quantity(const std::string& key, Dimension dimension, std::optional<double>& value,
                       const Range& range) {
  const Node* node = ask(key);
  if (node == nullptr) return;
  if (const auto given = value_of(*node, key, dimension, range)) value = given;
}

void Section::quantity(const std::string& key, Dimension dimension, double& value,
                       const Range& range) {
  std::optional<double> given;
  quantity(key, dimension, given, range);
  if (given) value = *given;
}

void Section::duration(const std::string& key, Duration& value, bool zero_allowed) {
  const Node* node = ask_for(key, Node::Type::text, "write it with its unit: \"15min\", \"6h\"");
  if (node == nullptr) return;
  const auto given = parse_duration(node->text);
  if (!given) {
    fault(key, given.error().message, "");
  } else if (*given < Duration{0}) {
    fault(key, "\"" + node->text + "\" is negative",
          zero_allowed ? "give zero or a duration above it" : "give a duration above zero");
  } else if (*given == Duration{0} && !zero_allowed) {
    fault(key, "\"" + node->text + "\" is zero", "give a duration above zero");
  } else {
    value = *given;
  }
}

void Section::time(const std::string& key, std::optional<Time>& value) {
  const Node* node = ask(key);
  if (node == nullptr) return;
  const bool written = node->type == Node::Type::time || node->type == Node::Type::text ||
                       node->type == Node::Type::time_without_offset;
  const auto given = written ? parse_time(node->text) : fail(ErrorCode::invalid_input, "");
  const std::string cure = "give a time with its offset from UTC: 2026-11-23T04:10:00Z";
  if (!given && node->type == Node::Type::text) {
    fault(key, "\"" + node->text + "\" is no time", cure);
  } else if (!given) {
    wrong_kind(*node, key, cure);
  } else {
    value = *given;
  }
}

namespace {

std::optional<grids::Point> point_of(const Node& node) {
  const bool pair = node.type == Node::Type::list && node.items.size() == 2 &&
                    node.items[0].number() && node.items[1].number() &&
                    std::isfinite(node.items[0].real) && std::isfinite(node.items[1].real);
  if (!pair) return std::nullopt;
  return grids::Point{node.items[0].real, node.items[1].real};
}

}  // namespace

void Section::point(const std::string& key, std::optional<grids::Point>& value) {
  const Node* node = ask(key);
  if (node == nullptr) return;
  const auto given = point_of(*node);
  if (!given) return fault(key, "is no pair of coordinates", "write [easting, northing]");
  value = given;
}

void Section::points(const std::string& key, std::vector<grids::Point>& values) {
  const Node* node = ask(key);
  if (node == nullptr) return;
  values.clear();
  for (const auto& item : node->items) {
    const auto given = point_of(item);
    if (!given) break;
    values.push_back(*given);
  }
  if (values.empty() || values.size() != node->items.size()) {
    values.clear();
    fault(key, "is no list of coordinates", "write [[x, y], [x, y], ...]");
  }
}

std::optional<std::filesystem::path> Section::input_path(const Node& node, const std::string& key,
                                                         bool folder_allowed) const {
  if (node.type != Node::Type::text || node.text.empty()) {
    wrong_kind(node, key, "give a path in quotes");
    return std::nullopt;
  }
  // An example brings small files of its own and takes the rest from a shared folder.
  std::error_code error;
  auto path = (context_.data_folder / node.text).lexically_normal();
  if (!std::filesystem::exists(path, error)) {
    const auto beside = (context_.file_folder / node.text).lexically_normal();
    if (!std::filesystem::exists(beside, error)) {
      fault(key, path.string() + " is not there",
            "relative paths start from --data (" + context_.data_folder.string() +
                "), else from the configuration's folder");
      return std::nullopt;
    }
    path = beside;
  }
  if (!folder_allowed && std::filesystem::is_directory(path, error)) {
    fault(key, path.string() + " is a folder", "name a file");
    return std::nullopt;
  }
  return path;
}

void Section::input(const std::string& key, std::filesystem::path& path, bool folder_allowed) {
  const Node* node = ask(key);
  if (node == nullptr) return;
  if (const auto given = input_path(*node, key, folder_allowed)) path = *given;
}

void Section::inputs(const std::string& key, std::vector<std::filesystem::path>& paths) {
  const Node* node = ask(key);
  if (node == nullptr) return;
  std::vector<const Node*> given{node};
  if (node->type == Node::Type::list) {
    given.clear();
    for (const auto& item : node->items) given.push_back(&item);
    if (given.empty()) fault(key, "is an empty list", "name at least one file");
  }
  for (const Node* one : given)
    if (const auto path = input_path(*one, key, false)) paths.push_back(*path);
}

void Section::output_folder(const std::string& key, std::filesystem::path& path) {
  std::string given;
  text(key, given);
  if (!given.empty()) path = (context_.file_folder / given).lexically_normal();
}

std::optional<std::ptrdiff_t> Section::chosen_name(const std::string& key,
                                                   const std::vector<std::string>& names) {
  const std::string cure = "choose one of " + listed(names);
  const Node* node = ask_for(key, Node::Type::text, cure);
  if (node == nullptr) return std::nullopt;
  const auto found = std::find(names.begin(), names.end(), node->text);
  if (found != names.end()) return found - names.begin();
  fault(key, "\"" + node->text + "\" is not known", cure);
  return std::nullopt;
}

}  // namespace vandvagt::config
