#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <initializer_list>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/detail/document.hpp"
#include "core/fault.hpp"
#include "core/time.hpp"
#include "core/units.hpp"
#include "grids/geometry.hpp"
#include "sensors/station.hpp"

namespace vandvagt::config {

/// From the place another folder names in a fault (`station "n12"`) to one in the file.
using PlaceMap = std::map<std::string, std::string>;

/// What all sections of one file share.
struct Context {
  std::string file;                   // as the user gave it, for places
  std::filesystem::path file_folder;  // start of folders that are written to, and of inputs that
                                      // the data folder does not hold
  std::filesystem::path data_folder;  // start of relative paths of inputs
  Faults faults = {};
  bool probing = false;              // only to learn the keys: nothing is there, all is asked
  std::set<std::string> known = {};  // "section.key", filled while probing
  std::map<std::string, sensors::Station> stations = {};  // those declared, by id
  PlaceMap places = {};  // of areas and rules, as alerts/ names them
};

/// Adds the faults that another folder found in what was read, with places of the file. Faults of
/// things that are not in `places` are left out: those were wrong already when they were read.
void add_with_places(const Faults& found, const PlaceMap& places, Context& context);

/// What a number may be; empty: anything finite.
struct Range {
  std::optional<double> above = {};
  std::optional<double> at_least = {};
  std::optional<double> at_most = {};
  std::optional<double> below = {};
};
inline constexpr Range positive{.above = 0.0};
inline constexpr Range not_negative{.at_least = 0.0};

/// One table of the file, read strictly. A function that reads a key leaves the value as it was
/// (the default) where the key is absent, and adds a fault where it is wrong. When the section
/// ends, every key that nobody asked for is a fault with the nearest known key as its cure.
class Section {
 public:
  /// `table` may be null: every key is absent then.
  Section(Context& context, const Node* table, std::string name, int line);
  ~Section();
  Section(const Section&) = delete;
  Section& operator=(const Section&) = delete;
  Section(Section&&) = delete;
  Section& operator=(Section&&) = delete;

  Context& context() const { return context_; }
  bool present() const { return table_ != nullptr; }
  bool has(const std::string& key) const;
  /// A fault where `value` is in `taken` already; it is afterwards.
  void check_unique(const std::string& key, const std::string& value, std::set<std::string>& taken);
  /// `file:line: section.key`
  std::string place(const std::string& key = "") const;
  void fault(const std::string& key, std::string what, std::string cure) const;
  /// A fault where the section is there and the key is not; whether the key is there.
  bool require(const std::string& key, const std::string& cure);
  /// A fault where more than one of the keys is there; the one that is, or nothing.
  std::optional<std::string> one_of(const std::vector<std::string>& keys);

  void text(const std::string& key, std::string& value);
  /// Lower case letters, digits and dashes: fit for a topic and a file name.
  void identifier(const std::string& key, std::string& value);
  void texts(const std::string& key, std::vector<std::string>& values);
  /// A fault unless `id` is a declared station that measures one of `parameters` (empty: anything).
  void check_station(const std::string& key, const std::string& id,
                     const std::vector<sensors::Parameter>& parameters) const;
  void flag(const std::string& key, bool& value);
  void number(const std::string& key, double& value, const Range& range = {});
  void number(const std::string& key, std::optional<double>& value, const Range& range = {});
  void whole(const std::string& key, int& value, const Range& range = {});
  void whole(const std::string& key, std::uint64_t& value);
  void numbers(const std::string& key, std::vector<double>& values, const Range& range = {});
  /// SI number, or text with a unit of the dimension: `0.3`, "30 cm", "12 mm/h". A speed must name
  /// its unit: nobody means metres per second by a rain of 12.
  void quantity(const std::string& key, Dimension dimension, double& value,
                const Range& range = {});
  void quantity(const std::string& key, Dimension dimension, std::optional<double>& value,
                const Range& range = {});
  void duration(const std::string& key, Duration& value, bool zero_allowed = false);
  void time(const std::string& key, std::optional<Time>& value);
  void point(const std::string& key, std::optional<grids::Point>& value);
  void points(const std::string& key, std::vector<grids::Point>& values);
  /// A file (or, where allowed, a folder) that must be there, from the data folder.
  void input(const std::string& key, std::filesystem::path& path, bool folder_allowed = false);
  void inputs(const std::string& key, std::vector<std::filesystem::path>& paths);
  /// A place that is written to, from the folder of the configuration.
  void output_folder(const std::string& key, std::filesystem::path& path);
  /// One of named values.
  template <class Value>
  void choice(const std::string& key, Value& value,
              std::initializer_list<std::pair<const char*, Value>> known) {
    std::vector<std::string> names;
    for (const auto& [name, meaning] : known) names.emplace_back(name);
    if (const auto chosen = chosen_name(key, names)) value = (known.begin() + *chosen)->second;
  }

  /// A table inside this one, absent or not.
  void table(const std::string& key, const std::function<void(Section&)>& read);
  /// Each table of `[[key]]`, in order.
  void each(const std::string& key, const std::function<void(Section&)>& read);
  /// Each table or list item of any kind; for values that have several forms.
  const Node* ask(const std::string& key);

  /// A number or text with a unit, as `quantity` reads it; `key` is for messages.
  std::optional<double> value_of(const Node& node, const std::string& key, Dimension dimension,
                                 const Range& range) const;
  /// A path of an input, checked.
  std::optional<std::filesystem::path> input_path(const Node& node, const std::string& key,
                                                  bool folder_allowed) const;
  const std::string& name() const { return name_; }
  int line_of(const std::string& key) const;

 private:
  std::optional<std::ptrdiff_t> chosen_name(const std::string& key,
                                            const std::vector<std::string>& names);
  const Node* ask_for(const std::string& key, Node::Type type, const std::string& cure);
  std::optional<double> number_of(const Node& node, const std::string& key) const;
  bool within(double value, const std::string& key, const Range& range) const;
  void wrong_kind(const Node& node, const std::string& key, const std::string& cure) const;

  Context& context_;
  const Node* table_;
  std::string name_;
  int line_;
  std::vector<std::string> asked_;
};

}  // namespace vandvagt::config
