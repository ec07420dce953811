"""Which mutants a seed draws."""

import pytest

from scripts.mutation import targets
from scripts.mutation.compiler import Compiler
from scripts.mutation.targets import Target, cases_of

SOURCE = """// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

contract Small {
    uint256 public total = 5;

    function drop(uint256 amount) external {
        total -= amount;
    }

    function add(uint256 amount) external {
        total += amount * 2;
    }
}
"""
PATH = "contracts/src/Small.sol"


@pytest.fixture(scope="module")
def compiler():
    with Compiler() as running:
        yield running


@pytest.fixture
def lots(compiler, tmp_path, monkeypatch):
    monkeypatch.setattr(targets, "ROOT", tmp_path)
    (tmp_path / PATH).parent.mkdir(parents=True)

    def made(source, seed=1):
        (tmp_path / PATH).write_text(source)
        found = compiler.ask([PATH], {PATH: source}, {PATH: {"": ["ast"]}})
        trees = {PATH: found["sources"][PATH]["ast"]}
        cases = list(cases_of(Target("Small", ("Small.sol",), ()), trees))
        return {(one.function, one.change): one.lot(seed) for one in cases}

    return made


def test_a_change_elsewhere_leaves_a_mutant_drawn_or_not_as_it_was(lots):
    before = lots(SOURCE)

    after = lots(SOURCE.replace("-= amount", "-= amount + 100").replace("total = 5", "total = 55"))

    of_add = {key for key in before if key[0] == "add"}
    assert of_add
    assert {key: after[key] for key in of_add} == {key: before[key] for key in of_add}


def test_each_mutant_has_a_lot_of_its_own_which_the_seed_decides(lots):
    first, second = lots(SOURCE, seed=1), lots(SOURCE, seed=2)

    assert len(set(first.values())) == len(first)
    assert not set(first.values()) & set(second.values())
