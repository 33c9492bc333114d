#!/usr/bin/env python3
"""How the flood of examples/maas-peel.toml differs with a dry, the prior and a wet water table: the
table and the figure of docs/groundwater.md, from runs of the program itself.

    docs/images/groundwater_flood.py --data ../shared/data --runs /tmp/maas

Needs build/release/vandvagt, gdal_translate and gnuplot. Runs stay under --runs; one that is there is
not run again. The table goes to standard output, the figure to docs/images/groundwater_flood.png.
"""
import argparse
import json
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
# Case: what it is called, wells' offset below the raster (none: no wells), the prior map's offset [m].
CASES = {
    "map-dry": ("prior map 1 m deeper, no wells", None, 1.0),
    "map-prior": ("prior map, no wells", None, 0.0),
    "map-wet": ("prior map 0.3 m shallower, no wells", None, -0.3),
    "wells-dry": ("prior map, wells over MQTT 1 m deeper", 1.0, 0.0),
    "wells-usual": ("prior map, wells over MQTT as the example has them", 0.1, 0.0),
    "wells-wet": ("prior map, wells over MQTT 0.3 m shallower", -0.3, 0.0),
}


def put(text, pattern, replacement):
    changed, count = re.subn(pattern, replacement, text, count=1, flags=re.MULTILINE)
    if count != 1:
        sys.exit(f"examples/maas-peel.toml no longer has {pattern}")
    return changed


def configuration(cell, hours, wells, offset):
    text = (ROOT / "examples" / "maas-peel.toml").read_text(encoding="utf-8")
    text = put(text, r"^\[terrain\]$", f"[terrain]\ncell_size = {cell}")
    text = put(text, r'^stamp = "start"$', f'stamp = "start"\nextend = {cell}')
    text = put(text, r'^horizon = "72h"', f'horizon = "{hours}h"')
    text = put(text, r"^(\[groundwater\.water_table_depth\])$", rf"\1\nraster_offset = {offset}")
    if wells is None:
        text = put(text, r"^wells = \[[^]]*\]$", "")
        text = put(text, r"^\[\[replay\.from_raster\]\](\n.+)*$", "")
    else:
        text = put(text, r"^offset = 0\.1$", f"offset = {wells}")
    return text


def run(name, arguments):
    folder = arguments.runs / name
    if not (folder / "out" / "run.json").exists():
        folder.mkdir(parents=True, exist_ok=True)
        _, wells, offset = CASES[name]
        text = configuration(arguments.cell, arguments.hours, wells, offset)
        (folder / "maas-peel.toml").write_text(text, encoding="utf-8")
        subprocess.run([arguments.vandvagt, "forecast", "--config",
                        folder / "maas-peel.toml", "--data", arguments.data, "--output",
                        folder / "out"], check=True, stdout=subprocess.DEVNULL)
    return folder / "out"


def greatest_depths(output):
    """Rows of the greatest depth, north first; negative where there is nothing."""
    grid = output / "max_depth.asc"
    subprocess.run(["gdal_translate", "-q", "-of", "AAIGrid", output / "max_depth.tif", grid],
                   check=True)
    rows = []
    with open(grid, encoding="utf-8") as file:
        for line in file:
            words = line.split()
            if words and words[0][0] in "-0123456789":
                rows.append([float(word) for word in words])
    return rows


def measure(name, arguments):
    output = run(name, arguments)
    facts = json.loads((output / "run.json").read_text(encoding="utf-8"))
    depths = greatest_depths(output)
    area = facts["grid"]["cell_size"] ** 2 / 1e6
    flooded = {limit: area * sum(depth > limit for row in depths for depth in row)
               for limit in (0.1, 0.5)}
    shallow = next(a for a in facts["areas"] if a["query"] == "laagte-grondwater")
    return {"depths": depths, "flooded": flooded, "stored": facts["volume"]["stored"] / 1e6,
            "soaked": facts["volume"]["infiltration"] / 1e6,
            "shallow": 100 * shallow["peak_shallow_groundwater_share"]}


def draw(results, arguments):
    """Three maps side by side of the greatest depth with dry, usual and wet wells."""
    names = ["wells-dry", "wells-usual", "wells-wet"]
    plots = []
    for name in names:
        matrix = arguments.runs / f"{name}.dat"
        with open(matrix, "w", encoding="utf-8") as file:
            for row in reversed(results[name]["depths"]):
                file.write(" ".join(f"{d:.3f}" if d > 0.02 else "NaN" for d in row) + "\n")
        plots.append(f'set title "{CASES[name][0].split("MQTT ")[1]}"; '
                     f'plot "{matrix}" matrix with image notitle')
    size = len(results[names[0]]["depths"])
    script = f"""
set terminal pngcairo size 1380,520 font "sans,10"
set output "{ROOT / 'docs/images/groundwater_flood.png'}"
set multiplot layout 1,3
set size ratio -1
unset xtics; unset ytics; set border lc rgb "#888888"
set xrange [-0.5:{size - 0.5}]; set yrange [-0.5:{size - 0.5}]
set cbrange [0:0.6]; set cblabel "greatest depth [m]"
set palette defined (0 "#dcecf9", 0.1 "#8fbbe0", 0.3 "#1f5f99", 0.6 "#0b1f3a")
{chr(10).join(plots)}
unset multiplot
"""
    subprocess.run(["gnuplot"], input=script, text=True, check=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=pathlib.Path, required=True)
    parser.add_argument("--runs", type=pathlib.Path, required=True)
    parser.add_argument("--vandvagt", type=pathlib.Path, default=ROOT / "build/release/vandvagt")
    parser.add_argument("--cell", type=float, default=50.0, help="cell size [m]")
    parser.add_argument("--hours", type=int, default=72, help="horizon [h]")
    arguments = parser.parse_args()
    arguments.runs = arguments.runs.resolve()
    results = {name: measure(name, arguments) for name in CASES}
    usual = results["wells-usual"]["depths"]
    deepest = max((depth, j, i) for j, row in enumerate(usual) for i, depth in enumerate(row))
    _, north, east = deepest
    print("| water table | > 0.1 m [km²] | > 0.5 m [km²] | on the surface at the end [10⁶ m³] | "
          "soaked in [10⁶ m³] | where it is deepest with usual wells [m] | valley with less than 0.3 m [%] |")
    print("|---|---|---|---|---|---|---|")
    for name, result in results.items():
        print(f"| {CASES[name][0]} | {result['flooded'][0.1]:.2f} | {result['flooded'][0.5]:.2f} | "
              f"{result['stored']:.2f} | {result['soaked']:.2f} | {result['depths'][north][east]:.2f} | "
              f"{result['shallow']:.0f} |")
    draw(results, arguments)


if __name__ == "__main__":
    main()
