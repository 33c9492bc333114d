#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "alerts/outbox.hpp"
#include "core/result.hpp"
#include "core/time.hpp"

namespace vandvagt::alerts {

/// A message that waits on a further way out, with how often it has been tried there.
struct Delivery {
  OutboxMessage message;
  int attempts = 0;
};

/// What has become of each message on ways out beside the broker's topics (a hook, WIS2,
/// escalation): in the outbox's own file, so that it survives whatever the outbox survives. Each
/// way has a name of its own and goes at its own pace; none holds up another. A way that is new
/// begins with what has not expired. Use from one thread; open one for each.
class Deliveries {
 public:
  static Result<Deliveries> open(const std::filesystem::path& outbox);
  ~Deliveries();
  Deliveries(Deliveries&&) noexcept;
  Deliveries& operator=(Deliveries&&) noexcept;
  Deliveries(const Deliveries&) = delete;
  Deliveries& operator=(const Deliveries&) = delete;

  /// Not settled on this way and due now, in the order of commit, at most `most`.
  Result<std::vector<Delivery>> due(const std::string& way, Time now, int most = 100);
  /// Never again; `how` is kept for people.
  Result<void> settle(const std::string& way, const std::string& identifier,
                      const std::string& how);
  /// Again at `next`; `tried` counts it as an attempt.
  Result<void> later(const std::string& way, const std::string& identifier, Time next, bool tried,
                     const std::string& why);
  /// Has a later revision of the incident been settled as `how` on this way?
  Result<bool> later_revision_settled(const std::string& way, const OutboxMessage& message,
                                      const std::string& how);

 private:
  struct Database;
  explicit Deliveries(std::unique_ptr<Database> database);
  std::unique_ptr<Database> database_;
};

/// Tries once to hand a message on.
using Attempt = std::function<Result<void>(const OutboxMessage&)>;

struct Backoff {
  Duration first = std::chrono::seconds{5}, most = std::chrono::minutes{5};
};
/// Doubles with each attempt, up to the most.
Duration wait_after(const Backoff& backoff, int attempts);

struct DeliveryReport {
  int done = 0, failed = 0, expired = 0, overtaken = 0;
  std::optional<Error> last_failure;
};

/// Hands on what is due. What has expired, or was overtaken by a later revision that went through,
/// is settled unsent; what fails is tried again later. Error{io} only where the store fails.
Result<DeliveryReport> deliver_due(Deliveries& deliveries, const std::string& way,
                                   const Attempt& attempt, const Backoff& backoff, Time now);

}  // namespace vandvagt::alerts
