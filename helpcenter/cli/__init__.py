"""`helpcenter` on the command line: results on standard output, everything else in one line on standard error."""

import sys
from importlib import import_module
from importlib.metadata import entry_points

import click

from helpcenter.errors import HelpCenterError

WRONG_USE, FAILURE = 2, 1
_OURS = {
    "doctor": "doctor:doctor",
    "emulator": "emulator:emulator",
    "import-channel": "importing:import_channel",
    "ingest": "ingest:ingest",
    "migrate": "doctor:migrate_command",
    "quota": "quota:quota_command",
    "run": "run:run",
    "search": "search:search",
    "session": "session:session",
    "user": "user:user",
}
"""Our commands, by the module of this package and its function: a process loads what it runs and nothing else."""


class Commands(click.Group):
    """Our commands and those that other packages announce as entry points `helpcenter.commands`."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 -- its signature
        """All names, sorted."""
        return sorted({*_OURS, *(entry.name for entry in entry_points(group="helpcenter.commands"))})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 -- its signature
        """The command, which is loaded only when it is called."""
        if cmd_name in _OURS:
            module, _, name = _OURS[cmd_name].partition(":")
            ours = getattr(import_module(f"helpcenter.cli.{module}"), name)
            assert isinstance(ours, click.Command)
            return ours
        for entry in entry_points(group="helpcenter.commands", name=cmd_name):
            command = entry.load()
            assert isinstance(command, click.Command)
            return command
        return None


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="helpcenter")
def cli() -> None:
    """The video-first help centre: answered once on camera, found by everybody to the second."""


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
