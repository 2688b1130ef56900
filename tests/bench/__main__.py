"""`make bench`: what things cost, as ratios measured in one run; prints a table and writes bench.json.

`python -m tests.bench NAME …` runs only the named parts (pipeline, search, pages, demo).
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
Figures = dict[str, dict[str, Any]]


def pipeline() -> Figures:
    from tests.bench.pipeline import bench_pipeline

    return bench_pipeline()


def search() -> Figures:
    from tests.bench.search import bench_search

    return bench_search()


def pages() -> Figures:
    from tests.bench.pages import bench_pages

    return bench_pages()


def demo() -> Figures:
    """From a clean clone to the page: `make demo` in a clone of what is committed."""
    with tempfile.TemporaryDirectory() as folder:
        clone = Path(folder) / "clone"
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)
        environment = {
            name: value for name, value in os.environ.items() if not name.startswith(("HELPCENTER_", "VIRTUAL_ENV"))
        }
        started = time.monotonic()
        done = subprocess.run(
            ["make", "demo"], cwd=clone, env={**environment, "DEMO_EXIT": "1"}, capture_output=True, check=False
        )
        seconds = time.monotonic() - started
    if done.returncode:
        sys.stderr.write(done.stdout.decode()[-2000:] + done.stderr.decode()[-2000:])
        raise SystemExit("make demo failed in a clean clone")
    how = "make demo in a clean clone, packages downloaded, system packages there, until the answer plays and its asker has mail"
    return {"demo_seconds": {"value": round(seconds, 1), "unit": "s", "how": how}}


PARTS: dict[str, Callable[[], Figures]] = {"pipeline": pipeline, "search": search, "pages": pages, "demo": demo}


def main(names: list[str]) -> None:
    figures: Figures = {}
    for name in names or PARTS:
        print(f"… {name}", file=sys.stderr, flush=True)
        figures |= PARTS[name]()
    width = max(len(name) for name in figures)
    for name, figure in figures.items():
        print(f"{name:{width}}  {figure['value']:>10} {figure['unit']:6} {figure['how']}")
    (ROOT / "bench.json").write_text(json.dumps(figures, indent=2) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
