#include "config/detail/section.hpp"

#include <algorithm>

#include "config/detail/nearest.hpp"

namespace vandvagt::config {

void add_with_places(const Faults& found, const PlaceMap& places, Context& context) {
  for (const auto& fault : found) {
    for (const auto& [theirs, ours] : places) {
      if (fault.place.rfind(theirs, 0) != 0) continue;
      context.faults.push_back({ours + fault.place.substr(theirs.size()), fault.what, fault.cure});
      break;
    }
  }
}

Section::Section(Context& context, const Node* table, std::string name, int line)
    : context_(context), table_(table), name_(std::move(name)), line_(line) {
  if (table_ != nullptr && table_->type != Node::Type::table) {
    context_.faults.push_back({place(), "is " + kind_of(*table_) + " where a table belongs",
                               "write [" + name_ + "] with its keys below"});
    table_ = nullptr;
  }
}

Section::~Section() {
  if (table_ == nullptr) return;
  for (const auto& [key, node] : table_->members) {
    if (std::find(asked_.begin(), asked_.end(), key) != asked_.end()) continue;
    const auto nearest = nearest_of(key, asked_);
    context_.faults.push_back(
        {place(key), "unknown key",
         nearest.empty() ? "known here are " + listed(asked_) : "did you mean " + nearest + "?"});
  }
}

const Node* Section::ask(const std::string& key) {
  if (std::find(asked_.begin(), asked_.end(), key) == asked_.end()) asked_.push_back(key);
  if (context_.probing) context_.known.insert(name_.empty() ? key : name_ + "." + key);
  return table_ == nullptr ? nullptr : table_->find(key);
}

bool Section::has(const std::string& key) const {
  return table_ != nullptr && table_->find(key) != nullptr;
}

int Section::line_of(const std::string& key) const {
  const Node* node = table_ == nullptr ? nullptr : table_->find(key);
  return node == nullptr ? line_ : node->line;
}

std::string Section::place(const std::string& key) const {
  const int line = line_of(key);
  std::string text = context_.file + (line > 0 ? ":" + std::to_string(line) : "");
  const std::string full = name_ + (name_.empty() || key.empty() ? "" : ".") + key;
  return full.empty() ? text : text + ": " + full;
}

void Section::fault(const std::string& key, std::string what, std::string cure) const {
  if (context_.probing) return;
  context_.faults.push_back({place(key), std::move(what), std::move(cure)});
}

void Section::wrong_kind(const Node& node, const std::string& key, const std::string& cure) const {
  fault(key, "is " + kind_of(node), cure);
}

bool Section::require(const std::string& key, const std::string& cure) {
  if (ask(key) != nullptr) return true;
  if (present()) fault(key, "is missing", cure);
  return false;
}

std::optional<std::string> Section::one_of(const std::vector<std::string>& keys) {
  std::optional<std::string> first;
  for (const auto& key : keys) {
    if (ask(key) == nullptr) continue;
    if (first) fault(key, "stands beside " + *first, "keep one of " + listed(keys));
    if (!first) first = key;
  }
  return first;
}

const Node* Section::ask_for(const std::string& key, Node::Type type, const std::string& cure) {
  const Node* node = ask(key);
  if (node == nullptr || node->type == type) return node;
  wrong_kind(*node, key, cure);
  return nullptr;
}

void Section::check_unique(const std::string& key, const std::string& value,
                           std::set<std::string>& taken) {
  if (!has(key) || taken.insert(value).second) return;
  fault(key, "\"" + value + "\" is used twice", "give each its own");
}

void Section::table(const std::string& key, const std::function<void(Section&)>& read) {
  const Node* node = ask(key);
  Section inner(context_, node, name_.empty() ? key : name_ + "." + key, line_of(key));
  read(inner);
}

void Section::each(const std::string& key, const std::function<void(Section&)>& read) {
  const Node* node = ask(key);
  const std::string inner_name = name_.empty() ? key : name_ + "." + key;
  if (context_.probing) {
    Section inner(context_, nullptr, inner_name, 0);
    read(inner);
  }
  if (node == nullptr) return;
  if (node->type != Node::Type::list) {
    wrong_kind(*node, key, "write [[" + inner_name + "]] before each");
    return;
  }
  for (const auto& item : node->items) {
    Section inner(context_, &item, inner_name, item.line);
    read(inner);
  }
}

}  // namespace vandvagt::config
