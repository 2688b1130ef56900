"""`helpcenter` on the command line: results on standard output, everything else in one line on standard error."""

import sys
from importlib.metadata import entry_points

import click

from helpcenter.cli.doctor import doctor, migrate_command
from helpcenter.cli.emulator import emulator
from helpcenter.cli.importing import import_channel
from helpcenter.cli.ingest import ingest
from helpcenter.cli.quota import quota_command
from helpcenter.cli.run import run
from helpcenter.cli.search import search
from helpcenter.cli.session import session
from helpcenter.cli.user import user
from helpcenter.errors import HelpCenterError

WRONG_USE, FAILURE = 2, 1


class Commands(click.Group):
    """Our commands and those that other packages announce as entry points `helpcenter.commands`."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All names, sorted."""
        return sorted(
            {*super().list_commands(ctx), *(entry.name for entry in entry_points(group="helpcenter.commands"))}
        )

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command; those of other packages are loaded only when they are called."""
        if found := super().get_command(ctx, cmd_name):
            return found
        for entry in entry_points(group="helpcenter.commands", name=cmd_name):
            command = entry.load()
            assert isinstance(command, click.Command)
            return command
        return None


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="helpcenter")
def cli() -> None:
    """The video-first help centre: answered once on camera, found by everybody to the second."""


for command in (doctor, emulator, import_channel, ingest, migrate_command, quota_command, run, search, session, user):
    cli.add_command(command)


def call(arguments: list[str]) -> int:
    """Run one command; its exit status: 0, 1 for failure, 2 for wrong use, 130 when interrupted."""
    try:
        status = cli.main(arguments, prog_name="helpcenter", standalone_mode=False)
    except click.ClickException as error:
        hint = f" (see {error.ctx.command_path} --help)" if isinstance(error, click.UsageError) and error.ctx else ""
        return _complain(error.format_message() + hint, error.exit_code)
    except HelpCenterError as error:
        return _complain(str(error), FAILURE)
    except OSError as error:
        return _complain(str(error), FAILURE)
    except (click.Abort, KeyboardInterrupt):
        return 130
    return status if isinstance(status, int) else 0


def _complain(sentence: str, status: int) -> int:
    click.echo("helpcenter: " + " ".join(sentence.split()), err=True)
    return status


def main() -> None:
    """The console script."""
    sys.exit(call(sys.argv[1:]))
