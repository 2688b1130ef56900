"""Where editors work: proposals and clips, recordings, uploads, entries, topics, live sessions."""

from helpcenter.blueprints.workbench import (
    clips,
    entries,
    entry_clips,
    imports,
    recordings,
    session_edit,
    sessions,
    topics,
    tus,
    twins,
    uploads,
)
from helpcenter.blueprints.workbench.frame import bp

__all__ = [
    "bp",
    "clips",
    "entries",
    "entry_clips",
    "imports",
    "recordings",
    "session_edit",
    "sessions",
    "topics",
    "tus",
    "twins",
    "uploads",
]
