#include "sensors/disturb.hpp"

#include <algorithm>
#include <cmath>
#include <string_view>

#include "sensors/encode.hpp"

namespace vandvagt::sensors {
namespace {

enum class Kind : std::uint64_t {
  drop = 1,
  duplicate,
  delay,
  delay_length,
  reorder,
  spike,
  spike_sign,
  flat_line,
  wrong_unit
};

// A number from 0 to 1 for one reading and one kind of fault: SplitMix64 (Steele, Lea & Flood 2014,
// doi:10.1145/2660193.2660195) over what names them, so that no fault shifts the others.
class Chance {
 public:
  Chance(std::uint64_t seed, const Reading& reading)
      : state_(
            mix(seed ^ mix(static_cast<std::uint64_t>(reading.time.time_since_epoch().count())))) {
    for (const char c : reading.station) state_ = mix(state_ ^ static_cast<unsigned char>(c));
  }
  double operator()(Kind kind) const {
    return static_cast<double>(mix(state_ + static_cast<std::uint64_t>(kind)) >> 11U) * 0x1.0p-53;
  }

 private:
  static std::uint64_t mix(std::uint64_t z) {
    z += 0x9e3779b97f4a7c15U;
    z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27U)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31U);
  }
  std::uint64_t state_;
};

// A unit of the same dimension that is not the station's.
std::string another_unit(const Station& station) {
  for (const char* unit : {"cm", "m", "l/s", "m3/s", "mm/h", "m/s"})
    if (station.unit != unit && to_si(1.0, unit, dimension(station.parameter))) return unit;
  return "furlong";
}

// What is measured: the value with the sensor's own faults.
std::vector<Reading> sensed(const std::vector<Reading>& readings, const Disturbance& faults) {
  std::vector<Reading> out = readings;
  int flat = 0;
  for (std::size_t i = 0; i < out.size(); ++i) {
    const Chance chance(faults.seed, readings[i]);
    if (flat > 0) {
      out[i].value = out[i - 1].value;
      --flat;
    } else if (chance(Kind::flat_line) < faults.flat_line) {
      flat = faults.flat_length - 1;
    } else if (chance(Kind::spike) < faults.spike) {
      out[i].value += chance(Kind::spike_sign) < 0.5 ? -faults.spike_size : faults.spike_size;
    }
  }
  return out;
}

}  // namespace

Faults check_disturbance(const Disturbance& disturbance) {
  Faults faults;
  const auto share = [&](const char* name, double value) {
    if (!(value >= 0.0 && value <= 1.0))
      faults.push_back({name, "is no share of the readings", "give a number from 0 to 1"});
  };
  share("drop", disturbance.drop);
  share("duplicate", disturbance.duplicate);
  share("delay", disturbance.delay);
  share("reorder", disturbance.reorder);
  share("spike", disturbance.spike);
  share("flat-line", disturbance.flat_line);
  share("wrong-unit", disturbance.wrong_unit);
  if (!std::isfinite(disturbance.spike_size))
    faults.push_back({"spike-size", "is not finite", "give a size in the parameter's SI unit"});
  if (disturbance.flat_length < 2)
    faults.push_back({"flat-length", "is no line", "give at least 2 readings"});
  if (disturbance.longest_delay < Duration{0})
    faults.push_back({"longest-delay", "is negative", "give a duration"});
  return faults;
}

std::vector<Transmission> transmissions(const Station& station,
                                        const std::vector<Reading>& readings,
                                        const Disturbance& faults) {
  const auto told = sensed(readings, faults);
  Station mistaken = station;
  mistaken.unit = another_unit(station);
  std::vector<Transmission> sent;
  for (std::size_t i = 0; i < readings.size(); ++i) {
    const Chance chance(faults.seed, readings[i]);
    if (chance(Kind::drop) < faults.drop) continue;
    const bool strange = chance(Kind::wrong_unit) < faults.wrong_unit;
    Transmission one{.when = readings[i].time,
                     .payload = encode(strange ? mistaken : station, told[i]),
                     .reading = readings[i],
                     .altered = strange || told[i].value != readings[i].value};
    if (chance(Kind::delay) < faults.delay)
      one.when += from_seconds(to_seconds(faults.longest_delay) * chance(Kind::delay_length));
    else if (chance(Kind::reorder) < faults.reorder && i + 1 < readings.size())
      one.when = readings[i + 1].time + Duration{1};
    if (chance(Kind::duplicate) < faults.duplicate) sent.push_back(one);
    sent.push_back(std::move(one));
  }
  std::stable_sort(sent.begin(), sent.end(),
                   [](const Transmission& a, const Transmission& b) { return a.when < b.when; });
  return sent;
}

}  // namespace vandvagt::sensors
