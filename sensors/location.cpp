#include "sensors/location.hpp"

#include <libpq-fe.h>

#include <map>
#include <memory>

namespace vandvagt::sensors {
namespace {

struct FreeOptions {
  void operator()(PQconninfoOption* options) const noexcept { PQconninfoFree(options); }
};

Result<std::map<std::string, std::string>> parse(const std::string& connection) {
  char* message = nullptr;
  const std::unique_ptr<PQconninfoOption, FreeOptions> options(
      PQconninfoParse(connection.c_str(), &message));
  if (!options) {
    std::string why(message == nullptr ? "no memory" : message);
    PQfreemem(message);
    while (!why.empty() && why.back() == '\n') why.pop_back();
    return fail(ErrorCode::invalid_input,
                "no connection string of PostgreSQL: " + why +
                    "; write it as \"host=db dbname=vandvagt user=vandvagt\"");
  }
  std::map<std::string, std::string> said;
  for (const auto* option = options.get(); option->keyword != nullptr; ++option)
    if (option->val != nullptr) said[option->keyword] = option->val;
  return said;
}

}  // namespace

StoreLocation StoreLocation::on_server(std::string connection) {
  StoreLocation location;
  location.postgresql = std::move(connection);
  return location;
}

StoreLocation StoreLocation::named(const std::string& text) {
  const bool server = text.starts_with("postgresql://") || text.starts_with("postgres://");
  return server ? on_server(text) : StoreLocation(text);
}

std::string StoreLocation::description() const {
  if (!is_server()) return file.string();
  auto said = parse(postgresql);
  if (!said) return "PostgreSQL";
  auto& parts = *said;
  std::string text =
      "PostgreSQL " + (parts.contains("dbname") ? parts["dbname"] : parts["service"]);
  const auto& host = parts.contains("host") ? parts["host"] : parts["hostaddr"];
  return host.empty() ? text : text + " at " + host;
}

Result<void> check_connection_string(const std::string& connection) {
  const auto said = parse(connection);
  if (!said) return fail(said.error());
  if (said->contains("password"))
    return fail(ErrorCode::invalid_input,
                "a password stands in it; name a file with passfile=… or set PGPASSFILE");
  if (!said->contains("dbname") && !said->contains("service"))
    return fail(ErrorCode::invalid_input, "names no database; add dbname=…");
  return {};
}

}  // namespace vandvagt::sensors
