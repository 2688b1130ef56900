"""The media of a video on a platform, through yt-dlp as a library; never through a shell, and nothing but the file is kept."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import structlog

from helpcenter.errors import N_, TooLarge, Unavailable
from workers.media import files
from workers.media.fetch import CHUNK, Fetched, FetchLimits, mime_of

log = structlog.get_logger(__name__)

NAME: Final = "source"
_YOUTUBE: Final = ["youtube"]
_PLAIN: Final = ["generic", "html5"]
_LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})
# One file that holds picture and sound, so that nothing has to be put together outside of our sandbox.
_FORMAT: Final = "b[height<=1080]/b"
_NOT_GIVEN: Final = N_("YouTube does not give the video now: %(why)s")
_NOTHING: Final = N_("YouTube gave no file for this video.")
_TOO_LARGE: Final = N_("This video is larger than %(size)d MB, the most that can be taken here.")


class _Stop(Exception):
    """Wraps what the caller's progress raised, since yt-dlp takes some errors for its own."""

    def __init__(self, why: BaseException) -> None:
        self.why = why
        super().__init__(str(why))


def fetch_video(
    address: str, out_dir: Path, *, limits: FetchLimits | None = None, progress: Callable[[float], None] | None = None
) -> Fetched:
    """Load the video behind `address` into `out_dir/source`; what an attempt that broke off left is gone on with.

    `address` is one of our own making: the watch page on YouTube, or that of an emulator on the loopback. What `progress`
    raises stops it. Raises TooLarge, Unavailable (worth another try), StorageFull.
    """
    from yt_dlp import YoutubeDL
    from yt_dlp.utils import DownloadError, YoutubeDLError

    limits = limits or FetchLimits()
    target = out_dir / NAME
    with files.storage_errors():
        out_dir.mkdir(parents=True, exist_ok=True)
        options = _options(address, out_dir, limits, _hook(limits, progress))
        try:
            with YoutubeDL(options) as downloader:
                downloader.download([address])
        except _Stop as error:
            raise error.why from None
        except (DownloadError, YoutubeDLError) as error:
            if isinstance(stop := _cause(error), _Stop):
                raise stop.why from None
            raise Unavailable(_NOT_GIVEN, why=_short(error)) from error
        if not target.is_file():  # yt-dlp passes over in silence what is too large
            raise Unavailable(_NOTHING)
        if target.stat().st_size > limits.max_bytes:
            raise _too_large(limits)
        files.sync(target)
    with target.open("rb") as file:
        digest = hashlib.sha256()
        while data := file.read(CHUNK):
            digest.update(data)
    return Fetched(target, "video.mp4", target.stat().st_size, digest.hexdigest(), mime_of("video.mp4"))


def is_loopback(address: str) -> bool:
    """Whether the address is one of this machine itself, as an emulator's is."""
    return urlsplit(address).hostname in _LOOPBACK


def _options(
    address: str, out_dir: Path, limits: FetchLimits, hook: Callable[[dict[str, Any]], None]
) -> dict[str, Any]:
    return {
        "allowed_extractors": _PLAIN if is_loopback(address) else _YOUTUBE,
        "format": _FORMAT,
        "outtmpl": {"default": NAME},
        "paths": {"home": str(out_dir)},
        "max_filesize": limits.max_bytes,
        "socket_timeout": limits.timeout,
        "retries": 3,
        "fragment_retries": 3,
        "noplaylist": True,
        "playlist_items": "1",
        "continuedl": True,
        "overwrites": True,
        "fixup": "never",
        "postprocessors": [],
        "external_downloader": {},
        "hls_prefer_native": True,
        "proxy": "",
        "cachedir": False,
        "usenetrc": False,
        "quiet": True,
        "no_warnings": True,
        "noprogress": True,
        "color": "never",
        "updatetime": False,
        "logger": _Log(),
        "progress_hooks": [hook],
    }


def _hook(limits: FetchLimits, progress: Callable[[float], None] | None) -> Callable[[dict[str, Any]], None]:
    def hook(told: dict[str, Any]) -> None:
        done = told.get("downloaded_bytes") or 0
        total = told.get("total_bytes") or told.get("total_bytes_estimate")
        if done > limits.max_bytes or (told.get("total_bytes") or 0) > limits.max_bytes:
            raise _Stop(_too_large(limits))
        if progress is None:
            return
        try:
            progress(min(done / total, 1.0) if total else 0.0)
        except Exception as error:
            raise _Stop(error) from error

    return hook


def _too_large(limits: FetchLimits) -> TooLarge:
    return TooLarge(_TOO_LARGE, size=limits.max_bytes >> 20)


def _cause(error: BaseException | None) -> BaseException | None:
    """What lies under yt-dlp's own error."""
    told = getattr(error, "exc_info", None)
    return told[1] if told else error.__cause__ if error else None


def _short(error: BaseException) -> str:
    """The first sentence of what yt-dlp says, without its advice for its own users."""
    text = str(error).removeprefix("ERROR: ").splitlines()[0] if str(error) else type(error).__name__
    return text.partition(" Use --")[0][:200]


class _Log:
    """What yt-dlp says, in our log instead of on the terminal."""

    def debug(self, text: str) -> None:
        """Too much to keep."""

    def warning(self, text: str) -> None:
        """Worth a look when a download fails."""
        log.info("yt-dlp", said=text[:300])

    def error(self, text: str) -> None:
        """It is raised as well."""
        log.info("yt-dlp failed", said=text[:300])
