#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "alerts/options.hpp"
#include "alerts/rule.hpp"
#include "alerts/texts.hpp"
#include "alerts/warning.hpp"
#include "core/fault.hpp"
#include "core/result.hpp"

namespace vandvagt::alerts {

/// A compiled XML schema. Thread-safe to use; compile it once.
class CapSchema {
 public:
  /// The CAP 1.2 schema built into the program (alerts/schema/cap12-profile.xsd).
  static Result<CapSchema> built_in();
  /// Another schema, e.g. the OASIS one. Error{invalid_input} with libxml2's words.
  static Result<CapSchema> from_text(std::string_view xsd);
  ~CapSchema();
  CapSchema(CapSchema&&) noexcept;
  CapSchema& operator=(CapSchema&&) noexcept;
  CapSchema(const CapSchema&) = delete;
  CapSchema& operator=(const CapSchema&) = delete;

  /// Valid against the schema? Documents with a DTD or an entity of their own are refused unread;
  /// nothing is ever fetched. At most 1 MiB.
  Result<void> validate(std::string_view xml) const;

 private:
  struct Compiled;
  explicit CapSchema(std::shared_ptr<const Compiled> compiled);
  std::shared_ptr<const Compiled> compiled_;
};

/// What a CAP message is about: who is warned under which rule.
struct CapSubject {
  const Rule& rule;
  const Area& area;
  const Options& options;
  const TextSet& texts;
  std::string station_name;  // for people; empty: the station's id
};

/// CAP 1.2 with two info blocks (da-DK, en-GB), UTF-8, indented; built with libxml2, so that no
/// text can break it. The same content gives the same bytes. Error{invalid_input} where an area's
/// ring cannot be made a valid polygon.
Result<std::string> to_cap_xml(const MessageContent& message, const CapSubject& subject);

/// The rules that the schema cannot express: characters of identifier and sender, time form with
/// -00:00 for UTC, references present in an Update or Cancel and well formed, expires and onset in
/// order, closed non-self-intersecting rings of at most 100 vertices within ±90/±180, headline
/// under 140 characters, event and language present, a code for each geocode.
/// All broken rules, empty when sound; Error{invalid_input} where it is not XML at all.
Result<Faults> cap_faults(std::string_view xml);

/// Schema first, then the further rules; all broken ones in one Error.
Result<void> validate_cap(std::string_view xml, const CapSchema& schema);

/// `2026-11-23T04:10:00-00:00`: UTC as CAP wants it, no fraction.
std::string format_cap_time(Time t);

}  // namespace vandvagt::alerts
