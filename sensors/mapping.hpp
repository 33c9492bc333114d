#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"

namespace vandvagt::sensors {

/// How the messages of a station are written.
enum class PayloadFormat {
  native,        // docs/interfaces.md, on `<prefix>/obs/<operator>/<station>/<parameter>`
  sensorthings,  // OGC SensorThings 1.1 Observations, single or dataArray
  ttn,           // uplinks of The Things Network v3
  chirpstack,    // uplinks of ChirpStack v4
  json,          // any JSON object or array, read by JSON Pointers
  bytes,         // the message is the device's own bytes
  hex,           // the message is those bytes in hexadecimal text
};

/// How a time is written.
enum class TimeForm {
  rfc3339,    // text with an offset
  unix_s,     // number of seconds since 1970 UTC
  unix_ms,    // number of milliseconds
  reception,  // the message carries none: when it arrived, by declaration
};

/// Where in a device's bytes a number stands.
struct ByteLayout {
  enum class Kind {
    fixed,    // always at `offset`
    flagged,  // a 16-bit big-endian mask at `flags_at` says which of `blocks` follow it
    tagged,   // two bytes of channel and type, then that tag's number of bytes, and so on
  };
  /// Bytes that must be there, such as a protocol version or the device's own number.
  struct Expected {
    int offset = 0;
    std::string bytes{};  // hexadecimal
  };

  Kind kind = Kind::fixed;
  int length = 0;                     // fixed: of the whole message; 0: any that holds the value
  int flags_at = 3;                   // flagged
  std::vector<int> blocks{};          // flagged: bytes of each block, lowest bit of the mask first
  int block = 0;                      // flagged: index of the one that holds the value
  std::map<std::string, int> tags{};  // tagged: "0377" -> bytes that follow it; every tag sent
  std::string tag{};                  // tagged: the one that holds the value
  int offset = 0;                     // of the value: in the message, its block or after its tag
  std::string type = "u16be";         // u8 i8 u16 i16 u24 i24 u32 i32 f32, with be or le
  std::uint32_t mask = 0;             // bits of an unsigned value that count; 0: all
  double zero = 0.0;                  // subtracted from the number as sent, ...
  double divide_by = 1.0;             // ... which is then divided by this
  std::vector<Expected> expected{};
};

/// How a station's messages become readings. Pointers are JSON Pointers (RFC 6901) from the root of
/// the message, or of one row where `rows` is given; an empty one is "not sent" unless a format
/// brings its own.
struct PayloadMapping {
  PayloadFormat format = PayloadFormat::native;
  std::string topic{};  // in full, without wildcards; of this station alone; empty for native
  std::string rows{};   // array of readings
  std::string value{};
  std::string time{};                      // ttn, chirpstack: empty is the network server's stamp
  TimeForm time_form = TimeForm::rfc3339;  // sensorthings: rfc3339 or reception
  std::string unit{}, datum{};             // where they are sent they must be the declared ones
  std::string session{}, sequence{};       // whole numbers; a session may be hexadecimal text
  std::string pumping{};                   // a well: true or not zero while its pump runs
  std::string x{}, y{};                    // where it was measured, in `position_crs`
  std::string position_crs = "EPSG:4326";  // x: longitude or easting
  double scale = 1.0, offset = 0.0;        // value in the station's unit = scale × sent + offset
  std::optional<double> missing_at_or_below{};  // such a value, as sent, says "none"
  bool absent_is_zero = false;                  // the network leaves out what is 0, false or empty
  std::optional<ByteLayout> layout{};           // bytes, hex; ttn, chirpstack: of the raw payload
};

/// Everything wrong with a layout or a mapping, as `what; cure`.
std::vector<std::string> faults_of(const ByteLayout& layout);
std::vector<std::string> faults_of(const PayloadMapping& mapping);

/// The declared number of a device's bytes.
/// Error{invalid_input}: shorter or longer than declared, an expected byte is another, an unknown
/// tag; `no value: …` where the message is sound and does not carry this number.
Result<double> decode_bytes(const ByteLayout& layout, std::string_view bytes);

}  // namespace vandvagt::sensors
