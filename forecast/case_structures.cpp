#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "forecast/detail/case_parts.hpp"
#include "forecast/series_file.hpp"

namespace vandvagt::forecast {
namespace {

/// Computed cells at one end; a fault where there are none.
std::vector<model::CellIndex> cells_at(CaseDraft& draft, const StructureInput& input,
                                       const char* end, grids::Point point) {
  const auto& geometry = draft.built.geometry;
  const std::string what = "structure \"" + input.name + "\": `" + end + "` at " + text_of(point);
  std::vector<model::CellIndex> cells;
  if (!grids::cell_at(geometry, point)) {
    draft.fault(input.place, what + " lies outside the grid", "place it on the terrain");
    return cells;
  }
  for (const auto cell : cells_within(geometry, point, input.radius))
    if (draft.active(cell.i, cell.j)) cells.push_back({cell.i, cell.j});
  if (cells.empty())
    draft.fault(input.place, what + " lies on nodata", "move it onto a cell with ground");
  return cells;
}

double lowest_bed(const CaseDraft& draft, const std::vector<model::CellIndex>& cells) {
  double lowest = std::numeric_limits<double>::max();
  for (const auto cell : cells)
    lowest = std::min(lowest, draft.built.model.bed_elevation(cell.i, cell.j));
  return lowest;
}

bool share_a_cell(const model::Structure& made) {
  return std::ranges::any_of(made.from, [&](model::CellIndex a) {
    return std::ranges::any_of(made.to,
                               [&](model::CellIndex b) { return a.i == b.i && a.j == b.j; });
  });
}

void check_places(CaseDraft& draft, const StructureInput& input, const model::Structure& made) {
  if (share_a_cell(made))
    draft.fault(input.place, "structure \"" + input.name + "\" has both ends in one cell",
                "part them by more than a cell and the radius");
  const auto* weir = std::get_if<model::Weir>(&made.kind);
  if (weir == nullptr) return;
  const double ground = std::min(lowest_bed(draft, made.from), lowest_bed(draft, made.to));
  if (weir->crest < ground)
    draft.fault(input.place,
                fmt::format("structure \"{}\": the crest of {:.3f} m lies below the ground at both "
                            "ends ({:.3f} m)",
                            input.name, weir->crest, ground),
                "raise the crest, or check the ends and the datum");
}

}  // namespace

std::optional<model::Series> series_of(CaseDraft& draft, const SeriesInput& input,
                                       Dimension dimension, double least) {
  if (input.from == SeriesInput::From::file) draft.note_input(input.file);
  const auto made = fixed_series(input, dimension, draft.scenario.time.start);
  if (!made) {
    draft.fault(input.place, made.error().message, "");
    return std::nullopt;
  }
  const auto under = std::ranges::find_if(made->values, [=](double v) { return v < least; });
  if (under == made->values.end()) return *made;
  draft.fault(input.place, fmt::format("holds {:g}, less than {:g}", *under, least),
              "give no value below that");
  return std::nullopt;
}

void build_structures(CaseDraft& draft) {
  for (const auto& input : draft.scenario.structures) {
    if (!input.from || !input.to) continue;  // a fault of the configuration already
    model::Structure made{.name = input.name,
                          .from = cells_at(draft, input, "from", *input.from),
                          .to = cells_at(draft, input, "to", *input.to),
                          .one_way = input.one_way,
                          .kind = input.kind};
    if (auto* gate = std::get_if<model::Gate>(&made.kind)) {
      if (auto series = series_of(draft, input.series, Dimension::length, 0.0))
        gate->opening = std::move(*series);
    } else if (auto* pump = std::get_if<model::Pump>(&made.kind)) {
      if (auto series = series_of(draft, input.series, Dimension::discharge, 0.0))
        pump->capacity = std::move(*series);
    }
    if (!made.from.empty() && !made.to.empty()) check_places(draft, input, made);
    draft.built.model.structures.push_back(std::move(made));
  }
}

}  // namespace vandvagt::forecast
