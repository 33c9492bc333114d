// SolverOf: levees on the faces of cells. Included by solver.cpp.

/// Height of the sill: a crest, or the ground beside it where that is higher [m above datum].
template <class Real>
double SolverOf<Real>::sill_at(const FacePlace& place, double crest) const {
  return std::max({crest, bed_elevation_at(place.lower), bed_elevation_at(place.upper)});
}

/// Faces under a levee are closed to the row's loops, like walls.
template <class Real>
void SolverOf<Real>::close_levees() {
  for (const Levee& levee : case_.levees) {
    for (const LeveeFace& face : levee.faces) {
      const FacePlace place = place_of(face.face);
      const auto k = static_cast<std::size_t>(layout_.at(place.lower));
      const std::uint8_t closed = place.along_x ? closed_east : closed_north;
      mask_[k] = static_cast<std::uint8_t>(mask_[k] | closed);
    }
  }
}

/// Each face goes to the tiles of both its cells, which compute the same numbers for it, in order of
/// tile, axis and row.
template <class Real>
void SolverOf<Real>::lay_out_levees() {
  struct Placed {
    int tile;
    bool along_y;
    LeveeFaceArgs<Real> args;
    LeveeAt at;
  };
  std::vector<Placed> placed;
  const auto put = [&](int t, const FacePlace& place, LeveeAt at) {
    const Tile& tile = tiles_[static_cast<std::size_t>(t)];
    LeveeFaceArgs<Real> args{};
    args.row = place.lower.j - tile.first.j + (place.along_x ? 0 : 1);
    args.lane = place.lower.i - tile.first.i + 1;
    placed.push_back({t, !place.along_x, args, at});
  };
  for (std::size_t l = 0; l < case_.levees.size(); ++l) {
    for (std::size_t f = 0; f < case_.levees[l].faces.size(); ++f) {
      const FacePlace place = place_of(case_.levees[l].faces[f].face);
      const int lower = layout_.tile_of(place.lower);
      const int upper = layout_.tile_of(place.upper);
      put(lower, place, {l, f, true});
      if (upper != lower) put(upper, place, {l, f, false});
    }
  }
  std::stable_sort(placed.begin(), placed.end(), [](const Placed& a, const Placed& b) {
    return std::tuple(a.tile, a.along_y, a.args.row) < std::tuple(b.tile, b.along_y, b.args.row);
  });
  for (const Placed& p : placed) {
    Tile& tile = tiles_[static_cast<std::size_t>(p.tile)];
    if (tile.levees_x + tile.levees_y == 0) tile.first_levee = static_cast<int>(levees_.size());
    ++(p.along_y ? tile.levees_y : tile.levees_x);
    levees_.push_back(p.args);
    levee_at_.push_back(p.at);
  }
  levee_flux_.assign(levees_.size(), Real(0));
  for (std::size_t k = 0; k < levees_.size(); ++k) set_levee_face(k, Time{}, 0.0);
}

/// Length [m] and invert of the gaps in a levee's face.
struct Gap {
  double length = 0.0;
  double invert = std::numeric_limits<double>::max();
};

inline Gap gap_in(const Levee& levee, const LeveeFace& face, Time segment_start, double local) {
  Gap gap;
  for (const LeveeBreach& breach : levee.breaches) {
    const double half = 0.5 * breach.width.at(segment_start, local);
    const double invert = breach.invert.at(segment_start, local);
    const double overlap = std::min(face.until, breach.centre + half) -
                           std::max(face.from, breach.centre - half);
    if (!(overlap > 0.0) || !(invert < face.crest)) continue;
    gap.length += overlap;
    gap.invert = std::min(gap.invert, invert);
  }
  gap.length = std::min(gap.length, face.until - face.from);
  return gap;
}

/// What the kernel needs of a face. Heights are whole numbers of the beds' unit, as steps of the
/// bed are: water on both sides of a drowned levee sees one level.
template <class Real>
void SolverOf<Real>::set_levee_face(std::size_t k, Time segment_start, double local) {
  const Levee& levee = case_.levees[levee_at_[k].levee];
  const LeveeFace& face = levee.faces[levee_at_[k].face];
  const FacePlace place = place_of(face.face);
  const Gap gap = gap_in(levee, face, segment_start, local);
  const auto over = [&](CellIndex cell, double sill) {
    return static_cast<Real>((std::round(sill / bed_unit_) -
                              std::round(bed_elevation_at(cell) / bed_unit_)) *
                             bed_unit_);
  };
  const double crest = sill_at(place, face.crest);
  const double invert = gap.length > 0.0 ? sill_at(place, gap.invert) : crest;
  LeveeFaceArgs<Real>& args = levees_[k];
  args.crest_lower = over(place.lower, crest);
  args.crest_upper = over(place.upper, crest);
  args.invert_lower = over(place.lower, invert);
  args.invert_upper = over(place.upper, invert);
  const double share = levee.coefficient / case_.dx;
  args.crest_share = static_cast<Real>(share * (face.until - face.from - gap.length));
  args.gap_share = static_cast<Real>(share * gap.length);
}

/// Breaches as they stand in the middle of the step.
template <class Real>
void SolverOf<Real>::prepare_levees(const Pace& pace) {
  std::fill(levee_flux_.begin(), levee_flux_.end(), Real(0));
  for (std::size_t k = 0; k < levees_.size(); ++k) {
    if (case_.levees[levee_at_[k].levee].breaches.empty()) continue;
    set_levee_face(k, pace.segment_start, pace.middle);
  }
}

/// What has passed over the levees in the step.
template <class Real>
void SolverOf<Real>::gather_levees(const Pace& pace) {
  for (std::size_t k = 0; k < levees_.size(); ++k) {
    const LeveeAt& at = levee_at_[k];
    if (!at.counts || levee_flux_[k] == Real(0)) continue;
    const FacePlace place = place_of(case_.levees[at.levee].faces[at.face].face);
    const double volume = static_cast<double>(levee_flux_[k]) * pace.dt * case_.dx;
    passages_.count(case_.structures.size() + at.levee, place.from_lower ? volume : -volume);
  }
}
