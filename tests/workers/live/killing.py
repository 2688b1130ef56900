"""A worker that is killed with SIGKILL at a named point while it works on a broadcast, and what must be true after it."""

import os
import signal
from dataclasses import replace
from pathlib import Path

from helpcenter.db import SqlDatabase
from helpcenter.models import LiveSession, LiveSessionState
from helpcenter.platforms import ConnectedChannels
from helpcenter.services import console
from streaming.platform import BroadcastStatus
from tests.factories import make_topic
from tests.workers.live.evening import PICTURE, Evening, assert_one_each, fault

_S = LiveSessionState
MAKING = (
    "claimed", "create.noted", "create.done", "create.storing", "create.stored", "ingest.noted", "ingest.made", "ingest.done",
    "ingest.storing", "ingest.stored", "bind.done", "bind.storing", "bind.stored",
    "thumbnail.done", "thumbnail.storing", "thumbnail.stored", "playlists.made", "playlists.added", "playlists.done",
    "playlists.storing", "playlists.stored",
)  # fmt: skip
FINDING = ("find.done", "find.storing", "find.stored")
REHEARSING = ("testing.asked", "rehearse.done", "rehearse.storing", "rehearse.stored")
LIVE = ("live.asked", "live.done", "live.storing", "live.stored", "look.done", "look.storing", "look.stored")
ENDING = ("complete.asked", "complete.done", "complete.storing", "complete.stored")
CHANGING = ("details.done", "details.storing", "details.stored")
CANCELLING = ("delete.done", "delete.storing", "delete.stored")


def killed_at(tonight: Evening, point: str, folder: Path) -> None:
    """Let a process of its own work until it dies at that point; then let its lease run out."""
    child = os.fork()
    if child == 0:
        os.environ |= {
            "HELPCENTER_FAILPOINT": f"broadcast.{point}", "HELPCENTER_FAILPOINT_FOLDER": str(folder),
            "HELPCENTER_FAILPOINT_KILLS": "self",
        }  # fmt: skip
        try:
            _work_apart(tonight)
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status), point
    assert os.WTERMSIG(status) == signal.SIGKILL
    tonight.clock.advance(seconds=80)


def _work_apart(tonight: Evening) -> None:
    """With a database of its own; its clock moves on without the platform's."""
    ports = tonight.ports
    database = SqlDatabase(ports.settings.database)
    platforms = ConnectedChannels(ports.settings, database, ports.clock)
    apart = replace(tonight, ports=replace(ports, database=database, platforms=platforms))
    apart.work()
    apart.wait(20, step=5)


def dress(tonight: Evening, folder: Path) -> None:
    """Give the session everything that can be written to the platform."""
    (folder / "picture").write_bytes(PICTURE)
    tonight.ports.storage.put("sessions/1.jpg", folder / "picture")
    with tonight.ports.database.transaction() as db:
        session = db.get_one(LiveSession, tonight.session_id)
        session.topics = [make_topic(db)]
    tonight.emulator.timings.visible = 0.0
    tonight.change(picture_key="sessions/1.jpg")


def drill_making(tonight: Evening, folder: Path, point: str) -> None:
    dress(tonight, folder)
    killed_at(tonight, point, folder)
    tonight.until(lambda: {"details", "thumbnail", "playlists"} <= tonight.row.written.keys(), step=10)
    assert_one_each(tonight)
    world = tonight.emulator.world
    assert (len(world.streams), len(world.playlists), len(world.playlist_items)) == (1, 1, 1)
    assert tonight.row.status is BroadcastStatus.READY
    assert tonight.remote.stream_id == tonight.channel.stream_id


def drill_finding(tonight: Evening, folder: Path, point: str) -> None:
    fault(tonight, "liveBroadcasts.insert", "apply-then-503")
    killed_at(tonight, point, folder)
    tonight.until(lambda: tonight.row.status is BroadcastStatus.READY, step=10)
    assert_one_each(tonight)
    assert tonight.asked("liveBroadcasts.insert") == 1


def drill_rehearsing(tonight: Evening, folder: Path, point: str) -> None:
    tonight.work()
    tonight.encoder.start()
    tonight.do(console.rehearse)
    killed_at(tonight, point, folder)
    tonight.until(lambda: tonight.session.state is _S.REHEARSING)
    assert tonight.remote.status == "testing"


def drill_going_live(tonight: Evening, folder: Path, point: str) -> None:
    tonight.work()
    tonight.encoder.start()
    tonight.do(console.go_live)
    killed_at(tonight, point, folder)
    tonight.until(lambda: tonight.session.state is _S.LIVE)
    assert tonight.remote.status == "live"


def drill_ending(tonight: Evening, folder: Path, point: str) -> None:
    tonight.work()
    tonight.encoder.start()
    tonight.do(console.go_live)
    tonight.until(lambda: tonight.session.state is _S.LIVE)
    tonight.end()
    tonight.end()
    killed_at(tonight, point, folder)
    tonight.until(lambda: tonight.session.state is _S.PROCESSING)
    assert tonight.remote.status == "complete"


def drill_changing(tonight: Evening, folder: Path, point: str) -> None:
    tonight.work()
    tonight.change(title="Another title")
    killed_at(tonight, point, folder)
    tonight.until(lambda: "details" in tonight.row.written and tonight.remote.title == "Another title")
    assert_one_each(tonight)


def drill_cancelling(tonight: Evening, folder: Path, point: str) -> None:
    tonight.work()
    tonight.change(state=_S.CANCELLED)
    killed_at(tonight, point, folder)
    tonight.work()
    assert tonight.emulator.broadcasts == {}
    assert (tonight.row.remote_id, tonight.row.due_at) == (None, None)


DRILLS = {
    drill_making: MAKING,
    drill_finding: FINDING,
    drill_rehearsing: REHEARSING,
    drill_going_live: LIVE,
    drill_ending: ENDING,
    drill_changing: CHANGING,
    drill_cancelling: CANCELLING,
}
"""Each drill with the points at which its worker may be killed, all of them."""
