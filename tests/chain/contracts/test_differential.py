"""Python and Solidity compute the same numbers to the unit, in thousands of drawn cases each."""

import json
import os
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random

import pytest
from eth_abi.abi import encode
from eth_utils.crypto import keccak

from config.paths import ROOT
from contracts.rpc import Rpc
from tests.chain.contracts import differential
from tests.conftest import WORKER
from tests.servers import FreshChain

SEED = os.environ.get("DIFFERENTIAL_SEED", "ballast")
CASES = int(os.environ.get("DIFFERENTIAL_CASES", "1000"))
ROWS_A_CALL = 250
EXPOSED, POOL = "0x" + "d1" * 20, "0x" + "d2" * 20
SOURCES = ("Exposed", "ExposedPool")
GAS = hex(10**9)


class RoomyChain(FreshChain):
    """A chain for contracts of the tests' pipeline, which are larger than others allow."""

    def keeping(self) -> dict[str, str]:
        return {"code-size-limit": "131072"}


@pytest.fixture(scope="module")
def exposed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rpc]:
    """A chain with the exposing contracts on it."""
    out = tmp_path_factory.mktemp("forge")
    build(out)
    node = RoomyChain(name=f"test-chain-{WORKER}-roomy", directory=out / "chain")
    node.use()
    rpc = Rpc(node.url)
    rpc.request("anvil_setCode", EXPOSED, compiled(out, "Exposed", "deployedBytecode"))
    numbers = (differential.SENIOR_RATE_BPS, differential.SUBORDINATION_BPS)
    creation = compiled(out, "ExposedPool", "bytecode")
    creation += encode(("uint16", "uint16"), numbers).hex()
    # A call without a receiver returns the code that a creation would leave.
    rpc.request("anvil_setCode", POOL, rpc.request("eth_call", {"data": creation, "gas": GAS}))
    yield rpc
    node.release()


def build(out: Path) -> None:
    places = {"FOUNDRY_OUT": str(out), "FOUNDRY_CACHE_PATH": str(out / "cache")}
    sources = [f"contracts/test/differential/{name}.sol" for name in SOURCES]
    subprocess.run(
        [str(ROOT / ".venv/bin/python"), "scripts/forge.py", "build", *sources],
        cwd=ROOT,
        check=True,
        capture_output=True,
        env=os.environ | places | {"FOUNDRY_PROFILE": "test"},
    )


def compiled(out: Path, name: str, code: str) -> str:
    built = json.loads((out / f"{name}.sol" / f"{name}.json").read_text())
    return str(built[code]["object"])


def solidity(
    rpc: Rpc, address: str, function: str, rows: Sequence[Sequence[int]]
) -> list[list[int]]:
    """Return what a function of an exposing contract makes of the rows."""
    kind = "uint256[][]" if address == POOL else "int256[][]"
    data = keccak(text=f"{function}({kind})")[:4] + encoded(rows)
    call = {"to": address, "data": "0x" + data.hex(), "gas": GAS}
    return decoded(bytes.fromhex(rpc.request("eth_call", call, "latest")[2:]))


def encoded(rows: Sequence[Sequence[int]]) -> bytes:
    """Return the ABI's form of rows of words: the general encoder takes minutes for so many."""
    words, offsets, end = [], [32, len(rows)], 32 * len(rows)
    for row in rows:
        offsets.append(end)
        words += [len(row), *row]
        end += 32 * (1 + len(row))
    return b"".join((word % 2**256).to_bytes(32, "big") for word in offsets + words)


def decoded(data: bytes) -> list[list[int]]:
    """Return the rows of words that the ABI's form gives; none is so large that it has a sign."""
    words = [int.from_bytes(data[i : i + 32], "big", signed=True) for i in range(0, len(data), 32)]
    starts = [2 + offset // 32 for offset in words[2 : 2 + words[1]]]
    return [words[start + 1 : start + 1 + words[start]] for start in starts]


def compare(rpc: Rpc, address: str, function: str, group: differential.Group) -> None:
    draw = Random(f"{SEED} {function}")
    cases = [group(draw) for _ in range(CASES)]
    assert len({tuple(row) for row, _ in cases}) > CASES // 4
    for start in range(0, CASES, ROWS_A_CALL):
        part = cases[start : start + ROWS_A_CALL]
        told = solidity(rpc, address, function, [row for row, _ in part])
        wrong = [
            (row, mine, theirs)
            for (row, mine), theirs in zip(part, told, strict=True)
            if mine != theirs
        ]
        assert wrong == []


@pytest.mark.parametrize("function", differential.GROUPS)
def test_a_formula_gives_the_same_in_both_languages(exposed: Rpc, function: str) -> None:
    compare(exposed, EXPOSED, function, differential.GROUPS[function])


def test_a_close_of_the_pool_gives_the_same_in_both_languages(exposed: Rpc) -> None:
    compare(exposed, POOL, "close", differential.close)


def test_there_are_ten_thousand_cases_and_their_form_is_the_abis() -> None:
    rows = [[1, -2, 3], [], [2**200]]

    assert CASES * (len(differential.GROUPS) + 1) >= 10_000
    assert encoded(rows) == encode(("int256[][]",), (rows,))
    assert decoded(encoded(rows)) == rows
