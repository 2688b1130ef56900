"""`helpcenter emulator`: a live platform on this machine, for demonstrations and tests."""

import json
import signal
from pathlib import Path
from threading import Event

import click

from streaming.emulator import Emulator

SEEN_BY_LISTS = 3.0
"""Seconds after which lists show something new, as with the real platform."""


@click.command("emulator")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8090, show_default=True, help="Port on 127.0.0.1; 0: any."
)
@click.option(
    "--rtmp-port",
    type=click.IntRange(0, 65535),
    default=0,
    show_default=True,
    help="Port on 127.0.0.1 at which encoders really send; 0: any.",
)
@click.option(
    "--pace",
    type=click.FloatRange(0.1, 10_000),
    default=1.0,
    show_default=True,
    help="How many times faster the platform works.",
)
@click.option("--channel", default="Product experts", show_default=True, help="Title of the channel that is there.")
@click.option(
    "--recording",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="MP4 file that every broadcast leaves behind.",
)
@click.option("--captions", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Its words as WebVTT.")
@click.option("--json", "as_json", is_flag=True, help="Print the settings as one JSON object.")
def emulator(
    port: int,
    rtmp_port: int,
    pace: float,
    channel: str,
    recording: Path | None,
    captions: Path | None,
    *,
    as_json: bool,
) -> None:
    """Run a live platform that behaves like YouTube; prints the settings that connect the help centre to it."""
    words = _words(captions) if captions else ""
    stopped = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    with Emulator(port, rtmp_port=rtmp_port, pace=pace) as running:
        running.timings.list_lag = SEEN_BY_LISTS
        running.world.default_media = recording.resolve() if recording else None
        running.world.default_captions = words
        running.add_channel(channel)
        shown = _settings(running)
        lines = [json.dumps(shown)] if as_json else [f"export {name}={value}" for name, value in shown.items()]
        click.echo("\n".join(lines))
        click.echo(f"{running.url}  {running.world.ingest_address}  (stop with Ctrl-C)", err=True)
        stopped.wait()


def _words(path: Path) -> str:
    """The text of a WebVTT file."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        text = ""
    if not text.startswith("WEBVTT"):
        raise click.BadParameter(f"{path} is no WebVTT", param_hint="--captions")
    return text


def _settings(running: Emulator) -> dict[str, str]:
    return {
        "HELPCENTER_YOUTUBE_API_ROOT": running.url,
        "HELPCENTER_YOUTUBE_OAUTH_ROOT": running.url,
        "HELPCENTER_YOUTUBE_CLIENT_ID": running.client_id,
        "HELPCENTER_YOUTUBE_CLIENT_SECRET": running.client_secret,
    }
