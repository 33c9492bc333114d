#pragma once

#include <chrono>

#include "core/time.hpp"

namespace vandvagt::model {

enum class Precision { single_, double_ };
enum class Order { first, second };

/// How the solver computes. Defaults suit a real forecast; each field says what it does to results.
struct Options {
  Precision precision = Precision::double_;
  double cfl = 0.45;        // of (|u| + |v|) / 2 + c over dx; at most 0.5 in two dimensions
  double dry_depth = 1e-6;  // h [m] under which a cell carries no momentum
  double min_dt = 1e-7;     // [s]; a shorter step ends the run as a numerical failure
  /// First order takes every slope as nought. It is there to be compared with.
  Order order = Order::second;
  /// Steps in time that differ from place to place: tiles of cells may take steps of up to
  /// 2^time_levels times the shortest, 0 to 4. 0: one step for the whole grid.
  int time_levels = 0;
  int threads = 0;  // 0: all that OpenMP offers; results do not depend on it
  /// All that happens at a given time (forcing changes, outputs, saved states) happens at a whole
  /// multiple of this interval since 1970-01-01T00:00:00Z. The solver lands on each multiple, so a
  /// run that is stopped at one and continued takes the same steps as one that is not.
  Duration sync_interval = std::chrono::seconds{60};
  double wet_depth = 0.01;  // h [m] above which maps of arrival and duration count a cell as wet
};

}  // namespace vandvagt::model
