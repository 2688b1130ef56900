"""Clips: proposed by the pipeline, decided by people."""

from helpcenter.services.clips.decide import change, confirm, reject, release, withdraw
from helpcenter.services.clips.live import cut_live, hide_live, undo_live
from helpcenter.services.clips.propose import NewClip, reasons, replace_proposals
from helpcenter.services.clips.suggest import stems, suggest_entry, suggest_topic

__all__ = [
    "NewClip",
    "change",
    "confirm",
    "cut_live",
    "hide_live",
    "reasons",
    "reject",
    "release",
    "replace_proposals",
    "stems",
    "suggest_entry",
    "suggest_topic",
    "undo_live",
    "withdraw",
]
