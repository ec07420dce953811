"""The committed artifacts are what the sources give, and small enough for any chain."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from config.stack.errors import StackError
from config.stack.node_tools import foundry_binary
from contracts import artifacts

ROOT = artifacts.ROOT
NAMES = artifacts.artifact_names()


def test_every_contract_has_an_artifact():
    assert set(artifacts.CONTRACTS) <= set(NAMES)


def test_the_artifacts_were_made_from_the_sources_as_they_are():
    assert artifacts.manifest()["source_digest"] == artifacts.source_digest(), (
        "The contracts have changed since their artifacts were written. Run `make contracts`."
    )


@pytest.mark.parametrize("name", NAMES)
def test_the_code_of_a_contract_fits_on_a_chain(name):
    artifact = artifacts.artifact(name)

    assert 0 < artifact.runtime_bytes <= artifacts.MAX_RUNTIME_BYTES
    assert len(artifact.bytecode) // 2 <= artifacts.MAX_INIT_BYTES


def test_the_digest_changes_with_a_source(monkeypatch, tmp_path):
    (tmp_path / "contracts" / "src").mkdir(parents=True)
    for name in ("foundry.toml", "package-lock.json"):
        (tmp_path / name).write_bytes((ROOT / name).read_bytes())
    source = tmp_path / "contracts" / "src" / "A.sol"
    source.write_text("contract A {}")
    monkeypatch.setattr(artifacts, "ROOT", tmp_path)
    before = artifacts.source_digest()

    source.write_text("contract A { uint256 x; }")

    assert artifacts.source_digest() != before


def test_a_rebuild_gives_the_committed_bytes(tmp_path: Path):
    """All are compiled anew: what is committed is what the sources give, byte for byte."""
    forge = _forge()
    if forge is None or not (ROOT / "node_modules" / "solc").is_dir():
        pytest.skip("forge or the compiler is not installed here")
    places = {"FOUNDRY_OUT": str(tmp_path / "out"), "FOUNDRY_CACHE_PATH": str(tmp_path / "cache")}

    build = [str(forge), "build", "contracts/src"]
    subprocess.run(
        build, cwd=ROOT, check=True, capture_output=True, timeout=3_600, env=os.environ | places
    )

    for name in NAMES:
        rebuilt = json.dumps(artifacts.read_build(tmp_path / "out", name), indent=1) + "\n"
        assert rebuilt == (artifacts.ARTIFACT_DIR / f"{name}.json").read_text(), name


def _forge() -> Path | None:
    try:
        return foundry_binary("forge")
    except StackError:
        return None
