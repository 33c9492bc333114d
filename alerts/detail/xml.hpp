#pragma once

#include <libxml/tree.h>

#include <memory>
#include <string>
#include <string_view>

#include "core/result.hpp"

namespace vandvagt::alerts::detail {

struct FreeDocument {
  void operator()(xmlDoc* document) const noexcept { xmlFreeDoc(document); }
};
using Document = std::unique_ptr<xmlDoc, FreeDocument>;

inline constexpr std::string_view cap_namespace = "urn:oasis:names:tc:emergency:cap:1.2";
inline constexpr std::size_t max_xml_bytes = std::size_t{1024} * 1024;

/// Reads a document without network, DTD or entities of its own: one with a document type
/// declaration is refused unread. UTF-8 only, at most 1 MiB. Error{invalid_input}.
Result<Document> parse_xml(std::string_view xml);

/// A child with text; libxml2 escapes it.
xmlNode* add_child(xmlNode* parent, const char* name, const std::string& text);
xmlNode* add_child(xmlNode* parent, const char* name);

/// The first child of that name in the CAP namespace, or null.
const xmlNode* find_child(const xmlNode* parent, std::string_view name);
/// The next sibling of the same name, or null.
const xmlNode* next_same(const xmlNode* node);
/// All text below a node, "" for null.
std::string text_of(const xmlNode* node);

}  // namespace vandvagt::alerts::detail
