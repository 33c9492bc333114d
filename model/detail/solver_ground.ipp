// SolverOf: what passes between the surface and the ground at sync times. Included by solver.cpp.

template <class Real>
SoilView SolverOf<Real>::soil() {
  if (infiltrated_.empty()) return {nullptr, nullptr, nullptr, nullptr, layout_.stride};
  const std::ptrdiff_t o = layout_.origin;
  return {infiltrated_.data() + o, water_table_depth_.data() + o, moisture_deficit_.data() + o,
          conductivity_.data() + o, layout_.stride};
}

template <class Real>
void SolverOf<Real>::set_seepage(FieldView<const float> rate) {
  if (seepage_.empty()) seepage_.assign(layout_.size, 0.0F);
  greatest_seepage_ = 0.0;
  for (Tile& tile : tiles_) {
    tile.seepage_rate = 0.0;
    for (int j = tile.first.j; j < tile.first.j + tile.rows; ++j) {
      for (int i = tile.first.i; i < tile.first.i + tile.columns; ++i) {
        if (!is_active({i, j})) continue;
        const float value = rate(i, j);
        assert(value >= 0.0F && std::isfinite(value));
        seepage_[static_cast<std::size_t>(layout_.at(i, j))] = value;
        tile.seepage_rate += static_cast<double>(value);
        greatest_seepage_ = std::max(greatest_seepage_, static_cast<double>(value));
      }
    }
  }
}

template <class Real>
double SolverOf<Real>::water_at(CellIndex cell) const {
  const auto k = static_cast<std::size_t>(layout_.at(cell));
  return static_cast<double>(flow_[now_].h[k]) + static_cast<double>(residual_[k]);
}

/// What was really taken, to the last digit that the state can hold; it takes its momentum along.
template <class Real>
double SolverOf<Real>::evaporate_from(std::size_t k, double wanted) {
  Flow& flow = flow_[now_];
  const auto before = static_cast<double>(flow.h[k]);
  const auto rest = static_cast<double>(residual_[k]);
  const double left = std::max((before - wanted) + rest, 0.0);
  flow.h[k] = static_cast<Real>(left);
  residual_[k] = static_cast<Real>(left - static_cast<double>(flow.h[k]));
  const auto h = static_cast<double>(flow.h[k]);
  const double stays = before > 0.0 ? std::min(h / before, 1.0) : 0.0;
  flow.qx[k] = static_cast<Real>(static_cast<double>(flow.qx[k]) * stays);
  flow.qy[k] = static_cast<Real>(static_cast<double>(flow.qy[k]) * stays);
  return (before - h) + (rest - static_cast<double>(residual_[k]));
}

template <class Real>
void SolverOf<Real>::evaporate(double wanted) {
  for (Tile& tile : tiles_) {
    double taken = 0.0;
    for (int r = 0; r < tile.rows; ++r) {
      const std::ptrdiff_t start = tile.offset + r * layout_.stride;
      for (int c = 0; c < tile.columns; ++c) {
        const auto k = static_cast<std::size_t>(start + c);
        if (flow_[now_].h[k] > Real(0)) taken += evaporate_from(k, wanted);
      }
    }
    if (taken == 0.0) continue;
    tile.in_step = true;  // its copies differ: computed in its next step, or made the same
    moved_.evaporation.add(taken * case_.dx * case_.dx);
  }
}
