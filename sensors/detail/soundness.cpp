#include "sensors/detail/soundness.hpp"

#include <array>
#include <utility>

namespace vandvagt::sensors::detail {
namespace {

// Each counts what is wrong.
constexpr std::array checks{
    std::pair{"readings have lost a revision",
              "SELECT count(*) FROM (SELECT 1 AS one FROM reading GROUP BY series, time"
              " HAVING min(revision) <> 1 OR max(revision) <> count(*)) AS wrong"},
    std::pair{"readings belong to no series",
              "SELECT count(*) FROM reading WHERE series NOT IN (SELECT id FROM series)"},
    std::pair{"flag sets belong to no reading",
              "SELECT count(*) FROM review v WHERE NOT EXISTS (SELECT 1 FROM reading r"
              " WHERE r.series = v.series AND r.time = v.time AND r.revision = v.revision)"},
    std::pair{"ranges of sequence numbers overlap",
              "SELECT count(*) FROM (SELECT first, lag(last) OVER (PARTITION BY station, session"
              " ORDER BY first) AS before FROM sequence_range) AS ranges"
              " WHERE first <= before + 1"}};

}  // namespace

Result<void> check_agreement(Connection& connection) {
  for (const auto& [what, sql] : checks) {
    const auto wrong = connection.integer(sql);
    if (!wrong) return fail(wrong.error());
    if (*wrong > 0)
      return fail(ErrorCode::io, "the store of readings is damaged: " + std::to_string(*wrong) +
                                     " " + what + "; restore a copy");
  }
  return {};
}

}  // namespace vandvagt::sensors::detail
