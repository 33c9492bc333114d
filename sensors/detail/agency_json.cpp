#include "sensors/detail/file_rows.hpp"
#include "sensors/detail/json.hpp"

namespace vandvagt::sensors::detail {
namespace {

constexpr int deepest_file = 24;

std::string text_of(const Json* json) {
  if (json == nullptr) return {};
  if (json->is_string()) return json->get<std::string>();
  return json->is_number_integer() ? json->dump() : std::string{};
}

const Json& empty_array() {
  static const Json none = Json::array();
  return none;
}

const Json& array_at(const Json& json, const char* pointer) {
  const Json* found = at_pointer(json, pointer);
  return found != nullptr && found->is_array() ? *found : empty_array();
}

tl::unexpected<Error> not_fit(const std::string& name, const std::string& what) {
  return fail(ErrorCode::invalid_input, name + ": " + what);
}

/// Reads the rows of one file; the formats differ in where things stand.
class JsonReader {
 public:
  JsonReader(const Station& station, std::string name, Time received)
      : rows_(station, received), name_(std::move(name)) {}

  Result<FileReadings> usgs(const Json& json);
  Result<FileReadings> uk_ea(const Json& json);
  Result<FileReadings> vanda(const Json& json);
  Result<FileReadings> dmi(const Json& json);

 private:
  const FileSource& source() const { return rows_.source(); }
  std::string place(std::size_t index) const {
    return name_ + ": row " + std::to_string(index + 1);
  }

  // Takes a row whose value stands in `value`; a number as text is one.
  void take(Row row, const Json* value) {
    if (value != nullptr && !value->is_null() && *value != "") {
      const auto number = number_of(value, true);
      if (!number) return rows_.refuse(row.place, number.error().message);
      row.value = *number;
    }
    rows_.take(row);
  }

  void usgs_values(const Json& series, const Json& values);
  void vanda_row(const Json& record, const std::string& station, std::size_t index);

