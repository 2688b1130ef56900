"""`helpcenter user …`."""

import click

from helpcenter.permissions import Role
from helpcenter.services import accounts
from helpcenter.wiring import wire

# A super-user becomes one by an invitation and his own yes alone.
_ROLES = [role.value for role in Role if role not in {Role.ANONYMOUS, Role.SUPER_USER}]


@click.group()
def user() -> None:
    """People with an account."""


@user.command()
@click.argument("email")
@click.option("--role", type=click.Choice(_ROLES), default=Role.CUSTOMER.value, show_default=True)
@click.option("--name", default="")
@click.option("--language", type=click.Choice(["de", "en"]), default="en", show_default=True)
def create(email: str, role: str, name: str, language: str) -> None:
    """Make an account and print a link that signs its owner in, once, within half an hour."""
    ports = wire()
    now = ports.clock()
    with ports.database.transaction() as db:
        person = accounts.create_user(db, email=email, role=Role(role), name=name, language=language, now=now)
        _, token = accounts.new_mail_link(db, person, now=now)
    click.echo(f"{ports.settings.site_url}/sign-in/link/{token}")


@user.command()
@click.argument("email")
def link(email: str) -> None:
    """Print a new one-time link that signs this person in."""
    ports = wire()
    with ports.database.transaction() as db:
        person = accounts.find(db, email)
        if person is None:
            raise click.ClickException(
                f"there is no account for {email}; make one with: helpcenter user create {email}"
            )
        _, token = accounts.new_mail_link(db, person, now=ports.clock())
    click.echo(f"{ports.settings.site_url}/sign-in/link/{token}")
