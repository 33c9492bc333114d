#include "messaging/detail/credentials.hpp"

#include <fstream>
#include <utility>

namespace vandvagt::messaging::detail {

Result<Address> parse_address(const std::string& url) {
  Address address{.tls = url.starts_with("ssl://"), .host = {}, .port = {}};
  const auto colon = url.rfind(':');
  if ((address.tls || url.starts_with("tcp://")) && colon > 6 && colon + 1 < url.size()) {
    address.host = url.substr(6, colon - 6);
    address.port = url.substr(colon + 1);
    if (address.host.starts_with('[') && address.host.ends_with(']'))
      address.host = address.host.substr(1, address.host.size() - 2);
    if (!address.host.empty()) return address;
  }
  return fail(ErrorCode::invalid_input, "\"" + url +
                                            "\" is not a broker's address; give it as "
                                            "tcp://host:port or ssl://host:port");
}

Result<std::string> read_password(const Options& options) {
  if (options.password_file.empty()) return std::string{};
  std::ifstream in(options.password_file);
  std::string line;
  if (!in || !std::getline(in, line))
    return fail(ErrorCode::invalid_input,
                options.password_file + ": the password cannot be read from it");
  if (line.ends_with('\r')) line.pop_back();
  return line;
}

Result<void> check_certificate_files(const Options& options) {
  for (const auto& [file, what] : {std::pair{&options.ca_file, "CA certificate"},
                                   std::pair{&options.certificate_file, "client certificate"},
                                   std::pair{&options.key_file, "client key"}})
    if (!file->empty() && !std::ifstream(*file))
      return fail(ErrorCode::invalid_input, *file + ": the " + what + " cannot be read");
  return {};
}

}  // namespace vandvagt::messaging::detail
