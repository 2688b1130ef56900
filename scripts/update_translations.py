"""Collects all sentences into the catalogues; new ones are left empty for a translator."""

import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CATALOGUES = ROOT / "helpcenter" / "translations"
KEYWORDS = ("N_", "gettext", "_", "ngettext:1,2", "lazy_gettext")


def collect(template: Path) -> None:
    """Write all sentences of code and templates to `template`, without places and dates, so that it changes only with them."""
    options = [word for keyword in KEYWORDS for word in ("-k", keyword)]
    command = [
        "extract",
        "-F",
        "babel.cfg",
        *options,
        "--no-location",
        "--omit-header",
        "--sort-output",
        "-o",
        str(template),
        ".",
    ]
    subprocess.run([sys.executable, "-m", "babel.messages.frontend", "-q", *command], cwd=ROOT, check=True)


def main() -> None:
    """Update the German catalogue; English needs none, since its sentences are the keys."""
    with tempfile.TemporaryDirectory() as folder:
        template = Path(folder) / "messages.pot"
        collect(template)
        catalogue = CATALOGUES / "de" / "LC_MESSAGES" / "messages.po"
        catalogue.parent.mkdir(parents=True, exist_ok=True)
        verb = "update" if catalogue.exists() else "init"
        options = ["--no-fuzzy-matching", "--ignore-obsolete", "--omit-header"] if verb == "update" else []
        command = [verb, "-i", str(template), "-d", str(CATALOGUES), "-l", "de", "-w", "120", *options]
        subprocess.run([sys.executable, "-m", "babel.messages.frontend", "-q", *command], cwd=ROOT, check=True)


if __name__ == "__main__":
    main()
