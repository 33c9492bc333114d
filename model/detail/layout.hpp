#pragma once

#include <cstddef>
#include <new>
#include <vector>

#include "model/case.hpp"

namespace vandvagt::model::detail {

/// How nx × ny cells lie in padded fields: row after row from the south, two rows and some columns
/// of cells outside the computed area around them, so that kernels read neighbours and whole rows
/// of lanes without asking where the grid ends.
struct Layout {
  Layout(int columns, int lines, int tile_columns, int tile_lines);
  /// Position of cell (i, j); -2 <= i < nx + 2 and -2 <= j < ny + 2.
  std::ptrdiff_t at(int i, int j) const { return origin + j * stride + i; }
  std::ptrdiff_t at(CellIndex cell) const { return at(cell.i, cell.j); }
  int tile_of(CellIndex cell) const { return cell.j / tile_ny * tiles_x + cell.i / tile_nx; }

  int nx;
  int ny;
  int tile_nx;
  int tile_ny;
  int tiles_x;
  int tiles_y;
  std::ptrdiff_t stride;
  std::ptrdiff_t origin;
  std::size_t size;
};

/// The cell on the other side of a cell's side.
CellIndex neighbour(CellIndex cell, Side side);

/// A face between two cells as the grid holds it: by its lower (west or south) cell.
struct FacePlace {
  CellIndex lower;
  CellIndex upper;
  bool along_x;     // between west and east
  bool from_lower;  // it was named as a side of the lower cell
};
FacePlace place_of(const EdgeFace& face);

/// Memory of `bytes` [B] for fields: on cache-line boundaries, and where it is large in large
/// pages. A row of a tile lies in one page of each field, so with small ones most of the time that
/// memory takes goes into finding pages (a fifth of a run on 1000 × 1000 cells). Throws
/// std::bad_alloc.
void* allocate_field(std::size_t bytes);
void free_field(void* memory, std::size_t bytes);

/// The standard containers' way to `allocate_field`.
template <class T>
struct AlignedAllocator {
  using value_type = T;
  AlignedAllocator() = default;
  template <class U>
  explicit AlignedAllocator(const AlignedAllocator<U>& /*other*/) {}
  T* allocate(std::size_t n) { return static_cast<T*>(allocate_field(n * sizeof(T))); }
  void deallocate(T* p, std::size_t n) { free_field(p, n * sizeof(T)); }
  bool operator==(const AlignedAllocator&) const { return true; }
};
template <class T>
using Padded = std::vector<T, AlignedAllocator<T>>;

}  // namespace vandvagt::model::detail