  RowReader rows_;
  std::string name_;
};

// --- USGS Water Services, instantaneous values ---------------------------------------------------

void JsonReader::usgs_values(const Json& series, const Json& values) {
  const Json* none = at_pointer(series, "/variable/noDataValue");
  std::size_t index = 0;
  for (const auto& item : values) {
    const std::string time = text_of(member(item, "dateTime"));
    const Json* value = member(item, "value");
    const auto number = number_of(value, true);
    const bool says_none =
        none != nullptr && none->is_number() && number && *number == none->get<double>();
    take({.time = time, .place = place(index++)}, says_none ? nullptr : value);
  }
}

Result<FileReadings> JsonReader::usgs(const Json& json) {
  const Json* fitting = nullptr;
  for (const auto& series : array_at(json, "/value/timeSeries")) {
    const bool site =
        text_of(at_pointer(series, "/sourceInfo/siteCode/0/value")) == source().series;
    const bool variable =
        text_of(at_pointer(series, "/variable/variableCode/0/value")) == source().variable;
    if (!site || !variable) {
      rows_.pass_over();
      continue;
    }
    if (fitting != nullptr) return not_fit(name_, "several series of this site and parameter");
    fitting = &series;
  }
  if (fitting == nullptr)
    return not_fit(name_, "no series of site " + shown(source().series) + " and parameter " +
                              shown(source().variable));
  const auto unit = text_of(at_pointer(*fitting, "/variable/unit/unitCode"));
  if (unit != rows_.station().unit)
    return not_fit(name_, "unit not declared: " + shown(unit) + ", the station's is " +
                              shown(rows_.station().unit));
  int methods = 0;
  for (const auto& method : array_at(*fitting, "/values")) {
    const auto& values = array_at(method, "/value");
    if (!values.empty() && ++methods > 1)
      return not_fit(name_, "several sensors measure this parameter at this site");
    usgs_values(*fitting, values);
  }
  return rows_.finish();
}

// --- Environment Agency --------------------------------------------------------------------------

// [{"ts","_","err"}], the same below "telemetry"; [{"value","value_timestamp"}] of rain; and the
// API's {"items":[{"dateTime","measure","value"}]}.
Result<FileReadings> JsonReader::uk_ea(const Json& json) {
  const std::string own = text_of(at_pointer(json, "/station/telemetry_id"));
  if (!own.empty() && own != source().series)
    return not_fit(name_, "station " + shown(own) + ", declared is " + shown(source().series));
  const Json& list = json.is_array()          ? json
                     : json.contains("items") ? array_at(json, "/items")
                                              : array_at(json, "/telemetry");
  if (list.empty()) return not_fit(name_, "no list of readings");
  std::size_t index = 0;
  for (const auto& item : list) {
    const std::string where = place(index++);
    const auto measure = text_of(member(item, "measure"));
    if (!measure.empty() && measure.substr(measure.rfind('/') + 1) != source().series) {
      rows_.pass_over();
      continue;
    }
    std::string time = text_of(member(item, "ts"));
    const Json* value = member(item, "_");
    if (time.empty()) {
      time = text_of(member(item, "dateTime"));
      if (time.empty()) time = text_of(member(item, "value_timestamp"));
      value = member(item, "value");
    }
    const Json* error = member(item, "err");
    take({.time = time, .marked_in_error = error != nullptr && *error == true, .place = where},
         value);
  }
  return rows_.finish();
}

// --- VanDa Hydro API -----------------------------------------------------------------------------

void JsonReader::vanda_row(const Json& record, const std::string& station, std::size_t index) {
  const auto point = text_of(member(record, "measurementPointNumber"));
  const bool own = station == source().series &&
                   text_of(member(record, "examinationTypeSc")) == source().variable &&
                   (source().point == 0 || point == std::to_string(source().point));
  if (!own) return rows_.pass_over();
  const auto unit = text_of(member(record, "unit"));
  if (unit != rows_.station().unit)
    return rows_.refuse(place(index), "unit not declared: " + shown(unit) + ", the station's is " +
                                          shown(rows_.station().unit));
  const std::string time = text_of(member(record, "measurementDateTime"));
  take(
      {.time = time, .created = text_of(member(record, "createdTimestamp")), .place = place(index)},
      member(record, source().elevation_corrected ? "resultElevationCorrected" : "result"));
}

// Records, or stations with their records below "results".
Result<FileReadings> JsonReader::vanda(const Json& json) {
  if (!json.is_array()) return not_fit(name_, "no list of VanDa's records");
  std::size_t index = 0;
  std::string point;
  const auto look_at = [&](const Json& record, const std::string& station) -> Result<void> {
    const auto number = text_of(member(record, "measurementPointNumber"));
    if (station == source().series && source().point == 0 &&
        text_of(member(record, "examinationTypeSc")) == source().variable) {
      if (!point.empty() && number != point)
        return not_fit(name_, "several measurement points; declare file.point");
      point = number;
    }
    vanda_row(record, station, index++);
    return {};
  };
  for (const auto& item : json) {
    const auto station = text_of(member(item, "stationId"));
    if (item.is_object() && item.contains("results")) {
      for (const auto& record : array_at(item, "/results"))
        if (auto looked = look_at(record, station); !looked) return fail(looked.error());
    } else if (auto looked = look_at(item, station); !looked) {
      return fail(looked.error());
    }
  }
  return rows_.finish();
}

// --- DMI oceanObs --------------------------------------------------------------------------------

Result<FileReadings> JsonReader::dmi(const Json& json) {
  if (text_of(member(json, "type")) != "FeatureCollection")
    return not_fit(name_, "no GeoJSON FeatureCollection");
  std::size_t index = 0;
  for (const auto& feature : array_at(json, "/features")) {
    const std::string where = place(index++);
    const Json* properties = member(feature, "properties");
    const bool own = properties != nullptr &&
                     text_of(member(*properties, "stationId")) == source().series &&
                     text_of(member(*properties, "parameterId")) == source().variable;
    if (!own) {
      rows_.pass_over();
      continue;
    }
    const std::string time = text_of(member(*properties, "observed"));
    Row row{.time = time, .created = text_of(member(*properties, "created")), .place = where};
    const Json *x = at_pointer(feature, "/geometry/coordinates/0"),
               *y = at_pointer(feature, "/geometry/coordinates/1");
    if (x != nullptr && y != nullptr && x->is_number() && y->is_number())
      row.position = {x->get<double>(), y->get<double>()};
    take(std::move(row), member(*properties, "value"));
  }
  return rows_.finish();
}

}  // namespace

Result<FileReadings> read_agency_json(const Station& station, std::string_view text,
                                      const std::string& name, Time received) {
  const auto json = parse_json(text, deepest_file);
  if (!json) return not_fit(name, json.error().message);
  JsonReader reader(station, name, received);
  switch (station.file->format) {
    case FileFormat::usgs:
      return reader.usgs(*json);
    case FileFormat::uk_ea:
      return reader.uk_ea(*json);
    case FileFormat::vanda:
      return reader.vanda(*json);
    case FileFormat::dmi:
      return reader.dmi(*json);
    default:
      return not_fit(name, "not read as JSON");
  }
}

}  // namespace vandvagt::sensors::detail
