#include "sensors/mapping.hpp"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "sensors/detail/networks.hpp"

namespace vandvagt::sensors {
namespace {

bool is_pointer(const std::string& text) {
  try {
    const nlohmann::json::json_pointer pointer(text);
    return true;
  } catch (const nlohmann::json::exception&) {
    return false;
  }
}

bool is_plain_topic(const std::string& topic) {
  return !topic.empty() && topic.size() <= 256 && topic.front() != '$' &&
         std::none_of(topic.begin(), topic.end(), [](char c) {
           return c == '+' || c == '#' || static_cast<unsigned char>(c) < 0x20;
         });
}

class MappingCheck {
 public:
  explicit MappingCheck(const PayloadMapping& mapping) : mapping_(mapping) {}

  std::vector<std::string> faults() {
    topic();
    pointers();
    numbers();
    format();
    return std::move(faults_);
  }

 private:
  void require(bool sound, std::string fault) {
    if (!sound) faults_.push_back(std::move(fault));
  }

  void topic() {
    require(is_plain_topic(mapping_.topic),
            "its topic must be one topic in full; no wildcards, no control characters");
    require(detail::fits_format(mapping_.format, mapping_.topic),
            "its topic \"" + mapping_.topic + "\" is none of its format; write " +
                detail::topic_of_format(mapping_.format));
  }

  void pointers() {
    for (const auto* pointer :
         {&mapping_.rows, &mapping_.value, &mapping_.time, &mapping_.unit, &mapping_.datum,
          &mapping_.session, &mapping_.sequence, &mapping_.pumping, &mapping_.x, &mapping_.y})
      require(is_pointer(*pointer),
              "\"" + *pointer + "\" is no JSON Pointer; begin it with / (RFC 6901)");
    require(mapping_.session.empty() == mapping_.sequence.empty(),
            "session and sequence come together or not at all; name both");
    require(mapping_.x.empty() == mapping_.y.empty(),
            "x and y come together or not at all; name both");
  }

  void numbers() {
    require(
        std::isfinite(mapping_.scale) && mapping_.scale != 0.0 && std::isfinite(mapping_.offset),
        "its scale and offset must be finite, scale not 0; mend them");
    require(!mapping_.missing_at_or_below || std::isfinite(*mapping_.missing_at_or_below),
            "missing_at_or_below must be finite; mend it");
  }

  void format() {
    using Format = PayloadFormat;
    const auto f = mapping_.format;
    const bool raw = f == Format::bytes || f == Format::hex;
    const bool uplink = f == Format::ttn || f == Format::chirpstack;
    require(!raw || mapping_.layout,
            "a device's bytes need a layout; declare [station.mapping.layout]");
    require(!raw || mapping_.time_form == TimeForm::reception,
            "a device's bytes carry no time; declare time_form = \"reception\"");
    require(raw || uplink || !mapping_.layout,
            "a layout is for bytes, hex, ttn and chirpstack; remove it");
    require(!uplink || (mapping_.value.empty() == mapping_.layout.has_value()),
            "an uplink is read by value or by layout; give one of them");
    require(f != Format::json || !mapping_.value.empty(),
            "value must be named; give a JSON Pointer");
    require(
        f != Format::json || mapping_.time_form == TimeForm::reception || !mapping_.time.empty(),
        "time must be named; give a JSON Pointer, or declare time_form = \"reception\"");
    require(f == Format::json || mapping_.rows.empty(), "rows is for json; remove it");
    if (!mapping_.layout) return;
    for (auto& fault : faults_of(*mapping_.layout)) faults_.push_back(std::move(fault));
  }

  const PayloadMapping& mapping_;
  std::vector<std::string> faults_;
};

}  // namespace

std::vector<std::string> faults_of(const PayloadMapping& mapping) {
  if (mapping.format == PayloadFormat::native) {
    if (mapping.topic.empty()) return {};
    return {"its topic is given and its format is not; name the format"};
  }
  return MappingCheck(mapping).faults();
}

}  // namespace vandvagt::sensors
