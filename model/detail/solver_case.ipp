// SolverOf: laying out what does not change. Included by solver.cpp.

template <class Real>
SolverOf<Real>::SolverOf(Case given, const Options& options, Time start, VectorUnit unit)
    : case_(std::move(given)),
      options_(options),
      time_(start),
      layout_(case_.nx, case_.ny,
              options.time_levels > 0 ? local_tile_nx<Real> : model::detail::tile_nx<Real>,
              options.time_levels > 0 ? local_tile_ny : model::detail::tile_ny),
      kernels_(kernels<Real>(unit)),
      crew_(options.threads > 0 ? options.threads : omp_get_max_threads()) {
  for (Flow* flow : {&flow_[0], &flow_[1]}) {
    flow->h.assign(layout_.size, Real(0));
    flow->qx.assign(layout_.size, Real(0));
    flow->qy.assign(layout_.size, Real(0));
  }
  residual_.assign(layout_.size, Real(0));
  lay_out_cells();
  lay_out_beds();
  close_faces();
  close_levees();
  lay_out_soil();
  lay_out_tiles();
  lay_out_edges();
  lay_out_levees();
  if (options_.time_levels > 0) pin_tiles();
  passages_.running.assign(case_.structures.size(), 0.0);
  passages_.discharge.assign(case_.structures.size() + case_.levees.size(), 0.0);
  passages_.in_segment = passages_.discharge;
  passages_.volume.resize(passages_.discharge.size());
}

/// The unit that bed elevations are rounded to: so fine that the greatest step between two cells
/// still has it as its last digit (4 µm for a step of 100 m in single precision), so coarse that
/// every step is a whole number of units and exact, and the highest bed too. Steps rounded one by
/// one would not add up to nought round a loop of cells, and still water would slowly begin to
/// turn. Crests of levees count as beds.
template <class Real>
double SolverOf<Real>::bed_unit(double range) const {
  const Field<double>& z = case_.bed_elevation;
  double greatest = 0.0;
  for (int j = 0; j < case_.ny; ++j) {
    for (int i = 0; i < case_.nx; ++i) {
      for (const Side side : {Side::east, Side::north}) {
        const CellIndex other = neighbour({i, j}, side);
        if (!is_active({i, j}) || !is_active(other)) continue;
        greatest = std::max(greatest, std::abs(z(other.i, other.j) - z(i, j)));
      }
    }
  }
  for (const Levee& levee : case_.levees) {
    for (const LeveeFace& face : levee.faces) {
      const FacePlace place = place_of(face.face);
      const auto [low, high] =
          std::minmax(z(place.lower.i, place.lower.j), z(place.upper.i, place.upper.j));
      greatest = std::max(greatest, std::max(face.crest, high) - low);
    }
  }
  const auto unit = [](double largest, int digits) {
    return largest > 0.0 ? std::ldexp(1.0, std::ilogb(largest) + 2 - digits) : 0.0;
  };
  const double by_step = unit(greatest, std::numeric_limits<Real>::digits);
  const double by_range = unit(range, std::numeric_limits<Bed<Real>>::digits);
  return greatest > 0.0 ? std::max(by_step, by_range) : 1.0;
}

/// Which cells are computed, and their roughness.
template <class Real>
void SolverOf<Real>::lay_out_cells() {
  friction_.assign(layout_.size, Real(gravity));
  mask_.assign(layout_.size, 0);
  smoothest_ = 1e30;
  for (int j = 0; j < case_.ny; ++j) {
    for (int i = 0; i < case_.nx; ++i) {
      if (std::isnan(case_.bed_elevation(i, j))) continue;
      const auto k = static_cast<std::size_t>(layout_.at(i, j));
      const auto n = static_cast<double>(case_.manning(i, j));
      smoothest_ = std::min(smoothest_, n);
      friction_[k] = static_cast<Real>(gravity * n * n);
      mask_[k] = active_cell;
    }
  }
  case_.manning = {};
}

