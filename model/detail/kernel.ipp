// Included inside a namespace of its own by each translation unit that compiles the kernels for one
// vector unit. Everything here has internal linkage and calls no function of the library.
//
// A tile is computed row by row from the south. For row r:
//   load        depth and velocity of row r + 1                          (three rows are kept)
//   predict     limited slopes, half a step ahead, values on the four faces of row r
//   flux        fluxes over the faces between cells of row r, and between rows r - 1 and r
//   update      row r - 1 from the fluxes on its four faces: depth, soil, momentum and friction
// Every row is `lanes` cells long, whatever the tile holds, so that loops have a fixed length and no
// remainder. docs/theory.md has the equations.
namespace {

#include "model/detail/kernel_math.ipp"
#include "model/detail/kernel_rows.ipp"
#include "model/detail/kernel_predict.ipp"
#include "model/detail/kernel_flux.ipp"
#include "model/detail/kernel_edge.ipp"
#include "model/detail/kernel_levee.ipp"
#include "model/detail/kernel_update.ipp"
#include "model/detail/kernel_soil.ipp"
#include "model/detail/kernel_tile.ipp"

}  // namespace
