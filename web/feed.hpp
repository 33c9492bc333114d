#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "alerts/rule.hpp"
#include "core/result.hpp"
#include "core/time.hpp"
#include "web/options.hpp"
#include "web/server.hpp"

namespace vandvagt::web {

/// What is in force, read from the outbox and served:
///   /                    a page for people
///   /warnings.atom       Atom feed of the messages in force, and of those that ended within 48 h
///   /warnings.geojson    every area with its level, or "unknown" and why
///   /cap/<id>.xml        a CAP document as it was issued
/// Built anew at most once a second. Where the outbox cannot be read the answer is 503: an old
/// picture is not shown as the present one.
class Feed {
 public:
  struct Setup {
    Options options;
    std::filesystem::path warnings;  // the outbox
    std::vector<alerts::Area> areas;
    std::string author;
    std::function<Time()> now;
  };
  /// As Server::start.
  static Result<std::unique_ptr<Feed>> start(Setup setup);
  ~Feed();
  Feed(const Feed&) = delete;
  Feed& operator=(const Feed&) = delete;
  Feed(Feed&&) = delete;
  Feed& operator=(Feed&&) = delete;

  int port() const { return server_->port(); }
  Server::Counters counters() const { return server_->counters(); }

 private:
  struct Pages;
  explicit Feed(std::unique_ptr<Pages> pages);
  std::unique_ptr<Pages> pages_;
  std::unique_ptr<Server> server_;  // last: it uses the pages
};

}  // namespace vandvagt::web
