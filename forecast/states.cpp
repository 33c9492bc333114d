#include "forecast/states.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <string_view>
#include <system_error>
#include <utility>
#include <variant>

#include "forecast/detail/names.hpp"
#include "grids/files.hpp"
#include "grids/netcdf.hpp"

namespace vandvagt::forecast {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view suffix = ".state.nc";
// 2: with the ground's part. A state of version 1 is a whole one of a case without it, which its
// identity tells.
constexpr std::string_view layout_version = "2";
constexpr std::string_view layout_version_without_ground = "1";
constexpr std::string_view identity_prefix = "identity_";

std::string microseconds(Time time) {
  return std::to_string(time.time_since_epoch().count());
}

std::optional<Time> time_of(const std::string& microseconds) {
  std::int64_t count = 0;
  const auto [end, error] =
      std::from_chars(microseconds.data(), microseconds.data() + microseconds.size(), count);
  if (error != std::errc{} || end != microseconds.data() + microseconds.size()) return {};
  return Time{Duration{count}};
}

/// The time in `<name>_20261123T041000Z.state.nc`.
std::optional<Time> time_in_name(const std::string& file, const std::string& name) {
  const std::string prefix = detail::file_name_of(name) + "_";
  if (!file.starts_with(prefix) || !file.ends_with(suffix)) return {};
  const std::string stamp = file.substr(prefix.size(), file.size() - prefix.size() - suffix.size());
  if (stamp.size() != 16) return {};
  const auto time = parse_time(
      fmt::format("{}-{}-{}T{}:{}:{}", stamp.substr(0, 4), stamp.substr(4, 2), stamp.substr(6, 2),
                  stamp.substr(9, 2), stamp.substr(11, 2), stamp.substr(13, 3)));
  return time ? std::optional<Time>(*time) : std::nullopt;
}

struct NamedState {
  Time time;
  fs::path file;
};

/// States of that name in the folder, newest first.
std::vector<NamedState> states_in(const fs::path& folder, const std::string& name) {
  std::vector<NamedState> found;
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    if (const auto time = time_in_name(entry->path().filename().string(), name)) {
      found.push_back({*time, entry->path()});
    }
  }
  std::ranges::sort(found, std::ranges::greater{}, &NamedState::time);
  return found;
}

void remove_old_states(const fs::path& folder, const std::string& name, Time newest,
                       Duration max_age) {
  constexpr std::size_t kept = 3;
  const auto states = states_in(folder, name);
  for (std::size_t k = kept; k < states.size(); ++k) {
    std::error_code ignored;  // an old state that stays does no harm
    if (newest - states[k].time > 3 * max_age) fs::remove(states[k].file, ignored);
  }
}

/// The state's own arrays, by the name they have in the file.
template <class State>
auto arrays_of(State& state) {
  return std::array{std::pair{"depth", &state.depth},
                    std::pair{"depth_residual", &state.depth_residual},
                    std::pair{"unit_discharge_x", &state.unit_discharge_x},
                    std::pair{"unit_discharge_y", &state.unit_discharge_y},
                    std::pair{"infiltrated", &state.infiltrated},
                    std::pair{"water_table_depth", &state.water_table_depth},
                    std::pair{"pump_running", &state.pump_running},
                    std::pair{"passage_discharge", &state.passage_discharge},
                    std::pair{"head", &state.head},
                    std::pair{"seepage_rate", &state.seepage_rate},
                    std::pair{"seepage_rest", &state.seepage_rest}};
}

std::string misfit(const Identity& wanted, const Identity& found) {
  std::string parts;
  for (const auto& [part, digest] : wanted) {
    const auto other = found.find(part);
    if (other != found.end() && other->second == digest) continue;
    parts += (parts.empty() ? "" : ", ") + part;
  }
  for (const auto& [part, digest] : found) {
    if (!wanted.contains(part)) parts += (parts.empty() ? "" : ", ") + part;
  }
  return parts.empty() ? "" : "it was made with another " + parts;
}

}  // namespace

