"""Which chapters answer something, as clips that an editor is asked about."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from helpcenter.captions import Cue, Sentence, guess_language, sentences
from helpcenter.errors import N_, Message
from workers.media.chapters.model import Chapter, ClipProposal
from workers.media.chapters.phrases import FAREWELL
from workers.media.chapters.titles import question_in

LEAD_IN = 0.4  # seconds before the first word, so that it is not clipped
LEAD_OUT = 0.6
SHORTEST = 8.0  # seconds; less is a question without its answer
EARLY = 6  # sentences in which a question must be asked
GOODBYE = 60.0  # seconds of a goodbye at most
ANSWER = 2  # sentences that must follow it


def answers(chapters: Sequence[Chapter], cues: Sequence[Cue], language: str | None = None) -> list[ClipProposal]:
    """A proposed clip for each chapter that the host marked as an answer or in which a question is asked and answered.

    Clips begin just before a sentence, end just after one, and reach neither into another sentence nor into another chapter's.
    """
    said = sentences(cues)
    out = []
    for index, chapter in enumerate(chapters):
        if chapter.end - chapter.start < SHORTEST or chapter.kind in {"intro", "outro"}:
            continue
        inside: Sequence[Sentence] = [s for s in said if chapter.start <= (s.start + s.end) / 2 < chapter.end]
        if index == len(chapters) - 1 and chapter.marker is None:
            inside = _without_goodbye(inside)
        reason = _reason(chapter, inside, language)
        if reason:
            start, end = _span(chapter, inside, said)
            out.append(ClipProposal(start, end, chapter.title, index, reason))
    return out


def _reason(chapter: Chapter, inside: Sequence[Sentence], language: str | None) -> Message | None:
    if chapter.kind == "answer":
        return Message(N_("The host marked this as the answer to “%(question)s”."), {"question": chapter.title})
    for place, sentence in enumerate(inside[:EARLY]):
        question = question_in(sentence.text, guess_language(sentence.text) or language)
        if question and len(inside) - place > ANSWER:
            return Message(N_("A question is asked here and answered: “%(question)s”"), {"question": question})
    return None


def _without_goodbye(inside: Sequence[Sentence]) -> Sequence[Sentence]:
    """The sentences of a last chapter before its goodbye; nobody marked where the answer ended."""
    for place, sentence in enumerate(inside):
        if place > EARLY and inside[-1].end - sentence.start <= GOODBYE and FAREWELL.search(sentence.text):
            return inside[:place]
    return inside


def _span(chapter: Chapter, inside: Sequence[Sentence], said: Sequence[Sentence]) -> tuple[float, float]:
    if not inside or chapter.cut:
        return chapter.start, chapter.end
    first, last = inside[0].start, inside[-1].end
    before = bisect_left([s.start for s in said], first) - 1
    after = bisect_right([s.start for s in said], inside[-1].start)
    floor = said[before].end if before >= 0 else 0.0
    ceiling = said[after].start if after < len(said) else max(chapter.end, last)
    start = min(first, max(first - LEAD_IN, floor))
    return round(start, 3), round(max(last, min(last + LEAD_OUT, ceiling)), 3)
