"""What the workers add to the command line."""

import json
from collections.abc import Sequence
from pathlib import Path

import click

from helpcenter.captions import parse_captions
from helpcenter.log import configure_logging
from helpcenter.wiring import wire
from workers.media.chapters import Chapter, outline, read_markers
from workers.studio.main import Live, parts_of

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.argument("transcript", type=FILE)
@click.option("--markers", "marker_file", type=FILE, help="What the host marked: [{at, kind, title}] as JSON.")
@click.option("--language", type=click.Choice(["de", "en"]), help="Guessed from the words where not given.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")
def chapters(transcript: Path, marker_file: Path | None, language: str | None, *, as_json: bool) -> None:
    """Print the chapters of a bare TRANSCRIPT (WebVTT, SRT), found as the pipeline finds them."""
    captions = parse_captions(transcript.read_bytes(), name=transcript.name)
    found = outline(
        duration=captions.cues[-1].end,
        markers=read_markers(marker_file.read_bytes()) if marker_file else [],
        cues=captions.cues,
        language=language or captions.language,
    )
    click.echo(_as_json(found) if as_json else _as_table(found))


@click.command()
def live() -> None:
    """Take in what arrives of live sessions on this site; `helpcenter run` starts it beside web, worker and beat."""
    configure_logging()
    Live(parts_of(wire())).run()


def _as_json(found: Sequence[Chapter]) -> str:
    rows = [{"start": chapter.start, "end": chapter.end, "title": chapter.title} for chapter in found]
    return json.dumps({"chapters": rows}, ensure_ascii=False)


def _as_table(found: Sequence[Chapter]) -> str:
    if not found:
        return "No chapters were found."
    return "\n".join(f"{_clock(chapter.start):>8}  {_clock(chapter.end):>8}  {chapter.title}" for chapter in found)


def _clock(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
