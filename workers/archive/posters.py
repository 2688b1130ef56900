"""The still picture of a video that stays on the platform, so that our pages show one without asking the platform."""

import hashlib
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import structlog

from helpcenter.errors import HelpCenterError
from helpcenter.models import PlatformVideo, RecordingVersion
from helpcenter.ports import Ports
from helpcenter.services.sessions.pictures import LARGEST, read_picture
from helpcenter.services.videos import THUMBNAIL, Told
from workers.media.fetch import FetchLimits, fetch_url
from workers.media.fetch_video import is_loopback

log = structlog.get_logger(__name__)
_JPEG: Final = ".jpg"


def keep_poster(ports: Ports, row_id: int) -> None:
    """Load the video's picture where its recording has none, and the platform a large one; without it nothing is amiss."""
    with ports.database.reading() as db:
        row = db.get_one(PlatformVideo, row_id)
        recording, address = row.recording, Told.of(row).thumbnail
        version = recording.version if recording else None
        if recording is None or version is None or version.poster_key or not address:
            return
        version_id, public_id = version.id, recording.public_id
    try:
        key = _kept(ports, public_id, address)
    except HelpCenterError as error:
        log.info("no picture", recording=public_id, why=str(error))
        return
    with ports.database.transaction() as db:
        found = db.get(RecordingVersion, version_id)
        if found is not None and found.poster_key is None:
            found.poster_key = key


def _kept(ports: Ports, public_id: str, address: str) -> str | None:
    """The key under which the picture lies now; None where it is not one that is shown."""
    allow = is_loopback(ports.settings.youtube_api_root)
    ports.settings.scratch.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=ports.settings.scratch, prefix="poster-") as folder:
        limits = FetchLimits(max_bytes=LARGEST)
        path = fetch_url(address, Path(folder), limits=limits, allow_private=allow).path
        content = path.read_bytes()
        if read_picture(content).suffix != _JPEG:
            return None
        key = f"recordings/{public_id}/{THUMBNAIL}-{hashlib.sha256(content).hexdigest()[:12]}/poster.jpg"
        if not ports.storage.exists(key):
            ports.storage.put(key, path)
        return key
