#pragma once

#include <string>
#include <vector>

#include "model/cell.hpp"
#include "model/series.hpp"
#include "model/structure.hpp"

namespace vandvagt::model {

/// A cell face on which a levee stands, seen from the cell on its left-hand side, and the stretch
/// of the levee's line that it stands for: water flows over `until - from` metres of crest.
struct LeveeFace {
  EdgeFace face;
  double crest = 0.0;  // [m above datum]
  double from = 0.0;   // [m] along the line
  double until = 0.0;  // [m] along the line
};

/// A gap in a levee, `width` [m] wide about the station `centre` [m along the line], down to
/// `invert` [m above datum]. It opens and grows as the series say; it does not reach beyond the
/// levee's faces.
struct LeveeBreach {
  std::string name;
  double centre = 0.0;
  Series width;
  Series invert;
};

/// A line of raised cell faces. Below the crest a face is a wall for both its cells; above it water
/// passes as over a weir, free or submerged (see Weir), on `until - from` metres:
///   q = C H1^(3/2) (1 - (H2/H1)^(3/2))^0.385 ,
/// but no faster than open water between the same two surfaces, q <= max(q1, 0) + c (eta1 -
/// eta2)/2. Where the ground of either cell stands above the crest or the breach's invert, the
/// ground is the sill. Of two breaches on one face the deeper invert holds for both widths.
struct Levee {
  std::string name;
  double coefficient = broad_crest;  // C [m^½/s]
  std::vector<LeveeFace> faces;
  std::vector<LeveeBreach> breaches;
};

}  // namespace vandvagt::model
