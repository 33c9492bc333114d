#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace vandvagt {

/// SHA-256 (FIPS 180-4, by OpenSSL), fed piece by piece. Identity of inputs, states and evidence.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;

  Sha256& add(std::span<const std::byte> bytes);
  Sha256& add(std::string_view text);
  /// The bytes of trivially copyable values as they lie in memory (little-endian machines).
  template <class T>
  Sha256& add_values(std::span<const T> values) {
    return add(std::as_bytes(values));
  }
  /// 64 lower-case hexadecimal digits; the object is spent afterwards.
  std::string hex();

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

std::string sha256_hex(std::string_view text);
/// SHA-512 in base64 (RFC 4648, padded), as WIS2 notifications carry it.
std::string sha512_base64(std::string_view text);

}  // namespace vandvagt
