"""Fails where a sentence has no German, or a German one lost a place that is filled in."""

import re
import sys
import tempfile
from pathlib import Path

from babel.messages.catalog import Message
from babel.messages.pofile import read_po
from update_translations import CATALOGUES, collect

PLACE = re.compile(r"%\((\w+)\)")


def problems(wanted: Path, catalogue: Path) -> list[str]:
    """What is wrong with the catalogue, a line each."""
    with wanted.open("rb") as file:
        sentences = [message.id for message in read_po(file) if message.id]
    with catalogue.open("rb") as file:
        german = read_po(file, locale="de")
    found = []
    for sentence in sentences:
        message = german.get(sentence if isinstance(sentence, str) else sentence[0])
        if message is None or not _strings(message) or message.fuzzy:
            found.append(f"no German: {sentence!r}")
        elif any(_places(message.id) != _places(string) for string in _strings(message)):
            found.append(f"places differ: {sentence!r}")
    return found


def _strings(message: Message) -> list[str]:
    strings = [message.string] if isinstance(message.string, str) else list(message.string or ())
    return strings if all(strings) else []


def _places(text: str | tuple[str, ...] | list[str]) -> set[str]:
    return set(PLACE.findall(text if isinstance(text, str) else text[-1]))


def main() -> int:
    """The exit status: 1 where anything is missing."""
    with tempfile.TemporaryDirectory() as folder:
        wanted = Path(folder) / "messages.pot"
        collect(wanted)
        found = problems(wanted, CATALOGUES / "de" / "LC_MESSAGES" / "messages.po")
    print("\n".join(found) or "Every sentence has its German.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
