#pragma once

#include <string_view>
#include <utility>
#include <vector>

namespace vandvagt::fuzz {

/// Feeds `bytes` to a decoder and ends the process where it breaks a promise: what it takes is of
/// its station, finite, at a believable time, and no more than it may be; what it refuses has a
/// reason of printable text.
using Target = void (*)(std::string_view bytes);

void native(std::string_view bytes);  // also as a topic: first line
void sensorthings(std::string_view bytes);
void ttn(std::string_view bytes);
void chirpstack(std::string_view bytes);
void json(std::string_view bytes);
void device_bytes(std::string_view bytes);  // the three kinds of layout
void csv(std::string_view bytes);
void waterml(std::string_view bytes);
void agency_json(std::string_view bytes);  // USGS, EA, VanDa, DMI
void mqtt(std::string_view bytes);         // what a broker sends, in pieces; first byte: their size

/// Every target by its name.
const std::vector<std::pair<std::string_view, Target>>& targets();

}  // namespace vandvagt::fuzz
