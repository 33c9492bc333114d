#include <algorithm>
#include <map>

#include "sensors/detail/file_rows.hpp"
#include "sensors/detail/json.hpp"

namespace vandvagt::sensors::detail {
namespace {

constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";

/// The next line's fields (RFC 4180: quotes may enclose separators, quotes and line ends).
class CsvText {
 public:
  CsvText(std::string_view text, char separator) : rest_(text), separator_(separator) {
    if (rest_.starts_with(byte_order_mark)) rest_.remove_prefix(byte_order_mark.size());
  }

  bool next(std::vector<std::string>& fields) {
    fields.clear();
    if (rest_.empty()) return false;
    ++line_;
    std::string field;
    bool quoted = false;
    std::size_t i = 0;
    for (; i < rest_.size(); ++i) {
      const char c = rest_[i];
      if (quoted) {
        if (c != '"')
          field += c;
        else if (i + 1 < rest_.size() && rest_[i + 1] == '"')
          field += rest_[++i];
        else
          quoted = false;
      } else if (c == '"' && field.empty()) {
        quoted = true;
      } else if (c == separator_) {
        fields.push_back(trimmed(field));
        field.clear();
      } else if (c == '\n' || c == '\r') {  // LF, CR LF, or CR alone, as old programs write
        if (c == '\r' && i + 1 < rest_.size() && rest_[i + 1] == '\n') ++i;
        break;
      } else {
        field += c;
      }
    }
    fields.push_back(trimmed(field));
    rest_.remove_prefix(std::min(i + 1, rest_.size()));
    return true;
  }
  int line() const { return line_; }

 private:
  static std::string trimmed(const std::string& text) {
    const auto begin = text.find_first_not_of(" \t\r");
    if (begin == std::string::npos) return {};
    return text.substr(begin, text.find_last_not_of(" \t\r") - begin + 1);
  }

  std::string_view rest_;
  char separator_;
  int line_ = 0;
};

CsvColumns columns_of(const Station& station) {
  const FileSource& source = *station.file;
  CsvColumns columns = source.columns;
  const auto preset = [](std::string& column, const char* name) {
    if (column.empty()) column = name;
  };
  if (source.format == FileFormat::kystdirektoratet) {
    if (columns.time.empty()) columns.time = {"Datotid"};
    preset(columns.value, "Vandstand");
    preset(columns.substituted, "Source_ident");
    preset(columns.x, "East");
    preset(columns.y, "North");
  } else if (source.format == FileFormat::jupiter) {
    if (columns.time.empty()) columns.time = {"TIMEOFMEAS"};
    preset(columns.series, "BOREHOLENO");
    preset(columns.pumping, "SITUATION");
    // The raw level column mixes conventions from row to row; these two do not.
    preset(columns.value,
           station.parameter == Parameter::groundwater_head ? "WATLEVMSL" : "WATLEVGRSU");
  }
  return columns;
}

using Header = std::map<std::string, std::size_t, std::less<>>;

/// Where each declared column is; a fault for one that is not there.
class CsvReader {
 public:
  CsvReader(const Station& station, std::string_view text, std::string name, Time received)
      : rows_(station, received),
        columns_(columns_of(station)),
        text_(text, station.file->separator),
        name_(std::move(name)) {}

  Result<FileReadings> read() {
    if (auto found = find_header(); !found) return fail(found.error());
    std::vector<std::string> fields;
    while (text_.next(fields)) {
      if (fields.size() == 1 && fields[0].empty()) continue;
      row(fields);
    }
    return rows_.finish();
  }

 private:
  std::string place() const { return name_ + ":" + std::to_string(text_.line()); }

  // The first line that holds every declared column: notes may stand above it.
  Result<void> find_header() {
    std::vector<std::string> needed = columns_.time;
    for (const auto* column : {&columns_.value, &columns_.series, &columns_.unit})
      if (!column->empty()) needed.push_back(*column);
    if (rows_.source().format == FileFormat::jupiter) {
      needed.emplace_back("INTAKENO");
      needed.push_back(columns_.pumping);
    }
    std::vector<std::string> fields;
    while (text_.next(fields)) {
      header_.clear();
      for (std::size_t i = 0; i < fields.size(); ++i) header_.emplace(fields[i], i);
      if (std::all_of(needed.begin(), needed.end(),
                      [&](const auto& column) { return header_.contains(column); }))
        return {};
    }
    std::string all;
    for (const auto& column : needed) all += (all.empty() ? "" : ", ") + column;
    return fail(ErrorCode::invalid_input, name_ + ": no line holds the declared columns " + all +
                                              "; mend columns or separator");
  }

  const std::string* field(const std::vector<std::string>& fields,
                           const std::string& column) const {
    const auto found = column.empty() ? header_.end() : header_.find(column);
    return found == header_.end() || found->second >= fields.size() ? nullptr
                                                                    : &fields[found->second];
  }

  Result<double> number(std::string text) const {
    if (rows_.source().decimal_comma)
      for (char& c : text)
        if (c == ',') c = '.';
    return parse_number(text);
  }

  bool of_this_series(const std::vector<std::string>& fields) const {
    const auto& station = rows_.station();
    const auto* series = field(fields, columns_.series);
    if (series != nullptr && *series != rows_.source().series) return false;
    if (rows_.source().format != FileFormat::jupiter) return true;
    const auto* intake = field(fields, "INTAKENO");
    return intake != nullptr && station.well && *intake == std::to_string(station.well->intake);
  }

  void row(const std::vector<std::string>& fields) {
    if (!of_this_series(fields)) return rows_.pass_over();
    const auto* unit = field(fields, columns_.unit);
    if (unit != nullptr && *unit != rows_.station().unit)
      return rows_.refuse(place(), "unit not declared: " + shown(*unit));
    std::string time;
    for (const auto& column : columns_.time) {
      const auto* part = field(fields, column);
      if (part == nullptr) return rows_.refuse(place(), "row shorter than its header");
      time += (time.empty() ? "" : " ") + *part;
    }
    Row row{.time = time, .place = place()};
    const auto* value = field(fields, columns_.value);
    if (value == nullptr) return rows_.refuse(place(), "row shorter than its header");
    if (!value->empty()) {
      const auto parsed = number(*value);
      if (!parsed) return rows_.refuse(place(), parsed.error().message);
      row.value = *parsed;
    }
    marks(fields, row);
    rows_.take(row);
  }

  void marks(const std::vector<std::string>& fields, Row& row) const {
    const auto* substituted = field(fields, columns_.substituted);
    row.substituted = substituted != nullptr && !substituted->empty();
    if (!columns_.pumping.empty()) {
      const auto* pumping = field(fields, columns_.pumping);
      row.pumping = pumping == nullptr || *pumping != "0";  // what is not told counts as running
    }
    const auto *x = field(fields, columns_.x), *y = field(fields, columns_.y);
    if (x == nullptr || y == nullptr) return;
    const auto east = number(*x), north = number(*y);
    if (east && north) row.position = {*east, *north};
  }

  RowReader rows_;
  CsvColumns columns_;
  CsvText text_;
  std::string name_;
  Header header_;
};

}  // namespace

Result<FileReadings> read_csv(const Station& station, std::string_view text,
                              const std::string& name, Time received) {
  return CsvReader(station, text, name, received).read();
}

}  // namespace vandvagt::sensors::detail
