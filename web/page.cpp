#include "web/page.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

namespace vandvagt::web {
namespace {

constexpr std::size_t most_messages = 100;
constexpr const char* head = R"html(<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{0}</title>
<link rel="alternate" type="application/atom+xml" href="/warnings.atom">
<style>body{{font-family:sans-serif;max-width:60rem;margin:1rem auto;padding:0 1rem}}
table{{border-collapse:collapse;width:100%}}td,th{{text-align:left;padding:.3rem;border-bottom:1px solid #ccc}}
.time{{white-space:nowrap}}.unknown{{background:#eee}}.severe,.extreme{{font-weight:bold}}</style></head>
<body><h1>{0}</h1>
)html";

// Only names that the style knows become a class; a level may be called anything.
std::string style_of(const std::string& level) {
  for (const char* known : {"unknown", "severe", "extreme"})
    if (level == known) return known;
  return "other";
}

std::string text_or(const nlohmann::json& properties, const char* key) {
  const auto found = properties.find(key);
  return found != properties.end() && found->is_string() ? found->get<std::string>() : "";
}

std::string area_row(const nlohmann::json& properties) {
  const std::string level = text_or(properties, "level"), why = text_or(properties, "why_unknown"),
                    last = text_or(properties, "last_known");
  std::string said = level;
  if (!why.empty()) said += ": " + why;
  if (!last.empty()) said += "; last known " + last;
  return fmt::format(
      "<tr class=\"{}\"><td>{}</td><td>{}</td><td>{}</td><td class=\"time\">{}</td></tr>\n",
      style_of(level), escape_html(text_or(properties, "name_en")), escape_html(said),
      escape_html(text_or(properties, "headline")), escape_html(text_or(properties, "expires")));
}

}  // namespace

std::string escape_html(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;  // no control characters
    }
  }
  return out;
}

std::string overview_page(const std::string& geojson, const alerts::FeedBook& book,
                          const alerts::FeedOptions& options) {
  std::string page = fmt::format(head, escape_html(options.title));
  const auto areas = nlohmann::json::parse(geojson);
  page += "<table><tr><th>Area</th><th>Level</th><th>Warning</th><th>Until</th></tr>\n";
  for (const auto& feature : areas.at("features")) page += area_row(feature.at("properties"));
  page +=
      "</table>\n<h2>Messages</h2>\n<table><tr><th>Sent</th><th>Status</th><th>Message</th></tr>\n";
  const auto& entries = book.entries();
  for (std::size_t i = 0; i < std::min(entries.size(), most_messages); ++i) {
    const auto& warning = entries[i].warning;
    page += fmt::format(
        "<tr><td class=\"time\">{}</td><td>{}</td>"
        "<td><a href=\"/cap/{}.xml\">{}</a></td></tr>\n",
        format_time(warning.sent), alerts::to_string(entries[i].status),
        escape_html(warning.identifier), escape_html(warning.headline));
  }
  return page +
         "</table>\n<p><a href=\"/warnings.atom\">Atom</a> "
         "<a href=\"/warnings.geojson\">GeoJSON</a></p></body></html>\n";
}

}  // namespace vandvagt::web
