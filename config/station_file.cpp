#include "config/detail/parts.hpp"

namespace vandvagt::config {
namespace {

using sensors::FileFormat;
using sensors::FileSource;

/// `"+01:00"`, of normal time.
void read_local_time(Section& section, FileSource& source) {
  std::string offset;
  bool summer_time = false;
  section.text("utc_offset", offset);
  section.flag("summer_time", summer_time);
  if (!section.has("utc_offset")) {
    if (summer_time)
      section.fault("summer_time", "stands without utc_offset", "declare it of normal time");
    return;
  }
  const auto there = parse_time("2000-01-01T00:00:00" + offset);
  if (!there)
    return section.fault("utc_offset", "\"" + offset + "\" is no offset", "write \"+01:00\"");
  source.local_time =
      sensors::LocalTime{parse_time("2000-01-01T00:00:00Z").value() - *there, summer_time};
}

void read_columns(Section& section, sensors::CsvColumns& columns) {
  section.texts("time", columns.time);
  for (const auto& [key, column] : {std::pair{"value", &columns.value},
                                    {"series", &columns.series},
                                    {"substituted", &columns.substituted},
                                    {"pumping", &columns.pumping},
                                    {"x", &columns.x},
                                    {"y", &columns.y},
                                    {"unit", &columns.unit}})
    section.text(key, *column);
}

void read_separator(Section& section, FileSource& source) {
  std::string separator(1, source.separator);
  section.text("separator", separator);
  if (separator.size() == 1)
    source.separator = separator.front();
  else
    section.fault("separator", "is not one character", "write \",\" or \";\" or \"\\t\"");
}

}  // namespace

void read_station_file(Section& top, sensors::Station& station) {
  top.table("file", [&](Section& section) {
    FileSource source;
    section.require("format", "say how its files are written");
    section.choice<FileFormat>("format", source.format,
                               {{"csv", FileFormat::csv},
                                {"waterml2", FileFormat::waterml2},
                                {"usgs", FileFormat::usgs},
                                {"uk-ea", FileFormat::uk_ea},
                                {"vanda", FileFormat::vanda},
                                {"dmi", FileFormat::dmi},
                                {"kystdirektoratet", FileFormat::kystdirektoratet},
                                {"jupiter", FileFormat::jupiter}});
    section.text("series", source.series);
    section.text("variable", source.variable);
    section.whole("point", source.point, {.at_least = 0.0});
    section.flag("elevation_corrected", source.elevation_corrected);
    section.table("columns", [&](Section& inner) { read_columns(inner, source.columns); });
    read_separator(section, source);
    section.flag("decimal_comma", source.decimal_comma);
    section.text("time_format", source.time_format);
    read_local_time(section, source);
    section.numbers("missing", source.missing);
    section.number("missing_at_or_below", source.missing_at_or_below);
    section.number("scale", source.scale);
    section.number("offset", source.offset);
    if (section.present()) station.file = std::move(source);
  });
}

}  // namespace vandvagt::config
