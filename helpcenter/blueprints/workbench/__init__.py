"""Where editors work: proposals and clips, recordings, uploads, entries, topics, live sessions."""

from helpcenter.blueprints.workbench import (
    answer_videos,
    answers,
    clips,
    entries,
    entry_clips,
    imports,
    recordings,
    session_edit,
    sessions,
    suggestions,
    topics,
    tus,
    uploads,
)
from helpcenter.blueprints.workbench.frame import bp

__all__ = [
    "answer_videos",
    "answers",
    "bp",
    "clips",
    "entries",
    "entry_clips",
    "imports",
    "recordings",
    "session_edit",
    "sessions",
    "suggestions",
    "topics",
    "tus",
    "uploads",
]
