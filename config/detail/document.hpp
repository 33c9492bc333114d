#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/fault.hpp"

namespace vandvagt::config {

/// A value of the configuration file with the line it stands in. The TOML library ends here: its
/// header costs seconds in every file that includes it.
struct Member;
struct Node {
  enum class Type { text, integer, real, flag, time, time_without_offset, list, table };
  Type type = Type::table;
  std::string text;  // of text; of times as written
  std::int64_t integer = 0;
  double real = 0.0;  // of integers too
  bool flag = false;
  std::vector<Node> items;      // list
  std::vector<Member> members;  // table, in order of the file
  int line = 0;

  const Node* find(const std::string& key) const;
  bool number() const { return type == Type::integer || type == Type::real; }
};
struct Member {
  std::string key;
  Node value;
};

/// What a value is, in words: "a number", "a list".
std::string kind_of(const Node& node);

/// Parses TOML 1.0. A syntax error is one fault with its line, and nothing is returned.
std::optional<Node> parse_document(const std::string& text, const std::string& file,
                                   Faults& faults);

}  // namespace vandvagt::config
