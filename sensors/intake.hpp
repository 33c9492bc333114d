#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "sensors/catalogue.hpp"
#include "sensors/store.hpp"

namespace vandvagt::sensors {

/// What became of one message.
struct Outcome {
  struct Kept {
    Reading reading;  // with its real-time flags
    Stored stored = Stored::added;
  };
  std::vector<Kept> readings;   // empty when the message was quarantined
  std::vector<Review> reviews;  // later verdicts on readings stored before
  std::optional<Quarantined> quarantined;
  const Station* station = nullptr;  // whose message it was; nullptr when quarantined
  /// To be published, retained, from another thread than the message callback; empty: nothing new.
  std::string latest;  // on the `latest` topic of the station
  std::string ack;     // on the `ack` topic; only where numbers were given
};

struct IntakeCounters {
  long long messages = 0, readings = 0;
  long long added = 0, duplicate = 0, revision = 0;
  long long quarantined = 0, store_errors = 0;
  std::map<std::string, long long> quarantined_by_reason;  // at most 64 reasons, then "other"
};

/// A message as it came from the network.
struct Arrived {
  std::string_view topic, payload;
  Time received;
};

/// The path of a reading up to the disk: decode, check, commit. It knows no broker: the caller
/// hands it messages, acknowledges when `receive` has succeeded, and publishes what it returns.
class Intake {
 public:
  /// `store` must outlive it.
  Intake(Catalogue catalogue, Store& store);

  /// One message. When it succeeds the readings (or the quarantined message) are on the disk and
  /// the broker may be told. On Error{io} nothing was stored and the broker must NOT be told: it
  /// will deliver the message again. Never throws. Thread-safe, one message at a time.
  Result<Outcome> receive(const std::string& topic, std::string_view payload, Time now);
  /// Messages that came together, in their order, committed together: one wait for the disk for all
  /// of them. An outcome each; a station's `latest` and `ack` stand in the last outcome that has
  /// them. On Error{io} nothing of any of them was stored.
  Result<std::vector<Outcome>> receive_all(std::span<const Arrived> messages);

  /// What is retained on the broker for the stations heard so far, to be published again after
  /// every connect: a broker that crashed may have lost it.
  struct Retained {
    const Station* station = nullptr;
    std::string latest, ack;  // empty: none
  };
  Result<std::vector<Retained>> retained(Time now) const;

  IntakeCounters counters() const;
  const Catalogue& catalogue() const { return catalogue_; }

 private:
  Result<Outcome> take(const Arrived& message);
  Result<Outcome> keep(std::vector<Reading> readings, Time now);
  Result<Outcome> put_away(const Arrived& message, const std::string& reason);
  void tell_progress(std::vector<Outcome>& outcomes, Time now) const;

  Catalogue catalogue_;
  Store& store_;
  mutable std::mutex mutex_;
  IntakeCounters counters_;
};

/// The newest good series of a station, or of the first of its fallback stations that has one.
struct ChosenSeries {
  std::string station{};          // whose readings these are
  bool fallback = false;          // another than was asked for
  std::vector<Reading> readings;  // usable, from <= time <= to, in order of time; not empty
  Duration age{};                 // from the newest of them to `to`
  std::vector<std::string> passed_over{};  // "<station>: <why>", in the order tried
};

/// @param longest_silence  a station whose newest good reading is older than this at `to` is silent
/// @return the first of station and fallback stations that is not silent; if all are, the one whose
///         newest good reading is youngest; nothing where none has a good reading in the window.
///         Error{invalid_input} for an unknown station, io from the store.
Result<std::optional<ChosenSeries>> series_with_fallback(const Catalogue& catalogue,
                                                         const Store& store,
                                                         const std::string& station, Time from,
                                                         Time to, Duration longest_silence);

}  // namespace vandvagt::sensors
