#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "core/result.hpp"

namespace vandvagt::alerts {

/// Signs CAP messages: an enveloped XML signature (W3C XML Signature 1.1) as the last child of
/// `alert`, exclusive canonicalisation, SHA-256, RSA (PKCS #1 v1.5) or ECDSA by the key's kind,
/// with the certificate in KeyInfo. RSA gives the same bytes for the same message, ECDSA does not.
class Signer {
 public:
  /// @param key, certificate  PEM; the key without a passphrase. Error{invalid_input}: not
  /// readable, neither RSA nor EC, or they do not belong together.
  static Result<Signer> open(const std::filesystem::path& key,
                             const std::filesystem::path& certificate);
  /// Error{invalid_input} for what is no XML or is signed already. Thread-safe.
  Result<std::string> sign(std::string_view xml) const;

 private:
  struct Keys;
  explicit Signer(std::shared_ptr<const Keys> keys) : keys_(std::move(keys)) {}
  std::shared_ptr<const Keys> keys_;
};

/// Says whether a message is signed by the holder of one certificate. That the certificate is to be
/// trusted is the reader's decision: it is compared with nothing, and what the message itself says
/// of its key is not looked at.
class SignatureCheck {
 public:
  static Result<SignatureCheck> open(const std::filesystem::path& certificate);
  /// Error{refused}: not signed, signed by another, altered, or signed only in part. Thread-safe.
  Result<void> operator()(std::string_view xml) const;

 private:
  struct Keys;
  explicit SignatureCheck(std::shared_ptr<const Keys> keys) : keys_(std::move(keys)) {}
  std::shared_ptr<const Keys> keys_;
};

}  // namespace vandvagt::alerts
