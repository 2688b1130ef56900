"""Recordings: how they come in, and what becomes known about them."""

from helpcenter.services.recordings.assets import asset_key, drop_asset, put_asset
from helpcenter.services.recordings.chapters import NewChapter, chapters_of, replace_chapters
from helpcenter.services.recordings.create import add_markers, create
from helpcenter.services.recordings.discarding import discard, take_discarded
from helpcenter.services.recordings.live import (
    begin_live,
    end_live,
    is_running,
    make_again,
    running_session,
    session_of,
)
from helpcenter.services.recordings.markers import MarkerInput, read_markers
from helpcenter.services.recordings.state import complaint, find, refresh_state, settled
from helpcenter.services.recordings.summary import summary
from helpcenter.services.recordings.transcripts import (
    CAPTIONS,
    EMBEDDED,
    PLATFORM,
    NewTranscript,
    cues_of,
    is_human,
    main_transcript,
    put_transcript,
)
from helpcenter.services.recordings.youtube import is_youtube, youtube_id

__all__ = [
    "CAPTIONS",
    "EMBEDDED",
    "PLATFORM",
    "MarkerInput",
    "NewChapter",
    "NewTranscript",
    "add_markers",
    "asset_key",
    "begin_live",
    "chapters_of",
    "complaint",
    "create",
    "cues_of",
    "discard",
    "drop_asset",
    "end_live",
    "find",
    "is_human",
    "is_running",
    "is_youtube",
    "main_transcript",
    "make_again",
    "put_asset",
    "put_transcript",
    "read_markers",
    "refresh_state",
    "replace_chapters",
    "running_session",
    "session_of",
    "settled",
    "summary",
    "take_discarded",
    "youtube_id",
]
