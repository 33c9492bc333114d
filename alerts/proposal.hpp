#pragma once

#include <optional>
#include <string>

#include "core/time.hpp"

namespace vandvagt::alerts {

/// A message that waits for a person, or waited: what would be sent, were it released now. Its
/// identifier is the next one of its incident, so a proposal that takes its place has the same.
struct ProposedMessage {
  std::string rule;
  int number = 1;  // counts the proposals of a rule
  std::string area, identifier, incident;
  int revision = 1;
  std::string level, reason;
  std::string xml;
  Time made;
  std::string evidence;             // as OutboxMessage::evidence
  std::string outcome = "waiting";  // superseded, withdrawn, released, released by time-out,
                                    // rejected, cancelled
  std::optional<Time> decided = {};
};

/// What a person did, and why: never altered and never removed.
struct AuditEntry {
  Time time;
  std::string rule, identifier;
  int proposal = 0;    // 0: it was no proposal
  std::string action;  // released, rejected, cancelled
  std::string who, why;
  std::string edits;  // JSON of the words that were changed; empty: none
};

}  // namespace vandvagt::alerts
