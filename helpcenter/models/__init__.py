"""All rows; importing this package makes every table known."""

from helpcenter.models.accounts import MailLink, SignIn, User
from helpcenter.models.analytics import Rating
from helpcenter.models.audit import AuditRow
from helpcenter.models.base import Base, PublicContent, new_public_id
from helpcenter.models.channels import (
    Broadcast,
    Channel,
    ChannelConnection,
    ChannelImport,
    ChannelState,
    ImportState,
    PlatformVideo,
    QuotaDay,
    QuotaEntry,
    VideoState,
)
from helpcenter.models.clips import Clip, ClipState
from helpcenter.models.faq import EntryState, FaqClip, FaqEntry, FaqRevision, FaqText
from helpcenter.models.live import (
    AgendaStage,
    Guest,
    GuestState,
    LivePulse,
    Moderation,
    QuestionVote,
    SessionQuestion,
)
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
from helpcenter.models.sessions import (
    DateOption,
    DateVote,
    LiveSession,
    LiveSessionState,
    Reminder,
    Series,
    SessionHost,
    SessionKind,
    SessionTopic,
    Subscription,
)
from helpcenter.models.site import ContentVersion, Heartbeat
from helpcenter.models.steps import Step, StepState
from helpcenter.models.topics import Topic, TopicExpert
from helpcenter.models.uploads import Upload

__all__ = [
    "AgendaStage",
    "Asker",
    "Asset",
    "AuditRow",
    "Base",
    "Broadcast",
    "Channel",
    "ChannelConnection",
    "ChannelImport",
    "ChannelState",
    "Chapter",
    "Clip",
    "ClipState",
    "ContentVersion",
    "CueRow",
    "DateOption",
    "DateVote",
    "EntryState",
    "FaqClip",
    "FaqEntry",
    "FaqRevision",
    "FaqText",
    "Guest",
    "GuestState",
    "Heartbeat",
    "ImportState",
    "LivePulse",
    "LiveSession",
    "LiveSessionState",
    "MailLink",
    "MailState",
    "Marker",
    "MarkerKind",
    "Moderation",
    "OutgoingMail",
    "PlatformVideo",
    "PublicContent",
    "Question",
    "QuestionState",
    "QuestionVote",
    "QuotaDay",
    "QuotaEntry",
    "Rating",
    "Recording",
    "RecordingState",
    "RecordingVersion",
    "Reminder",
    "SearchDocument",
    "SearchTerm",
    "Series",
    "SessionHost",
    "SessionKind",
    "SessionQuestion",
    "SessionTopic",
    "SignIn",
    "Source",
    "Step",
    "StepState",
    "Subscription",
    "Topic",
    "TopicExpert",
    "Transcript",
    "Upload",
    "User",
    "VideoState",
    "Visibility",
    "new_public_id",
]
