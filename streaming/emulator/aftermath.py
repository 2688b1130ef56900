"""What becomes of a video after its broadcast has ended: the script of the archive."""

from datetime import datetime
from typing import BinaryIO, Final

from streaming.emulator.resources import captions
from streaming.emulator.world import Video, World

LONGEST: Final = 12 * 3600.0
_HEADER: Final = 36
"""Bytes of a movie header up to its length, in its longer form."""
WRONG: Final = 0.8
"""The part of the real length that the first duration shows."""


def begin(world: World, video: Video) -> None:
    """Now it is over: at first nothing is right, then everything by and by; over 12 hours there is no archive."""
    details = video.parts["liveStreamingDetails"]
    details["actualEndTime"] = world.now()
    details.pop("activeLiveChatId", None)
    details.pop("concurrentViewers", None)
    video.parts["status"]["uploadStatus"] = "uploaded"
    video.parts["contentDetails"]["duration"] = "PT0S"
    timings, after = world.timings, world.clock.after
    after(timings.flag, lambda: video.parts["snippet"].update(liveBroadcastContent="none"))
    if "actualStartTime" not in details:
        return
    seconds = (_instant(details["actualEndTime"]) - _instant(details["actualStartTime"])).total_seconds()
    if seconds > LONGEST:
        after(timings.processed, lambda: _no_archive(video))
        return
    video.media = video.media or world.default_media
    video.recorded_captions = video.recorded_captions or world.default_captions
    video.length = video.length or media_length(video) or seconds
    after(timings.wrong_duration, lambda: show_length(video, WRONG))
    after(timings.processed, lambda: finish(video))
    if video.recorded_captions:
        after(timings.asr_syncing, lambda: captions.recognised(world, video, "syncing"))
        after(timings.asr_serving, lambda: captions.recognised(world, video, "serving"))


def show_length(video: Video, share: float = 1.0) -> None:
    """Write that share of the length as the duration."""
    video.parts["contentDetails"]["duration"] = duration((video.length or 0) * share)


def finish(video: Video) -> None:
    """All is processed."""
    show_length(video)
    video.parts["status"]["uploadStatus"] = "processed"
    video.parts["processingDetails"] = {"processingStatus": "succeeded"}
    video.parts["fileDetails"] = {"durationMs": str(round((video.length or 0) * 1000))}


def _no_archive(video: Video) -> None:
    video.parts["status"] |= {"uploadStatus": "failed", "failureReason": "conversion"}
    video.parts["processingDetails"] = {"processingStatus": "failed", "processingFailureReason": "other"}


def duration(seconds: float) -> str:
    """ISO 8601, in whole seconds."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    shown = "".join(f"{value}{unit}" for value, unit in ((hours, "H"), (minutes, "M"), (rest, "S")) if value)
    return f"PT{shown or '0S'}"


def media_length(video: Video) -> float | None:
    """The seconds that the recorded MP4 file itself tells in its movie header; None for no file and other forms."""
    if video.media is None or not video.media.is_file():
        return None
    with video.media.open("rb") as file:
        moov = _box(file, b"moov")
    at = moov.find(b"mvhd")
    if at < 0 or len(moov) < at + _HEADER:
        return None
    # Version 1 writes its two dates and the length in 8 bytes each, version 0 in 4.
    wide = moov[at + 4] == 1
    scale_at = at + (24 if wide else 16)
    scale = int.from_bytes(moov[scale_at : scale_at + 4], "big")
    length = int.from_bytes(moov[scale_at + 4 : scale_at + (12 if wide else 8)], "big")
    return length / scale if scale else None


def _box(file: BinaryIO, name: bytes) -> bytes:
    """The content of the first box of that name at the file's top level; empty where there is none."""
    while len(head := file.read(8)) == 8:  # noqa: PLR2004 -- size and name
        size, header = int.from_bytes(head[:4], "big"), 8
        if size == 1:
            size, header = int.from_bytes(file.read(8), "big"), 16
        if head[4:] == name:
            return file.read(size - header)
        if size < header:
            break
        file.seek(size - header, 1)
    return b""


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)
