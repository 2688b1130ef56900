"""Who should answer a question, and why: proposals in words."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy.orm import Session

from helpcenter.errors import N_, Message
from helpcenter.models import Question, Topic, User
from helpcenter.services.routing.facts import Facts, gather
from helpcenter.services.routing.scoring import ExpertFacts, Ranked, Tally, is_clear, rank, sums
from helpcenter.services.routing.subject import Tree
from helpcenter.worktime import WorkCalendar

MOST: Final = 3
_SURE: Final = 0.5
_WORDS: Final = (
    N_("The word “%(one)s”."),
    N_("The words “%(one)s” and “%(two)s”."),
    N_("The words “%(one)s”, “%(two)s” and “%(three)s”."),
)


@dataclass(frozen=True, slots=True)
class Proposal:
    """Somebody who should answer, and as whose expert.

    `score` is what the order is by, `likely` the probability that he has the answer. `reasons` are sentences. `clear`: he may be
    given the question without a person's word. `topic` is None where nothing tells what the question is about.
    """

    topic: Topic | None
    expert: User
    score: float
    likely: float
    reasons: list[Message]
    clear: bool = False

    def as_json(self) -> dict[str, Any]:
        """The form that the log of decisions keeps: ids only, and the reasons."""
        return {
            "expert": self.expert.id, "topic": self.topic.id if self.topic else None, "score": round(self.score, 3),
            "likely": round(self.likely, 3), "clear": self.clear, "reasons": [reason.as_json() for reason in self.reasons],
        }  # fmt: skip


def propose(
    db: Session,
    question: Question,
    *,
    now: datetime,
    but: Collection[int] = (),
    calendar: WorkCalendar | None = None,
    limit: int = MOST,
) -> list[Proposal]:
    """Who should answer the question, best first, at most `limit`; [] where there is no expert at all.

    Nobody with an id in `but` is proposed. With the `calendar`, reasons give times on its clocks. Where nothing is known, the
    topic's experts come first, then who is on duty, then who has least to do.
    """
    facts = gather(db, question, but=but, now=now)
    ranked = rank(facts.asked, facts.topics, facts.experts)
    clear = is_clear(ranked)
    tree = Tree(facts.topics, facts.asked)
    return [
        Proposal(
            _topic(one, facts), facts.people[one.expert.id], one.score, one.likely, list(_reasons(one, facts, tree, calendar)),
            clear and place == 0,
        )
        for place, one in enumerate(ranked[:limit])
    ]  # fmt: skip


def _topic(one: Ranked, facts: Facts) -> Topic | None:
    """What the question is held to be about: what the asker chose, unless another topic is likelier than not."""
    found = one.topic_id if one.topic_id is not None and one.about >= _SURE else facts.asked.topic_id
    return facts.topics_by_id.get(found) if found is not None else None


def _reasons(one: Ranked, facts: Facts, tree: Tree, calendar: WorkCalendar | None) -> Iterator[Message]:
    expert, topic = one.expert, _topic(one, facts)
    if topic is not None:
        yield from _about(expert, topic.id, tree)
    said = list(dict.fromkeys(facts.typed[term] for term in one.words if term in facts.typed))[: len(_WORDS)]
    if said:
        yield Message(_WORDS[len(said) - 1], dict(zip(("one", "two", "three"), said, strict=False)))
    if expert.on_duty:
        yield _duty(facts.until[expert.id], calendar)
    if not expert.speaks:
        yield Message(N_("Does not answer in this language."))
    if expert.open:
        yield _count(expert.open, N_("Has one open question."), N_("Has %(count)s open questions."))
    else:
        yield Message(N_("Has no open question."))


def _about(expert: ExpertFacts, topic_id: int, tree: Tree) -> Iterator[Message]:
    named = [above for above in tree.path(topic_id) if above in expert.topics]
    if named:
        yield Message(N_("Answers for this topic.") if topic_id in named else N_("Answers for a topic above this one."))
    did = sums(expert.did, tree).get(topic_id, Tally())
    if did.times:
        yield _count(did.times, N_("Has answered one like this."), N_("Has answered %(count)s like this."))
    if did.bad > did.good:
        yield Message(N_("Has passed on questions like this."))


def _duty(until: datetime, calendar: WorkCalendar | None) -> Message:
    if calendar is None:
        return Message(N_("On duty now."))
    return Message(N_("On duty until %(time)s."), {"time": f"{until.astimezone(calendar.zone):%H:%M}"})


def _count(count: int, one: str, many: str) -> Message:
    return Message(one) if count == 1 else Message(many, {"count": count})
