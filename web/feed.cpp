#include "web/feed.hpp"

#include <chrono>
#include <optional>

#include "alerts/feed.hpp"
#include "alerts/outbox.hpp"
#include "web/page.hpp"

namespace vandvagt::web {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::seconds rebuilt_after{1};
constexpr std::string_view cap_path = "/cap/", cap_ending = ".xml";

}  // namespace

/// The pages as they were last built. Touched on the server's thread only.
struct Feed::Pages {
  explicit Pages(Setup given) : setup(std::move(given)) {}

  Setup setup;
  alerts::FeedOptions names;
  std::optional<alerts::Outbox> outbox;
  alerts::FeedBook book;
  std::string atom, geojson, page;
  Clock::time_point built{};
  bool fresh = false;

  Result<void> build() {
    if (fresh && Clock::now() - built < rebuilt_after) return {};
    fresh = false;
    if (!outbox) {
      auto opened = alerts::Outbox::open(setup.warnings);
      if (!opened) return fail(opened.error());
      outbox.emplace(std::move(*opened));
    }
    const Time now = setup.now();
    const auto states = outbox->area_states();
    if (!states) return fail(states.error());
    if (auto read = book.refresh(*outbox, now); !read) return read;
    atom = alerts::atom_feed(book.entries(), names, now);
    geojson = alerts::areas_geojson(setup.areas, *states, book, names, now);
    page = overview_page(geojson, book, names);
    built = Clock::now();
    fresh = true;
    return {};
  }

  Response answer(const Request& request) {
    if (auto done = build(); !done) {
      outbox.reset();
      return {.status = 503, .body = "the warnings cannot be read now: nothing is known\n"};
    }
    if (request.path == "/") return {.type = "text/html; charset=utf-8", .body = page};
    if (request.path == "/warnings.atom") return {.type = "application/atom+xml", .body = atom};
    if (request.path == "/warnings.geojson")
      return {.type = "application/geo+json", .body = geojson};
    const std::string_view path = request.path;
    if (path.starts_with(cap_path) && path.ends_with(cap_ending) &&
        path.size() > cap_path.size() + cap_ending.size()) {
      const auto name =
          path.substr(cap_path.size(), path.size() - cap_path.size() - cap_ending.size());
      if (const auto* entry = book.find(std::string(name)))
        return {.type = "application/cap+xml", .body = entry->xml};
    }
    return {.status = 404, .body = "there is nothing of that name\n"};
  }
};

Feed::Feed(std::unique_ptr<Pages> pages) : pages_(std::move(pages)) {}
Feed::~Feed() = default;

Result<std::unique_ptr<Feed>> Feed::start(Setup setup) {
  std::unique_ptr<Feed> feed(new Feed(std::make_unique<Pages>(std::move(setup))));
  auto* pages = feed->pages_.get();
  pages->names = {.title = pages->setup.options.title,
                  .author = pages->setup.author,
                  .base_url = pages->setup.options.base_url};
  auto server = Server::start(pages->setup.options,
                              [pages](const Request& request) { return pages->answer(request); });
  if (!server) return fail(server.error());
  feed->server_ = std::move(*server);
  if (const auto& options = pages->setup.options; options.base_url.empty()) {
    const bool six = options.address.find(':') != std::string::npos;
    pages->names.base_url = "http://" + (six ? "[" + options.address + "]" : options.address) +
                            ":" + std::to_string(feed->server_->port());
  }
  feed->server_->begin();
  return feed;
}

}  // namespace vandvagt::web
