#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "forecast/built_case.hpp"
#include "forecast/outcome.hpp"
#include "forecast/picture.hpp"
#include "forecast/run.hpp"
#include "forecast/scenario.hpp"

namespace vandvagt::forecast {

/// A warning that was issued, handed in by the caller.
struct IssuedWarning {
  std::string file_name;  // in warnings/, e.g. "<cap identifier>.xml"
  std::string xml;
  std::map<std::string, std::string> properties;  // area, level, ...: for run.json
};

/// What the caller adds to a run's own results.
struct Presentation {
  std::vector<MapArea> areas;
  std::vector<IssuedWarning> warnings;
  std::string title;  // of the picture; empty: the scenario's
};

/// The folder of one run, written as `<output>.partial` and renamed when all is there, so that a
/// reader never sees half a run. docs/products.md describes each file. Destroyed without `publish`
/// it removes what it wrote; a run folder of the same name stays as it was until then.
class Products {
 public:
  /// Makes the partial folder (a stale one of a killed run is removed) and opens forecast.nc.
  /// Error{io} naming the path where it cannot be written.
  static Result<Products> begin(const Scenario& scenario, const BuiltCase& built,
                                const RunPlan& plan, const std::filesystem::path& output);
  Products(Products&&) noexcept;
  Products& operator=(Products&&) noexcept;
  Products(const Products&) = delete;
  Products& operator=(const Products&) = delete;
  ~Products();

  /// Where maps go while the run computes; for SimulationRequest::maps and RunRequest::maps. The
  /// products must outlive the run.
  MapSink map_sink();

  /// Everything else. A failed run gets run.json, gauges.nc, what maps there are, and no maxima.
  Result<void> write(const RunOutcome& outcome, const Presentation& presentation);

  /// Rename; an older folder of that name is first put aside and removed only when the new one
  /// stands. Returns the folder.
  Result<std::filesystem::path> publish();

  /// Files written so far, relative to the folder, in order of name.
  std::vector<std::string> files() const;

 private:
  struct Folder;
  explicit Products(std::unique_ptr<Folder> folder);
  std::unique_ptr<Folder> folder_;
};

}  // namespace vandvagt::forecast
