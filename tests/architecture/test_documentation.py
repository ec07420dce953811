"""What can be run is written down."""

import re

from config.paths import ROOT

TARGET = re.compile(r"^([a-z-]+):.*##", re.MULTILINE)
VARIABLE = re.compile(r'env\.\w+\("([A-Z_]+)"')


def documentation() -> str:
    pages = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
    return "\n".join(page.read_text() for page in pages)


def test_every_make_target_is_documented() -> None:
    targets = TARGET.findall((ROOT / "Makefile").read_text())
    text = documentation()

    missing = [target for target in targets if f"make {target}" not in text]

    assert "demo" in targets
    assert missing == []


def test_every_command_is_documented() -> None:
    commands = {
        path.stem
        for path in ROOT.glob("*/management/commands/*.py")
        if not path.stem.startswith("_")
    }
    text = documentation()

    missing = sorted(name for name in commands if f"manage.py {name}" not in text)

    assert "devstack" in commands
    assert missing == []


def test_every_environment_variable_is_documented() -> None:
    variables = VARIABLE.findall((ROOT / "config" / "env.py").read_text())
    text = documentation()

    missing = [name for name in variables if f"`{name}`" not in text]

    assert "DATABASE_URL" in variables
    assert missing == []
