#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "alerts/options.hpp"
#include "alerts/outbox.hpp"
#include "core/result.hpp"
#include "core/time.hpp"

namespace vandvagt::alerts {

/// How long a message is listed, and can be had from the feed, after it has ended.
inline constexpr Duration kept_after_end = std::chrono::hours{48};
inline constexpr std::size_t most_in_index = 200;

/// The retained payload of `.../<area>/index`: which messages have been sent in the last 48 h, so
/// that a subscriber sees what it lacks, also where a broker has lost the last of them:
/// {area, messages: [{cap_id, incident, revision, sent, expires}, ...]}, oldest first, at most 200.
std::string index_json(const std::string& area, const std::vector<MessageHead>& messages);
/// Error{invalid_input} for anything else.
Result<std::vector<MessageHead>> parse_index(const std::string& area, std::string_view json);

/// Publishes the index of each area and takes it off the list; stops at the first that the broker
/// does not take. Error{io} only where the outbox itself fails.
Result<void> publish_indexes(const Outbox& outbox, const Options& options, const Sink& sink,
                             Time now, std::set<std::string>& areas);

}  // namespace vandvagt::alerts
