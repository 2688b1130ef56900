"""What the platform told of a video, as its row keeps it, and what follows from it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from sqlalchemy.orm import Session

from helpcenter.errors import N_, Message
from helpcenter.models import PlatformVideo
from helpcenter.services.broadcasts.wanting import of_session
from helpcenter.settings import Settings
from streaming import timeline
from streaming.platform import Privacy, Video
from streaming.timeline import Look

_FAILED: Final = frozenset({"failed", "rejected", "deleted"})
_PROCESSED: Final = "processed"
_STILL_LIVE: Final = frozenset({"upcoming", "live"})


class Fate(StrEnum):
    """What is to be done with a video: wait, take it, take it though it may not be whole, or give it up."""

    WAIT = "wait"
    TAKE = "take"
    TAKE_INCOMPLETE = "take incomplete"
    GONE = "gone"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Judgement:
    """A video's fate, and why, where a person should know."""

    fate: Fate
    why: Message | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """What `PlatformVideo.told` holds, read; `duration` in seconds."""

    title: str = ""
    description: str = ""
    channel_id: str = ""
    privacy: str = ""
    upload_status: str = ""
    live_content: str = ""
    language: str | None = None
    thumbnail: str = ""
    embeddable: bool = True
    views: int | None = None
    duration: float | None = None
    published_at: datetime | None = None
    actual_start: datetime | None = None
    actual_end: datetime | None = None
    missing_since: datetime | None = None

    @classmethod
    def of(cls, video: PlatformVideo) -> "Told":
        """What its row holds."""
        kept = {name: value for name, value in video.told.items() if name in cls.__dataclass_fields__}
        for name in _INSTANTS:
            kept[name] = datetime.fromisoformat(kept[name]) if kept.get(name) else None
        return cls(**kept)


_INSTANTS: Final = ("published_at", "actual_start", "actual_end", "missing_since")
_WIDTHS: Final = ("maxres", "standard", "high", "medium", "default")


def note_look(row: PlatformVideo, video: Video | None, *, now: datetime) -> None:
    """Keep what the platform says now; `video` is None where it does not know such a video, or does not show it."""
    seconds = video.duration if video is not None and video.upload_status == _PROCESSED else None
    row.looks = [*row.looks, [now.isoformat(), seconds]]
    if video is None:
        row.told = {**row.told, "missing_since": row.told.get("missing_since") or now.isoformat()}
        return
    row.told = _as_json(video)
    row.refreshed_at = now


def _as_json(video: Video) -> dict[str, Any]:
    instants = {"published_at": video.published_at, "actual_start": video.actual_start, "actual_end": video.actual_end}
    return {
        "title": video.title, "description": video.description, "channel_id": video.channel_id, "privacy": video.privacy.value,
        "upload_status": video.upload_status, "live_content": video.live_content, "language": video.language,
        "thumbnail": _picture(video.thumbnails), "embeddable": video.embeddable, "views": video.views, "duration": video.duration,
        **{name: at.isoformat() for name, at in instants.items() if at},
    }  # fmt: skip


def _picture(thumbnails: Mapping[str, str]) -> str:
    return next((thumbnails[width] for width in _WIDTHS if width in thumbnails), "")


def looks_of(row: PlatformVideo) -> list[Look]:
    """The looks at the archive so far, in order."""
    return [Look(datetime.fromisoformat(at), seconds) for at, seconds in row.looks]


def live_length(db: Session, row: PlatformVideo) -> float | None:
    """How long the broadcast was live, in seconds, by what we know ourselves, else by what the platform told; else None."""
    broadcast = of_session(db, row.session) if row.session else None
    told = Told.of(row)
    for start, end in (
        (broadcast.actual_start, broadcast.actual_end) if broadcast else (None, None),
        (told.actual_start, told.actual_end),
        (row.session.live_at, row.session.ended_at) if row.session else (None, None),
    ):
        if start and end and end > start:
            return (end - start).total_seconds()
    return None


