"""`helpcenter quota`."""

import json

import click

from helpcenter.services import quota
from helpcenter.wiring import wire


@click.command("quota")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def quota_command(*, as_json: bool) -> None:
    """Show what today's YouTube quota was spent on, what is left, and whether it will do until the reset."""
    ports = wire()
    with ports.database.reading() as db:
        found = quota.overview(db, ports.settings, now=ports.clock())
    click.echo(json.dumps(quota.as_json(found)) if as_json else _text(found))


def _text(found: quota.Overview) -> str:
    forecast = found.forecast
    buckets = [
        f"{one.name:26}{one.spent:7} spent {one.reserved:7} reserved {one.left:7} left of {one.units}"
        + (" (used up, says YouTube)" if one.exhausted else "")
        for one in found.buckets
    ]
    paid = [
        f"  {one.name or '(no session)':40.40} {one.calls:6} calls {one.units:7} units"
        for one in (*found.sessions, *found.methods)
    ]
    basis = "as earlier ones did" if forecast.measured else "by estimate"
    return "\n".join(
        (
            f"{found.day} (Pacific), until {found.until:%Y-%m-%d %H:%M} UTC",
            *buckets,
            *paid,
            f"{forecast.sessions} sessions until then will need about {forecast.units} units, {forecast.each} each {basis}: "
            + ("enough is left." if forecast.enough else f"only {forecast.left} are left."),
        )
    )
