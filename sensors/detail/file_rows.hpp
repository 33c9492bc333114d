#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "sensors/readers.hpp"

/// What the readers of all formats share: one row's parts to a reading, with every trap in one
/// place.
namespace vandvagt::sensors::detail {

/// A time that names no offset, to UTC. Where the hour before winter time comes twice, the one that
/// goes on from `previous` is meant; it is refused where neither does, as is the hour that summer
/// time leaves out. Directive 2000/84/EC: from 01:00 UTC on the last Sunday of March to 01:00 UTC
/// on the last Sunday of October.
Result<Time> to_utc(std::chrono::local_time<Duration> local, const LocalTime& zone,
                    std::optional<Time> previous);

/// RFC 3339, also without seconds or fraction; or by `time_format`. Without an offset, and for a
/// date alone, the source's local time must be declared.
Result<Time> read_time(std::string_view text, const FileSource& source,
                       std::optional<Time> previous);

/// One row as its format wrote it.
struct Row {
  std::string_view time{};
  std::optional<double> value{};  // none: the row says so
  std::string created{};          // sorts corrections after what they correct
  bool substituted = false, marked_in_error = false;
  std::optional<bool> pumping{};  // where it is told
  std::optional<std::pair<double, double>> position{};
  std::string place{};  // "file.csv:12"
};

/// Collects rows.
class RowReader {
 public:
  RowReader(const Station& station, Time received)
      : station_(station), source_(*station.file), received_(received) {}

  const FileSource& source() const { return source_; }
  const Station& station() const { return station_; }
  void take(const Row& row);
  void refuse(const std::string& place, const std::string& what);
  void pass_over() { ++result_.others; }
  /// Everything taken, in order of creation and then of the file.
  FileReadings finish();

 private:
  bool says_none(const Row& row) const;

  const Station& station_;
  const FileSource& source_;
  Time received_;
  std::optional<Time> previous_;
  FileReadings result_;
  std::vector<std::string> created_;  // of each reading
};

Result<FileReadings> read_csv(const Station& station, std::string_view text,
                              const std::string& name, Time received);
Result<FileReadings> read_waterml(const Station& station, std::string_view text,
                                  const std::string& name, Time received);
/// usgs, uk_ea, vanda and dmi.
Result<FileReadings> read_agency_json(const Station& station, std::string_view text,
                                      const std::string& name, Time received);

}  // namespace vandvagt::sensors::detail
