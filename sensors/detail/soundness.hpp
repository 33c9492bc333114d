#pragma once

#include "sensors/detail/database.hpp"

namespace vandvagt::sensors::detail {

/// That the tables agree: revisions of a reading count from 1 without a hole, each reading has its
/// series and each flag set its reading, ranges of sequence numbers do not touch. Error{io} names
/// what does not.
Result<void> check_agreement(Connection& connection);

}  // namespace vandvagt::sensors::detail
