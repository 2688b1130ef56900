"""What speaks for a gap: searches that led nowhere, questions that wait, answers that do not help."""

from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from sqlalchemy import ScalarSelect, Select, and_, case, func, or_, select
from sqlalchemy.orm import Session, contains_eager, selectinload

from helpcenter.models import (
    Asker,
    Clip,
    ClipState,
    FaqClip,
    FaqEntry,
    LiveSession,
    Moderation,
    Question,
    QuestionVote,
    Rating,
    Recording,
    SessionQuestion,
    Visibility,
)
from helpcenter.services import faq, helpful, search, searches
from helpcenter.services.questions import states
from helpcenter.services.searches import Figures

LATELY: Final = timedelta(days=90)
BAD_AFTER: Final = 5
"""So many must have said something about an answer before it is called a bad one."""
MOST_QUESTIONS: Final = 2000
MOST_SEARCHES: Final = 40
_PUBLIC: Final = (Visibility.PUBLIC,)
_TEN: Final = 10


class Asked(NamedTuple):
    """A question that waits; `people` ask it, `reopened` after an answer that did not solve it."""

    question: Question
    people: int

    @property
    def reopened(self) -> bool:
        """Whether an answer did not solve it."""
        return self.question.answers > 0


class Rated(NamedTuple):
    """An answer that surely helps fewer than half of its readers: an entry, or a clip."""

    entry: FaqEntry | None
    clip: Clip | None
    title: str
    language: str
    share: helpful.Share


def led_nowhere(db: Session, *, now: datetime) -> list[Figures]:
    """Searches of the last months that found nothing, or hits that nobody opened, and that would do so today as well."""
    found = [one for one in searches.figures(db, first=(now - LATELY).date()) if _is_gap(one)]
    found.sort(key=lambda one: (-one.without, -one.unopened, one.language, one.key))
    today = (_as_of_today(db, one) for one in found[:MOST_SEARCHES])
    return [one for one in today if _is_gap(one)]


def open_questions(db: Session) -> list[Asked]:
    """The questions that wait, for which most people wait first; none that is held back, hidden, or for a smaller audience."""
    people = _count(Asker.id, Asker.question_id, Asker.confirmed_at.is_not(None)) + _count(
        QuestionVote.id, QuestionVote.question_id
    )
    anybody = select(Asker.id).where(Asker.question_id == Question.id).exists()
    confirmed = select(Asker.id).where(Asker.question_id == Question.id, Asker.confirmed_at.is_not(None)).exists()
    wanted = (
        select(Question, people)
        .where(Question.state.not_in(states.CLOSED), Question.held_for == "", or_(confirmed, ~anybody))
        .where(Question.id.not_in(_kept()))
        .order_by(people.desc(), Question.id.desc())
        .limit(MOST_QUESTIONS)
    )
    return [Asked(question, max(1, number)) for question, number in db.execute(wanted)]


def badly_rated(db: Session) -> list[Rated]:
    """Published entries, and clips that no such entry shows, that surely help too few, those first that helped fewest."""
    entries = [rated for entry in db.scalars(_suspects()) if (rated := _of_entry(db, entry))]
    shown = {link.clip_id for one in entries if one.entry for link in one.entry.clips}
    shares = {number: share for number, share in _clip_shares(db).items() if number not in shown}
    wanted = select(Clip).join(Clip.recording).where(Clip.id.in_(shares), Clip.state == ClipState.CONFIRMED)
    clips = db.scalars(wanted.where(Recording.visibility != Visibility.STAFF).options(contains_eager(Clip.recording)))
    found = entries + [Rated(None, clip, clip.title, clip.language, shares[clip.id]) for clip in clips]
    return sorted(found, key=lambda one: (-one.share.no, one.title))


def _is_gap(one: Figures) -> bool:
    return one.without >= searches.NEEDED or is_unopened(one)


def is_unopened(one: Figures) -> bool:
    """Whether of those who found something hardly anybody wanted to see it."""
    return one.unopened >= searches.NEEDED and one.clicked * _TEN <= one.unopened


def _as_of_today(db: Session, one: Figures) -> Figures:
    """The figures without what has been answered since: whoever looks for it now finds all of it, or something newer."""
    if not search.holds_all(db, one.words, visibilities=_PUBLIC):
        return one
    hits = search.search(db, one.words, limit=5, visibilities=_PUBLIC)
    entries = [hit.entry_id for hit in hits if hit.entry_id]
    published = db.scalar(select(func.max(FaqEntry.published_at)).where(FaqEntry.id.in_(entries))) if entries else None
    with_hits = 0 if published and published.date() > one.last else one.made - one.without
    return one._replace(made=with_hits, without=0, clicked=min(one.clicked, with_hits))


def _count(counted: Any, of: Any, *conditions: Any) -> ScalarSelect[int]:
    wanted: Select[int] = select(func.count(counted)).where(of == Question.id, *conditions)
    return wanted.correlate(Question).scalar_subquery()


def _kept() -> Select[int]:
    """The questions that a session keeps to itself."""
    apart = and_(LiveSession.visibility != Visibility.PUBLIC, SessionQuestion.voter.is_not(None))
    asked = select(SessionQuestion.question_id).join(LiveSession)
    return asked.where(or_(SessionQuestion.moderation != Moderation.SHOWN, apart))


def _suspects() -> Select[FaqEntry]:
    no = func.sum(case((Rating.helpful, 0), else_=1))
    rated = select(Rating.entry_id).where(Rating.entry_id.is_not(None)).group_by(Rating.entry_id)
    rated = rated.having(func.count(Rating.id) >= BAD_AFTER, no * 2 > func.count(Rating.id) / 2)
    wanted = select(FaqEntry).where(FaqEntry.id.in_(rated), FaqEntry.state.in_(faq.VISIBLE))
    wanted = wanted.where(FaqEntry.visibility != Visibility.STAFF)
    links = selectinload(FaqEntry.clips).joinedload(FaqClip.clip)
    return wanted.options(selectinload(FaqEntry.texts), links).order_by(FaqEntry.id)


def _of_entry(db: Session, entry: FaqEntry) -> Rated | None:
    share = helpful.of_entry(db, entry.id)
    if not share.is_bad(at_least=BAD_AFTER) or not entry.texts:
        return None
    clip = next((link.clip for link in entry.clips if link.best), None)
    text = entry.texts[0]
    return Rated(entry, clip, text.title, text.language, share)


def _clip_shares(db: Session) -> dict[int, helpful.Share]:
    many = select(Rating.clip_id).where(Rating.clip_id.is_not(None)).group_by(Rating.clip_id)
    ids = [one for one in db.scalars(many.having(func.count(Rating.id) >= BAD_AFTER)) if one is not None]
    shares = helpful.of_clips(db, ids)
    return {number: share for number, share in shares.items() if share.is_bad(at_least=BAD_AFTER)}
