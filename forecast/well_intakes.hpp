#pragma once

#include <map>
#include <string>
#include <vector>

#include "sensors/station.hpp"

namespace vandvagt::forecast {

/// Which of several intakes of one borehole tells of the water table.
struct IntakeChoice {
  std::map<std::string, std::string> left_out;  // station: why, in words
  std::vector<std::string> unclear;             // boreholes of which nothing declared tells
};

/// Of the stations of one borehole (operator and number) the phreatic one enters: the one declared
/// so, else the one whose screen begins least deep. Owners number their intakes from above or from
/// below, so the number tells nothing; where neither is declared of each, or two are declared
/// phreatic, the borehole is unclear, and its lowest number enters.
IntakeChoice choose_intakes(const std::vector<const sensors::Station*>& wells);

}  // namespace vandvagt::forecast
