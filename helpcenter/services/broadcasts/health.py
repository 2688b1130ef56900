"""What arrives at the platform, as rows keep it, and as the host reads it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from helpcenter.errors import N_, Message
from streaming.platform import SILENT, Health, StreamHealth, StreamStatus


@dataclass(frozen=True, slots=True)
class Arriving:
    """What arrives, `since` when its status is so: whether a picture does, sound does, and both well; `issues` by their kind."""

    status: str
    since: datetime
    picture: bool
    sound: bool
    well: bool
    issues: Mapping[str, str]


def kept(seen: StreamHealth, before: Mapping[str, Any] | None, *, now: datetime) -> dict[str, Any]:
    """The form that the row keeps; `since` stays while the status does."""
    same = before is not None and before["status"] == seen.status.value
    return {
        "status": seen.status.value, "health": seen.health.value, "since": before["since"] if same and before else now.isoformat(),
        "issues": [{"kind": issue.kind, "severity": issue.severity, "description": issue.description} for issue in seen.issues],
    }  # fmt: skip


def arriving(row: Mapping[str, Any] | None) -> Arriving | None:
    """What the row's health says, None where nothing is known."""
    if not row:
        return None
    issues = {issue["kind"]: issue["description"] for issue in row["issues"] if issue["severity"] != "info"}
    picture = row["status"] == StreamStatus.ACTIVE and "noVideoStream" not in issues
    well = row["health"] in {Health.GOOD, Health.OK}
    since = datetime.fromisoformat(row["since"])
    return Arriving(row["status"], since, picture, not SILENT & issues.keys(), well, issues)


def in_words(seen: Arriving | None) -> list[Message]:
    """What the host should know of what arrives, the most important first; one sentence at least."""
    if seen is None:
        return [Message(N_("Nothing is known yet of what your encoder sends."))]
    if not seen.picture:
        return [Message(N_("No picture arrives: start your encoder."))]
    told = [] if seen.sound else [Message(_SILENT)]
    for kind, description in seen.issues.items():
        if kind not in SILENT:
            told.append(Message(_ISSUES[kind]) if kind in _ISSUES else Message(_OTHER, {"what": description or kind}))
    if not told and not seen.well:
        told.append(Message(_BADLY))
    return list({str(message): message for message in told}.values()) or [Message(_WELL)]


_WELL: Final = N_("Picture and sound arrive well.")
_BADLY: Final = N_("The picture arrives badly. Check your line, or send with fewer bits per second.")
_SILENT: Final = N_("No sound arrives: check the microphone and the sound of your encoder.")
_OTHER: Final = N_("YouTube says: %(what)s")
_SLOW: Final = N_(
    "Your line is too slow for this picture. Send with fewer bits per second, or use a cable instead of Wi-Fi."
)
_FEW_BITS: Final = N_("The picture is sent with very few bits per second, so it looks coarse. Allow your encoder more.")
_MANY_BITS: Final = N_("The picture is sent with more bits per second than YouTube wants. Set your encoder to fewer.")
_KEYFRAMES: Final = N_("Set the distance of keyframes in your encoder to 2 seconds.")
_CODEC: Final = N_("Set your encoder to H.264 for the picture and AAC for the sound.")
_SIZE: Final = N_("Set the size of the picture in your encoder to 1920 × 1080 or 1280 × 720.")
_SOUND: Final = N_("Set the sound in your encoder to stereo, 44.1 or 48 kHz, and 128 kbit/s.")
_MIXED: Final = N_("Main and spare stream differ. Use the same settings for both.")
_ISSUES: Final = {
    "videoIngestionStarved": _SLOW,
    "videoIngestionFasterThanRealtime": N_("The picture arrives faster than it is taken. Restart your encoder."),
    "bitrateLow": _FEW_BITS,
    "bitrateHigh": _MANY_BITS,
    **dict.fromkeys(("gopSizeOver", "gopSizeLong", "gopSizeShort", "openGop"), _KEYFRAMES),
    **dict.fromkeys(("videoCodec", "audioCodec", "badContainer"), _CODEC),
    **dict.fromkeys(("videoResolutionSuboptimal", "videoResolutionUnsupported", "interlacedVideo"), _SIZE),
    "frameRateHigh": N_("Set your encoder to 30 or 60 pictures per second."),
    "multipleVideoStreams": N_("Several pictures are sent at once. Send one."),
    **dict.fromkeys(("audioBitrateHigh", "audioBitrateLow", "audioSampleRate", "audioTooManyChannels"), _SOUND),
    "multipleAudioStreams": N_("Several sounds are sent at once. Send one."),
    **dict.fromkeys(
        (
            "resolutionMismatch", "videoCodecMismatch", "videoInterlaceMismatch", "videoProfileMismatch", "videoBitrateMismatch",
            "framerateMismatch", "gopMismatch", "audioSampleRateMismatch", "audioStereoMismatch", "audioCodecMismatch",
            "audioBitrateMismatch",
        ),
        _MIXED,
    ),
}  # fmt: skip
"""What to do about the platform's complaints, by its words for them."""
