#include "config/detail/document.hpp"

#include <toml++/toml.h>

#include <algorithm>
#include <sstream>

namespace vandvagt::config {
namespace {

Node convert(const toml::node& given);

Node convert_table(const toml::table& given) {
  Node node;
  node.type = Node::Type::table;
  for (const auto& [key, value] : given) {
    node.members.push_back({std::string(key.str()), convert(value)});
    // A key's own line is the one to look at; a multi-line list starts there too.
    node.members.back().value.line = static_cast<int>(key.source().begin.line);
  }
  std::stable_sort(node.members.begin(), node.members.end(),
                   [](const auto& a, const auto& b) { return a.value.line < b.value.line; });
  return node;
}

template <class Value>
std::string as_written(const Value& value) {
  std::ostringstream text;
  text << value;
  return text.str();
}

Node convert(const toml::node& given) {
  Node node;
  if (const auto* table = given.as_table()) {
    node = convert_table(*table);
  } else if (const auto* list = given.as_array()) {
    node.type = Node::Type::list;
    for (const auto& item : *list) node.items.push_back(convert(item));
  } else if (const auto* text = given.as_string()) {
    node.type = Node::Type::text;
    node.text = text->get();
  } else if (const auto* integer = given.as_integer()) {
    node.type = Node::Type::integer;
    node.integer = integer->get();
    node.real = static_cast<double>(node.integer);
  } else if (const auto* real = given.as_floating_point()) {
    node.type = Node::Type::real;
    node.real = real->get();
  } else if (const auto* flag = given.as_boolean()) {
    node.type = Node::Type::flag;
    node.flag = flag->get();
  } else if (const auto* stamp = given.as_date_time()) {
    node.type = stamp->get().offset ? Node::Type::time : Node::Type::time_without_offset;
    node.text = as_written(stamp->get());
  } else {
    node.type = Node::Type::time_without_offset;  // a date or a time of day alone
    if (const auto* date = given.as_date()) node.text = as_written(date->get());
    if (const auto* clock = given.as_time()) node.text = as_written(clock->get());
  }
  node.line = static_cast<int>(given.source().begin.line);
  return node;
}

}  // namespace

const Node* Node::find(const std::string& key) const {
  const auto found = std::find_if(members.begin(), members.end(),
                                  [&key](const auto& member) { return member.key == key; });
  return found == members.end() ? nullptr : &found->value;
}

std::string kind_of(const Node& node) {
  switch (node.type) {
    case Node::Type::text:
      return "text";
    case Node::Type::integer:
      return "a whole number";
    case Node::Type::real:
      return "a number";
    case Node::Type::flag:
      return "true or false";
    case Node::Type::time:
      return "a time";
    case Node::Type::time_without_offset:
      return "a date or time without an offset from UTC";
    case Node::Type::list:
      return "a list";
    case Node::Type::table:
      return "a table";
  }
  return "";
}

std::optional<Node> parse_document(const std::string& text, const std::string& file,
                                   Faults& faults) {
  try {
    return convert_table(toml::parse(text, file));
  } catch (const toml::parse_error& error) {
    faults.push_back({file + ":" + std::to_string(error.source().begin.line),
                      "not valid TOML: " + std::string(error.description()),
                      "mend the line; https://toml.io describes the format"});
    return std::nullopt;
  }
}

}  // namespace vandvagt::config
