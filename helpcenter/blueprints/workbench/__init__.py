"""Where editors work: clips, recordings, uploads, entries and what is to mend, topics, live sessions and what they could answer."""

from helpcenter.blueprints.workbench import (
    answer_videos,
    answers,
    clips,
    entries,
    entry_clips,
    gaps,
    imports,
    questions,
    recordings,
    session_edit,
    sessions,
    suggestions,
    tasks,
    today,
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
    "gaps",
    "imports",
    "questions",
    "recordings",
    "session_edit",
    "sessions",
    "suggestions",
    "tasks",
    "today",
    "topics",
    "tus",
    "uploads",
]
