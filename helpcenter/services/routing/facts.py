"""What the database knows about a question's topics and experts, as plain data for scoring."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from helpcenter.models import (
    ExpertSkills,
    Question,
    QuestionState,
    RoutingTerm,
    Shift,
    TeamMember,
    TeamTopic,
    Topic,
    TopicExpert,
    User,
)
from helpcenter.permissions import Role
from helpcenter.services import rota
from helpcenter.services.routing import words
from helpcenter.services.routing.learning import SUM, aged
from helpcenter.services.routing.scoring import ExpertFacts, Tally
from helpcenter.services.routing.subject import Asked, TopicFacts, Tree

_S = QuestionState
_DONE: Final = (_S.ANSWERED, _S.CONFIRMED, _S.DECLINED, _S.MERGED)
_TITLE, _DESCRIPTION = 3.0, 1.0
"""What a stem in a topic's title is worth, and one in its description, in words of questions."""
_SURE: Final = 0.5


class _Row(NamedTuple):
    owner: str
    term: str
    expert_id: int | None
    topic_id: int | None
    good: float
    bad: float
    times: int


@dataclass(frozen=True, slots=True)
class Facts:
    """What scoring needs, and what its result is put into words with.

    `typed` gives each stem as it stands in the question, `people` and `topics_by_id` the rows, `until` until when somebody
    is on duty.
    """

    asked: Asked
    topics: dict[int, TopicFacts]
    experts: list[ExpertFacts]
    typed: dict[str, str]
    people: dict[int, User]
    topics_by_id: dict[int, Topic]
    until: dict[int, datetime]


def gather(db: Session, question: Question, *, but: Collection[int], now: datetime) -> Facts:
    """All that is known for routing this question to anybody but the people with the ids in `but`."""
    typed = words.read(f"{question.title}\n{question.product}\n{question.body}", question.language)
    rows = {topic.id: topic for topic in db.scalars(select(Topic))}
    named = {one: _title_words(topic) for one, topic in rows.items()}
    people = {user.id: user for user in _experts(db) if user.id not in but}
    skills = {row.user_id: row for row in db.scalars(select(ExpertSkills).where(ExpertSkills.user_id.in_(people)))}
    learned = _learned(db, {*typed, *words.pieces(typed)})
    known = {row.term for rows in learned.values() for row in rows} | {
        stem for stems in named.values() for stem in stems
    }
    asked = Asked(words.weigh(typed, known | _stems_of(skills.values())), question.topic_id)
    typed |= {piece: typed[whole] for piece, whole in words.pieces(typed).items() if piece in asked.terms}
    age = aged(now)
    topics = {one: _topic(rows[one], named[one], learned, asked, age) for one in rows}
    until = _duty(db, rows.get(_about(asked, topics) or 0), now)
    load, own = _open(db), _own_topics(db)
    experts = [
        replace(
            _expert(one, learned, asked, age),
            topics=frozenset(own.get(one, ())), on_duty=one in until, open=load[one],
            skills=_stems_of([skills[one]]) if one in skills else (), speaks=_speaks(skills.get(one), question.language),
        )
        for one in people
    ]  # fmt: skip
    return Facts(asked, topics, experts, typed, people, rows, until)


def _experts(db: Session) -> Iterator[User]:
    wanted = select(User).where(User.role == Role.EXPERT, User.disabled_at.is_(None))
    return iter(db.scalars(wanted.order_by(User.id)))


def _title_words(topic: Topic) -> dict[str, float]:
    found: dict[str, float] = {}
    for texts, worth in ((topic.titles, _TITLE), (topic.descriptions, _DESCRIPTION)):
        for language, text in texts.items():
            for stem in words.read(text, language):
                found[stem] = found.get(stem, 0.0) + worth
    return found


def _learned(db: Session, stems: Collection[str]) -> dict[str, list[_Row]]:
    """The counts of these stems and the sums, by kind and id of their owner: "topic:3", "expert:7", "did:7", "about:3"."""
    columns = (getattr(RoutingTerm, name) for name in _Row._fields)
    found: dict[str, list[_Row]] = {}
    for row in map(_Row._make, db.execute(select(*columns).where(RoutingTerm.term.in_([SUM, *stems])))):
        both = row.expert_id is not None and row.topic_id is not None
        for owner in (f"did:{row.expert_id}", f"about:{row.topic_id}") if both else (row.owner,):
            found.setdefault(owner, []).append(row)
    return found


def _topic(
    topic: Topic, named: Mapping[str, float], learned: Mapping[str, list[_Row]], asked: Asked, age: float
) -> TopicFacts:
    said = {row.term: row.good / age for row in learned.get(f"topic:{topic.id}", ())}
    total = sum(named.values()) + said.pop(SUM, 0.0)
    for stem in named:
        said[stem] = said.get(stem, 0.0) + named[stem]
    counted = {term: said[term] for term in asked.terms if term in said}
    questions = sum(row.good for row in learned.get(f"about:{topic.id}", ())) / age
    return TopicFacts(topic.id, topic.parent_id, counted, total, questions)


def _expert(one: int, learned: Mapping[str, list[_Row]], asked: Asked, age: float) -> ExpertFacts:
    did = {row.topic_id: _tally(row, age) for row in learned.get(f"did:{one}", ()) if row.topic_id is not None}
    said = {row.term: _tally(row, age) for row in learned.get(f"expert:{one}", ())}
    total = said.pop(SUM, Tally())
    return ExpertFacts(one, did=did, words={term: said[term] for term in asked.terms if term in said}, total=total)


def _tally(row: _Row, age: float) -> Tally:
    return Tally(row.good / age, row.bad / age, row.times)


def _about(asked: Asked, topics: Mapping[int, TopicFacts]) -> int | None:
    """The topic whose duty it is: the likeliest, where it is likelier than all others together."""
    odds = Tree(topics, asked).odds()
    best = max(odds, key=lambda one: odds[one], default=None)
    return best if best is not None and odds[best] >= _SURE else asked.topic_id


def _duty(db: Session, topic: Topic | None, now: datetime) -> dict[int, datetime]:
    people = [user.id for user in rota.on_duty(db, topic, now=now)]
    ends = select(Shift.user_id, func.max(Shift.ends_at)).where(Shift.user_id.in_(people))
    running = ends.where(Shift.starts_at <= now, Shift.ends_at > now).group_by(Shift.user_id)
    return {user_id: until for user_id, until in db.execute(running) if user_id is not None}


def _open(db: Session) -> Counter[int]:
    busy = select(Question.expert_id, func.count()).where(Question.expert_id.is_not(None), Question.state.not_in(_DONE))
    return Counter({one: number for one, number in db.execute(busy.group_by(Question.expert_id)) if one is not None})


def _own_topics(db: Session) -> dict[int, set[int]]:
    own = select(TopicExpert.user_id, TopicExpert.topic_id)
    shared = select(TeamMember.user_id, TeamTopic.topic_id).join(TeamTopic, TeamTopic.team_id == TeamMember.team_id)
    found: dict[int, set[int]] = {}
    for user_id, topic_id in (*db.execute(own), *db.execute(shared)):
        found.setdefault(user_id, set()).add(topic_id)
    return found


def _stems_of(skills: Collection[ExpertSkills]) -> set[str]:
    return {stem for row in skills for stem in words.read(row.words, None)}


def _speaks(skills: ExpertSkills | None, language: str) -> bool:
    return skills is None or not skills.languages or language in skills.languages.split(",")
