"""`helpcenter session …`."""

import json
from collections.abc import Sequence
from typing import Any, Final

import click
from sqlalchemy.orm import Session

from helpcenter.errors import NotFound
from helpcenter.models import Channel, LiveSession, LiveSessionState, Topic, User, Visibility
from helpcenter.ports import Ports
from helpcenter.services import accounts, channels, console, sessions, topics
from helpcenter.services.sessions.details import AUDIENCES, LANGUAGES
from helpcenter.services.sessions.words import say_span
from helpcenter.wiring import wire

_FOLDS: Final = {"first": 0, "second": 1}
_AUDIENCES: Final = sorted(audience.value for audience in AUDIENCES)
_STATES: Final = [state.value for state in LiveSessionState]
_NO_CHANNEL: Final = "none"
_HERE: Final = "here"
_REASONS: Final = {"de": "Die Fragerunde musste leider abgesagt werden.", "en": "Unfortunately it had to be cancelled."}
_as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
_named = click.argument("public_id", metavar="ID")


@click.group()
def session() -> None:
    """Live sessions: scheduled, held, called off."""


@session.command()
@click.option("--title", required=True, help="At most 100 characters, without < and >.")
@click.option("--start", required=True, metavar="TIME", help="Local time in its zone, such as 2026-12-03T18:00.")
@click.option("--zone", default=None, help="IANA name, such as Europe/Berlin; by default the site's.")
@click.option("--length", type=int, default=60, show_default=True, help="Minutes.")
@click.option("--host", "hosts", multiple=True, required=True, metavar="EMAIL", help="Who answers; may be repeated.")
@click.option("--topic", "slugs", multiple=True, metavar="SLUG", help="What it is about; may be repeated.")
@click.option("--series", "rrule", default="", metavar="RRULE", help="Repeats it, such as FREQ=WEEKLY;COUNT=8.")
@click.option("--fold", type=click.Choice([*_FOLDS]), default=None, help="Which one, for a time that comes twice.")
@click.option("--language", type=click.Choice(sorted(LANGUAGES)), default=None, help="By default the site's.")
@click.option("--visibility", type=click.Choice(_AUDIENCES), default=Visibility.PUBLIC.value, show_default=True)
@click.option("--description", default="")
@click.option(
    "--channel", default=None, metavar="ID", help='By default the only one that is connected, else "here"; or "none".'
)
@click.option("--relay", default=None, metavar="ID", help="A channel that shows besides what is broadcast here.")
@click.option("--moderated", is_flag=True, help="Questions are shown once somebody has let them in.")
@click.option(
    "--confirm-answers", "patient", is_flag=True, help="Who asked hears of an answer once an editor has confirmed it."
)
@click.option("--draft", is_flag=True, help="Announce nothing yet.")
@_as_json
def schedule(*, as_json: bool, start: str, rrule: str, fold: str | None, draft: bool, **wishes: Any) -> None:
    """Schedule a session, or with --series all sessions of the series.

    With --json one session is one object; with --series the answer is always a list of them, in order of time.
    """
    ports = wire()
    with ports.database.transaction() as db:
        try:
            made = sessions.schedule(
                db, _details(db, ports, **wishes), start=start, fold=_FOLDS[fold] if fold else None, rrule=rrule,
                draft=draft, now=ports.clock(),
            )  # fmt: skip
        except sessions.DoubledTime as error:
            raise click.ClickException(f"{error} (--fold first or --fold second)") from error
        _print(db, ports, made, as_json=as_json, several=bool(rrule.strip()))


@session.command("list")
@click.option("--state", "states", multiple=True, type=click.Choice(_STATES), help="May be repeated.")
@_as_json
def list_(states: Sequence[str], *, as_json: bool) -> None:
    """List sessions in order of time, by default all."""
    ports = wire()
    with ports.database.reading() as db:
        found = sessions.in_states(db, [LiveSessionState(state) for state in states] or [*LiveSessionState])
        _print(db, ports, found, as_json=as_json, several=True)


@session.command()
@_named
@_as_json
def show(public_id: str, *, as_json: bool) -> None:
    """Show one session."""
    ports = wire()
    with ports.database.reading() as db:
        _print(db, ports, [_find(db, public_id)], as_json=as_json)


