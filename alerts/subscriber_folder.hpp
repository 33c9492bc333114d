#pragma once

#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "alerts/subscriber.hpp"
#include "core/result.hpp"

namespace vandvagt::alerts {

/// What a subscriber keeps on disk: `cap/<area>/<identifier>.xml`, one file a message, never
/// altered; `receipts/<identifier>.json`, what it has told the service of it; `state.json`, the
/// present picture of all areas. Each file appears whole and is on the disk when the call returns.
class SubscriberFolder {
 public:
  /// Made where missing. Error{io}.
  static Result<SubscriberFolder> open(const std::filesystem::path& folder);

  /// Offers every stored message to `subscriber`. Returns what it did not take, in words.
  Result<std::vector<std::string>> restore(Subscriber& subscriber);
  /// Error{invalid_input} for an area or identifier that is no safe file name.
  Result<void> keep_message(const std::string& area, const std::string& identifier,
                            std::string_view xml);
  Result<void> keep_receipt(const std::string& identifier, std::string_view json);
  Result<void> keep_picture(std::string_view json) const;
  /// Identifiers, with their area, of messages without a receipt.
  const std::map<std::string, std::string>& without_receipt() const { return without_receipt_; }

 private:
  explicit SubscriberFolder(std::filesystem::path folder) : folder_(std::move(folder)) {}
  std::filesystem::path folder_;
  std::map<std::string, std::string> without_receipt_;
};

/// Letters, digits, dashes, dots and underscores, at most 200, no dot in front.
bool safe_file_name(std::string_view name);

}  // namespace vandvagt::alerts
