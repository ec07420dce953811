"""What manage.py runs: the settings, then the embedded parts a command needs, then the command."""

import os
import sys

from django.core.management import execute_from_command_line

from config.env import EnvironmentInvalid


def main(argv: list[str]) -> int:
    """Run one management command and return the process's exit code."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    try:
        execute_from_command_line(argv)
    except EnvironmentInvalid as error:
        print(error, file=sys.stderr)
        return 1
    return 0
