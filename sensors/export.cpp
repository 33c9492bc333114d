#include "sensors/export.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <memory>

#include "sensors/bridge.hpp"
#include "sensors/detail/payload.hpp"

namespace vandvagt::sensors {
namespace {

struct CloseFile {
  void operator()(std::FILE* file) const noexcept { std::fclose(file); }
};

/// A text file beside its place, renamed into it when it is on the disk.
class TextFile {
 public:
  explicit TextFile(std::filesystem::path path) : path_(std::move(path)), partial_(path_) {
    partial_ += ".partial";
    file_.reset(std::fopen(partial_.c_str(), "wb"));
  }
  ~TextFile() {
    std::error_code ignored;
    if (file_ != nullptr || !published_) std::filesystem::remove(partial_, ignored);
  }
  TextFile(const TextFile&) = delete;
  TextFile& operator=(const TextFile&) = delete;
  TextFile(TextFile&&) = delete;
  TextFile& operator=(TextFile&&) = delete;

  void write(const std::string& text) {
    if (file_ != nullptr && std::fwrite(text.data(), 1, text.size(), file_.get()) != text.size())
      failed_ = true;
  }

  Result<void> publish() {
    const bool written = file_ != nullptr && !failed_ && std::fflush(file_.get()) == 0 &&
                         fsync(fileno(file_.get())) == 0;
    file_.reset();
    std::error_code problem;
    if (written) std::filesystem::rename(partial_, path_, problem);
    published_ = written && !problem;
    if (published_) return {};
    return fail(ErrorCode::io,
                path_.string() + ": cannot be written; check the folder, its rights and space");
  }

 private:
  std::filesystem::path path_, partial_;
  std::unique_ptr<std::FILE, CloseFile> file_;
  bool failed_ = false, published_ = false;
};

// Ids and units hold no comma or quote that would need quoting, but a datum may.
std::string csv_datum(const Station& station) {
  if (station.datum.find_first_of(",\"\n") == std::string::npos) return station.datum;
  std::string quoted = "\"";
  for (const char c : station.datum) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + "\"";
}

std::string csv_row(const Station& station, const Reading& r) {
  const auto number = [](const std::optional<std::int64_t>& n) {
    return n ? std::to_string(*n) : std::string{};
  };
  return fmt::format(
      "{},{},{},{},{},{},{},{},{},{},{},{},{}\n", station.id, to_string(station.parameter),
      format_time(r.time), detail::value_text(station, r.value), station.unit, csv_datum(station),
      static_cast<int>(r.quality.overall), tests_text(r.quality), r.revision, r.late ? 1 : 0,
      format_time(r.received), number(r.session), number(r.sequence));
}

std::string xml_text(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '&')
      out += "&amp;";
    else if (c == '<')
      out += "&lt;";
    else if (c == '>')
      out += "&gt;";
    else if (c == '"')
      out += "&quot;";
    else if (static_cast<unsigned char>(c) >= 0x20)
      out += c;
  }
  return out;
}

constexpr const char* collection_head =
    R"(<?xml version="1.0" encoding="UTF-8"?>
<wml2:Collection xmlns:wml2="http://www.opengis.net/waterml/2.0" xmlns:gml="http://www.opengis.net/gml/3.2" xmlns:om="http://www.opengis.net/om/2.0" xmlns:sa="http://www.opengis.net/sampling/2.0" xmlns:swe="http://www.opengis.net/swe/2.0" xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" gml:id="collection">
  <wml2:metadata>
    <wml2:DocumentMetadata gml:id="document">
      <wml2:generationDate>{}</wml2:generationDate>
      <wml2:version xlink:href="http://www.opengis.net/waterml/2.0" xlink:title="WaterML 2.0"/>
      <wml2:generationSystem>vandvagt</wml2:generationSystem>
    </wml2:DocumentMetadata>
  </wml2:metadata>
)";

constexpr const char* observation_head =
    R"(  <wml2:observationMember>
    <om:OM_Observation gml:id="obs.{id}">
      <om:phenomenonTime>
        <gml:TimePeriod gml:id="period.{id}">
          <gml:beginPosition>{begin}</gml:beginPosition>
          <gml:endPosition>{end}</gml:endPosition>
        </gml:TimePeriod>
      </om:phenomenonTime>
      <om:resultTime>
        <gml:TimeInstant gml:id="result.{id}">
          <gml:timePosition>{now}</gml:timePosition>
        </gml:TimeInstant>
      </om:resultTime>
      <om:procedure>
        <wml2:ObservationProcess gml:id="process.{id}">
          <wml2:processType xlink:href="http://www.opengis.net/def/waterml/2.0/processType/Sensor" xlink:title="Sensor"/>
          <wml2:verticalDatum xlink:title="{datum}"/>
        </wml2:ObservationProcess>
      </om:procedure>
      <om:observedProperty xlink:title="{parameter}"/>
      <om:featureOfInterest xlink:title="{name}">
        <wml2:MonitoringPoint gml:id="station.{id}">
          <gml:identifier codeSpace="vandvagt">{id}</gml:identifier>
          <gml:name>{name}</gml:name>
          <sa:sampledFeature xlink:title="{name}"/>
        </wml2:MonitoringPoint>
      </om:featureOfInterest>
      <om:result>
        <wml2:MeasurementTimeseries gml:id="series.{id}">
          <wml2:defaultPointMetadata>
            <wml2:DefaultTVPMeasurementMetadata>
              <wml2:uom code="{unit}"/>
              <wml2:interpolationType xlink:href="http://www.opengis.net/def/waterml/2.0/interpolationType/Continuous" xlink:title="Continuous/Instantaneous"/>
            </wml2:DefaultTVPMeasurementMetadata>
          </wml2:defaultPointMetadata>
)";

