// The rules of CAP 1.2 (OASIS, section 3.2) and of its users that XML Schema cannot express.

#include <fmt/format.h>

#include <charconv>
#include <sstream>

#include "alerts/cap.hpp"
#include "alerts/detail/xml.hpp"
#include "alerts/polygon.hpp"

namespace vandvagt::alerts {
namespace {

using detail::find_child;
using detail::next_same;
using detail::text_of;

std::size_t characters(const std::string& utf8) {
  std::size_t count = 0;
  for (const char c : utf8) count += (static_cast<unsigned char>(c) & 0xC0) != 0x80 ? 1 : 0;
  return count;
}

std::vector<std::string> split(const std::string& text, char at) {
  std::vector<std::string> parts;
  std::string part;
  std::istringstream in(text);
  while (std::getline(in, part, at)) parts.push_back(part);
  return parts;
}

std::vector<std::string> words(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> out;
  for (std::string word; in >> word;) out.push_back(word);
  return out;
}

class Rules {
 public:
  explicit Rules(const xmlNode* alert) : alert_(alert) {}

  Faults check() {
    check_name("identifier");
    check_name("sender");
    sent_ = read_time(alert_, "sent", "alert");
    type_ = text_of(find_child(alert_, "msgType"));
    check_references();
    check_scope();
    const xmlNode* info = find_child(alert_, "info");
    if (info == nullptr && (type_ == "Alert" || type_ == "Update")) {
      add("info", "is missing", "an " + type_ + " must say what it is about");
    }
    for (int n = 1; info != nullptr; info = next_same(info), ++n) {
      check_info(info, fmt::format("info[{}]", n));
    }
    return std::move(faults_);
  }

 private:
  void add(std::string place, std::string what, std::string cure) {
    faults_.push_back({std::move(place), std::move(what), std::move(cure)});
  }

  void check_name(const char* element) {
    const std::string name = text_of(find_child(alert_, element));
    if (name.empty() || name.find_first_of(" \t\r\n,<&") != std::string::npos) {
      add(element, "is empty or has a blank, comma, < or &", "use letters, digits and -._@:");
    }
  }

  std::optional<Time> read_time(const xmlNode* parent, const char* element,
                                const std::string& place) {
    const xmlNode* node = find_child(parent, element);
    if (node == nullptr) return std::nullopt;
    return parse_offset_time(text_of(node), place + "/" + element);
  }

  std::optional<Time> parse_offset_time(const std::string& text, const std::string& place) {
    if (text.size() != 25 || text.find_first_of("Z.") != std::string::npos) {
      add(place, "\"" + text + "\" is not of the form 2026-11-23T04:10:00-00:00",
          "write the offset, no Z and no fraction");
      return std::nullopt;
    }
    if (text.ends_with("+00:00")) add(place, "UTC is written +00:00", "write -00:00");
    // parse_time takes Z for UTC; -00:00 means the same.
    const auto time = parse_time(text.ends_with("-00:00") ? text.substr(0, 19) + "Z" : text);
    if (time) return *time;
    add(place, time.error().message, "give a time that exists");
    return std::nullopt;
  }

  void check_references() {
    const auto references = words(text_of(find_child(alert_, "references")));
    const bool needed =
        type_ == "Update" || type_ == "Cancel" || type_ == "Ack" || type_ == "Error";
    if (needed && references.empty()) {
      add("references", "is empty", "an " + type_ + " must name the messages it refers to");
    }
    const std::string own = text_of(find_child(alert_, "identifier"));
    for (const auto& reference : references) {
      const auto parts = split(reference, ',');
      if (parts.size() != 3 || parts[0].empty() || parts[1].empty()) {
        add("references", "\"" + reference + "\" is not sender,identifier,sent",
            "write the three, with commas and no blanks");
        continue;
      }
      if (parts[1] == own) add("references", "names the message itself", "leave it out");
      const auto sent = parse_offset_time(parts[2], "references");
      if (sent && sent_ && *sent > *sent_) {
        add("references", "names a message sent later than this one", "mend its sent");
      }
    }
    if ((type_ == "Cancel" || type_ == "Error") && text_of(find_child(alert_, "note")).empty()) {
      add("note", "is empty", "a " + type_ + " must say why");
    }
  }

  void check_scope() {
    const std::string scope = text_of(find_child(alert_, "scope"));
    const auto needs = [&](const char* value, const char* element) {
      if (scope == value && text_of(find_child(alert_, element)).empty()) {
        add(element, "is empty", std::string("scope ") + value + " needs it");
      }
    };
    needs("Restricted", "restriction");
    needs("Private", "addresses");
  }