/// Differences of the bed are what the scheme sees, so that a datum a thousand metres lower costs
/// no digit of a depth.
template <class Real>
void SolverOf<Real>::lay_out_beds() {
  const Field<double>& z = case_.bed_elevation;
  double lowest = std::numeric_limits<double>::max();
  double highest = std::numeric_limits<double>::lowest();
  for (const double bed : z.values()) {
    if (std::isnan(bed)) continue;
    lowest = std::min(lowest, bed);
    highest = std::max(highest, bed);
  }
  bed_unit_ = bed_unit(highest - lowest);
  lowest_bed_ = std::round(lowest / bed_unit_);
  bed_.assign(layout_.size, Bed<Real>(0));
  for (int j = 0; j < case_.ny; ++j) {
    for (int i = 0; i < case_.nx; ++i) {
      if (!is_active({i, j})) continue;
      bed_[static_cast<std::size_t>(layout_.at(i, j))] =
          static_cast<Bed<Real>>(std::round(z(i, j) / bed_unit_) - lowest_bed_);
      for (const Side side : {Side::east, Side::north}) {
        const CellIndex other = neighbour({i, j}, side);
        if (!is_active(other)) continue;
        steepest_ = std::max(steepest_, std::abs(z(other.i, other.j) - z(i, j)) / case_.dx);
      }
    }
  }
  case_.bed_elevation = {};
}

template <class Real>
void SolverOf<Real>::close_faces() {
  for (int j = -1; j < case_.ny; ++j) {
    for (int i = -1; i < case_.nx; ++i) {
      const auto k = static_cast<std::size_t>(layout_.at(i, j));
      const auto both = [&](Side side) {
        return is_active({i, j}) && is_active(neighbour({i, j}, side));
      };
      if (!both(Side::east)) mask_[k] = static_cast<std::uint8_t>(mask_[k] | closed_east);
      if (!both(Side::north)) mask_[k] = static_cast<std::uint8_t>(mask_[k] | closed_north);
    }
  }
  for (const EdgeSegment& segment : case_.edges) {
    if (segment.kind == EdgeKind::wall) continue;
    for (const EdgeFace& face : segment.faces) {
      const bool upper = face.side == Side::east || face.side == Side::north;
      const bool along_x = face.side == Side::east || face.side == Side::west;
      const CellIndex owner = upper ? face.cell : neighbour(face.cell, face.side);
      const auto k = static_cast<std::size_t>(layout_.at(owner));
      mask_[k] = static_cast<std::uint8_t>(mask_[k] | (along_x ? soft_east : soft_north));
    }
  }
}

template <class Real>
void SolverOf<Real>::lay_out_soil() {
  const Infiltration& soil = case_.infiltration;
  if (soil.empty()) return;
  infiltrated_.assign(layout_.size, 0.0);
  law_ = soil.law;
  const auto lay_out = [&](const Field<float>& from, Padded<float>& to) {
    if (from.empty()) return;
    to.assign(layout_.size, 0.0F);
    for (int j = 0; j < case_.ny; ++j) {
      for (int i = 0; i < case_.nx; ++i) {
        if (is_active({i, j})) to[static_cast<std::size_t>(layout_.at(i, j))] = from(i, j);
      }
    }
  };
  lay_out(soil.conductivity, conductivity_);
  lay_out(soil.suction_head, suction_head_);
  lay_out(soil.retention, retention_);
  lay_out(soil.initial_loss, initial_loss_);
  lay_out(soil.moisture_deficit, moisture_deficit_);
  lay_out(soil.water_table_depth, water_table_depth_);
  case_.infiltration = {};
}

/// Whether the soil of a cell can take any.
template <class Real>
bool SolverOf<Real>::takes_water(std::size_t k) const {
  if (conductivity_.empty()) return false;
  const bool first = !initial_loss_.empty() && initial_loss_[k] > 0.0F;
  const bool later =
      law_ == InfiltrationLaw::curve_number ? retention_[k] > 0.0F : conductivity_[k] > 0.0F;
  return first || later;
}

