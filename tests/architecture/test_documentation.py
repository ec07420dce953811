"""What can be run is written down, and what is written down can be run."""

import re
from pathlib import Path

from config.paths import ROOT

TARGET = re.compile(r"^([a-z-]+):.*##", re.MULTILINE)
DJANGOS_OWN = {"makemigrations", "migrate"}
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


def pages() -> list[Path]:
    return [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


def test_every_command_and_target_that_is_named_is_there() -> None:
    text = documentation()
    commands = {path.stem for path in ROOT.glob("*/management/commands/*.py")}
    targets = set(TARGET.findall((ROOT / "Makefile").read_text()))

    named = set(re.findall(r"manage\.py ([a-z_]+)", text))
    made = set(re.findall(r"`make ([a-z-]+)", text))

    assert named - commands - DJANGOS_OWN == set()
    assert made - targets == set()


def test_every_option_of_a_command_that_is_shown_is_taken() -> None:
    shown = re.findall(r"manage\.py ([a-z_]+)([^\n`]*)", documentation())

    unknown = {
        (command, option)
        for command, rest in shown
        for option in re.findall(r"(?<!\S)(--[a-z-]+)", rest)
        if f'"{option}"' not in source_of(command)
    }

    assert len(shown) > 20
    assert unknown == set()


def source_of(command: str) -> str:
    """The command's own source, and that of what its app shares among commands."""
    (path,) = ROOT.glob(f"*/management/commands/{command}.py")
    shared = [*path.parent.parent.parent.glob("**/*.py")]
    return "\n".join(one.read_text() for one in shared)


def test_every_file_that_is_named_is_there() -> None:
    missing = [
        (page.name, name)
        for page in pages()
        for name in re.findall(
            r"`((?:docs|contracts|config|portal|lending|governance|tests)/[^`\s*…<{]+)`",
            page.read_text(),
        )
        if not list(ROOT.glob(name.rstrip("/").split("#")[0] + "*"))
    ]

    assert missing == []


def test_every_link_within_the_documentation_leads_somewhere() -> None:
    broken = [
        (page.name, link)
        for page in pages()
        for link in re.findall(r"\]\((?!https?:)([^)#\s]+)", page.read_text())
        if not (page.parent / link).exists()
    ]

    assert broken == []
