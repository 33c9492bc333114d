#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "alerts/evidence.hpp"
#include "alerts/options.hpp"
#include "alerts/rule.hpp"
#include "alerts/warning.hpp"
#include "core/result.hpp"

namespace vandvagt::alerts {

/// JSON of what the outbox stores; decode(encode(x)) is x to the last bit, not-a-number included.
/// Times are microseconds since 1970 (UTC). Decoding unknown or damaged text: Error{invalid_input}.
std::string encode(const WarningState& state);
Result<WarningState> decode_state(std::string_view json);

/// All that a message's words were made from besides the evaluation.
struct Presentation {
  Area area;
  std::string station_name;
  std::string texts_digest;  // of the templates
  Options options;           // the fields that a message shows
};

/// All that an evaluation was made from, so that it can be made again.
struct EvaluationRecord {
  Rule rule;
  WarningState previous;
  Evidence evidence;
  Time now;
  std::string cancel_reason = {};  // not empty: a person withdrew it
  bool released = false;           // a person released it, in these words
  TextEdits edits = {};
  std::optional<Presentation> presentation =
      {};  // of a message; versions before approval kept none
};
std::string encode(const EvaluationRecord& record);
std::string encode(const TextEdits& edits);
Result<EvaluationRecord> decode_record(std::string_view json);

}  // namespace vandvagt::alerts
