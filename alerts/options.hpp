#pragma once

#include <filesystem>
#include <string>

#include "alerts/warning.hpp"

namespace vandvagt::alerts {

/// CAP status. Exercises and tests have topics and identifiers apart from real warnings.
enum class MessageStatus { actual, exercise, test };
std::string status_word(MessageStatus status);  // "Actual", "Exercise", "Test"

/// Who warns, and where the messages go. Two instances of one service must have equal options,
/// so that they give equal identifiers.
struct Options {
  std::string sender = "vandvagt@localhost";  // CAP sender; no blanks, commas, < or &
  std::string sender_name = "Vandvagt";
  std::string identifier_prefix = "vandvagt";  // lower case, digits, dashes
  std::string contact, web;                    // left out of the message where empty
  MessageStatus status = MessageStatus::actual;
  std::string topic_prefix = "vv/v1";
  std::string time_zone = "UTC";  // of messages and their texts: a name such as Europe/Copenhagen
  /// PEM; each message is signed where both are given (alerts/signature.hpp).
  std::filesystem::path signing_key, signing_certificate;
  std::filesystem::path texts;  // folder with da-DK.toml and en-GB.toml; empty: the built-in texts
};

/// Sender and identifiers' prefix; exercises and tests have a prefix of their own.
Issuer issuer(const Options& options);
/// `vv/v1/warn/<area>/cap`; `vv/v1/exercise/warn/...` and `vv/v1/test/warn/...` otherwise.
std::string cap_topic(const Options& options, const std::string& area);
/// `vv/v1/warn/<area>/state`, retained.
std::string state_topic(const Options& options, const std::string& area);
/// `vv/v1/warn/<area>/index`, retained.
std::string index_topic(const Options& options, const std::string& area);
/// All that a subscriber needs: `vv/v1/warn/+/+`.
std::string subscription(const Options& options);

}  // namespace vandvagt::alerts
