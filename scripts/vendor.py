"""Copy the browser libraries that npm has brought into the folder that the site serves."""

import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TARGET = ROOT / "helpcenter" / "static" / "vendor"
FILES = {
    "htmx.org/dist/htmx.min.js": "htmx.min.js",
    "htmx.org/LICENSE": "htmx.LICENSE",
    "hls.js/dist/hls.light.min.js": "hls.min.js",
    "hls.js/LICENSE": "hls.LICENSE",
    "tus-js-client/dist/tus.min.js": "tus.min.js",
    "tus-js-client/LICENSE": "tus.LICENSE",
}


def main() -> int:
    """0 when every file is in place; 1, with what to do, when npm has not been run."""
    missing = [name for name in FILES if not (ROOT / "node_modules" / name).is_file()]
    if missing:
        print(f"missing in node_modules: {', '.join(missing)}. Run: npm ci --ignore-scripts", file=sys.stderr)
        return 1
    TARGET.mkdir(parents=True, exist_ok=True)
    for source, name in FILES.items():
        shutil.copyfile(ROOT / "node_modules" / source, TARGET / name)
    return 0


if __name__ == "__main__":
    sys.exit(main())
