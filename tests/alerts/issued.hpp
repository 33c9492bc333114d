#pragma once

#include <gtest/gtest.h>

#include <memory>

#include "alerts/service.hpp"
#include "tests/alerts/history.hpp"
#include "tests/support/support.hpp"

namespace vandvagt::test {

/// An outbox with a service that writes to it: the town's gauge, a meadow whose well has no data.
class Issued {
 public:
  explicit Issued(alerts::AlertService::Setup setup, const std::filesystem::path& file)
      : outbox(std::make_unique<alerts::Outbox>(alerts::Outbox::open(file).value())),
        service_(std::make_unique<alerts::AlertService>(
            alerts::AlertService::create(std::move(setup), *outbox).value())) {}

  static alerts::AlertService::Setup town_and_meadow() {
    auto meadow = town();
    meadow.id = "meadow";
    meadow.name_en = meadow.name_da = "The meadow";
    auto well = well_rule();
    well.area = "meadow";
    return {.rules = {gauge_rule(), well},
            .areas = {town(), meadow},
            .station_names = {{"bridge", "Stone bridge"}},
            .options = {}};
  }

  /// Two readings, the second at `hours`; evaluates every rule.
  std::vector<alerts::IssuedWarning> read(double hours, double value) {
    const std::map<std::string, alerts::Evidence> evidence{
        {"bridge-stage",
         alerts::Evidence{std::nullopt, {reading(hours - 0.25, value), reading(hours, value)}}}};
    auto report = service_->evaluate_all(evidence, at(hours));
    EXPECT_TRUE(report) << report.error().message;
    EXPECT_TRUE(report->errors.empty()) << report->errors.front().message;
    return report->issued;
  }
  /// The broker confirms everything.
  void publish(double hours) {
    const alerts::Sink sink = [](const std::string&, const std::string&, bool) {
      return Result<void>{};
    };
    ASSERT_TRUE(publish_pending(*outbox, sink, at(hours)));
  }
  alerts::AlertService& service() { return *service_; }

  std::unique_ptr<alerts::Outbox> outbox;

 private:
  std::unique_ptr<alerts::AlertService> service_;
};

}  // namespace vandvagt::test
