"""Clips and entries that an answer leads to, found by search while it is written."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from sqlalchemy.orm import Session

from helpcenter.errors import N_, InvalidInput
from helpcenter.models import Answer, Clip, ClipState, FaqEntry, Visibility
from helpcenter.services import faq, pages, search

MOST: Final = 6
_NAMED: Final = re.compile(r"(entry|clip):([0-9]{1,9})")


@dataclass(frozen=True, slots=True)
class Piece:
    """Something to insert: `name` is how a form calls it, `address` its page, which begins at the right second."""

    name: str
    title: str
    address: str
    at: float | None


def pieces_for(db: Session, words: str, *, language: str, visibilities: Collection[Visibility]) -> list[Piece]:
    """Published entries and clips that hold the words, best first, each entry or clip once."""
    found = search.search(db, words, language=language, limit=MOST, visibilities=visibilities, kinds={"entry", "clip"})
    named = [(f"{shown.hit.kind}:{shown.hit.thing_id}", shown) for shown in pages.show_hits(db, found)]
    return [Piece(name, shown.hit.title, shown.address, shown.at) for name, shown in named]


def piece_named(db: Session, name: str) -> tuple[Clip | None, FaqEntry | None]:
    """The clip or the entry that a form names, of those that are public in this house. Raises InvalidInput."""
    found = _NAMED.fullmatch(name)
    kind, number = (found[1], int(found[2])) if found else ("", 0)
    clip = db.get(Clip, number) if kind == "clip" else None
    entry = db.get(FaqEntry, number) if kind == "entry" else None
    if clip is not None and clip.state is ClipState.CONFIRMED:
        return clip, None
    if entry is not None and entry.state in faq.VISIBLE:
        return None, entry
    raise InvalidInput(N_("This clip or entry is not public any more. Please choose another."))


def insert(db: Session, draft: Answer, name: str, *, piece: Piece | None) -> None:
    """Let the draft lead to the clip or entry: the first of each kind is what the asker is led to, others are links in the text."""
    clip, entry = piece_named(db, name)
    if clip is not None and draft.clip is None:
        draft.clip = clip
    elif entry is not None and draft.entry is None:
        draft.entry = entry
    elif piece is not None and not (clip is draft.clip if clip else entry is draft.entry):
        title = piece.title.replace("[", "(").replace("]", ")")
        draft.body = f"{draft.body}\n\n[{title}]({piece.address})".strip()
