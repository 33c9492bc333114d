#include "sensors/reading.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/digest.hpp"

namespace vandvagt::sensors {
namespace {

struct ParameterName {
  Parameter parameter;
  std::string_view name;
  Dimension dimension;
};

constexpr std::array<ParameterName, 7> parameters{{
    {Parameter::stage, "stage", Dimension::length},
    {Parameter::depth, "depth", Dimension::length},
    {Parameter::discharge, "discharge", Dimension::discharge},
    {Parameter::rain, "rain", Dimension::speed},
    {Parameter::groundwater_head, "groundwater-head", Dimension::length},
    {Parameter::groundwater_depth, "groundwater-depth", Dimension::length},
    {Parameter::evaporation, "evaporation", Dimension::speed},
}};

const ParameterName& entry(Parameter parameter) {
  return parameters[static_cast<std::size_t>(parameter)];
}

std::optional<Flag> parse_flag(int digit) {
  switch (digit) {
    case 1:
      return Flag::pass;
    case 2:
      return Flag::not_evaluated;
    case 3:
      return Flag::suspect;
    case 4:
      return Flag::fail;
    case 9:
      return Flag::missing;
    default:
      return std::nullopt;
  }
}

}  // namespace

std::string tests_text(const Quality& quality) {
  std::string text;
  for (const Flag flag : quality.tests) text += static_cast<char>('0' + static_cast<int>(flag));
  return text;
}

std::optional<Quality> parse_quality(int overall, std::string_view tests) {
  Quality quality;
  const auto worst = parse_flag(overall);
  if (!worst || tests.size() != qc_test_count) return std::nullopt;
  quality.overall = *worst;
  for (std::size_t i = 0; i < qc_test_count; ++i) {
    const auto flag = parse_flag(tests[i] - '0');
    if (!flag) return std::nullopt;
    quality.tests[i] = *flag;
  }
  return quality;
}

std::string to_string(Parameter parameter) {
  return std::string(entry(parameter).name);
}

std::optional<Parameter> parse_parameter(std::string_view text) {
  const auto* found = std::find_if(parameters.begin(), parameters.end(),
                                   [text](const auto& known) { return known.name == text; });
  if (found == parameters.end()) return std::nullopt;
  return found->parameter;
}

Dimension dimension(Parameter parameter) {
  return entry(parameter).dimension;
}

bool needs_datum(Parameter parameter) {
  return parameter == Parameter::stage || parameter == Parameter::groundwater_head;
}

std::string digest(std::span<const Reading> readings) {
  Sha256 sha;
  for (const auto& r : readings)
    sha.add(fmt::format("{} {} {} {:a} {} {}{}\n", r.station, to_string(r.parameter),
                        format_time(r.time), r.value, r.revision,
                        static_cast<int>(r.quality.overall), tests_text(r.quality)));
  return sha.hex();
}

}  // namespace vandvagt::sensors
