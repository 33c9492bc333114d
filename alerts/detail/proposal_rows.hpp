#pragma once

#include <vector>

#include "alerts/detail/sqlite.hpp"
#include "alerts/proposal.hpp"
#include "core/result.hpp"

/// Proposals and the audit trail as rows of the outbox; each function is part of its caller's
/// transaction.
namespace vandvagt::alerts::detail {

extern const char* const proposal_schema;

/// The rule's waiting proposals get that outcome.
Result<void> settle_proposals(sqlite3* database, const std::string& rule,
                              const std::string& outcome, Time when);
Result<void> store_proposal(sqlite3* database, const ProposedMessage& proposal);
Result<void> store_audit(sqlite3* database, const AuditEntry& entry);

/// All of them, or of one rule, oldest first; only waiting ones where asked for.
Result<std::vector<ProposedMessage>> read_proposals(sqlite3* database, const std::string& rule,
                                                    bool waiting_only);
/// All entries, or those about one rule, oldest first.
Result<std::vector<AuditEntry>> read_audit(sqlite3* database, const std::string& rule);

}  // namespace vandvagt::alerts::detail