def judge(row: PlatformVideo, *, expected: float | None, settings: Settings, now: datetime) -> Judgement:
    """What is to be done with a video that is not here yet, by what was told of it. `expected`: see `live_length`."""
    told = Told.of(row)
    if told.missing_since:
        sure = now - told.missing_since >= settings.live_wait(timeline.APART)
        return Judgement(Fate.GONE, Message(_GONE)) if sure else Judgement(Fate.WAIT)
    if refusal := _refusal(row, told, expected):
        return Judgement(Fate.REFUSED, refusal)
    if row.session_id is None and not _lately_live(told, settings, now):
        return _judge_old(told)
    return _judge_archive(row, told, expected, settings, now)


def _refusal(row: PlatformVideo, told: Told, expected: float | None) -> Message | None:
    if told.upload_status in _FAILED:
        return Message(_TOO_LONG if _too_long(expected) else _BROKEN)
    if told.privacy == Privacy.PRIVATE and row.session_id is None:
        return Message(_PRIVATE)
    others = row.channel is not None and told.channel_id != row.channel.remote_id
    # One that somebody added by its address is here already, with what everybody may know of it.
    return Message(_NOT_OURS) if others and row.recording_id is None else None


def _judge_old(told: Told) -> Judgement:
    if told.duration:
        return Judgement(Fate.TAKE)
    if told.live_content in _STILL_LIVE:
        return Judgement(Fate.REFUSED, Message(_NOT_OVER))
    return Judgement(Fate.WAIT)


def _judge_archive(
    row: PlatformVideo, told: Told, expected: float | None, settings: Settings, now: datetime
) -> Judgement:
    looks = looks_of(row)
    # At another pace than life's, as in a demonstration, the broadcast's minutes are not those of its archive.
    length = expected if settings.live_pace == 1 else None
    if timeline.archive_ready(looks, length, apart=settings.live_wait(timeline.APART)):
        return Judgement(Fate.TAKE)
    waited = now - looks[0].at if looks else timedelta()
    if _too_long(expected) and not told.duration and waited >= settings.live_wait(3600):
        return Judgement(Fate.REFUSED, Message(_TOO_LONG))
    if waited < settings.live_wait(timeline.LONGEST_WAIT):
        return Judgement(Fate.WAIT)
    if told.duration:
        return Judgement(Fate.TAKE_INCOMPLETE, Message(_INCOMPLETE, _lengths(told.duration, expected)))
    return Judgement(Fate.REFUSED, Message(_NO_ARCHIVE))


def _too_long(expected: float | None) -> bool:
    return expected is not None and expected > timeline.LONGEST_ARCHIVE


def _lately_live(told: Told, settings: Settings, now: datetime) -> bool:
    return told.actual_end is not None and now - told.actual_end < settings.live_wait(timeline.LONGEST_WAIT)


def _lengths(there: float, expected: float | None) -> dict[str, Any]:
    return {"there": round(there / 60, 1), "expected": round((expected or there) / 60, 1)}


_GONE = N_(
    "This video is not on YouTube any more, or was closed to us. If you have the recording as a file, attach it."
)
_BROKEN = N_(
    "YouTube could not use this video, and says that it will not. If you have the recording as a file, attach it."
)
_PRIVATE = N_(
    "This video is private, so nobody could watch it here. Make it public or unlisted on YouTube, then look again."
)
_NOT_OURS = N_(
    "This video belongs to another channel. Add it by its address: then it plays here, without its captions."
)
_NOT_OVER = N_("This broadcast is not over yet. Import it when it is.")
_TOO_LONG = N_(
    "YouTube keeps no recording of more than 12 hours. If you have the recording as a file, attach it to the session."
)
_INCOMPLETE = N_(
    "After three days YouTube still has %(there)s of %(expected)s minutes, so these are used. Look again later, or attach the file."
)
_NO_ARCHIVE = N_(
    "After three days YouTube still has no recording of this broadcast. If you have it as a file, attach it to the session."
)
