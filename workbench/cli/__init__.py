"""The command line: thin commands over services, loaded only when called so that `--help` is quick."""

from __future__ import annotations

import importlib
import sys

import click

from workbench import __version__
from workbench.domain.errors import WorkbenchError

_COMMANDS = {
    "up": "workbench.cli.up:up",
    "demo": "workbench.cli.demo:demo",
    "read": "workbench.cli.read:read",
    "sop": "workbench.cli.sop:sop",
    "sla": "workbench.cli.sla:sla",
    "lab": "workbench.cli.lab:lab",
    "render": "workbench.cli.render:render",
    "worker": "workbench.cli.worker:worker",
    "audit": "workbench.cli.audit:audit",
    "backup": "workbench.cli.backup:backup",
    "restore": "workbench.cli.backup:restore",
    "user": "workbench.cli.user:user",
    "notify": "workbench.cli.notify:notify",
}


class _LazyGroup(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        target = _COMMANDS.get(cmd_name)
        if target is None:
            return None
        module, _, attribute = target.partition(":")
        command: click.Command = getattr(importlib.import_module(module), attribute)
        return command


@click.group(cls=_LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="workbench")
def cli() -> None:
    """Workbench of the sectoral statistics division: SOPs as data, next to the work itself."""


def main() -> None:
    """Entry point. Exit code 0 done, 1 refused with a sentence, 2 wrong usage."""
    try:
        code = cli(standalone_mode=False)  # hands back the code of a command's `Exit` instead of ending with it
    except click.exceptions.Abort:
        sys.exit(130)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except WorkbenchError as error:
        click.echo(str(error), err=True)
        sys.exit(1)
    except BrokenPipeError:
        sys.exit(141)
    sys.exit(code if isinstance(code, int) else 0)
