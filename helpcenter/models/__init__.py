"""All rows; importing this package makes every table known."""

from helpcenter.models.accounts import MailLink, SignIn, User
from helpcenter.models.analytics import Rating
from helpcenter.models.audit import AuditRow
from helpcenter.models.base import Base, PublicContent, new_public_id
from helpcenter.models.clips import Clip, ClipState
from helpcenter.models.faq import EntryState, FaqClip, FaqEntry, FaqRevision, FaqText
from helpcenter.models.outbox import MailState, OutgoingMail
from helpcenter.models.questions import Asker, Question, QuestionState
from helpcenter.models.recordings import (
    Asset,
    Chapter,
    CueRow,
    Marker,
    MarkerKind,
    Recording,
    RecordingState,
    RecordingVersion,
    Source,
    Transcript,
    Visibility,
)
from helpcenter.models.search import SearchDocument, SearchTerm
from helpcenter.models.site import ContentVersion, Heartbeat
from helpcenter.models.steps import Step, StepState
from helpcenter.models.topics import Topic, TopicExpert
from helpcenter.models.uploads import Upload

__all__ = [
    "Asker",
    "Asset",
    "AuditRow",
    "Base",
    "Chapter",
    "Clip",
    "ClipState",
    "ContentVersion",
    "CueRow",
    "EntryState",
    "FaqClip",
    "FaqEntry",
    "FaqRevision",
    "FaqText",
    "Heartbeat",
    "MailLink",
    "MailState",
    "Marker",
    "MarkerKind",
    "OutgoingMail",
    "PublicContent",
    "Question",
    "QuestionState",
    "Rating",
    "Recording",
    "RecordingState",
    "RecordingVersion",
    "SearchDocument",
    "SearchTerm",
    "SignIn",
    "Source",
    "Step",
    "StepState",
    "Topic",
    "TopicExpert",
    "Transcript",
    "Upload",
    "User",
    "Visibility",
    "new_public_id",
]
