"""What manage.py runs: the settings, then the embedded parts a command needs, then the command."""

import os
import sys

import django
from django.conf import settings
from django.core.management import (
    BaseCommand,
    execute_from_command_line,
    get_commands,
    load_command_class,
)

from config.env import EnvironmentInvalid
from config.stack import setup
from config.stack.errors import StackError, StackInterrupted
from config.stack.process import die_with_parent_if_asked
from config.stack.session import session

NO_STACK = frozenset(
    {
        "check",
        "collectstatic",
        "compilemessages",
        "devstack",
        "diffsettings",
        "findstatic",
        "help",
        "makemessages",
        "startapp",
        "startproject",
        "version",
    }
)
DATABASE_ONLY = frozenset({"postgres"})


def main(argv: list[str]) -> int:
    """Run one management command and return the process's exit code."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    die_with_parent_if_asked()
    try:
        django.setup()
        needs = needs_of(argv)
        with session(needs):
            prepare(argv, needs)
            execute_from_command_line(argv)
    except (EnvironmentInvalid, StackError) as error:
        print(error, file=sys.stderr)
        return 1
    except (KeyboardInterrupt, StackInterrupted):
        return 130
    return 0


def prepare(argv: list[str], needs: frozenset[str]) -> None:
    """Give the project's own commands the contracts and tables that they work on."""
    if "chain" in needs & settings.ENVIRONMENT.embedded:
        setup.check_chain_belongs_to_database()
        setup.deploy_contracts()
    if "postgres" in needs & settings.ENVIRONMENT.embedded and is_ours(argv):
        setup.migrate()


def is_ours(argv: list[str]) -> bool:
    """Tell whether a command says itself what it needs, as the project's own do."""
    return hasattr(_command(argv[1]), "stack_needs")


def needs_of(argv: list[str]) -> frozenset[str]:
    """Return the embedded parts that a command line needs."""
    name = argv[1] if len(argv) > 1 else "help"
    if name in NO_STACK or name.startswith("-") or {"--help", "-h"} & set(argv[2:]):
        return frozenset()
    command = _command(name)
    return frozenset() if command is None else getattr(command, "stack_needs", DATABASE_ONLY)


def _command(name: str) -> BaseCommand | None:
    app = get_commands().get(name)
    return load_command_class(app, name) if isinstance(app, str) else app
