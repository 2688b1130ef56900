"""The clips of an entry: in the editor's order, one of them best."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from helpcenter.errors import N_, Conflict, InvalidInput
from helpcenter.models import Clip, FaqClip, FaqEntry
from helpcenter.services.faq.changes import VISIBLE, note_change


def attach_clip(db: Session, entry: FaqEntry, clip: Clip, *, now: datetime) -> FaqClip:
    """Show the clip in the entry, as its last; the first one of an entry is its best. Attaching it twice changes nothing."""
    if there := _link(entry, clip):
        return there
    position = max((link.position for link in entry.clips), default=-1) + 1
    link = FaqClip(entry=entry, clip=clip, position=position, best=not any(link.best for link in entry.clips))
    db.add(link)
    note_change(db, entry, now=now)
    return link


def detach_clip(db: Session, entry: FaqEntry, clip: Clip, *, now: datetime) -> None:
    """Take the clip out of the entry; the next one is the best then.

    Raises Conflict when nothing would be left of a published answer.
    """
    link = _link(entry, clip)
    if link is None:
        return
    empty = len(entry.clips) == 1 and not any(text.body.strip() for text in entry.texts)
    if entry.state in VISIBLE and empty:
        raise Conflict(N_("This clip is the whole answer. Write a text first, or take the entry off the site."))
    entry.clips.remove(link)
    db.flush()
    if link.best and entry.clips:
        entry.clips[0].best = True
    note_change(db, entry, now=now)


def choose_best(db: Session, entry: FaqEntry, clip: Clip, *, now: datetime) -> None:
    """Make the clip the one that plays first. Raises InvalidInput when it is not in the entry."""
    chosen = _link(entry, clip)
    if chosen is None:
        raise InvalidInput(N_("This clip is not in the entry any more."))
    for link in entry.clips:
        link.best = False
    db.flush()  # at most one best at a time, also within the transaction: the old one goes first
    chosen.best = True
    note_change(db, entry, now=now)


def order_clips(db: Session, entry: FaqEntry, clips: Sequence[str], *, now: datetime) -> None:
    """Put the clips with these public ids first, in this order; what is not named follows in its old order."""
    wanted = {public_id: number for number, public_id in enumerate(clips)}
    links = sorted(entry.clips, key=lambda link: (wanted.get(link.clip.public_id, len(wanted)), link.position))
    for position, link in enumerate(links):
        link.position = position
    entry.clips.sort(key=lambda link: link.position)
    note_change(db, entry, now=now)


def _link(entry: FaqEntry, clip: Clip) -> FaqClip | None:
    return next((link for link in entry.clips if link.clip is clip or link.clip_id == clip.id), None)
