#include "model/detail/layout.hpp"

#ifdef __linux__
#include <sys/mman.h>
#endif

namespace vandvagt::model::detail {
namespace {

constexpr int rows_around = 2;
constexpr int columns_before = 16;
constexpr int columns_after = 32;

// Rows whose starts are a multiple of 4096 bytes apart would share few places of the cache.
std::ptrdiff_t padded_row(int columns) {
  std::ptrdiff_t row = (std::ptrdiff_t{columns_before} + columns + columns_after + 15) / 16 * 16;
  if (row % 512 == 0) row += 16;
  return row;
}

constexpr std::size_t large_page = std::size_t{2} << 20;  // bytes

std::align_val_t alignment(std::size_t bytes) {
  return std::align_val_t{bytes >= large_page ? large_page : 64};
}

}  // namespace

void* allocate_field(std::size_t bytes) {
  void* const memory = ::operator new(bytes, alignment(bytes));
#ifdef __linux__
  // Advice only: without large pages everything works, slower. The rest over whole large pages
  // stays in small ones, so that no memory is taken for it.
  if (bytes >= large_page) madvise(memory, bytes / large_page * large_page, MADV_HUGEPAGE);
#endif
  return memory;
}

void free_field(void* memory, std::size_t bytes) {
  ::operator delete(memory, alignment(bytes));
}

Layout::Layout(int columns, int lines, int tile_columns, int tile_lines)
    : nx(columns),
      ny(lines),
      tile_nx(tile_columns),
      tile_ny(tile_lines),
      tiles_x((columns + tile_columns - 1) / tile_columns),
      tiles_y((lines + tile_lines - 1) / tile_lines),
      stride(padded_row(tiles_x * tile_columns)),
      origin(rows_around * stride + columns_before),
      size(static_cast<std::size_t>((lines + 2 * rows_around + 1) * stride)) {}

CellIndex neighbour(CellIndex cell, Side side) {
  switch (side) {
    case Side::west:
      return {cell.i - 1, cell.j};
    case Side::east:
      return {cell.i + 1, cell.j};
    case Side::south:
      return {cell.i, cell.j - 1};
    case Side::north:
      return {cell.i, cell.j + 1};
  }
  return cell;
}

FacePlace place_of(const EdgeFace& face) {
  const bool along_x = face.side == Side::west || face.side == Side::east;
  const bool lower = face.side == Side::east || face.side == Side::north;
  const CellIndex other = neighbour(face.cell, face.side);
  return {lower ? face.cell : other, lower ? other : face.cell, along_x, lower};
}

}  // namespace vandvagt::model::detail
