"""The one way in: the best chapters that can be had for a recording."""

from collections.abc import Sequence
from dataclasses import replace

from helpcenter.captions import Cue, guess_language
from workers.media.chapters.given import chapters_from_file, chapters_from_text
from workers.media.chapters.language import known
from workers.media.chapters.markers import chapters_from_markers
from workers.media.chapters.model import Chapter, Marker, Titled
from workers.media.chapters.off_record import off_record, without
from workers.media.chapters.phrases import FAREWELL, GREETING
from workers.media.chapters.segment import boundaries
from workers.media.chapters.talk import Talk, read_talk
from workers.media.chapters.titles import question_in, title_for, usual_words

FEWEST = 3  # chapters found in a transcript; fewer help nobody
LONGEST_FRAME = 120.0  # seconds of a greeting or a goodbye
GAP = 5.0  # seconds before the first marker that are worth a chapter of their own
FRAME = {"de": ("Begrüßung", "Verabschiedung"), "en": ("Welcome", "Goodbye")}


def outline(  # noqa: PLR0913 -- each is a source of its own, and most are missing most of the time
    *,
    duration: float,
    markers: Sequence[Marker] = (),
    file_chapters: Sequence[Titled] = (),
    description: str = "",
    cues: Sequence[Cue] = (),
    silences: Sequence[tuple[float, float]] = (),
    scene_cuts: Sequence[float] = (),
    language: str | None = None,
) -> list[Chapter]:
    """The chapters of a recording, titled, in order and without overlap; empty where nothing tells.

    They come from the host's markers, else from the file, else from the description, else from the transcript.
    """
    silent = off_record(markers, duration=duration)
    # What was said off the record must not even lend a word to a title.
    cues = [cue for cue in cues if not any(cue.start < end and cue.end > start for start, end in silent)]
    spoken = language or guess_language(" ".join(cue.text for cue in cues))
    talk = read_talk(cues, silences=silences, language=spoken)
    chapters = chapters_from_markers(markers, duration=duration, cues=cues, silences=silences, language=spoken)
    if chapters:
        return _titled(without(_framed(chapters, talk, duration), silent), talk, spoken)
    chapters = chapters_from_file(file_chapters, duration) or chapters_from_text(description, duration=duration)
    if chapters:
        return _titled(without(chapters, silent), talk, spoken)
    chapters = chapters_from_transcript(
        cues, duration=duration, silences=silences, scene_cuts=scene_cuts, language=spoken
    )
    return without(chapters, silent)


def chapters_from_transcript(
    cues: Sequence[Cue],
    *,
    duration: float,
    silences: Sequence[tuple[float, float]] = (),
    scene_cuts: Sequence[float] = (),
    language: str | None = None,
) -> list[Chapter]:
    """At least three titled chapters that begin with sentences and cover the recording, or none."""
    spoken = language or guess_language(" ".join(cue.text for cue in cues))
    talk = read_talk(cues, silences=silences, language=spoken)
    found = boundaries(talk, duration=duration, scene_cuts=scene_cuts)
    if len(found) < FEWEST - 1:
        return []
    starts = [0.0, *(talk.sentences[index].start for index, _ in found)]
    sure = [None, *(confidence for _, confidence in found)]
    ends = [*starts[1:], max(duration, talk.sentences[-1].end)]
    chapters = [
        Chapter(round(start, 3), round(end, 3), "", "transcript", confidence)
        for start, end, confidence in zip(starts, ends, sure, strict=True)
    ]
    return _titled(chapters, talk, spoken)


def _framed(chapters: list[Chapter], talk: Talk, duration: float) -> list[Chapter]:
    """The chapters with what is said before the first and after the last as chapters of their own."""
    out = list(chapters)
    if chapters[0].start >= GAP and talk.text(0.0, chapters[0].start):
        out.insert(0, Chapter(0.0, chapters[0].start, "", "marker", kind="intro"))
    if duration - chapters[-1].end >= GAP and talk.text(chapters[-1].end, duration):
        out.append(Chapter(chapters[-1].end, round(duration, 3), "", "marker", kind="outro"))
    return out


def _titled(chapters: Sequence[Chapter], talk: Talk, language: str | None) -> list[Chapter]:
    texts = [talk.text(chapter.start, chapter.end) for chapter in chapters]
    usual = usual_words(texts, language)
    out = []
    for index, (chapter, text) in enumerate(zip(chapters, texts, strict=True)):
        spoken = known(guess_language(text) or language)
        framed = _as_frame(chapter, text, spoken, place=index - len(chapters) if index else 0)
        title = framed.title or title_for(text, spoken, usual=usual) or f"{index + 1}"
        out.append(replace(framed, title=title))
    return out


def _as_frame(chapter: Chapter, text: str, language: str, *, place: int) -> Chapter:
    """The chapter marked as greeting or goodbye where it is one; `place` is 0 for the first and -1 for the last."""
    long = chapter.end - chapter.start > LONGEST_FRAME
    if chapter.kind == "answer" or long or (chapter.kind == "topic" and question_in(text, language)):
        return chapter
    welcome, goodbye = FRAME[language]
    if place == 0 and (chapter.kind == "intro" or GREETING.search(text)):
        return replace(chapter, kind="intro", title=chapter.title or welcome)
    if place == -1 and (chapter.kind == "outro" or FAREWELL.search(text)):
        return replace(chapter, kind="outro", title=chapter.title or goodbye)
    return chapter
