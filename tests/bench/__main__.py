"""`make bench`: what things cost, as ratios measured in one run; prints a table and writes bench.json.

`python -m tests.bench NAME …` runs only the named parts (pipeline, search, pages, routing, desk, live, rota, month, demo).
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


def routing() -> Figures:
    from tests.bench.routing import bench_routing

    return bench_routing()


def desk() -> Figures:
    from tests.bench.desk import bench_desk

    return bench_desk()


def live() -> Figures:
    from tests.bench.live import bench_live

    return bench_live()


def month() -> Figures:
    from tests.bench.month import bench_month

    return bench_month()


def rota() -> Figures:
    from tests.bench.rota import bench_rota

    return bench_rota()


def demo() -> Figures:
    """From a clean clone to the page, and to the end of the live evening: `make demo` in a clone of what is committed."""
    with tempfile.TemporaryDirectory() as folder:
        clone = Path(folder) / "clone"
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)
        environment = {
            name: value for name, value in os.environ.items() if not name.startswith(("HELPCENTER_", "VIRTUAL_ENV"))
        }
        told, page = [], 0.0
        started = time.monotonic()
        making = subprocess.Popen(
            ["make", "demo"], cwd=clone, env={**environment, "DEMO_EXIT": "1"}, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        assert making.stdout is not None
        for line in making.stdout:
            told.append(line)
            if "the answer plays on its page" in line:
                page = time.monotonic() - started
        if making.wait():
            sys.stderr.write("".join(told)[-4000:])
            raise SystemExit("make demo failed in a clean clone")
        whole = time.monotonic() - started
    how = "make demo in a clean clone, packages downloaded, system packages there, until "
    return {
        "demo_seconds": {"value": round(page, 1), "unit": "s", "how": how + "the answer plays and its asker has mail"},
        "demo_whole_seconds": {"value": round(whole, 1), "unit": "s", "how": how + "the live evening is over, too"},
    }


PARTS: dict[str, Callable[[], Figures]] = {
    "pipeline": pipeline,
    "search": search,
    "pages": pages,
    "routing": routing,
    "desk": desk,
    "live": live,
    "rota": rota,
    "month": month,
    "demo": demo,
}


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
