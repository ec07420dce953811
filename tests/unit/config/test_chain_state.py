"""The chain's state file between two starts of anvil."""

import json
from pathlib import Path

import pytest

from config.stack.chain_state import keep_first_genesis, last_timestamp
from config.stack.errors import StackError


def block(number: int, timestamp: int) -> dict:
    return {"header": {"number": hex(number), "timestamp": hex(timestamp)}, "transactions": []}


def write(path: Path, blocks: list[dict], last: int) -> Path:
    state = {"block": {"number": "0x2", "timestamp": hex(last)}, "blocks": blocks}
    path.write_text(json.dumps(state, separators=(",", ":")))
    return path


def test_the_first_genesis_is_kept_and_later_ones_go(tmp_path: Path) -> None:
    blocks = [block(1, 110), block(0, 300), block(0, 100), block(2, 120), block(0, 200)]
    path = write(tmp_path / "state.json", blocks, 120)

    keep_first_genesis(path)

    kept = json.loads(path.read_text())["blocks"]
    assert kept == [block(0, 100), block(1, 110), block(2, 120)]
    assert last_timestamp(path) == 120


def test_a_state_with_one_genesis_is_left_alone(tmp_path: Path) -> None:
    path = write(tmp_path / "state.json", [block(1, 110), block(0, 100)], 110)
    before = path.stat().st_mtime_ns

    keep_first_genesis(path)

    assert path.stat().st_mtime_ns == before


def test_a_chain_without_state_starts_by_the_wall_clock(tmp_path: Path) -> None:
    absent = tmp_path / "state.json"

    keep_first_genesis(absent)

    assert last_timestamp(absent) == 0


def test_a_damaged_state_is_refused_in_one_sentence(tmp_path: Path) -> None:
    path = write(tmp_path / "state.json", [block(0, 100), block(0, 200)], 110)
    path.write_text(path.read_text()[:-10])

    with pytest.raises(StackError, match="RESET=1"):
        keep_first_genesis(path)
