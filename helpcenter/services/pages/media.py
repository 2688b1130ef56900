"""What accompanies a recording on a page: its text and its chapters."""

from dataclasses import dataclass, field
from typing import NamedTuple

from sqlalchemy import and_, bindparam, select

from helpcenter.captions import Cue
from helpcenter.models import Chapter as ChapterRow
from helpcenter.models import CueRow, Transcript
from helpcenter.services.pages.choice import Reader

_FOREVER = 1e9

# All texts of a recording in one query; those without a cue in the stretch are there, too, since tracks list them.
_TEXTS = (
    select(
        Transcript.id, Transcript.language, Transcript.human, Transcript.draft,
        CueRow.start, CueRow.end, CueRow.text, CueRow.speaker,
    )
    .outerjoin(
        CueRow,
        and_(
            CueRow.transcript_id == Transcript.id,
            CueRow.start < bindparam("until"),
            CueRow.end > bindparam("since"),
        ),
    )
    .where(Transcript.recording_id == bindparam("recording"))
    .order_by(CueRow.start, CueRow.id)
)  # fmt: skip
_CHAPTERS = (
    select(ChapterRow.start, ChapterRow.end, ChapterRow.title)
    .where(ChapterRow.recording_id == bindparam("recording"))
    .order_by(ChapterRow.start)
)


class Chapter(NamedTuple):
    """A titled stretch, in seconds of the recording."""

    start: float
    end: float
    title: str


@dataclass(frozen=True, slots=True)
class Text:
    """What is said in a stretch of a recording; `language` is None where there is no text at all.

    `draft` marks what only a machine heard. `languages` are those of all texts of the recording.
    """

    language: str | None = None
    draft: bool = False
    cues: list[Cue] = field(default_factory=list)
    languages: list[str] = field(default_factory=list)


def read_text(
    db: Reader,
    recording_id: int,
    language: str | None,
    since: float = 0.0,
    until: float = _FOREVER,
    *,
    wanted: str | None = None,
) -> Text:
    """The best text of the stretch: the one in `wanted`, else a person's before a machine's, then the recording's `language`.

    One query.
    """
    rows = db.execute(_TEXTS, {"recording": recording_id, "since": since, "until": until}).all()
    found = {row.id: row for row in rows}
    if not found:
        return Text()
    best = min(
        found.values(),
        key=lambda row: (row.language != wanted, not row.human, row.draft, row.language != language, row.id),
    )
    cues = [
        Cue(row.start, row.end, row.text, row.speaker) for row in rows if row.id == best.id and row.text is not None
    ]
    return Text(best.language, best.draft, cues, sorted({row.language for row in found.values()}))


def read_chapters(db: Reader, recording_id: int) -> list[Chapter]:
    """The recording's chapters in order of time."""
    return [Chapter._make(row) for row in db.execute(_CHAPTERS, {"recording": recording_id}).all()]
