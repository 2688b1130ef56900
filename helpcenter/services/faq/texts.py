"""The texts of an entry, one per language, with a revision for each saving."""

from datetime import datetime
from typing import Any, Final, cast

from sqlalchemy import CursorResult, select, update
from sqlalchemy.orm import Session

from helpcenter.errors import N_, Conflict, InvalidInput, NotFound
from helpcenter.models import FaqEntry, FaqRevision, FaqText, Topic, User, Visibility
from helpcenter.services.faq.changes import audit, note_change
from helpcenter.services.slugs import unique_slug

LONGEST_TITLE: Final = 300
LONGEST_BODY: Final = 100_000


class SavedMeanwhile(Conflict):
    """Somebody saved another text since the one that this writer began from."""

    def __init__(self) -> None:
        super().__init__(
            N_(
                "Somebody else saved this text in the meantime. Both are shown below; keep what is right, and save again."
            )
        )


def create_entry(
    db: Session, *, topic: Topic | None, language: str, title: str, body: str, editor: User | None, now: datetime
) -> FaqEntry:
    """A new draft with its first text."""
    title, body = _checked(title, body)
    entry = FaqEntry(
        slug=unique_slug(db, FaqEntry.slug, title, "entry"),
        topic=topic,
        visibility=Visibility.PUBLIC,
        created_at=now,
        updated_at=now,
    )
    db.add(entry)
    db.flush()
    _first(db, entry, language, title, body, editor=editor, now=now)
    audit(db, entry, "create", by=editor, now=now)
    db.flush()
    return entry


def text_in(entry: FaqEntry, language: str) -> FaqText | None:
    """The entry's text in exactly this language."""
    return next((text for text in entry.texts if text.language == language), None)


def save_text(  # noqa: PLR0913 -- a text, where it belongs, who wrote it from which state, and when
    db: Session,
    entry: FaqEntry,
    *,
    language: str,
    title: str,
    body: str,
    seen: int,
    editor: User | None,
    now: datetime,
) -> FaqText:
    """Save a text as its next revision. `seen` is the revision that the writer began from, 0 for a first version.

    The same text once more makes no revision. Raises SavedMeanwhile when another one was saved since `seen`.
    """
    title, body = _checked(title, body)
    text = text_in(entry, language)
    if text is None:
        if seen:
            raise SavedMeanwhile
        text = _first(db, entry, language, title, body, editor=editor, now=now)
    elif text.revision == seen and (text.title, text.body) == (title, body):
        return text
    else:
        _replace(db, text, title, body, seen=seen, now=now)
        _note_revision(db, text, editor=editor, now=now)
    audit(db, entry, "save text", by=editor, now=now, language=language, revision=text.revision)
    note_change(db, entry, now=now)
    return text


def restore(db: Session, entry: FaqEntry, *, language: str, number: int, editor: User | None, now: datetime) -> FaqText:
    """Save an earlier revision once more, as the newest. Raises NotFound."""
    old = db.scalar(
        select(FaqRevision).where(
            FaqRevision.entry_id == entry.id, FaqRevision.language == language, FaqRevision.number == number
        )
    )
    text = text_in(entry, language)
    if old is None or text is None:
        raise NotFound
    return save_text(
        db, entry, language=language, title=old.title, body=old.body, seen=text.revision, editor=editor, now=now
    )


def revisions(db: Session, entry: FaqEntry, language: str) -> list[tuple[FaqRevision, str]]:
    """The saved revisions of a text with their authors' names ("" for the pipeline), newest first."""
    author = select(User.name).where(User.id == FaqRevision.author_id).scalar_subquery()
    found = db.execute(
        select(FaqRevision, author)
        .where(FaqRevision.entry_id == entry.id, FaqRevision.language == language)
        .order_by(FaqRevision.number.desc())
    )
    return [(revision, name or "") for revision, name in found]


def move_entry(
    db: Session, entry: FaqEntry, *, topic: Topic | None, visibility: Visibility, editor: User | None, now: datetime
) -> None:
    """Put the entry under another topic, or show it to others."""
    entry.topic, entry.visibility = topic, visibility
    audit(db, entry, "move", by=editor, now=now, topic=topic.id if topic else None, visibility=visibility.value)
    note_change(db, entry, now=now)


def _checked(title: str, body: str) -> tuple[str, str]:
    title, body = " ".join(title.split()), body.replace("\r\n", "\n").strip()
    if not title:
        raise InvalidInput(N_("An entry needs a question as its title."))
    if len(title) > LONGEST_TITLE or len(body) > LONGEST_BODY:
        raise InvalidInput(N_("This text is too long. Make two entries of it."))
    return title, body


def _first(
    db: Session, entry: FaqEntry, language: str, title: str, body: str, *, editor: User | None, now: datetime
) -> FaqText:
    text = FaqText(entry=entry, language=language, title=title, body=body, revision=1, updated_at=now)
    db.add(text)
    _note_revision(db, text, editor=editor, now=now)
    return text


def _replace(db: Session, text: FaqText, title: str, body: str, *, seen: int, now: datetime) -> None:
    won = db.execute(
        update(FaqText)
        .where(FaqText.id == text.id, FaqText.revision == seen)
        .values(title=title, body=body, revision=seen + 1, updated_at=now)
        .execution_options(synchronize_session=False)
    )
    db.refresh(text)
    if cast("CursorResult[Any]", won).rowcount != 1:
        raise SavedMeanwhile


def _note_revision(db: Session, text: FaqText, *, editor: User | None, now: datetime) -> None:
    db.add(
        FaqRevision(
            entry_id=text.entry.id, language=text.language, number=text.revision, title=text.title, body=text.body,
            author_id=editor.id if editor else None, created_at=now,
        )
    )  # fmt: skip
