"""Entries of the FAQ: their texts and revisions, their clips, their way to the public."""

from helpcenter.services.faq.clips import attach_clip, choose_best, detach_clip, order_clips
from helpcenter.services.faq.find import PAGE, EntryLine, count_by_state, entries_with, find, list_entries
from helpcenter.services.faq.states import (
    TRANSITIONS,
    VISIBLE,
    mark_stale,
    publish,
    send_back,
    submit,
    unpublish,
)
from helpcenter.services.faq.texts import (
    LONGEST_BODY,
    LONGEST_TITLE,
    SavedMeanwhile,
    create_entry,
    move_entry,
    restore,
    revisions,
    save_text,
    text_in,
)

__all__ = [
    "LONGEST_BODY",
    "LONGEST_TITLE",
    "PAGE",
    "TRANSITIONS",
    "VISIBLE",
    "EntryLine",
    "SavedMeanwhile",
    "attach_clip",
    "choose_best",
    "count_by_state",
    "create_entry",
    "detach_clip",
    "entries_with",
    "find",
    "list_entries",
    "mark_stale",
    "move_entry",
    "order_clips",
    "publish",
    "restore",
    "revisions",
    "save_text",
    "send_back",
    "submit",
    "text_in",
    "unpublish",
]
