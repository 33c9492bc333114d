#!/usr/bin/env python3
"""The layout check must find what it is there to find."""
import pathlib
import subprocess
import sys
import tempfile

CHECK = pathlib.Path(__file__).with_name("check_layout.py")


def verdict(files):
    with tempfile.TemporaryDirectory() as name:
        top = pathlib.Path(name)
        for path, text in files.items():
            (top / path).parent.mkdir(parents=True, exist_ok=True)
            (top / path).write_text(text)
            (top / path.split("/")[0] / "README.md").write_text("what it answers")
        run = subprocess.run([sys.executable, CHECK, top], capture_output=True, text=True, check=False)
        return run.returncode, run.stdout


CASES = [
    ("a clean tree passes", {"model/a.cpp": '#include "core/time.hpp"\n#include <vector>\n'}, 0, "0 breaches"),
    ("alerts must not see model", {"alerts/a.cpp": '#include "model/case.hpp"\n'}, 1, "alerts must not know model"),
    ("core sees nobody", {"core/a.hpp": '#include "grids/raster.hpp"\n'}, 1, "core must not know grids"),
    ("GDAL stays in grids", {"model/a.cpp": "#include <gdal_priv.h>\n"}, 1, "stays inside grids"),
    ("GDAL stays out of public headers", {"grids/a.hpp": "#include <gdal_priv.h>\n"}, 1, "public header"),
    ("detail may show GDAL", {"grids/detail/a.hpp": "#include <gdal_priv.h>\n"}, 0, "0 breaches"),
    ("detail is private", {"forecast/a.cpp": '#include "grids/detail/a.hpp"\n'}, 1, "private to grids"),
    ("long files are named", {"core/a.cpp": "\n" * 451}, 1, "451 lines"),
    ("sources are not included", {"core/a.cpp": '#include "core/b.cpp"\n'}, 1, "is a source"),
    ("an empty tree is no pass", {}, 2, "no sources"),
]

failed = 0
for name, files, code, words in CASES:
    got, output = verdict(files)
    if got != code or words not in output:
        failed += 1
        print(f"FAILED {name}: exit {got}, wanted {code} and \"{words}\"\n{output}")
print(f"{len(CASES) - failed} passed, {failed} failed")
sys.exit(1 if failed else 0)
