#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "core/time.hpp"
#include "forecast/built_case.hpp"
#include "forecast/scenario.hpp"
#include "model/simulation.hpp"

namespace vandvagt::forecast {

/// Digests of what a state must agree with, by name: grid, terrain, roughness, edges, sources,
/// infiltration, solver, and structures, levees, aquifer and evapotranspiration where there are
/// some. Forcing, horizon and outputs are not in it.
using Identity = std::map<std::string, std::string>;
Identity identity_of(const Scenario& scenario, const BuiltCase& built);

/// A model state on disk and its history.
struct SavedState {
  model::State state;
  Identity identity;
  std::string name;  // Scenario::name
  std::string run;   // that saved it
  Time cold_start;   // when the chain of runs behind it began cold
  std::filesystem::path file;
};

/// A state that was looked at and not used.
struct RefusedState {
  std::filesystem::path file;
  std::string why;
};

/// What a run starts from, and how cold it is.
struct StateUse {
  bool cold = true;
  std::string used = "cold";          // "cold" or the state's time
  std::filesystem::path file;         // empty where cold
  std::optional<Time> time;           // of the state
  Duration age{0};                    // of the state at the reference time
  Duration spun_up{0};                // simulated time behind the reference time since a cold start
  std::vector<RefusedState> refused;  // newer ones that do not fit, with the reason
  std::optional<Time> saved;          // time of the state this run saved
  std::filesystem::path saved_file;

  /// "warm: state of 2026-11-22T04:00:00Z, 24 h old, 72 h after a cold start" or "cold start ...".
  std::string coldness() const;
};

/// `<folder>/<name>_<time>.state.nc`, bit-exact, with digest; durable before it appears. Then
/// states of this name older than three times `max_age` before it are removed, the three newest
/// excepted. Error{io} naming the path; then the states that were there are untouched.
Result<std::filesystem::path> save_state(const std::filesystem::path& folder,
                                         const SavedState& state, Duration max_age);

/// Reads one state file. Error{refused} where its digest or layout is wrong, Error{io}.
Result<SavedState> load_state(const std::filesystem::path& file);

/// The newest state with reference - max_age <= time <= reference that fits the identity; those
/// passed over on the way, with reasons, go to `refused`. Nothing where none fits.
std::optional<SavedState> find_state(const std::filesystem::path& folder, const Scenario& scenario,
                                     const Identity& identity, Time reference,
                                     std::vector<RefusedState>& refused);

}  // namespace vandvagt::forecast