@session.command()
@_named
@_as_json
def golive(public_id: str, *, as_json: bool) -> None:
    """Go live as soon as picture and sound arrive; a worker does it, so "show" tells when it is."""
    ports = wire()
    with ports.database.transaction() as db:
        found = _find(db, public_id)
        console.go_live(db, found, actor=None, now=ports.clock())
        _print(db, ports, [found], as_json=as_json)


@session.command()
@_named
@_as_json
def end(public_id: str, *, as_json: bool) -> None:
    """End the session half a minute from now; asked again, at once. A worker does it."""
    ports = wire()
    with ports.database.transaction() as db:
        found = _find(db, public_id)
        console.end(db, found, settings=ports.settings, actor=None, now=ports.clock())
        _print(db, ports, [found], as_json=as_json)


@session.command()
@_named
@click.option("--reason", default=None, help="Why; shown and mailed to everybody who subscribed.")
@click.option("--following", is_flag=True, help="Also all that follow in its series; then --json prints a list.")
@_as_json
def cancel(public_id: str, reason: str | None, *, following: bool, as_json: bool) -> None:
    """Call the session off."""
    ports = wire()
    with ports.database.transaction() as db:
        found = _find(db, public_id)
        why = _REASONS[found.language] if reason is None else reason
        off = sessions.cancel(db, found, reason=why, following=following, actor=None, now=ports.clock())
        _print(db, ports, off, as_json=as_json, several=following)


def _details(  # noqa: PLR0913 -- one for each option
    db: Session, ports: Ports, *, title: str, zone: str | None, length: int, hosts: Sequence[str], slugs: Sequence[str],
    language: str | None, visibility: str, description: str, channel: str | None, relay: str | None, moderated: bool,
    patient: bool,
) -> sessions.SessionDetails:  # fmt: skip
    return sessions.SessionDetails(
        title=title, description=description, language=language or ports.settings.default_language,
        zone=ports.settings.zone if zone is None else zone, minutes=length, visibility=Visibility(visibility),
        topics=[_topic(db, ports, slug) for slug in slugs], hosts=[_host(db, email) for email in hosts],
        channel=_channel(db, ports, channel), relay=_find_channel(db, relay) if relay else None, moderated=moderated,
        answers_at_once=not patient,
    )  # fmt: skip


def _topic(db: Session, ports: Ports, slug: str) -> Topic:
    try:
        return topics.find(db, slug)
    except NotFound as error:
        place = f"{ports.settings.site_url}/workbench/topics"
        raise click.ClickException(f"there is no topic {slug}; an editor makes one at {place}") from error


def _host(db: Session, email: str) -> User:
    host = accounts.find(db, email)
    if host is None:
        raise click.ClickException(f"there is no account for {email}; make one with: helpcenter user create {email}")
    return host


def _channel(db: Session, ports: Ports, public_id: str | None) -> Channel | None:
    if public_id == _NO_CHANNEL:
        return None
    only = channels.only_channel(db) if public_id is None else None
    if public_id in {None, _HERE}:
        return only or channels.local_channel(db, now=ports.clock())
    return _find_channel(db, public_id)


def _find_channel(db: Session, public_id: str) -> Channel:
    try:
        return channels.find(db, public_id)
    except NotFound as error:
        raise click.ClickException(f"there is no channel {public_id}") from error


def _find(db: Session, public_id: str) -> LiveSession:
    try:
        return sessions.find(db, public_id)
    except NotFound as error:
        raise click.ClickException(f"there is no session {public_id}") from error


def _print(db: Session, ports: Ports, found: Sequence[LiveSession], *, as_json: bool, several: bool = False) -> None:
    db.flush()
    told = sessions.summaries(db, found, ports.settings)
    if as_json:
        click.echo(json.dumps(told if several else told[0], ensure_ascii=False))
        return
    for row, line in zip(found, told, strict=True):
        span = say_span(row.starts_at, row.ends_at, row.zone)
        click.echo(f"{line['id']}  {line['state']:10}  {span}  {line['title']}\n  {line['url']}")
        if address := line["broadcast"]["watch_url"]:
            click.echo(f"  {address}")
