"""Collects all sentences into the catalogues; new ones are left empty for a translator."""

import subprocess
import sys
import tempfile
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages

from babel.messages.pofile import read_po, write_po

import helpcenter
import workers
from helpcenter.errors import HelpCenterError

ROOT = Path(__file__).resolve().parents[1]
CATALOGUES = ROOT / "helpcenter" / "translations"
PROGRAMS = ("_child", ".child", "__main__")
KEYWORDS = ("N_", "gettext", "_", "ngettext:1,2", "lazy_gettext")


def collect(template: Path) -> None:
    """Write all sentences of code and templates to `template`, without places and dates, so that it changes only with them."""
    options = [word for keyword in KEYWORDS for word in ("-k", keyword)]
    command = ["extract", "-F", "babel.cfg", *options, "--no-location", "--sort-output", "-o", str(template), "."]
    subprocess.run([sys.executable, "-m", "babel.messages.frontend", "-q", *command], cwd=ROOT, check=True)
    with template.open("rb") as file:
        catalogue = read_po(file)
    for sentence in error_sentences():
        catalogue.add(sentence)
    with template.open("wb") as file:
        write_po(file, catalogue, sort_output=True, omit_header=True)


def error_sentences() -> list[str]:
    """What errors say when nothing else is said: the first line of their docstrings."""
    for package in (helpcenter, workers):
        for module in walk_packages(package.__path__, package.__name__ + "."):
            if not module.name.endswith(PROGRAMS):
                import_module(module.name)
    waiting, found = [HelpCenterError], set()
    while waiting:
        error = waiting.pop()
        waiting += error.__subclasses__()
        found.add((error.__doc__ or "").partition("\n")[0])
    return sorted(found)


def main() -> None:
    """Update the German catalogue; English needs none, since its sentences are the keys."""
    with tempfile.TemporaryDirectory() as folder:
        template = Path(folder) / "messages.pot"
        collect(template)
        catalogue = CATALOGUES / "de" / "LC_MESSAGES" / "messages.po"
        catalogue.parent.mkdir(parents=True, exist_ok=True)
        verb = "update" if catalogue.exists() else "init"
        options = ["--no-fuzzy-matching", "--ignore-obsolete", "--ignore-pot-creation-date"] if verb == "update" else []
        command = [verb, "-i", str(template), "-d", str(CATALOGUES), "-l", "de", "-w", "120", *options]
        subprocess.run([sys.executable, "-m", "babel.messages.frontend", "-q", *command], cwd=ROOT, check=True)


if __name__ == "__main__":
    main()
