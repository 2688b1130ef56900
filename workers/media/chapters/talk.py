"""A transcript as the other modules see it: sentences, and what can be noticed at the start of each."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from helpcenter.captions import Cue, Sentence, guess_language, sentences
from workers.media.chapters.language import known
from workers.media.chapters.phrases import CLOSING, OPENING, STARTING

HEAD = 10  # words at the start of a sentence in which an opening counts most
BLOCK = 8  # sentences from which the language is guessed
LONG_TURN = 3  # sentences; who spoke so long before somebody else begins has explained something
SHORT = 14  # words; only a short sentence is a mere "thank you"
NEAR = 0.6  # seconds between a silence as heard and the same one as captioned


@dataclass(frozen=True, slots=True)
class Turn:
    """What is noticed at the start of a sentence; `pause` is in seconds."""

    language: str
    opening: bool
    opening_head: bool
    starting: bool
    closing: bool
    question: bool
    new_speaker: bool
    long_turn_before: bool
    host: bool
    pause: float
    words: int


@dataclass(frozen=True)
class Talk:
    """Sentences and their turns, one each."""

    sentences: tuple[Sentence, ...]
    turns: tuple[Turn, ...]

    @property
    def speakers(self) -> bool:
        """Whether the transcript tells speakers apart."""
        return len({sentence.speaker for sentence in self.sentences}) > 1

    def text(self, start: float, end: float) -> str:
        """What is said between two times, by whole sentences."""
        return " ".join(s.text for s in self.sentences if start <= (s.start + s.end) / 2 < end)


def read_talk(
    cues: Sequence[Cue], *, silences: Sequence[tuple[float, float]] = (), language: str | None = None
) -> Talk:
    """The talk in `cues` (sorted); a recording may change between German and English as often as it likes."""
    said = tuple(sentence for sentence in sentences(cues) if sentence.text)
    spoken = _languages(said, known(language))
    opening = [bool(OPENING[lang].search(s.text)) for s, lang in zip(said, spoken, strict=True)]
    pauses = _pauses(said, silences)
    host = _host(said, opening)
    turns = []
    for index, (sentence, lang) in enumerate(zip(said, spoken, strict=True)):
        words = sentence.text.split()
        turns.append(
            Turn(
                language=lang,
                opening=opening[index],
                opening_head=opening[index] and bool(OPENING[lang].search(" ".join(words[:HEAD]))),
                starting=bool(STARTING[lang].search(sentence.text)),
                closing=len(words) <= SHORT and bool(CLOSING[lang].search(sentence.text)),
                question="?" in sentence.text[-3:],
                new_speaker=index > 0 and sentence.speaker != said[index - 1].speaker,
                long_turn_before=index > LONG_TURN and len({s.speaker for s in said[index - LONG_TURN : index]}) == 1,
                host=host is not None and sentence.speaker == host,
                pause=pauses[index],
                words=len(words),
            )
        )
    return Talk(said, tuple(turns))


def _languages(said: Sequence[Sentence], default: str) -> list[str]:
    """The language of each sentence, guessed from itself, else from those around it."""
    out: list[str] = []
    for first in range(0, len(said), BLOCK):
        block = said[first : first + BLOCK]
        around = guess_language(" ".join(s.text for s in block)) or default
        out += [guess_language(s.text) or around for s in block]
    return [lang if lang in OPENING else default for lang in out]


def _host(said: Sequence[Sentence], opening: Sequence[bool]) -> str | None:
    """Who opens subjects most often; None where speakers are not told apart."""
    if len({s.speaker for s in said}) < 2:  # noqa: PLR2004 -- nobody to tell apart
        return None
    openers = Counter(s.speaker for s, opens in zip(said, opening, strict=True) if opens and s.speaker)
    return openers.most_common(1)[0][0] if openers else None


def _pauses(said: Sequence[Sentence], silences: Sequence[tuple[float, float]]) -> list[float]:
    """The pause before each sentence: between the captions, or as heard, whichever is longer."""
    heard = sorted(silences)
    ends = [end for _, end in heard]
    out = [0.0] if said else []
    for before, after in pairwise(said):
        pause = max(0.0, after.start - before.end)
        for start, end in heard[bisect_left(ends, after.start - NEAR) :][:1]:
            if start <= after.start + NEAR and end <= after.start + 2 * NEAR:
                pause = max(pause, end - start)
        out.append(pause)
    return out
