"""`helpcenter search`."""

import json

import click

from helpcenter.models import Recording
from helpcenter.services import search as finder
from helpcenter.web.addresses import address_of_hit
from helpcenter.wiring import wire


@click.command()
@click.argument("query")
@click.option("--limit", type=click.IntRange(1, 100), default=20, show_default=True)
@click.option("--language", type=click.Choice(["de", "en"]), default=None)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON list, best first.")
def search(query: str, limit: int, language: str | None, *, as_json: bool) -> None:
    """Find entries, clips and what was said, as a visitor would."""
    ports = wire()
    with ports.database.reading() as db:
        hits = finder.search(db, query, language=language, limit=limit)
        rows = [
            {
                "kind": hit.kind,
                "title": hit.title,
                "snippet": "".join(fragment.text for fragment in hit.snippet),
                "url": ports.settings.site_url + address_of_hit(db, hit),
                "recording": db.get_one(Recording, hit.recording_id).public_id if hit.recording_id else None,
                "start": hit.start,
                "end": hit.end,
                "score": hit.score,
            }
            for hit in hits
        ]
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False))
        return
    for row in rows:
        click.echo(f"{row['title']}\n    {row['snippet']}\n    {row['url']}")
    if not rows:
        click.echo("Nothing was found.", err=True)
