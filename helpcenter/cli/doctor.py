"""`helpcenter doctor` and `helpcenter migrate`."""

import json

import click

from helpcenter.db import SqlDatabase, migrate
from helpcenter.doctor import checks
from helpcenter.settings import Settings
from helpcenter.wiring import wire

_SIGNS = {True: "ok", False: "BROKEN", None: "-"}


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON list.")
def doctor(*, as_json: bool) -> int:
    """Check each configured part; say what is wrong and how to mend it. Exit status 1 if anything is broken."""
    ports = wire()
    found = checks(ports)
    if as_json:
        rows = [
            {"name": c.name, "ok": c.ok, "message": str(c.message), "mend": str(c.mend) if c.mend else None}
            for c in found
        ]
        click.echo(json.dumps(rows))
    else:
        for check in found:
            click.echo(f"{_SIGNS[check.ok]:7}{check.name:18}{check.message}")
            if check.mend and not check.ok:
                click.echo(f"{'':25}-> {check.mend}")
    assert isinstance(ports.database, SqlDatabase)
    ports.database.dispose()
    return 1 if any(check.ok is False for check in found) else 0


@click.command("migrate")
def migrate_command() -> None:
    """Bring the database to the newest form; the embedded default does this by itself."""
    migrate(Settings().database)