constexpr const char* point_text =
    R"(          <wml2:point>
            <wml2:MeasurementTVP>
              <wml2:time>{}</wml2:time>
              <wml2:value>{}</wml2:value>
              <wml2:metadata>
                <wml2:TVPMeasurementMetadata>
                  <wml2:qualifier xlink:title="QARTOD:{}"/>
                  <wml2:qualifier xlink:title="tests:{}"/>
                </wml2:TVPMeasurementMetadata>
              </wml2:metadata>
            </wml2:MeasurementTVP>
          </wml2:point>
)";

constexpr const char* observation_tail =
    R"(        </wml2:MeasurementTimeseries>
      </om:result>
    </om:OM_Observation>
  </wml2:observationMember>
)";

void write_observation(const ExportedSeries& series, Time now, TextFile& out) {
  const auto& station = *series.station;
  out.write(fmt::format(
      fmt::runtime(observation_head), fmt::arg("id", station.id),
      fmt::arg("begin", format_time(series.readings.front().time)),
      fmt::arg("end", format_time(series.readings.back().time)), fmt::arg("now", format_time(now)),
      fmt::arg("datum", xml_text(station.datum.empty() ? "none" : station.datum)),
      fmt::arg("parameter", to_string(station.parameter)),
      fmt::arg("name", xml_text(station.name.empty() ? station.id : station.name)),
      fmt::arg("unit", xml_text(station.unit))));
  for (const auto& r : series.readings)
    out.write(fmt::format(fmt::runtime(point_text), format_time(r.time),
                          detail::value_text(station, r.value), static_cast<int>(r.quality.overall),
                          tests_text(r.quality)));
  out.write(observation_tail);
}

}  // namespace

Result<std::vector<ExportedSeries>> read_for_export(const Catalogue& catalogue, const Store& store,
                                                    const ExportRequest& request) {
  std::vector<const Station*> stations;
  for (const auto& id : request.stations) {
    stations.push_back(catalogue.find(id));
    if (stations.back() == nullptr)
      return fail(ErrorCode::invalid_input,
                  "station \"" + id + "\" is not configured; name one that is");
  }
  if (request.stations.empty())
    for (const auto& station : catalogue.stations()) stations.push_back(&station);
  std::vector<ExportedSeries> all;
  for (const Station* station : stations) {
    auto readings = store.read(station->id, station->parameter, request.from, request.to);
    if (!readings) return fail(readings.error());
    if (!readings->empty()) all.push_back({station, std::move(*readings)});
  }
  return all;
}

Result<void> export_csv(const Catalogue& catalogue, const Store& store,
                        const ExportRequest& request, const std::filesystem::path& file) {
  const auto all = read_for_export(catalogue, store, request);
  if (!all) return fail(all.error());
  TextFile out(file);
  out.write(
      "station,parameter,time,value,unit,datum,flag,tests,revision,late,received,session,"
      "sequence\n");
  for (const auto& series : *all)
    for (const auto& reading : series.readings) out.write(csv_row(*series.station, reading));
  return out.publish();
}

namespace {

constexpr std::array origins{"measured", "linear", "fallback"};  // in the order of Origin

Result<std::vector<BridgedValue>> closed(const Catalogue& catalogue, const Store& store,
                                         const ExportRequest& request, const ExportedSeries& series,
                                         Duration longest_linear) {
  const Station& station = *series.station;
  if (!station.limits.expected_interval)
    return fail(ErrorCode::invalid_input, "station \"" + station.id +
                                              "\": what a hole is follows from"
                                              " quality.expected_interval; declare it");
  std::vector<Reading> instead;
  double offset = 0.0;
  if (!station.fallback.empty()) {
    const auto& other = *catalogue.find(station.fallback.front());
    auto readings = store.read_good(other.id, other.parameter, request.from, request.to);
    if (!readings) return fail(readings.error());
    instead = std::move(*readings);
    if (station.limits.neighbour == other.id) offset = station.limits.neighbour_difference;
  }
  return bridge(series.readings, instead,
                {.interval = *station.limits.expected_interval,
                 .longest_linear = longest_linear,
                 .fallback_offset = offset});
}

}  // namespace

Result<void> export_closed_csv(const Catalogue& catalogue, const Store& store,
                               const ExportRequest& request, Duration longest_linear,
                               const std::filesystem::path& file) {
  const auto all = read_for_export(catalogue, store, request);
  if (!all) return fail(all.error());
  TextFile out(file);
  out.write("station,parameter,time,value,unit,datum,origin\n");
  for (const auto& series : *all) {
    const Station& station = *series.station;
    const auto values = closed(catalogue, store, request, series, longest_linear);
    if (!values) return fail(values.error());
    for (const auto& one : *values)
      out.write(fmt::format("{},{},{},{},{},{},{}\n", station.id, to_string(station.parameter),
                            format_time(one.time), detail::value_text(station, one.value),
                            station.unit, csv_datum(station),
                            origins[static_cast<std::size_t>(one.origin)]));
  }
  return out.publish();
}

Result<void> export_waterml(const Catalogue& catalogue, const Store& store,
                            const ExportRequest& request, const std::filesystem::path& file,
                            Time now) {
  const auto all = read_for_export(catalogue, store, request);
  if (!all) return fail(all.error());
  TextFile out(file);
  out.write(fmt::format(fmt::runtime(collection_head), format_time(now)));
  for (const auto& series : *all) write_observation(series, now, out);
  out.write("</wml2:Collection>\n");
  return out.publish();
}

}  // namespace vandvagt::sensors
