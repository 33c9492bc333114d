#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "sensors/catalogue.hpp"
#include "sensors/store.hpp"

namespace vandvagt::sensors {

/// What to export.
struct ExportRequest {
  std::vector<std::string> stations{};  // ids; empty: all configured
  Time from{}, to{};                    // both included
};

/// The newest revision of each reading with its newest flag set, one a row, by station and time:
///     station,parameter,time,value,unit,datum,flag,tests,revision,late,received,session,sequence
/// Values in the station's own unit and datum, as it sent them. `file` is written beside and
/// renamed. Error{invalid_input} for an unknown station, io from store or disk.
Result<void> export_csv(const Catalogue& catalogue, const Store& store,
                        const ExportRequest& request, const std::filesystem::path& file);

/// For those who need series without holes: one value a row, from a reading, from a straight line
/// over a hole up to `longest_linear`, or from the first fallback station in a longer one (plus the
/// `neighbour_difference` declared between the two, else as it is). The column `origin` says which:
///     station,parameter,time,value,unit,datum,origin     measured, linear or fallback
/// Nothing of it is stored. Error{invalid_input} for a station without an expected interval, else
/// as `export_csv`.
Result<void> export_closed_csv(const Catalogue& catalogue, const Store& store,
                               const ExportRequest& request, Duration longest_linear,
                               const std::filesystem::path& file);

/// The same readings as OGC WaterML 2.0 (10-126r4): one observation a station, flags as qualifiers
/// `QARTOD:1` and `tests:21212212222`; datum as vertical datum of the monitoring point. Errors as
/// `export_csv`.
Result<void> export_waterml(const Catalogue& catalogue, const Store& store,
                            const ExportRequest& request, const std::filesystem::path& file,
                            Time now);

/// One station of a request with its readings, for exports in other forms.
struct ExportedSeries {
  const Station* station = nullptr;
  std::vector<Reading> readings{};
};
Result<std::vector<ExportedSeries>> read_for_export(const Catalogue& catalogue, const Store& store,
                                                    const ExportRequest& request);

}  // namespace vandvagt::sensors
