"""Chapters of a recording, and the clips that they propose: pure functions over cues and markers."""

from workers.media.chapters.answers import answers
from workers.media.chapters.given import chapters_from_file, chapters_from_text
from workers.media.chapters.markers import chapters_from_markers, read_markers
from workers.media.chapters.model import Chapter, ClipProposal, Kind, Marker, Source, Titled
from workers.media.chapters.outline import chapters_from_transcript, outline
from workers.media.chapters.titles import title_for

__all__ = [
    "Chapter",
    "ClipProposal",
    "Kind",
    "Marker",
    "Source",
    "Titled",
    "answers",
    "chapters_from_file",
    "chapters_from_markers",
    "chapters_from_text",
    "chapters_from_transcript",
    "outline",
    "read_markers",
    "title_for",
]
