"""Listing the back catalogue of a channel, a page at a time."""

from typing import Final

from helpcenter.errors import N_, Message
from helpcenter.models import ChannelImport, ImportState
from helpcenter.ports import Ports
from helpcenter.services import videos
from helpcenter.services.videos import ImportClaim
from streaming.errors import NotAllowed, NotFound, Rejected, Retryable
from streaming.platform import Page, Priority, Video
from workers.archive.faults import HANDLED, note_revoked, put_off
from workers.failpoints import reach

_LOST_PLACE: Final = "invalidPageToken"
NO_PLAYLIST = N_("There is no such playlist on YouTube, or it is closed to this channel.")


def import_channel(ports: Ports, import_id: int) -> None:
    """List the import's next page, or see whether all that it listed is dealt with."""
    with ports.database.transaction() as db:
        now = ports.clock()
        claim = videos.claim_import(db, import_id, now=now)
        if claim is None:
            return
        job = db.get_one(ChannelImport, import_id, populate_existing=True)
        if job.state is ImportState.PULLING:
            if not videos.finish_if_done(db, import_id, now=now):
                videos.wait_for_videos(db, job, now=now)
            return
        channel_id, connections = job.channel_id, job.channel.connections
        playlist, token = job.playlist, job.next_token
    try:
        page, told = _ask(ports, channel_id, playlist, token)
    except (NotFound, NotAllowed):
        _stop(ports, claim)
    except HANDLED as error:
        with ports.database.transaction() as db:
            held = videos.held_import(db, claim, now=ports.clock())
            if held is not None:
                if isinstance(error, Rejected) and error.reason == _LOST_PLACE:
                    held.next_token = None  # from the start: what is listed already does not come twice
                put_off(held, error, ports)
            db.flush()
            note_revoked(db, error, ports, (channel_id, connections))
    else:
        reach("import.asked")
        with ports.database.transaction() as db:
            held = videos.held_import(db, claim, now=ports.clock())
            if held is not None:
                videos.keep_page(db, held, page, told, now=ports.clock())
            reach("import.storing")


def _ask(ports: Ports, channel_id: int, playlist: str, token: str | None) -> tuple[Page, dict[str, Video]]:
    platform = ports.platforms.of(channel_id, priority=Priority.BACKGROUND)
    page = platform.playlist_page(playlist, token)
    if token is not None and page.next_token == token:
        raise Retryable("the pages of the list go round in circles")
    return page, platform.videos(page.video_ids) if page.video_ids else {}


def _stop(ports: Ports, claim: ImportClaim) -> None:
    with ports.database.transaction() as db:
        now = ports.clock()
        job = videos.held_import(db, claim, now=now)
        if job is not None:
            videos.stop_import(db, job, actor=None, now=now)
            job.error = Message(NO_PLAYLIST).as_json()
