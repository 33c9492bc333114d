#pragma once

#include <string>

#include "alerts/outbox.hpp"
#include "alerts/rule.hpp"
#include "core/result.hpp"
#include "core/time.hpp"

namespace vandvagt::alerts {

/// Notification messages of the WMO Information System 2.0, which tell the world where a warning
/// is.
struct Wis2Options {
  std::string topic;     // origin/a/wis2/<centre>/data/core/weather/...; empty: none are sent
  std::string base_url;  // of the feed: the canonical link is <base_url>/cap/<identifier>.xml
};
inline constexpr std::size_t most_wis2_bytes = 8192;
inline constexpr std::size_t most_wis2_content = 4096;

/// A WIS2 Notification Message (WMO Manual on WIS, WNM 1.0): a GeoJSON Feature with the area's
/// polygon, SHA-512 of the CAP document, its canonical link, and the document itself where it has
/// at most 4,096 bytes. The polygon gives way to its bounding box, then the content is left out, so
/// that the message has at most 8,192 bytes. The id follows from the CAP identifier: a repeat has
/// the same. Error{invalid_input} where even that is too long.
Result<std::string> wis2_notification(const OutboxMessage& message, const Wis2Options& options,
                                      Time published);

}  // namespace vandvagt::alerts
