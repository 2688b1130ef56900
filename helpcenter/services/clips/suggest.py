"""Where a clip might belong: the topic by its words, an entry by its title."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import fuzz
from sqlalchemy import select
from sqlalchemy.orm import Session

from helpcenter.captions.language import WORDS
from helpcenter.errors import N_, Message
from helpcenter.models import FaqText, Topic

ALIKE = 82.0  # percent; titles that differ in one word of six are, other questions about the same thing are not
ENOUGH = 1.0
TITLE_WEIGHT = 3.0
MENTION_WEIGHT = 0.5
MOST_MENTIONS = 4
SHORTEST_STEM = 3
SHORTEST_PREFIX = 4  # "brems" is also in "Bremsbeläge"

_WORD = re.compile(r"[^\W_]+")
_STEMMED = {"de": "german", "en": "english"}


@dataclass(frozen=True, slots=True)
class Suggestion:
    """The row's id, and why it is suggested."""

    id: int
    why: Message


def stems(text: str, language: str) -> list[str]:
    """The words that carry meaning, as stems, in their order; hyphens part words."""
    words = [word for word in _WORD.findall(text.casefold()) if word not in WORDS.get(language, ())]
    return [
        stem
        for stem in _stemmed(_STEMMED.get(language, _STEMMED["en"]), tuple(words))
        if len(stem) >= SHORTEST_STEM or stem.isdigit()
    ]


@lru_cache(maxsize=512)
def _stemmed(language: str, words: tuple[str, ...]) -> tuple[str, ...]:
    import snowballstemmer

    return tuple(snowballstemmer.stemmer(language).stemWords(words))


def suggest_topic(
    topics: Sequence[Topic], *, title: str, text: str, language: str, within: int | None
) -> Suggestion | None:
    """The topic whose title's words are in the clip's title or text; below the topic `within` where that is given."""
    said, mentions = stems(title, language), Counter(stems(text, language))
    best: tuple[float, int] = (0.0, 0)
    chosen: Topic | None = None
    for topic, depth in _below(topics, within):
        wanted = set(stems(topic.title(language), language))
        score = sum(_score(stem, said, mentions) for stem in wanted)
        if score >= ENOUGH and (score, depth) > best:
            best, chosen = (score, depth), topic
    if chosen is None:
        return None
    return Suggestion(chosen.id, Message(N_("Its words fit the topic “%(topic)s”."), {"topic": chosen.title(language)}))


def _score(stem: str, said: list[str], mentions: Counter[str]) -> float:
    def fits(word: str) -> bool:
        return word == stem or (len(stem) >= SHORTEST_PREFIX and word.startswith(stem))

    mentioned = sum(count for word, count in mentions.items() if fits(word))
    return TITLE_WEIGHT * any(map(fits, said)) + MENTION_WEIGHT * min(mentioned, MOST_MENTIONS)


def _below(topics: Sequence[Topic], within: int | None) -> list[tuple[Topic, int]]:
    parents = {topic.id: topic.parent_id for topic in topics}
    found = []
    for topic in topics:
        line = [topic.id]
        while (parent := parents.get(line[-1])) is not None and parent not in line:
            line.append(parent)
        if within is None or within in line:
            found.append((topic, len(line)))
    return found


def suggest_entry(texts: Sequence[FaqText], *, title: str, language: str) -> Suggestion | None:
    """The entry whose title in this language says nearly the same."""
    wanted = " ".join(sorted(stems(title, language)))
    if not wanted:
        return None
    best, chosen = ALIKE, None
    for text in texts:
        alike = fuzz.token_sort_ratio(wanted, " ".join(sorted(stems(text.title, language))))
        if alike >= best:
            best, chosen = alike, text
    if chosen is None:
        return None
    why = Message(N_("There is an entry with nearly this title: “%(title)s”."), {"title": chosen.title})
    return Suggestion(chosen.entry_id, why)


def all_topics(db: Session) -> list[Topic]:
    """Every topic, for `suggest_topic`."""
    return list(db.scalars(select(Topic).order_by(Topic.position, Topic.id)))


def all_titles(db: Session, language: str) -> list[FaqText]:
    """Every entry's text in the language, for `suggest_entry`."""
    return list(db.scalars(select(FaqText).where(FaqText.language == language).order_by(FaqText.entry_id)))
