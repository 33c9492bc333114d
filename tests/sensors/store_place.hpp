#pragma once

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "sensors/store.hpp"
#include "tests/support/postgresql_server.hpp"
#include "tests/support/support.hpp"

namespace vandvagt::test {

enum class BackEnd { sqlite, postgresql };

inline std::string name_of(const testing::TestParamInfo<BackEnd>& one) {
  return one.param == BackEnd::sqlite ? "SQLite" : "PostgreSQL";
}

/// Those that can be tested here. Where PostgreSQL is not installed, the test
/// `PostgresqlStore.IsTestedHere` says so.
inline std::vector<BackEnd> back_ends() {
  std::vector<BackEnd> all{BackEnd::sqlite};
  if (PostgresqlServer::installed()) all.push_back(BackEnd::postgresql);
  return all;
}

/// An empty place for readings on one of the back ends: a folder, or a server of its own.
class StorePlace {
 public:
  explicit StorePlace(BackEnd back_end) {
    if (back_end == BackEnd::postgresql) server_.emplace();
  }
  /// Another store for each name: a file, or a database.
  sensors::StoreLocation location(const std::string& name = "vandvagt") {
    if (server_) return sensors::StoreLocation::on_server(server_->database(name));
    return folder_ / (name + ".db");
  }
  sensors::Store open(const std::string& name = "vandvagt", sensors::StoreOptions options = {}) {
    auto store = sensors::Store::open(location(name), options);
    if (!store) throw std::runtime_error(store.error().message);
    return std::move(*store);
  }
  /// Runs SQL on it beside the store.
  void run_sql(const std::string& statement, const std::string& name = "vandvagt") {
    if (server_)
      server_->sql("SET search_path TO vandvagt; " + statement, name);
    else if (run_command("python3 -c \"import sqlite3,sys; sqlite3.connect(sys.argv[1])"
                         ".executescript(sys.argv[2])\" '" +
                         location(name).file.string() + "' \"" + statement + "\"")
                 .exit_code != 0)
      throw std::runtime_error(statement);
  }
  PostgresqlServer& server() { return *server_; }
  bool is_server() const { return server_.has_value(); }

 private:
  TemporaryFolder folder_;
  std::optional<PostgresqlServer> server_;
};

/// For a suite that holds on every back end.
class OnBackEnd : public testing::TestWithParam<BackEnd> {
 protected:
  StorePlace place_{GetParam()};
};

}  // namespace vandvagt::test
