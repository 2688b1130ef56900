"""The first lines of an answer, as plain text."""

import textwrap
from typing import Final

from markdown_it import MarkdownIt
from sqlalchemy import select
from sqlalchemy.orm import Session

from helpcenter.models import Clip, CueRow, FaqEntry, Transcript

LENGTH: Final = 320
_CUES: Final = 20
_VISIBLE = {"text": "", "code_inline": "", "softbreak": " ", "hardbreak": " "}


def first_lines(db: Session, clip: Clip | None, entry: FaqEntry | None, language: str, *, written: str = "") -> str:
    """At most 320 letters: of what was `written` (Markdown), else of the entry's text, else of what is said in the clip.

    The entry's text is that in the language, where it has it. A machine's draft of a transcript is not quoted. "" where there
    is nothing to quote.
    """
    texts = sorted(entry.texts, key=lambda text: text.language != language) if entry else []
    bodies = [written, *(text.body for text in texts)]
    found = next((said for body in bodies if (said := _plain(body))), "")
    if not found and clip:
        found = _said(db, clip, language)
    return textwrap.shorten(found, LENGTH, placeholder=" …") if found else ""


def _plain(markdown: str) -> str:
    inline = [token.children or [] for token in MarkdownIt().parse(markdown) if token.type == "inline"]
    parts = (
        "".join(child.content or _VISIBLE[child.type] for child in line if child.type in _VISIBLE) for line in inline
    )
    return " ".join(part for part in parts if part)


def _said(db: Session, clip: Clip, language: str) -> str:
    overlapping = (
        select(CueRow.text, Transcript.language)
        .join(Transcript, Transcript.id == CueRow.transcript_id)
        .where(Transcript.recording_id == clip.recording_id, Transcript.draft.is_(False))
        .where(CueRow.end > clip.start, CueRow.start < clip.end)
        .order_by(Transcript.language != language, Transcript.id, CueRow.start)
    )
    rows = db.execute(overlapping.limit(_CUES)).all()
    return " ".join(text for text, spoken in rows if spoken == rows[0].language)
