#pragma once

#include "alerts/detail/sqlite.hpp"
#include "alerts/outbox.hpp"

/// Messages as rows of the outbox.
namespace vandvagt::alerts::detail {

/// What `read_message` reads of the table `message`, which the query names m; further columns
/// follow.
inline constexpr const char* message_columns =
    "m.identifier, m.rule, m.area, m.incident, m.revision, m.topic, m.xml, m.sent, m.expires, "
    "m.status, m.settled";
inline constexpr int message_column_count = 11;

/// The message of a row that begins with `message_columns`, without its evidence.
OutboxMessage read_message(const Statement& row);

}  // namespace vandvagt::alerts::detail
