#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "alerts/encode.hpp"
#include "alerts/options.hpp"
#include "alerts/outbox.hpp"
#include "alerts/texts.hpp"
#include "alerts/warning.hpp"
#include "core/result.hpp"

namespace vandvagt::alerts {

/// The decision that follows from a record: evaluation, release or cancellation.
Decision decide(const EvaluationRecord& record, const Issuer& issuer);

/// Evaluates a stored message's evidence again. The identifier, level and content must be those of
/// the message; Error{invalid_input} names what differs.
Result<Decision> replay(const OutboxMessage& message, const Options& options);

/// A stored message or proposal, made again from what is stored with it.
struct Reproduction {
  EvaluationRecord record;
  Decision decision;
  std::string xml;         // as it is made now
  bool same = false;       // byte for byte the stored one
  std::string difference;  // otherwise: the first line that differs, and a likely cause
};
/// `evidence` and `xml` as stored, `texts` those in force. A signature in the stored text is left
/// out of the comparison: it is not made again. Error{invalid_input}: the evidence cannot be read,
/// or gives no message.
Result<Reproduction> reproduce(std::string_view evidence, const std::string& xml,
                               const TextSet& texts);

/// The chain of evidence in lines for people: rule, members, readings with their flags, the state
/// before and after, the run, and why.
std::vector<std::string> evidence_chain(const Reproduction& reproduction);

}  // namespace vandvagt::alerts