std::string StateUse::coldness() const {
  if (!cold) {
    return fmt::format("warm: state of {}, {} old; {} of simulated time since a cold start", used,
                       format_duration(age), format_duration(spun_up));
  }
  const std::string why = refused.empty() ? "no usable state" : "no state that fits";
  return fmt::format("cold start ({}), {} of spin-up behind it", why, format_duration(spun_up));
}

Result<fs::path> save_state(const fs::path& folder, const SavedState& saved, Duration max_age) {
  if (auto made = grids::make_output_folder(folder); !made) return fail(made.error());
  grids::StateContent content;
  content.attributes = {
      {"layout_version", std::string(layout_version)},
      {"name", saved.name},
      {"run", saved.run},
      {"time", format_time(saved.state.time)},
      {"time_microseconds", microseconds(saved.state.time)},
      {"ground_time_microseconds", microseconds(saved.state.ground_time)},
      {"cold_start", format_time(saved.cold_start)},
      {"cold_start_microseconds", microseconds(saved.cold_start)},
      {"precision", saved.state.precision == model::Precision::double_ ? "double" : "single"}};
  for (const auto& [part, digest] : saved.identity) {
    content.attributes[std::string(identity_prefix) + part] = digest;
  }
  for (const auto& [name, values] : arrays_of(saved.state)) {
    if (!values->empty()) content.arrays.push_back({name, {values->size()}, *values});
  }
  const fs::path file = folder / fmt::format("{}_{}{}", detail::file_name_of(saved.name),
                                             format_time_compact(saved.state.time), suffix);
  if (auto written = grids::write_state(file, content); !written) return fail(written.error());
  remove_old_states(folder, saved.name, saved.state.time, max_age);
  return file;
}

Result<SavedState> load_state(const fs::path& file) {
  auto content = grids::read_state(file);
  if (!content) return fail(content.error());
  const auto attribute = [&](const std::string& name) {
    const auto found = content->attributes.find(name);
    return found == content->attributes.end() ? std::string{} : found->second;
  };
  const std::string version = attribute("layout_version");
  if (version != layout_version && version != layout_version_without_ground) {
    return fail(ErrorCode::refused, file.string() + ": its layout is version \"" + version +
                                        "\", not " + std::string(layout_version));
  }
  const auto time = time_of(attribute("time_microseconds"));
  const auto cold_start = time_of(attribute("cold_start_microseconds"));
  if (!time || !cold_start) return fail(ErrorCode::refused, file.string() + ": has no time");
  SavedState saved;
  saved.file = file;
  saved.name = attribute("name");
  saved.run = attribute("run");
  saved.cold_start = *cold_start;
  saved.state.time = *time;
  saved.state.ground_time = time_of(attribute("ground_time_microseconds")).value_or(*time);
  saved.state.precision =
      attribute("precision") == "single" ? model::Precision::single_ : model::Precision::double_;
  for (const auto& [name, text] : content->attributes) {
    if (name.starts_with(identity_prefix))
      saved.identity[name.substr(identity_prefix.size())] = text;
  }
  for (grids::StateArray& array : content->arrays) {
    for (const auto& [name, values] : arrays_of(saved.state)) {
      auto* doubles = std::get_if<std::vector<double>>(&array.values);
      if (array.name == name && doubles) *values = std::move(*doubles);
    }
  }
  return saved;
}

std::optional<SavedState> find_state(const fs::path& folder, const Scenario& scenario,
                                     const Identity& identity, Time reference,
                                     std::vector<RefusedState>& refused) {
  for (const NamedState& candidate : states_in(folder, scenario.name)) {
    if (candidate.time > reference) continue;
    const Duration age = reference - candidate.time;
    if (age > scenario.time.state_max_age) {
      refused.push_back(
          {candidate.file, fmt::format("it is {} old; state_max_age is {}", format_duration(age),
                                       format_duration(scenario.time.state_max_age))});
      break;  // the others are older
    }
    auto saved = load_state(candidate.file);
    if (!saved) {
      refused.push_back({candidate.file, saved.error().message});
      continue;
    }
    if (const std::string why = misfit(identity, saved->identity); !why.empty()) {
      refused.push_back({candidate.file, why});
      continue;
    }
    return std::move(*saved);
  }
  return std::nullopt;
}

}  // namespace vandvagt::forecast
