#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <tuple>

#include "forecast/detail/case_parts.hpp"

namespace vandvagt::forecast {
namespace {

using grids::Geometry;
using grids::Line;
using grids::Point;
using model::EdgeFace;
using model::Side;

/// Where a line passes between the centres of two neighbours, and so parts them.
struct Crossing {
  EdgeFace face;  // seen from the left of the line
  Point at;
  double station = 0.0;  // [m] along the line
  double crest = 0.0;
};

/// A straight piece of a line.
struct Piece {
  Point a, b;
  double station = 0.0;  // of a
  double crest_a = 0.0, crest_b = 0.0;
  double length() const { return std::hypot(b.x - a.x, b.y - a.y); }
};

/// Number of the last cell centre at or below x on an axis; -1 before the first.
int last_centre(double x, double origin, double dx) {
  return static_cast<int>(std::floor((x - origin) / dx - 0.5));
}

/// Faces that one piece parts, in order along it. A row of centres is crossed where one end of the
/// piece lies above it and the other does not: each passage is counted once, at vertices too, so
/// that no water finds a way through between two pieces.
std::vector<Crossing> crossings_of(const Geometry& g, const Piece& p) {
  std::vector<std::pair<double, EdgeFace>> found;
  const auto share = [](double from, double to, double at) { return (at - from) / (to - from); };
  const int row_a = last_centre(p.a.y, g.y0, g.dx);
  const int row_b = last_centre(p.b.y, g.y0, g.dx);
  for (int j = std::min(row_a, row_b) + 1; j <= std::max(row_a, row_b); ++j) {
    const double t = share(p.a.y, p.b.y, g.y0 + (j + 0.5) * g.dx);
    const int i = last_centre(p.a.x + t * (p.b.x - p.a.x), g.x0, g.dx);
    const bool north = p.b.y > p.a.y;  // the west lies on the left
    found.push_back({t, north ? EdgeFace{{i, j}, Side::east} : EdgeFace{{i + 1, j}, Side::west}});
  }
  const int column_a = last_centre(p.a.x, g.x0, g.dx);
  const int column_b = last_centre(p.b.x, g.x0, g.dx);
  for (int i = std::min(column_a, column_b) + 1; i <= std::max(column_a, column_b); ++i) {
    const double t = share(p.a.x, p.b.x, g.x0 + (i + 0.5) * g.dx);
    const int j = last_centre(p.a.y + t * (p.b.y - p.a.y), g.y0, g.dx);
    const bool east = p.b.x > p.a.x;  // the north lies on the left
    found.push_back({t, east ? EdgeFace{{i, j + 1}, Side::south} : EdgeFace{{i, j}, Side::north}});
  }
  std::ranges::stable_sort(found, {}, &std::pair<double, EdgeFace>::first);
  std::vector<Crossing> out;
  out.reserve(found.size());
  for (const auto& [t, face] : found) {
    out.push_back({face,
                   {p.a.x + t * (p.b.x - p.a.x), p.a.y + t * (p.b.y - p.a.y)},
                   p.station + t * p.length(),
                   p.crest_a + t * (p.crest_b - p.crest_a)});
  }
  return out;
}

model::CellIndex other_side(const EdgeFace& face) {
  const auto [i, j] = face.cell;
  switch (face.side) {
    case Side::west:
      return {i - 1, j};
    case Side::east:
      return {i + 1, j};
    case Side::south:
      return {i, j - 1};
    case Side::north:
      return {i, j + 1};
  }
  return face.cell;
}

/// A face whichever side it is seen from.
using FaceKey = std::tuple<int, int, bool>;
FaceKey key_of(const EdgeFace& face) {
  const model::CellIndex other = other_side(face);
  return {std::min(face.cell.i, other.i), std::min(face.cell.j, other.j),
          face.side == Side::west || face.side == Side::east};
}

/// Several faces with the same fault: how many, and where the first is.
struct Trouble {
  int count = 0;
  Point first;
  double crest = 0.0, ground = 0.0;
  void note(const Crossing& at, double ground_there) {
    if (count++ > 0) return;
    first = at.at;
    crest = at.crest;
    ground = ground_there;
  }
};

class LeveeBuilder {
 public:
  LeveeBuilder(CaseDraft& draft, const LeveeInput& input, std::map<FaceKey, std::string>& owners)
      : draft_(draft), input_(input), owners_(owners) {
    levee_.name = input.name;
    levee_.coefficient = input.coefficient;
  }

  void build() {
    const auto before = draft_.faults.size();
    const auto lines = lines_of(draft_, input_.line);
    for (const Line& line : lines) add_line(line, lines.size());
    if (draft_.faults.size() == before) tell_troubles();
    if (draft_.faults.size() == before && levee_.faces.empty())
      fault("parts no two computed cells", "check its coordinates against the terrain's extent");
    for (const BreachInput& breach : input_.breaches) add_breach(breach);
    draft_.built.model.levees.push_back(std::move(levee_));
  }

 private:
  void fault(const std::string& what, const std::string& cure) {
    draft_.fault(input_.place, "levee \"" + input_.name + "\" " + what, cure);
  }

