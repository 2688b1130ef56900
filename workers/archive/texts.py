"""The captions of a video, fetched from the platform within what the quota allows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from helpcenter.captions import parse_captions
from helpcenter.errors import N_, HelpCenterError, Message
from helpcenter.models import PlatformVideo
from helpcenter.ports import Ports
from helpcenter.services import videos
from helpcenter.services.videos import MOST_LOOKS, Text, Told
from streaming.errors import Deferred, NotAllowed, NotFound, Rejected, Retryable
from streaming.platform import CaptionTrack, LivePlatform
from workers.archive.faults import words

DUE: Final = "captions due"
TAKEN: Final = "captions"
PAUSES: Final = (600, 1800, 3600, 4 * 3600, 20 * 3600)
"""Seconds until the next look for captions: automatic ones take minutes, hours for a long recording, or never come."""
LONG_AGO: Final = timedelta(days=3)
_TRIES: Final = 2  # tracks; each costs two hundred units
_PATIENCE: Final = 3
_UNREADABLE: Final = N_("The captions “%(name)s” on YouTube cannot be read: %(why)s")
_NO_FORM: Final = N_("YouTube cannot give them as WebVTT.")


@dataclass(frozen=True, slots=True)
class Found:
    """What came of looking for captions: the tracks (None: the look could not be made), the best one's text, what to say.

    `until`: the quota allows it from then on. `never`: they are not ours to have.
    """

    tracks: Sequence[CaptionTrack] | None = None
    text: Text | None = None
    mark: str = ""
    why: Message | None = None
    until: datetime | None = None
    never: bool = False


def is_ours(row: PlatformVideo) -> bool:
    """Whether the video belongs to the channel through which we ask."""
    return row.channel is not None and Told.of(row).channel_id == row.channel.remote_id


def find_text(platform: LivePlatform, remote_id: str, *, language: str | None, failures: int) -> Found:
    """The best text that the platform has. `failures` is how often this failed in a row. Raises Retryable, ReauthNeeded."""
    try:
        tracks = platform.caption_tracks(remote_id)
        return _read(platform, tracks, language, failures)
    except Deferred as error:
        return Found(until=error.until, why=words(error))
    except (NotAllowed, NotFound):
        return Found(never=True)


def _read(platform: LivePlatform, tracks: Sequence[CaptionTrack], language: str | None, failures: int) -> Found:
    why = None
    for track in videos.best_tracks(tracks, language)[:_TRIES]:
        name = track.name or track.language
        try:
            captions = parse_captions(platform.caption(track.id), name=f"{name}.vtt")
        except Deferred:
            raise
        except Rejected:
            why = Message(_UNREADABLE, {"name": name, "why": Message(_NO_FORM)})
        except HelpCenterError as error:
            why = Message(_UNREADABLE, {"name": name, "why": error.message})
        except Retryable:
            # An answer that is no WebVTT looks like one that was cut off; three times the same is the former.
            if failures < _PATIENCE:
                raise
            why = Message(_UNREADABLE, {"name": name, "why": Message(_NO_FORM)})
        else:
            mark = f"{track.id}:{track.updated_at.isoformat() if track.updated_at else ''}"
            return Found(tracks, videos.text_of(track, captions), mark)
    return Found(tracks, why=why)


def note_found(row: PlatformVideo, found: Found, ports: Ports) -> None:
    """Keep what came of the look, and when the next one is due, if ever."""
    written = {name: mark for name, mark in row.written.items() if name != DUE}
    if found.tracks is not None:
        videos.note_tracks(row, found.tracks)
    if found.never:
        row.caption_looks = MOST_LOOKS
    if found.text is not None:
        written[TAKEN] = found.mark
    elif (due := _next_look(row, found, ports)) is not None:
        written[DUE] = due.isoformat()
    row.written = written
    row.error = found.why.as_json() if found.why else row.error


def captions_due(row: PlatformVideo) -> datetime | None:
    """When captions are to be looked for next; None where that is over."""
    due = row.written.get(DUE)
    return datetime.fromisoformat(due) if due else None


def _next_look(row: PlatformVideo, found: Found, ports: Ports) -> datetime | None:
    if found.until is not None:
        return found.until
    now, told = ports.clock(), Told.of(row)
    over = told.actual_end or told.published_at
    if row.caption_looks >= MOST_LOOKS or (
        over is not None and now - over > ports.settings.live_wait(LONG_AGO.total_seconds())
    ):
        return None  # a video that has none after days gets none
    return now + ports.settings.live_wait(PAUSES[min(row.caption_looks, len(PAUSES)) - 1])
