"""What a stretch of talk is called: the question asked in it, else its most telling words."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import pairwise

from helpcenter.captions import Cue, guess_language, sentences
from workers.media.chapters.language import STOP, WORD, known, stem
from workers.media.chapters.phrases import QUESTION_WORD

LONGEST = 70  # characters
EARLY = 8  # sentences in which the question of a stretch is asked
FEWEST = 4  # words of a question that says what it is about
SHORTEST_WORD = 3  # letters of a word in a title that is no question
TELLING = 3  # words in a title without a question

# What is said before the question itself: "Okay, so Tom asks: ", "Frau Vogt möchte wissen, ".
LEAD_IN = re.compile(
    r"^(?:(?:okay|ok|so|and|but|well|now|alright|all right|right|yeah|yes|or|then|hi|hello|hey|thanks|thank you"
    r"|also|und|aber|ja|gut|nun|na|oder|dann|hallo|danke|vielen dank)\b[\s,.:–-]+)+"
    r"|^[^?]{0,60}?\b(?:asks?|wants to know|writes|question (?:here )?is"
    r"|fragt|möchte wissen|will wissen|schreibt|frage (?:ist|lautet))\b(?: uns| us)?[\s,:–-]+",
    re.IGNORECASE,
)
CLAUSE = re.compile(
    r"\s*(?:[,;:–—]|\s-)\s+(?=\S)|\s+(?=\b(?:and|und|or|oder|because|weil|wenn|when|if)\b)", re.IGNORECASE
)


def title_for(text: str, language: str | None, *, usual: Mapping[str, int] | None = None) -> str:
    """A title of at most LONGEST characters, never a torn sentence or word; "" for text without words.

    `usual` counts in how many stretches of the recording each stem occurs; what occurs in all of them tells nothing.
    """
    spoken = known(guess_language(text) or language)
    return question_in(text, spoken) or _telling(text, spoken, usual or {})


def question_in(text: str, language: str | None) -> str:
    """The question asked in the first sentences, short enough for a title, or ""."""
    spoken = known(language)
    said = [s.text for s in sentences([Cue(0.0, 1.0, text)])][:EARLY]
    fitting = [short for sentence in said if sentence.endswith("?") and (short := _shortened(sentence, spoken))]
    return next((q for q in fitting if QUESTION_WORD[spoken].match(q)), fitting[0] if fitting else "")


def _shortened(question: str, language: str) -> str:
    """The question without what leads up to it, cut at a clause where it is too long; "" where nothing whole fits."""
    bare = question
    while (shorter := LEAD_IN.sub("", bare, count=1)) != bare and shorter:
        bare = shorter
    if len(bare) > LONGEST:
        ends = [match.start() for match in CLAUSE.finditer(bare) if match.start() < LONGEST]
        heads = [bare[:end] for end in ends if QUESTION_WORD[language].match(bare[:end])]
        bare = heads[-1] + "?" if heads else ""
    telling = [word for word in WORD.findall(bare) if word.lower() not in STOP[language]]
    if len(WORD.findall(bare)) < FEWEST or not telling:
        return ""
    return bare[0].upper() + bare[1:]


def _telling(text: str, language: str, usual: Mapping[str, int]) -> str:
    """The words said often here and seldom elsewhere, in their order, neighbours together: "Tyre pressure, panniers"."""
    words = WORD.findall(text)
    keys = [_key(word, language) for word in words]
    counts = Counter(key for key in keys if key)
    if not counts:
        return ""
    if language == "de":  # its nouns are written large
        counts.update(dict.fromkeys((k for w, k in zip(words, keys, strict=True) if k and w[0].isupper()), 1))
    first = {key: place for place, key in reversed(list(enumerate(keys))) if key}
    ranked = sorted(counts, key=lambda key: (-counts[key] / (1 + usual.get(key, 0)) ** 0.5, first[key]))
    chosen = sorted(ranked[:TELLING], key=first.__getitem__)
    pairs = Counter(pairwise(keys))
    title = ""
    for before, key in zip(["", *chosen], chosen, strict=False):
        forms = Counter(word for word, k in zip(words, keys, strict=True) if k == key)
        joint = " " if before and pairs[before, key] > 1 else ", "
        longer = f"{title}{joint}{forms.most_common(1)[0][0]}" if title else forms.most_common(1)[0][0]
        title = longer if len(longer) <= LONGEST else title
    return title[:1].upper() + title[1:]


def _key(word: str, language: str) -> str:
    """The stem of a word that may stand in a title, else ""."""
    lowered = word.lower().replace("’", "'")
    if len(lowered) < SHORTEST_WORD or lowered.isdecimal() or any(lowered in stop for stop in STOP.values()):
        return ""
    return stem(lowered, language)


def usual_words(texts: Sequence[str], language: str | None) -> Counter[str]:
    """In how many of the texts each stem occurs."""
    counts: Counter[str] = Counter()
    for text in texts:
        spoken = known(guess_language(text) or language)
        counts.update({key for word in WORD.findall(text) if (key := _key(word, spoken))})
    return counts
