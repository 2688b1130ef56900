"""Sentences out of cues, for titles, for answers and for snapping the edges of clips."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from helpcenter.captions.language import words_of
from helpcenter.captions.model import Cue, Sentence

PAUSE = 2.0  # seconds; a longer gap between cues ends a sentence whatever its punctuation says
LONGEST = 30.0  # seconds; from here on a sentence ends with its cue
PUNCTUATED = 400  # characters per full stop; text with fewer is not punctuated
END = re.compile(r"[.!?…][\"'”’“»«)\]]{0,3}\Z")
CLOSING = "\"'”’“»«)]"
OPENING = "\"'“‘„»«([¿¡-–—"
# Lower case, without the last point. "etc." and "usw." end a sentence as often as not: the next word decides.
ABBREVIATIONS = words_of(
    "z.b d.h u.a o.ä u.ä s.o s.u i.d.r z.t m.e v.a bzw ca evtl ggf inkl exkl max min mind nr str vgl sog dr prof hr fr "
    "hrsg abs art bspw gem jh mio mrd tel abb kap zzgl ggü entspr eigtl allg dipl ing "
    "e.g i.e a.m p.m mr mrs ms st vs approx no fig inc ltd jr sr dept est sec vol ed eds cf"
)


@dataclass(frozen=True, slots=True)
class _Word:
    text: str
    start: float
    end: float
    speaker: str | None
    last: bool  # of its cue


def sentences(cues: Iterable[Cue]) -> list[Sentence]:
    """The sentences that `cues` (sorted) make up; where there is no punctuation, one for each cue.

    Times inside a cue are interpolated by the number of characters.
    """
    words = [word for cue in cues for word in _words(cue)]
    if not words:
        return []
    ends = sum(_ends(word, following) for word, following in pairwise(words)) + 1
    punctuated = sum(len(word.text) + 1 for word in words) <= ends * PUNCTUATED
    out: list[Sentence] = []
    begin = 0
    for index, word in enumerate(words):
        following = words[index + 1] if index + 1 < len(words) else None
        long = word.last and (not punctuated or word.end - words[begin].start > LONGEST)
        if following is None or long or _breaks(word, following) or (punctuated and _ends(word, following)):
            out.append(_joined(words[begin : index + 1]))
            begin = index + 1
    return out


def sentence_starts(cues: Iterable[Cue]) -> list[float]:
    """When sentences begin, in seconds, ascending."""
    return [sentence.start for sentence in sentences(cues)]


def sentence_ends(cues: Iterable[Cue]) -> list[float]:
    """When sentences end, in seconds, ascending."""
    return [sentence.end for sentence in sentences(cues)]


def _words(cue: Cue) -> list[_Word]:
    texts = cue.text.split()
    whole = sum(len(text) + 1 for text in texts) - 1
    out = []
    done = 0
    for text in texts:
        start = cue.start + (cue.end - cue.start) * done / whole
        end = cue.start + (cue.end - cue.start) * (done + len(text)) / whole
        done += len(text) + 1
        out.append(_Word(text, round(start, 3), round(end, 3), cue.speaker, last=done > whole))
    return out


def _breaks(word: _Word, following: _Word) -> bool:
    """Whether somebody else speaks next, or nobody for a while."""
    return word.speaker != following.speaker or following.start - word.end > PAUSE


def _ends(word: _Word, following: _Word) -> bool:
    """Whether a sentence ends between the two words."""
    if not END.search(word.text):
        return False
    bare = word.text.rstrip(CLOSING)
    if not bare.endswith("."):
        return True
    stem = bare.rstrip(".").lstrip(OPENING).lower()
    # Ordinals ("am 3. Mai") and initials ("J. Dashwood", "z. B.") go on.
    if stem in ABBREVIATIONS or len(stem) == 1 or (stem.isdecimal() and len(stem) <= 2):  # noqa: PLR2004 -- days, months
        return False
    return not following.text.lstrip(OPENING)[:1].islower()


def _joined(words: Sequence[_Word]) -> Sentence:
    return Sentence(words[0].start, words[-1].end, " ".join(word.text for word in words), words[0].speaker)
