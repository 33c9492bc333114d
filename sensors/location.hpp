#pragma once

#include <filesystem>
#include <string>

#include "core/result.hpp"

namespace vandvagt::sensors {

/// Where readings are kept: a file of SQLite, or a PostgreSQL server where one is named.
struct StoreLocation {
  std::filesystem::path file{};
  /// libpq's connection string: `host=db dbname=vandvagt user=vandvagt` or `postgresql://…`. The
  /// readings lie in its schema `vandvagt`.
  std::string postgresql{};

  StoreLocation() = default;
  // NOLINTNEXTLINE(google-explicit-constructor): a path alone says it all
  StoreLocation(std::filesystem::path sqlite_file) : file(std::move(sqlite_file)) {}
  static StoreLocation on_server(std::string connection);
  /// What a command line names: `postgresql://…` (or `postgres://…`) a server, all else a file.
  static StoreLocation named(const std::string& text);

  bool is_server() const { return !postgresql.empty(); }
  bool empty() const { return file.empty() && postgresql.empty(); }
  /// For people, without a password: the file, or `PostgreSQL vandvagt at db`.
  std::string description() const;
};

/// Error{invalid_input}: not a connection string, no database named, or a password in it, which
/// belongs into a password file.
Result<void> check_connection_string(const std::string& connection);

}  // namespace vandvagt::sensors
