"""The gaps, greatest first: what speaks for the same thing put together, less what somebody has decided about."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpcenter.errors import N_, Conflict
from helpcenter.models import LiveSession, Topic
from helpcenter.services import searches, topics
from helpcenter.services.gaps import evidence
from helpcenter.services.gaps.clusters import gather
from helpcenter.services.gaps.decided import decided
from helpcenter.services.gaps.evidence import Asked, Rated
from helpcenter.services.searches import Figures

MOST: Final = 50
MOST_FOR_ONE: Final = 8
"""How many are proposed for one session."""


@dataclass(slots=True)
class Gap:
    """Something that people look for. `key` names it in forms; `seen` is its evidence in numbers: {what: how much}.

    `points` count people, by which gaps are ranked: a search without a hit is 1, one whose hits nobody opened 1/2; each who
    asks a question that waits is 2, and 3 more where an answer did not solve it; each whom an answer did not help is 1.
    """

    key: str
    title: str
    language: str
    points: float = 0.0
    topic: Topic | None = None
    searches: list[Figures] = field(default_factory=list)
    questions: list[Asked] = field(default_factory=list)
    rated: list[Rated] = field(default_factory=list)
    seen: dict[str, int] = field(default_factory=dict)

    @property
    def is_one(self) -> bool:
        """Whether it is more than a single question, which waits in its place anyway."""
        return bool(self.searches or self.rated or len(self.questions) > 1 or any(a.reopened for a in self.questions))


@dataclass(frozen=True, slots=True)
class _Piece:
    name: str
    text: str
    language: str
    count: int
    points: float
    of: Figures | Asked | Rated


def gaps(db: Session, *, now: datetime) -> list[Gap]:
    """All gaps, at most 50, the greatest first, each with its evidence; only what nobody has decided about counts."""
    known = decided(db)
    by_language: dict[str, list[_Piece]] = defaultdict(list)
    for piece in _pieces(db, now):
        if piece.name not in known.taken and (fresh := known.fresh(piece.name, piece.count)) > 0:
            if isinstance(piece.of, Figures) and fresh < searches.NEEDED:
                continue
            by_language[piece.language].append(piece)
    found = []
    named = _topic_words(db)
    for language, pieces in by_language.items():
        pieces.sort(key=lambda piece: (-piece.points, piece.name))
        for group in gather([piece.text for piece in pieces], language):
            gap = _gap([pieces[number] for number in group])
            if gap.is_one:
                gap.topic = _topic(gap, named)
                found.append(gap)
    return sorted(found, key=lambda gap: (-gap.points, gap.key))[:MOST]


def about(found: Iterable[Gap], db: Session, session: LiveSession) -> list[Gap]:
    """Those of the gaps that a session may fill, at most 8: in its language, of its topics, then those of no known topic."""
    wanted = set(topics.below(db, *session.topics)) if session.topics else None
    fits = [
        gap
        for gap in found
        if gap.language == session.language and (wanted is None or gap.topic is None or gap.topic.id in wanted)
    ]
    return sorted(fits, key=lambda gap: gap.topic is None)[:MOST_FOR_ONE] if wanted else fits[:MOST_FOR_ONE]


def find(db: Session, key: str, *, now: datetime) -> Gap:
    """The gap that holds what `key` names. Raises Conflict where there is none any more."""
    for gap in gaps(db, now=now):
        if key in gap.seen:
            return gap
    raise Conflict(N_("This is not proposed any more: somebody has decided about it, or it has been answered."))


def _pieces(db: Session, now: datetime) -> Iterable[_Piece]:
    for one in evidence.led_nowhere(db, now=now):
        unopened = one.unopened if evidence.is_unopened(one) else 0
        name = f"search:{one.language}:{one.key}"
        yield _Piece(name, one.words, one.language, one.without + unopened, one.without + unopened / 2, one)
    for asked in evidence.open_questions(db):
        question = asked.question
        count, points = asked.people + question.answers, 2.0 * asked.people + 3 * asked.reopened
        yield _Piece(f"question:{question.id}", question.title, question.language, count, points, asked)
    for rated in evidence.badly_rated(db):
        name = f"entry:{rated.entry.id}" if rated.entry else f"clip:{rated.clip.id if rated.clip else 0}"
        yield _Piece(name, rated.title, rated.language, rated.share.no, rated.share.no, rated)


def _gap(pieces: list[_Piece]) -> Gap:
    gap = Gap(pieces[0].name, "", pieces[0].language)
    for piece in pieces:
        gap.points += piece.points
        gap.seen[piece.name] = piece.count
        if isinstance(piece.of, Figures):
            gap.searches.append(piece.of)
        elif isinstance(piece.of, Asked):
            gap.questions.append(piece.of)
        else:
            gap.rated.append(piece.of)
    asked, rated = next(iter(gap.questions), None), next(iter(gap.rated), None)
    gap.title = asked.question.title if asked else rated.title if rated else gap.searches[0].words
    return gap


def _topic(gap: Gap, named: Mapping[int, tuple[Topic, dict[str, frozenset[str]]]]) -> Topic | None:
    """The topic of most of its questions and entries; else the one whose title says what was searched for."""
    ids = [asked.question.topic_id for asked in gap.questions]
    ids += [rated.entry.topic_id for rated in gap.rated if rated.entry]
    counted = Counter(one for one in ids if one is not None)
    if counted:
        return named[min(counted, key=lambda one: (-counted[one], one))][0]
    said = frozenset(term for one in gap.searches for term in one.key.split())
    fits = [(topic, words) for topic, titles in named.values() if (words := titles.get(gap.language)) and words & said]
    return (
        max(fits, key=lambda pair: (len(pair[1] & said), len(pair[1] & said) / len(pair[1]), -pair[0].id))[0]
        if fits
        else None
    )


def _topic_words(db: Session) -> dict[int, tuple[Topic, dict[str, frozenset[str]]]]:
    """Each topic by its id with the stems of its titles, by language."""
    return {
        topic.id: (topic, {code: searches.telling(title, code) for code, title in topic.titles.items()})
        for topic in db.scalars(select(Topic).order_by(Topic.id))
    }
