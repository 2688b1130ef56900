"""`helpcenter ingest`."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from helpcenter.cli.run import Child, Supervisor, worker_command
from helpcenter.errors import N_, InvalidInput
from helpcenter.models import Heartbeat, LiveSession, RecordingState, Source, StepState, Topic
from helpcenter.ports import Ports
from helpcenter.services import recordings, steps, videos
from helpcenter.services.recordings import MarkerInput
from helpcenter.wiring import wire

ALIVE = timedelta(seconds=10)
LARGEST_SIDECAR = 20 * 1024 * 1024


@click.command()
@click.argument("path_or_url")
@click.option("--title", default="", help="Title; by default made from the file's name.")
@click.option(
    "--language", type=click.Choice(["de", "en"]), default=None, help="Language that is spoken; by default found out."
)
@click.option("--topic", "topic_slug", default=None, metavar="SLUG", help="Topic that it belongs to.")
@click.option("--captions", type=click.Path(path_type=Path), default=None, help="Captions (VTT, SRT) that came along.")
@click.option("--session", "session_id", default=None, metavar="ID", help="Live session whose recording the file is.")
@click.option("--begins", default=None, metavar="TIME", help="When second 0 was (ISO 8601 with zone), with --session.")
@click.option("--markers", type=click.Path(path_type=Path), default=None, help="The host's markers (JSON).")
@click.option(
    "--wait", is_flag=True, help="Wait until everything is done; exit status 0 only if the recording is ready."
)
@click.option("--json", "as_json", is_flag=True, help="Print the result as one JSON object.")
def ingest(  # noqa: PLR0913 -- one for each option
    path_or_url: str, title: str, language: str | None, topic_slug: str | None, captions: Path | None, markers: Path | None,
    *, session_id: str | None, begins: str | None, wait: bool, as_json: bool,
) -> int:  # fmt: skip
    """Take in a recording: a file, an address of one, or the address of a YouTube video."""
    ports = wire()
    sidecars = (_content(captions), captions.name if captions else "", _markers(markers))
    if session_id and (title or language or topic_slug or captions or markers):
        raise click.UsageError("a session's recording takes its title, language, topic and markers from the session")
    with ports.database.transaction() as db:
        if session_id:
            public_id, row_id = _attach(db, ports, Path(path_or_url), session_id, begins)
        else:
            public_id, row_id = _create(db, ports, path_or_url, (title, language, topic_slug), sidecars)
    if wait:
        with some_worker(ports) as look_after:
            _follow(ports, row_id, look_after)
    with ports.database.reading() as db:
        result = recordings.summary(db, recordings.find(db, public_id))
    result["url"] = ports.settings.site_url + result["url"]
    click.echo(json.dumps(result, ensure_ascii=False) if as_json else _told(result))
    if wait and result["state"] != RecordingState.READY.value:
        why = next(
            (step["note"] for step in result["steps"] if step["state"] == StepState.QUARANTINED.value), result["state"]
        )
        raise click.ClickException(f"{path_or_url}: {why}")
    return 0


def _create(
    db: Session, ports: Ports, path_or_url: str, wishes: tuple[str, str | None, str | None],
    sidecars: tuple[bytes | None, str, list[MarkerInput] | None],
) -> tuple[str, int]:  # fmt: skip
    title, language, topic_slug = wishes
    captions, captions_name, markers = sidecars
    topic = db.scalar(select(Topic).where(Topic.slug == topic_slug)) if topic_slug else None
    if topic_slug and topic is None:
        raise InvalidInput(N_("There is no topic %(slug)s."), slug=topic_slug)
    is_address = "://" in path_or_url
    recording = recordings.create(
        db,
        source=Source.URL if is_address else Source.FILE,
        path_or_url=path_or_url if is_address else str(_existing(Path(path_or_url))),
        title=title, language=language, topic=topic, captions=captions, captions_name=captions_name, markers=markers,
        now=ports.clock(),
    )  # fmt: skip
    return recording.public_id, recording.id


def _attach(db: Session, ports: Ports, path: Path, session_id: str, begins: str | None) -> tuple[str, int]:
    session = db.scalars(select(LiveSession).where(LiveSession.public_id == session_id)).one_or_none()
    if session is None:
        raise InvalidInput(N_("There is no session %(id)s."), id=session_id)
    t0 = _instant(begins) if begins else None
    recording = videos.attach_file(db, session, _existing(path), t0=t0, actor=None, now=ports.clock())
    return recording.public_id, recording.id


def _instant(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise click.BadParameter("--begins takes an instant such as 2026-12-03T18:00:05+01:00")
    return at


def _existing(path: Path) -> Path:
    if not path.is_file():
        raise click.BadParameter(f"there is no file {path}")
    return path.resolve()


def _content(path: Path | None) -> bytes | None:
    if path is None:
        return None
    if _existing(path).stat().st_size > LARGEST_SIDECAR:
        raise click.BadParameter(f"{path} is far too large for captions or markers")
    return path.read_bytes()


def _markers(path: Path | None) -> list[MarkerInput] | None:
    data = _content(path)
    return recordings.read_markers(data, name=path.name) if path and data is not None else None


@contextmanager
def some_worker(ports: Ports) -> Iterator[Callable[[], None]]:
    """Somebody who does the work: the worker that runs already, else one of our own for this command's time.

    What is given is to be called now and then: it starts our own again if it has died.
    """
    with ports.database.reading() as db:
        since = ports.clock() - ALIVE
        running = db.scalar(select(Heartbeat.name).where(Heartbeat.process == "worker", Heartbeat.seen_at > since))
    if running or not ports.settings.embedded_queue:
        yield lambda: None
        return
    child = Child("worker", worker_command(with_beat=True))
    child.start()
    try:
        yield child.look_after
    finally:
        Supervisor([child]).stop()


def _follow(ports: Ports, recording_id: int, look_after: Callable[[], None]) -> None:
    told: dict[str, str] = {}
    while True:
        look_after()
        with ports.database.reading() as db:
            for name, line in _news(db, recording_id):
                if told.get(name) != line:
                    told[name] = line
                    click.echo(line, err=True)
            if recordings.settled(db, recording_id):
                return
        time.sleep(0.3)


def _news(db: Session, recording_id: int) -> Iterator[tuple[str, str]]:
    for step in steps.of_recording(db, recording_id):
        if step.state is StepState.DOING:
            yield step.name, f"{step.name}: {step.progress:.0%}"
        elif step.state is not StepState.TODO:
            yield (
                step.name,
                f"{step.name}: {step.state.value}" + (f" ({step.seconds:.1f} s)" if step.seconds is not None else ""),
            )


def _told(result: dict[str, Any]) -> str:
    lines = [f"{result['url']}  {result['state']}"]
    lines += [f"  {chapter['start']:8.1f}  {chapter['title']}" for chapter in result["chapters"]]
    return "\n".join(lines)
