"""Where editors work: proposals and clips, recordings, uploads, entries, topics, live sessions, the rota."""

from helpcenter.blueprints.workbench import (
    clips,
    entries,
    entry_clips,
    imports,
    recordings,
    rota,
    rota_mine,
    rota_plan,
    rota_teams,
    session_edit,
    sessions,
    topics,
    tus,
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
    "rota",
    "rota_mine",
    "rota_plan",
    "rota_teams",
    "session_edit",
    "sessions",
    "topics",
    "tus",
    "uploads",
]