  void check_info(const xmlNode* info, const std::string& place) {
    const auto headline = characters(text_of(find_child(info, "headline")));
    if (headline >= 140) {
      add(place + "/headline", fmt::format("has {} characters", headline), "keep it below 140");
    }
    if (text_of(find_child(info, "event")).empty()) add(place + "/event", "is empty", "name it");
    const xmlNode* language = find_child(info, "language");
    if (next_same(find_child(alert_, "info")) != nullptr && language == nullptr) {
      add(place + "/language", "is missing", "several info blocks need one each");
    }
    check_times(info, place);
    check_response(info, place);
    for (const xmlNode* area = find_child(info, "area"); area != nullptr; area = next_same(area)) {
      check_area(area, place + "/area");
    }
  }

  void check_times(const xmlNode* info, const std::string& place) {
    const auto effective = read_time(info, "effective", place);
    const auto onset = read_time(info, "onset", place);
    const auto expires = read_time(info, "expires", place);
    const auto start = effective ? effective : sent_;
    if (expires && start && *expires <= *start) {
      add(place + "/expires", "is not after effective (or sent)", "give a later time");
    }
    const xmlNode* parameter = find_child(info, "parameter");
    for (; parameter != nullptr; parameter = next_same(parameter)) {
      if (text_of(find_child(parameter, "valueName")) != "eventEndingTime") continue;
      const auto ending =
          parse_offset_time(text_of(find_child(parameter, "value")), place + "/eventEndingTime");
      if (ending && onset && *ending < *onset) {
        add(place + "/eventEndingTime", "lies before onset", "an event ends after it began");
      }
    }
  }

  void check_response(const xmlNode* info, const std::string& place) {
    const xmlNode* response = find_child(info, "responseType");
    for (; response != nullptr; response = next_same(response)) {
      if (text_of(response) == "AllClear" && type_ != "Update") {
        add(place + "/responseType", "AllClear in a message that is not an Update",
            "an all-clear updates the warning that it ends");
      }
    }
  }

  void check_area(const xmlNode* area, const std::string& place) {
    if (text_of(find_child(area, "areaDesc")).empty()) {
      add(place + "/areaDesc", "is empty", "say where");
    }
    const xmlNode* polygon = find_child(area, "polygon");
    for (; polygon != nullptr; polygon = next_same(polygon)) {
      check_polygon(text_of(polygon), place + "/polygon");
    }
    const xmlNode* geocode = find_child(area, "geocode");
    for (; geocode != nullptr; geocode = next_same(geocode)) {
      if (text_of(find_child(geocode, "valueName")).empty() ||
          text_of(find_child(geocode, "value")).empty()) {
        add(place + "/geocode", "has no name or no value", "give both");
      }
    }
  }

  void check_polygon(const std::string& text, const std::string& place) {
    std::vector<Position> ring;
    for (const auto& pair : words(text)) {
      const auto position = parse_position(pair);
      if (!position) {
        return add(place, "\"" + pair + "\" is not latitude,longitude within ±90,±180",
                   "write decimal degrees");
      }
      ring.push_back(*position);
    }
    if (ring.size() < 4 || !(ring.front() == ring.back())) {
      return add(place, "is not closed or has fewer than four points", "repeat the first point");
    }
    if (ring.size() > max_polygon_vertices) {
      return add(place, fmt::format("has {} points", ring.size()), "simplify to at most 100");
    }
    if (crosses_itself(ring)) add(place, "crosses or touches itself", "split or mend it");
  }

  static std::optional<Position> parse_position(const std::string& pair) {
    const auto parts = split(pair, ',');
    if (parts.size() != 2) return std::nullopt;
    Position position;
    const auto read = [](const std::string& text, double& value) {
      const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
      return error == std::errc{} && end == text.data() + text.size();
    };
    if (!read(parts[0], position.latitude) || !read(parts[1], position.longitude)) {
      return std::nullopt;
    }
    const bool inside = position.latitude >= -90.0 && position.latitude <= 90.0 &&
                        position.longitude >= -180.0 && position.longitude <= 180.0;
    return inside ? std::optional(position) : std::nullopt;
  }

  const xmlNode* alert_;
  std::optional<Time> sent_;
  std::string type_;
  Faults faults_;
};

}  // namespace

Result<Faults> cap_faults(std::string_view xml) {
  auto document = detail::parse_xml(xml);
  if (!document) return fail(document.error());
  const xmlNode* root = xmlDocGetRootElement(document->get());
  if (root == nullptr || std::string_view(reinterpret_cast<const char*>(root->name)) != "alert") {
    return fail(ErrorCode::invalid_input, "the root element is not a CAP alert");
  }
  return Rules(root).check();
}

Result<void> validate_cap(std::string_view xml, const CapSchema& schema) {
  if (auto valid = schema.validate(xml); !valid) return valid;
  const auto faults = cap_faults(xml);
  if (!faults) return fail(faults.error());
  if (faults->empty()) return {};
  std::string text = "CAP rules broken: ";
  for (const auto& fault : *faults)
    text += to_string(fault) + (&fault == &faults->back() ? "" : " | ");
  return fail(ErrorCode::invalid_input, text);
}

}  // namespace vandvagt::alerts