template <class Real>
void SolverOf<Real>::lay_out_tiles() {
  for (int ty = 0; ty < layout_.tiles_y; ++ty) {
    for (int tx = 0; tx < layout_.tiles_x; ++tx) {
      Tile tile;
      tile.first = {tx * layout_.tile_nx, ty * layout_.tile_ny};
      tile.columns = std::min(layout_.tile_nx, case_.nx - tile.first.i);
      tile.rows = std::min(layout_.tile_ny, case_.ny - tile.first.j);
      tile.offset = layout_.at(tile.first);
      constexpr int chunk = model::detail::chunk<Real>;
      tile.chunks = (tile.columns + 2 + chunk - 1) / chunk;
      for (int j = 0; j < tile.rows; ++j) {
        for (int i = 0; i < tile.columns; ++i) {
          const CellIndex cell{tile.first.i + i, tile.first.j + j};
          if (!is_active(cell)) continue;
          ++tile.active_cells;
          ++tile.chunk_cells[static_cast<std::size_t>((i + 1) / chunk)];
          const auto k = static_cast<std::size_t>(layout_.at(cell));
          tile.soil = tile.soil || takes_water(k);
        }
      }
      mark_special(tile);
      tile.friction = even_friction(tile);
      tiles_.push_back(tile);
    }
  }
  results_.resize(tiles_.size());
}

/// Friction of the cells in and around a tile if it is the same in all, else 0. That of cells outside
/// the computed area is not used.
template <class Real>
double SolverOf<Real>::even_friction(const Tile& tile) const {
  Real found = 0;
  for (int j = -1; j <= tile.rows; ++j) {
    for (int i = -1; i <= tile.columns; ++i) {
      const auto k = static_cast<std::size_t>(tile.offset + i + j * layout_.stride);
      if ((mask_[k] & active_cell) == 0) continue;
      if (found != Real(0) && found != friction_[k]) return 0.0;
      found = friction_[k];
    }
  }
  return static_cast<double>(found);
}

/// Which chunks of a tile's rows hold or touch what is not an active cell with four open faces.
/// Lane k of a row is column k - 1.
template <class Real>
void SolverOf<Real>::mark_special(Tile& tile) const {
  constexpr int chunk = model::detail::chunk<Real>;
  const auto plain = [&](int column, int row) {
    return mask_[static_cast<std::size_t>(tile.offset + column + row * layout_.stride)] ==
           active_cell;
  };
  auto row = tile.special.begin();
  for (int r = -1; r <= tile.rows; ++r, ++row) {
    std::uint8_t& bits = *row;
    for (int c = 0; c < tile.chunks; ++c) {
      for (int k = c * chunk - 1; k <= (c + 1) * chunk; ++k) {
        if (plain(k - 1, r) && plain(k - 1, r - 1)) continue;
        bits = static_cast<std::uint8_t>(bits | (1 << c));
      }
    }
  }
}

template <class Real>
void SolverOf<Real>::lay_out_edges() {
  struct Placed {
    int tile;
    std::size_t segment;
    CellIndex cell;
    EdgeFaceArgs<Real> face;
  };
  std::vector<Placed> placed;
  for (std::size_t s = 0; s < case_.edges.size(); ++s) {
    const EdgeSegment& segment = case_.edges[s];
    if (segment.kind == EdgeKind::wall) continue;
    for (const EdgeFace& face : segment.faces) {
      const int t = layout_.tile_of(face.cell);
      Tile& tile = tiles_[static_cast<std::size_t>(t)];
      const double n = manning_at(face.cell);
      EdgeFaceArgs<Real> args{face.cell.j - tile.first.j, face.cell.i - tile.first.i + 1, face.side,
                              segment.kind, Real(0)};
      if (segment.kind == EdgeKind::normal_depth) {
        args.value = static_cast<Real>(std::sqrt(segment.slope) / n);
      }
      if (segment.kind == EdgeKind::stage || segment.kind == EdgeKind::discharge) tile.fed = true;
      placed.push_back({t, s, face.cell, args});
    }
  }
  std::stable_sort(placed.begin(), placed.end(),
                   [](const Placed& a, const Placed& b) { return a.tile < b.tile; });
  edge_faces_.resize(case_.edges.size());
  for (const Placed& p : placed) {
    Tile& tile = tiles_[static_cast<std::size_t>(p.tile)];
    if (tile.edge_count == 0) tile.first_edge = static_cast<int>(edges_.size());
    ++tile.edge_count;
    edge_faces_[p.segment].push_back(edges_.size());
    edges_.push_back(p.face);
    edge_cells_.push_back(p.cell);
  }
  for (const Source& source : case_.sources) {
    for (const CellIndex cell : source.cells) {
      tiles_[static_cast<std::size_t>(layout_.tile_of(cell))].fed = true;
    }
  }
}
