#pragma once

#include <string>
#include <variant>
#include <vector>

#include "model/cell.hpp"
#include "model/series.hpp"

// Structures between two places of a case. Each formula gives the discharge [m³/s] for the stages
// at its two ends; stages are water surfaces [m above datum] without the head of velocity.
namespace vandvagt::model {

/// Coefficient of critical flow over a broad crest without losses, (2/3)^(3/2) sqrt(g) [m^½/s].
inline constexpr double broad_crest = 1.704895;

/// Q = C b H^(3/2) f, H the stage above the crest; submerged f = (1 - (H2/H1)^(3/2))^0.385
/// (Villemonte 1947, "Submerged-weir discharge studies", Engineering News-Record 139, 866-869).
struct Weir {
  double crest = 0.0;                // [m above datum]
  double width = 0.0;                // b [m], > 0
  double coefficient = broad_crest;  // C [m^½/s]; a sharp crest about 1.84
};

/// Inlet control of a culvert: constants of FHWA HDS-5 ("Hydraulic Design of Highway Culverts", 3rd
/// edition, FHWA-HIF-12-026, 2012), table A.1, form 1. With x = 1.811 Q / (A sqrt(D)):
///   HW/D = Hc/D + K x^M + Ks S   up to x = 3.5 (Hc: head of critical flow in the barrel)
///   HW/D = c x² + Y + Ks S       from x = 4, linear in x between.
struct CulvertInlet {
  double k = 0.0098, m = 2.0, c = 0.0398, y = 0.67;  // square edge with headwall, concrete pipe
  double slope = -0.5;                               // Ks; 0.7 where mitred to the slope
};

/// A culvert or pipe carries the lesser of inlet control and outlet control. Outlet control:
///   Q = A sqrt(2 g (stage - ho) / (Ke + Kx + 2 g n² L / R^(4/3))),
/// with ho the higher of the stage below and half way between critical depth and the barrel's
/// depth of water over the outlet's invert (HDS-5, eq. 3.6 to 3.9). A and R are those of the full
/// barrel where the stage stands above its crown, else of a barrel filled as deep as the water
/// stands over the higher invert. The lid of a box is wetted little by little over the last
/// twentieth of its height, so that the discharge does not jump.
struct Culvert {
  enum class Shape { circular, box };
  Shape shape = Shape::circular;
  double width = 0.0;   // [m]; box
  double height = 0.0;  // D [m]; circular: the diameter
  int barrels = 1;
  double length = 0.0;       // L [m]
  double invert_from = 0.0;  // [m above datum]
  double invert_to = 0.0;    // [m above datum]
  double manning = 0.013;    // n [s m^-1/3]
  double entrance_loss = 0.5;
  double exit_loss = 1.0;
  CulvertInlet inlet = {};
};

/// Orifice or sluice gate. With a' = min(a, H1) the part of the opening a that the water fills,
///   Q = Cd a' b sqrt(2 g (H1 - max(H2, a'/2))),
/// free where the tailwater stays under the middle of the opening, and no more than critical flow
/// over the sill. Bos (1989), "Discharge measurement structures", ILRI publication 20, §1.12.
struct Gate {
  double sill = 0.0;          // [m above datum]
  double width = 0.0;         // b [m], > 0
  double coefficient = 0.61;  // Cd [1]
  Series opening;             // a [m], >= 0
};

/// Takes `capacity` from the first place and gives it to the second. Starts when the stage at the
/// first rises to `start_stage`, stops when it falls to `stop_stage`, and keeps on or off between:
/// that memory is part of the saved state. Never takes more than the cells hold.
struct Pump {
  Series capacity;           // [m³/s], >= 0
  double start_stage = 0.0;  // [m above datum]
  double stop_stage = 0.0;   // [m above datum], not above start_stage
};

/// Moves water from `from` to `to`, and back where the stage is higher there, unless a flap
/// (`one_way`) keeps it. Of several cells at one place the stage is their mean over those with
/// water; they give in proportion to their depth and take in equal parts.
struct Structure {
  std::string name;
  std::vector<CellIndex> from;
  std::vector<CellIndex> to;
  bool one_way = false;
  std::variant<Weir, Culvert, Gate, Pump> kind;
};

/// Discharge [m³/s], >= 0, from the upper stage to the lower one; 0 where upper <= lower.
double discharge_weir(const Weir& weir, double upper, double lower);
double discharge_gate(const Gate& gate, double opening, double upper, double lower);
/// `reversed`: the water enters at the end called `to`.
double discharge_culvert(const Culvert& culvert, bool reversed, double upper, double lower);

/// What a culvert would carry [m³/s] by its inlet alone, and by barrel and outlet alone.
double inlet_control(const Culvert& culvert, bool reversed, double upper);
double outlet_control(const Culvert& culvert, bool reversed, double upper, double lower);

}  // namespace vandvagt::model
