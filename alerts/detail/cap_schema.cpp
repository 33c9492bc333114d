#include <libxml/xmlschemas.h>

#include <fmt/format.h>

#include "alerts/cap.hpp"
#include "alerts/detail/embedded.hpp"
#include "alerts/detail/xml.hpp"

namespace vandvagt::alerts {
namespace {

struct FreeSchema {
  void operator()(xmlSchema* schema) const noexcept { xmlSchemaFree(schema); }
};
struct FreeSchemaParser {
  void operator()(xmlSchemaParserCtxt* parser) const noexcept { xmlSchemaFreeParserCtxt(parser); }
};
struct FreeValidator {
  void operator()(xmlSchemaValidCtxt* validator) const noexcept {
    xmlSchemaFreeValidCtxt(validator);
  }
};

constexpr std::size_t max_errors_told = 2000;  // characters

// libxml2 calls this; `messages` is the std::string given with it.
void collect(void* messages, xmlErrorPtr error) noexcept {
  auto& text = *static_cast<std::string*>(messages);
  if (error == nullptr || error->message == nullptr || text.size() > max_errors_told) return;
  std::string line = error->message;
  while (!line.empty() && line.back() == '\n') line.pop_back();
  text += fmt::format("{}line {}: {}", text.empty() ? "" : "; ", error->line, line);
}

}  // namespace

struct CapSchema::Compiled {
  std::unique_ptr<xmlSchema, FreeSchema> schema;
};

CapSchema::CapSchema(std::shared_ptr<const Compiled> compiled) : compiled_(std::move(compiled)) {}
CapSchema::~CapSchema() = default;
CapSchema::CapSchema(CapSchema&&) noexcept = default;
CapSchema& CapSchema::operator=(CapSchema&&) noexcept = default;

Result<CapSchema> CapSchema::built_in() {
  return from_text(detail::cap_schema_text());
}

Result<CapSchema> CapSchema::from_text(std::string_view xsd) {
  auto document = detail::parse_xml(xsd);
  if (!document) return fail(document.error());
  const std::unique_ptr<xmlSchemaParserCtxt, FreeSchemaParser> parser(
      xmlSchemaNewDocParserCtxt(document->get()));
  if (!parser) return fail(ErrorCode::io, "libxml2 has no memory for a schema");
  std::string errors;
  xmlSchemaSetParserStructuredErrors(parser.get(), collect, &errors);
  std::unique_ptr<xmlSchema, FreeSchema> schema(xmlSchemaParse(parser.get()));
  if (!schema) return fail(ErrorCode::invalid_input, "not a usable XML schema: " + errors);
  return CapSchema(std::make_shared<const Compiled>(Compiled{std::move(schema)}));
}

Result<void> CapSchema::validate(std::string_view xml) const {
  auto document = detail::parse_xml(xml);
  if (!document) return fail(document.error());
  const std::unique_ptr<xmlSchemaValidCtxt, FreeValidator> validator(
      xmlSchemaNewValidCtxt(compiled_->schema.get()));
  if (!validator) return fail(ErrorCode::io, "libxml2 has no memory to validate");
  std::string errors;
  xmlSchemaSetValidStructuredErrors(validator.get(), collect, &errors);
  const int outcome = xmlSchemaValidateDoc(validator.get(), document->get());
  if (outcome == 0) return {};
  return fail(ErrorCode::invalid_input,
              "not valid CAP 1.2: " + (errors.empty() ? "libxml2 gives no reason" : errors));
}

}  // namespace vandvagt::alerts
