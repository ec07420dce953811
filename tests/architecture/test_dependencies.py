"""Everything that is installed is pinned, and by its hash."""

import json
import re

import pytest

from config.paths import ROOT

LOCKS = (
    "requirements.txt",
    "requirements-deep.txt",
    "requirements-dev.txt",
    "requirements-node.txt",
    "requirements-tools.txt",
)
PIN = re.compile(r"^([a-z0-9][a-z0-9._-]*)(\[[a-z,]+\])?==\S+( ; [^\\]+)? \\$")


@pytest.mark.parametrize("lock", LOCKS)
def test_each_python_package_is_pinned_by_hash(lock: str) -> None:
    lines = (ROOT / lock).read_text().splitlines()

    entries = [n for n, line in enumerate(lines) if line and line[0] not in " #"]

    assert entries
    assert [lines[n] for n in entries if not PIN.match(lines[n])] == []
    assert [lines[n] for n in entries if "--hash=sha256:" not in lines[n + 1]] == []


def test_each_node_package_is_pinned_by_hash() -> None:
    packages = json.loads((ROOT / "package-lock.json").read_text())["packages"]

    unpinned = [name for name, entry in packages.items() if name and "integrity" not in entry]

    assert len(packages) > 1
    assert unpinned == []


def test_direct_node_packages_have_exact_versions() -> None:
    package = json.loads((ROOT / "package.json").read_text())
    groups = ("dependencies", "optionalDependencies", "devDependencies")

    versions = [version for group in groups for version in package.get(group, {}).values()]

    assert versions
    assert [version for version in versions if not re.fullmatch(r"\d+\.\d+\.\d+", version)] == []
