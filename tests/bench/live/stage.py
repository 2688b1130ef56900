"""The stage: a session that has been live for half an hour, with questions, and segments that arrive."""

import os
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

from helpcenter.models import Broadcast, LiveSessionState
from helpcenter.ports import utc_now
from helpcenter.services import channels, live
from helpcenter.settings import Settings
from helpcenter.wiring import wire
from streaming.local.archive import Archive, Container, TakeSource
from tests.factories import make_session

QUESTIONS, SEGMENTS, SECONDS = 40, 900, 2.0
SEGMENT_BYTES = 250_000  # a megabit a second


class Stage(NamedTuple):
    """The session's address, its questions' ids, and the folder into which segments arrive."""

    session: str
    questions: list[str]
    folder: Path


def seed(settings: Settings) -> Stage:
    """A database with the session, and its archive."""
    ports = wire(settings)
    now = utc_now()
    began = now - timedelta(seconds=SEGMENTS * SECONDS)
    with ports.database.transaction() as db:
        channel = channels.local_channel(db, now=now)
        session = make_session(
            db, state=LiveSessionState.LIVE, live_at=began, starts_at=began, announced_at=began, channel_id=channel.id
        )
        db.add(Broadcast(session_id=session.id, channel_id=channel.id, marker="m", remote_id="archive-1"))
        given = {"network": "n", "language": "en", "user": None, "now": now}
        items = [
            live.ask(db, session, title=f"How does number {number} work in winter?", voter=f"asker {number}", **given)
            for number in range(QUESTIONS)
        ]
        names = session.public_id, [item.question.public_id for item in items]
    ports.database.dispose()
    take = Archive(settings.live_root, "archive-1").open_take(
        source=TakeSource.RTMP, container=Container.FLV, codecs="", began=began, sender="s", label="OBS", now=now
    )
    folder = take.folder / "hls"
    (folder / "init.mp4").write_bytes(os.urandom(1000))
    (folder / "one").write_bytes(os.urandom(SEGMENT_BYTES))
    stage = Stage(*names, folder)
    for number in range(SEGMENTS):
        os.link(folder / "one", folder / f"{number:05}.m4s")
    write_index(stage, SEGMENTS)
    take.keep_init()
    return stage


def arrive(stage: Stage, number: int) -> None:
    """One more segment."""
    os.link(stage.folder / "one", stage.folder / f"{number:05}.m4s")
    write_index(stage, number + 1)


def write_index(stage: Stage, number: int) -> None:
    """ffmpeg's list of so many segments."""
    lines = [f"#EXTINF:{SECONDS:.6f},\n{one:05}.m4s" for one in range(number)]
    new = stage.folder / "index.tmp"
    new.write_text("\n".join(["#EXTM3U", *lines, ""]))
    new.rename(stage.folder / "index.m3u8")
