#pragma once

#include <string>
#include <string_view>

#include "alerts/feed.hpp"

namespace vandvagt::web {

/// Text made fit for HTML, between tags and within quotes.
std::string escape_html(std::string_view text);

/// One page: each area with its level, then the messages. `geojson` is what areas_geojson gave, so
/// that the page cannot say anything else.
std::string overview_page(const std::string& geojson, const alerts::FeedBook& book,
                          const alerts::FeedOptions& options);

}  // namespace vandvagt::web
