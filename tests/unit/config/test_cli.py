"""Commands find what they work on: servers, tables, contracts."""

from pathlib import Path

import pytest
from django.core.management import get_commands

from config import cli

ROOT = Path(cli.__file__).resolve().parent.parent
OURS = sorted(
    name
    for name, app in get_commands().items()
    if isinstance(app, str) and (ROOT / app.replace(".", "/") / "management").is_dir()
)


def test_the_projects_commands_are_found():
    assert {"backtest", "learn_sales", "reconcile", "check_identifier", "stress"} <= set(OURS)


@pytest.mark.parametrize("name", OURS)
def test_each_command_of_the_project_gets_its_tables(name):
    assert cli.is_ours(["manage.py", name])


@pytest.mark.parametrize("name", ["migrate", "shell", "createsuperuser"])
def test_tables_are_not_touched_before_djangos_own_commands(name):
    assert not cli.is_ours(["manage.py", name])
