"""Office hours on this site, whole: a desk is opened, an encoder sends, a visitor asks, the answer is a clip seconds later.

Part of the demo (see demo.py). The encoder is a real ffmpeg that sends the sample of the evening by RTMP, as OBS would.
"""

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from uuid import uuid4

import requests
from sqlalchemy import select
from stage import PEOPLE, Demo, Missing, wait_for

from helpcenter.models import Clip, LiveSession, LiveSessionState, Question, SessionQuestion, Topic
from helpcenter.permissions import Role
from helpcenter.services import accounts, broadcasts, console
from helpcenter.services.console import Press
from helpcenter.services.sessions.desk import open_desk
from streaming.local.platform import stream_key
from workers.media.ffmpeg import find_tools

FILM = Path(__file__).resolve().parents[1] / "samples" / "evening-qa.mp4"
BEGIN, ASKED, SAID = 31.0, 35.0, 55.5
"""Seconds of the film: where the encoder begins, and between which the answer is given."""
QUESTION = "Warum geht das Licht an meinem Rad nicht an?"
GOAL = 10.0


def hold(demo: Demo) -> str:
    """The whole of it; the address of the session. Raises Missing when something is not there."""
    public_id = _open(demo)
    with _encoder(demo, public_id) as began:
        wait_for("the desk to be live", lambda: _session(demo, public_id).state is LiveSessionState.LIVE)
        demo.say("an expert has opened his desk: live on this site, sent by RTMP")
        _ask(demo, public_id)
        _answer(demo, public_id, began)
        seconds = _until_it_plays(demo, public_id)
        demo.say(f"his answer plays {seconds:.1f} s after he said “done”, while he is still live")
        if seconds > GOAL:
            raise Missing(f"the clip took {seconds:.1f} s")
        _end(demo, public_id)
    wait_for("the recording", lambda: _session(demo, public_id).state is LiveSessionState.PUBLISHED)
    demo.say("the desk is closed; its recording is there, the clip at the same address")
    return f"{demo.ports.settings.site_url}/sessions/{public_id}"


def _open(demo: Demo) -> str:
    now = demo.ports.clock()
    with demo.ports.database.transaction() as db:
        host = accounts.find(db, PEOPLE[Role.EXPERT][0])
        assert host
        topics = list(db.scalars(select(Topic).order_by(Topic.id).limit(1)))
        zone = demo.ports.settings.zone
        desk = open_desk(db, host=host, topics=topics, minutes=30, language="de", zone=zone, now=now)
        public_id = desk.public_id
    wait_for("the desk's ingest", lambda: _archive_id(demo, public_id) is not None)
    return public_id


@contextmanager
def _encoder(demo: Demo, public_id: str) -> Iterator[float]:
    """A real encoder that sends the film from BEGIN on, with a key frame every two seconds; when it began (monotonic)."""
    settings = demo.ports.settings
    archive = _archive_id(demo, public_id)
    assert archive
    address = f"rtmp://127.0.0.1:{settings.rtmp_port}/live/{stream_key(settings.secret, archive)}"
    encode = ["-c:v", "libx264", "-preset", "veryfast", "-r", "10", "-g", "20", "-c:a", "aac"]
    command = [
        find_tools().ffmpeg,
        "-v",
        "error",
        "-re",
        "-ss",
        str(BEGIN),
        "-i",
        str(FILM),
        *encode,
        "-f",
        "flv",
        address,
    ]
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL)
    try:
        yield time.monotonic()
    finally:
        process.terminate()
        process.wait()


def _ask(demo: Demo, public_id: str) -> None:
    """A visitor asks in the session, another one asks the same."""
    address = f"{demo.ports.settings.site_url}/sessions/{public_id}/questions"
    origin = {"Sec-Fetch-Site": "same-origin"}
    asked = requests.post(address, data={"title": QUESTION, "name": "Mehmet"}, headers=origin, timeout=10)
    asked.raise_for_status()
    with demo.ports.database.reading() as db:
        found = select(Question.public_id).where(Question.title == QUESTION).join(SessionQuestion)
        question = db.scalars(found).one()
    voted = requests.post(f"{address}/{question}/vote", headers=origin, timeout=10)
    voted.raise_for_status()
    demo.say("a visitor asks, another one wants to know it, too")


def _answer(demo: Demo, public_id: str, began: float) -> None:
    """The host presses “answering” when he reads it out, and “done” when he has said it."""
    for second, press in ((ASKED, console.answer), (SAID, console.done)):
        time.sleep(max(0.0, began + second - BEGIN - time.monotonic()))
        with demo.ports.database.transaction() as db:
            session = db.scalars(select(LiveSession).where(LiveSession.public_id == public_id)).one()
            items = select(SessionQuestion).where(SessionQuestion.session_id == session.id)
            host = accounts.find(db, PEOPLE[Role.EXPERT][0])
            pressed = Press(key=uuid4().hex, at=demo.ports.clock(), now=demo.ports.clock(), actor=host)
            if press is console.answer:
                console.answer(db, session, db.scalars(items).one(), pressed)
            else:
                console.done(db, session, pressed)


def _until_it_plays(demo: Demo, public_id: str) -> float:
    """Seconds until the clip's file comes whole."""
    began = time.monotonic()
    wait_for("the clip", lambda: _plays(demo, public_id))
    return time.monotonic() - began


def _plays(demo: Demo, public_id: str) -> bool:
    with demo.ports.database.reading() as db:
        wanted = select(Clip.media_key).join(LiveSession, LiveSession.recording_id == Clip.recording_id)
        key = db.scalar(wanted.where(LiveSession.public_id == public_id))
    if key is None:
        return False
    film = requests.get(f"{demo.ports.settings.site_url}/media/{key}", timeout=10)
    return film.status_code == requests.codes.ok and b"moov" in film.content[:200_000]


def _end(demo: Demo, public_id: str) -> None:
    for _ in range(2):  # pressed again, it ends at once
        with demo.ports.database.transaction() as db:
            session = db.scalars(select(LiveSession).where(LiveSession.public_id == public_id)).one()
            console.end(db, session, settings=demo.ports.settings, actor=None, now=_now(demo))


def _now(demo: Demo) -> datetime:
    return demo.ports.clock()


def _session(demo: Demo, public_id: str) -> LiveSession:
    with demo.ports.database.reading() as db:
        return db.scalars(select(LiveSession).where(LiveSession.public_id == public_id)).one()


def _archive_id(demo: Demo, public_id: str) -> str | None:
    with demo.ports.database.reading() as db:
        session = db.scalars(select(LiveSession).where(LiveSession.public_id == public_id)).one()
        broadcast = broadcasts.of_session(db, session)
        return broadcast.remote_id if broadcast else None
