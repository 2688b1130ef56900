"""Everything that was said or written, found to the second.

An index of stems over documents (cues, chapters, clips, entries, questions), the same on SQLite and PostgreSQL. `search` and
`suggest` read it; services call `index_*` and `remove` in the transaction that changes a thing or who may see it.
"""

from helpcenter.services.search.find import Hit, holds_all, search, suggest
from helpcenter.services.search.indexing import index_entry, index_question, index_recording, remove, weigh
from helpcenter.services.search.snippets import Fragment

__all__ = [
    "Fragment", "Hit", "holds_all", "index_entry", "index_question", "index_recording", "remove", "search", "suggest", "weigh",
]  # fmt: skip