  /// Faces of one line; each stands for the line from half way to the face before it to half way to
  /// the next one.
  void add_line(const Line& line, std::size_t lines) {
    const bool one = input_.crests.size() == 1;
    if (!one && (lines != 1 || input_.crests.size() != line.points.size()))
      return fault(
          fmt::format("has {} crests and {} vertices", input_.crests.size(), line.points.size()),
          "give one crest, or a single line with one for each vertex");
    std::vector<Crossing> crossings;
    const double begin = length_;
    for (std::size_t k = 0; k < line.points.size(); ++k) {
      if (!grids::cell_at(draft_.built.geometry, line.points[k]))
        return fault("leaves the grid at " + text_of(line.points[k]), "end it inside");
      if (k == 0) continue;
      const Piece piece{line.points[k - 1], line.points[k], length_, input_.crests[one ? 0 : k - 1],
                        input_.crests[one ? 0 : k]};
      pieces_.push_back(piece);
      const auto found = crossings_of(draft_.built.geometry, piece);
      crossings.insert(crossings.end(), found.begin(), found.end());
      length_ += piece.length();
    }
    for (std::size_t k = 0; k < crossings.size(); ++k) {
      const double from = k == 0 ? begin : 0.5 * (crossings[k - 1].station + crossings[k].station);
      const double until = k + 1 == crossings.size()
                               ? length_
                               : 0.5 * (crossings[k].station + crossings[k + 1].station);
      add_face(crossings[k], from, until);
    }
  }

  void add_face(const Crossing& crossing, double from, double until) {
    const model::CellIndex left = crossing.face.cell;
    const model::CellIndex right = other_side(crossing.face);
    const bool has_left = draft_.active(left.i, left.j);
    const bool has_right = draft_.active(right.i, right.j);
    if (!has_left && !has_right) return nodata_.note(crossing, 0.0);
    if (!has_left || !has_right) return;  // the border is a wall already
    const auto& bed = draft_.built.model.bed_elevation;
    const double ground = std::min(bed(left.i, left.j), bed(right.i, right.j));
    if (crossing.crest < ground) return buried_.note(crossing, ground);
    const auto [owner, fresh] = owners_.emplace(key_of(crossing.face), input_.name);
    if (fresh) {
      levee_.faces.push_back({crossing.face, crossing.crest, from, until});
    } else if (owner->second != input_.name) {
      other_ = owner->second;
      shared_.note(crossing, ground);
    }
  }

  void tell_troubles() {
    const auto places = [](const Trouble& trouble) {
      return fmt::format("{} cell face{}, first at {}", trouble.count,
                         trouble.count == 1 ? "" : "s", text_of(trouble.first));
    };
    if (nodata_.count > 0)
      fault("lies on nodata at " + places(nodata_), "end it where the computed cells end");
    if (buried_.count > 0)
      fault(fmt::format("has its crest below the ground on both sides at {} ({:.3f} m under {:.3f} "
                        "m)",
                        places(buried_), buried_.crest, buried_.ground),
            "raise the crest, or end the levee where the ground is as high");
    if (shared_.count > 0)
      fault("and levee \"" + other_ + "\" stand on the same " + places(shared_),
            "draw one of them elsewhere");
  }

  /// Nearest station of the levee to a breach's point.
  void add_breach(const BreachInput& input) {
    model::LeveeBreach breach{.name = input.name, .centre = 0.0, .width = {}, .invert = {}};
    double nearest = std::numeric_limits<double>::max();
    for (const Piece& p : pieces_) {
      const double dx = p.b.x - p.a.x;
      const double dy = p.b.y - p.a.y;
      const double along = (input.point->x - p.a.x) * dx + (input.point->y - p.a.y) * dy;
      const double t = std::clamp(along / (dx * dx + dy * dy), 0.0, 1.0);
      const double away =
          std::hypot(p.a.x + t * dx - input.point->x, p.a.y + t * dy - input.point->y);
      if (away >= nearest) continue;
      nearest = away;
      breach.centre = p.station + t * p.length();
    }
    const double dx = draft_.built.geometry.dx;
    if (!pieces_.empty() && nearest > dx)
      draft_.fault(input.place,
                   fmt::format("breach \"{}\" at {} lies {:.1f} m from levee \"{}\"", input.name,
                               text_of(*input.point), nearest, input_.name),
                   fmt::format("place it on the levee, within a cell ({:g} m)", dx));
    auto width = series_of(draft_, input.width, Dimension::length, 0.0);
    auto invert =
        series_of(draft_, input.invert, Dimension::length, std::numeric_limits<double>::lowest());
    if (!width || !invert) return;
    breach.width = std::move(*width);
    breach.invert = std::move(*invert);
    levee_.breaches.push_back(std::move(breach));
  }

  CaseDraft& draft_;
  const LeveeInput& input_;
  std::map<FaceKey, std::string>& owners_;
  model::Levee levee_;
  std::vector<Piece> pieces_;
  double length_ = 0.0;
  Trouble nodata_, buried_, shared_;
  std::string other_;
};

}  // namespace

void build_levees(CaseDraft& draft) {
  std::map<FaceKey, std::string> owners;
  for (const LeveeInput& input : draft.scenario.levees) LeveeBuilder(draft, input, owners).build();
}

}  // namespace vandvagt::forecast
