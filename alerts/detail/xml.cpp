#include "alerts/detail/xml.hpp"

#include <libxml/parser.h>

#include <fmt/format.h>

namespace vandvagt::alerts::detail {
namespace {

const xmlChar* as_xml(const char* text) {
  return reinterpret_cast<const xmlChar*>(text);
}

struct FreeParser {
  void operator()(xmlParserCtxt* parser) const noexcept { xmlFreeParserCtxt(parser); }
};

bool is_named(const xmlNode* node, std::string_view name) {
  return node->type == XML_ELEMENT_NODE && node->ns != nullptr &&
         cap_namespace == reinterpret_cast<const char*>(node->ns->href) &&
         name == reinterpret_cast<const char*>(node->name);
}

std::string trimmed(std::string text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
  return text;
}

}  // namespace

Result<Document> parse_xml(std::string_view xml) {
  if (xml.size() > max_xml_bytes) {
    return fail(ErrorCode::invalid_input,
                fmt::format("{} bytes of XML; at most {} are read", xml.size(), max_xml_bytes));
  }
  if (xml.find("<!DOCTYPE") != std::string_view::npos ||
      xml.find("<!ENTITY") != std::string_view::npos) {
    return fail(ErrorCode::invalid_input,
                "the XML has a document type or entities of its own: refused, CAP needs none");
  }
  const std::unique_ptr<xmlParserCtxt, FreeParser> parser(xmlNewParserCtxt());
  if (!parser) return fail(ErrorCode::io, "libxml2 has no memory for a parser");
  // The encoding is fixed here: another one could hide a declaration from the search above.
  Document document(xmlCtxtReadMemory(parser.get(), xml.data(), static_cast<int>(xml.size()),
                                      "message.xml", "UTF-8",
                                      XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING));
  if (!document) {
    const auto* error = xmlCtxtGetLastError(parser.get());
    const std::string what =
        error != nullptr && error->message != nullptr ? trimmed(error->message) : "unreadable";
    return fail(ErrorCode::invalid_input,
                fmt::format("not XML: line {}: {}", error != nullptr ? error->line : 0, what));
  }
  if (document->intSubset != nullptr || document->extSubset != nullptr) {
    return fail(ErrorCode::invalid_input, "the XML has a document type of its own: refused");
  }
  return document;
}

xmlNode* add_child(xmlNode* parent, const char* name, const std::string& text) {
  return xmlNewTextChild(parent, nullptr, as_xml(name), as_xml(text.c_str()));
}
xmlNode* add_child(xmlNode* parent, const char* name) {
  return xmlNewChild(parent, nullptr, as_xml(name), nullptr);
}

const xmlNode* find_child(const xmlNode* parent, std::string_view name) {
  if (parent == nullptr) return nullptr;
  for (const xmlNode* node = parent->children; node != nullptr; node = node->next) {
    if (is_named(node, name)) return node;
  }
  return nullptr;
}

const xmlNode* next_same(const xmlNode* node) {
  const std::string_view name = reinterpret_cast<const char*>(node->name);
  for (const xmlNode* next = node->next; next != nullptr; next = next->next) {
    if (is_named(next, name)) return next;
  }
  return nullptr;
}

std::string text_of(const xmlNode* node) {
  if (node == nullptr) return {};
  const std::unique_ptr<xmlChar, void (*)(void*)> text(xmlNodeGetContent(node), xmlFree);
  return text ? reinterpret_cast<const char*>(text.get()) : std::string{};
}

}  // namespace vandvagt::alerts::detail
