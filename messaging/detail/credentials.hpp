#pragma once

#include <string>

#include "core/result.hpp"
#include "messaging/options.hpp"

namespace vandvagt::messaging::detail {

/// `tcp://host:port` or `ssl://host:port`, in parts; an IPv6 address stands in brackets.
struct Address {
  bool tls = false;
  std::string host, port;
};
/// Error{invalid_input} for anything else.
Result<Address> parse_address(const std::string& url);

/// The first line of Options::password_file; empty where none is named.
Result<std::string> read_password(const Options& options);

/// Error{invalid_input} naming the certificate or key file that cannot be read.
Result<void> check_certificate_files(const Options& options);

}  // namespace vandvagt::messaging::detail
