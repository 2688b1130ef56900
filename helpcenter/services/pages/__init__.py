"""What public pages show, read in few queries: plain values from which a template writes a whole page."""

from helpcenter.services.pages.addresses import (
    entry_address,
    media_address,
    recording_address,
    session_address,
    topic_address,
)
from helpcenter.services.pages.board import Board, Item, Own, OwnQuestion, read_board, read_own
from helpcenter.services.pages.cards import Card
from helpcenter.services.pages.choice import SHOWN
from helpcenter.services.pages.entry import ClipView, EntryPage, find_entry, read_clips
from helpcenter.services.pages.files import FileOwner, owner_of
from helpcenter.services.pages.hits import Found, show_hits
from helpcenter.services.pages.media import Chapter, Text, read_chapters, read_text
from helpcenter.services.pages.picture import Picture, find_picture
from helpcenter.services.pages.playing import Playing, find_playing
from helpcenter.services.pages.programme import Programme, SessionCard, next_sessions, programme
from helpcenter.services.pages.question import AnswerLink, QuestionPage, show_question
from helpcenter.services.pages.recording import Answer, RecordingPage, Whole, clip_at, find_recording, find_whole
from helpcenter.services.pages.session import Option, SessionPage, find_live_session, show_session
from helpcenter.services.pages.start import StartPage, start
from helpcenter.services.pages.topic import TopicPage, find_topic
from helpcenter.services.pages.tree import TopicCard, Tree, read_tree

__all__ = [
    "SHOWN",
    "Answer",
    "AnswerLink",
    "Board",
    "Card",
    "Chapter",
    "ClipView",
    "EntryPage",
    "FileOwner",
    "Found",
    "Item",
    "Option",
    "Own",
    "OwnQuestion",
    "Picture",
    "Playing",
    "Programme",
    "QuestionPage",
    "RecordingPage",
    "SessionCard",
    "SessionPage",
    "StartPage",
    "Text",
    "TopicCard",
    "TopicPage",
    "Tree",
    "Whole",
    "clip_at",
    "entry_address",
    "find_entry",
    "find_live_session",
    "find_picture",
    "find_playing",
    "find_recording",
    "find_topic",
    "find_whole",
    "media_address",
    "next_sessions",
    "owner_of",
    "programme",
    "read_board",
    "read_chapters",
    "read_clips",
    "read_own",
    "read_text",
    "read_tree",
    "recording_address",
    "session_address",
    "show_hits",
    "show_question",
    "show_session",
    "start",
    "topic_address",
]  # fmt: skip
