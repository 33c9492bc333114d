#pragma once

#include <cmath>
#include <cstdint>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>

#include "alerts/encode.hpp"
#include "core/time.hpp"

// The functions to_json and from_json are what nlohmann::json looks for by name.
namespace nlohmann {

template <>
struct adl_serializer<vandvagt::Time> {
  static void to_json(json& j, const vandvagt::Time& t) { j = t.time_since_epoch().count(); }
  static void from_json(const json& j, vandvagt::Time& t) {
    t = vandvagt::Time{vandvagt::Duration{j.get<std::int64_t>()}};
  }
};

template <>
struct adl_serializer<vandvagt::Duration> {
  static void to_json(json& j, const vandvagt::Duration& d) { j = d.count(); }
  static void from_json(const json& j, vandvagt::Duration& d) {
    d = vandvagt::Duration{j.get<std::int64_t>()};
  }
};

template <class T>
struct adl_serializer<std::optional<T>> {
  static void to_json(json& j, const std::optional<T>& value) {
    j = value ? json(*value) : json(nullptr);
  }
  static void from_json(const json& j, std::optional<T>& value) {
    value = j.is_null() ? std::nullopt : std::optional<T>(j.get<T>());
  }
};

template <>
struct adl_serializer<vandvagt::alerts::Standing> {
  static void to_json(json& j, const vandvagt::alerts::Standing& s) {
    j = s.is_unknown() ? -2 : s.is_none() ? -1 : s.index();
  }
  static vandvagt::alerts::Standing from_json(const json& j) {
    using vandvagt::alerts::Standing;
    const int value = j.get<int>();
    return value == -2 ? Standing::unknown()
           : value < 0 ? Standing::none()
                       : Standing::level(value);
  }
};

}  // namespace nlohmann

namespace vandvagt::alerts {

// A rule and what surrounds it (detail/encode_setup.cpp).
void to_json(nlohmann::json& j, const Rule& r);
void from_json(const nlohmann::json& j, Rule& r);
void to_json(nlohmann::json& j, const Presentation& p);
void from_json(const nlohmann::json& j, Presentation& p);

namespace detail {

// JSON has no NaN and no infinity; both mean "not known" in a series.
inline nlohmann::json number(double value) {
  return std::isfinite(value) ? nlohmann::json(value) : nlohmann::json(nullptr);
}
inline double number(const nlohmann::json& j) {
  return j.is_null() ? std::numeric_limits<double>::quiet_NaN() : j.get<double>();
}

template <class Enum>
int code(Enum value) {
  return static_cast<int>(value);
}
template <class Enum>
void read_code(const nlohmann::json& j, const char* key, Enum& value) {
  value = static_cast<Enum>(j.at(key).get<int>());
}
template <class T>
void read(const nlohmann::json& j, const char* key, T& value) {
  j.at(key).get_to(value);
}
/// What an earlier version did not write keeps its default.
template <class T>
void read_newer(const nlohmann::json& j, const char* key, T& value) {
  if (const auto found = j.find(key); found != j.end()) found->get_to(value);
}

}  // namespace detail
}  // namespace vandvagt::alerts
