"""Fails where the documents and the code disagree: settings, commands, make targets, the tree, permissions."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from helpcenter.cli import cli
from helpcenter.permissions import TABLE, Action, Role
from helpcenter.settings import Settings

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text()
ARCHITECTURE = (ROOT / "ARCHITECTURE.md").read_text()
SIGNS = {"all": "●", "own": "○", "none": "–"}


def settings() -> Iterator[str]:
    """Each setting stands in the README's table, word for word; and no other."""
    wanted = {f"HELPCENTER_{name.upper()}": field.description or "" for name, field in Settings.model_fields.items()}
    rows = dict(re.findall(r"^\| `(HELPCENTER_\w+)` \| [^|]* \| (.*) \|$", README, re.MULTILINE))
    for name in sorted(wanted.keys() | rows.keys()):
        if rows.get(name) != wanted.get(name):
            yield f"README, settings: {name}: the table says {rows.get(name)!r}, the code {wanted.get(name)!r}"


def commands() -> Iterator[str]:
    """Each command stands in the README."""
    for name in cli.list_commands(None):  # type: ignore[arg-type]  # our group needs no context for this
        if f"helpcenter {name}" not in README:
            yield f"README: the command `helpcenter {name}` is missing"


def targets() -> Iterator[str]:
    """Each make target that a person runs stands in the README."""
    phony = re.search(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert phony
    for target in phony[1].split():
        if f"make {target}" not in README:
            yield f"README: `make {target}` is missing"


def permissions() -> Iterator[str]:
    """The table of ARCHITECTURE.md is the table of the code."""
    for action in Action:
        signs = " | ".join(SIGNS[TABLE[role, action].value] for role in Role)
        if f"| {action.value} | {signs} |" not in ARCHITECTURE:
            yield f"ARCHITECTURE: the row should read: | {action.value} | {signs} |"


def links() -> Iterator[str]:
    """Each relative link of a document leads somewhere."""
    for path in [*ROOT.glob("*.md"), *ROOT.glob("samples/*.md")]:
        for target in re.findall(r"\]\((?!https?:|#|mailto:)([^)#]+)", path.read_text()):
            if not (path.parent / target).exists():
                yield f"{path.name}: the link to {target} leads nowhere"


def main() -> int:
    """The exit status: 1 where anything disagrees."""
    found = [line for check in (settings, commands, targets, permissions, links) for line in check()]
    print("\n".join(found) or "Documents and code agree.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
