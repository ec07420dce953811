"""Each condition of a source gets a probe, and what no test reached is told."""

import pytest

from scripts import branches
from scripts.mutation.compiler import Compiler
from scripts.mutation.switches import Place, rendered

NAME = "Small.sol"
TEXT = b"""// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

contract Small {
    function both(uint256 a, bool b) external pure returns (uint256) {
        if (a > 7 && b) return 1;
        for (uint256 i = 0; i < a; ++i) a -= 1;
        return a == 0 ? 2 : 3;
    }

    function tried() external view returns (uint256) {
        try this.both(1, true) returns (uint256 found) {
            return found;
        } catch {
            return 0;
        }
    }
}
"""


@pytest.fixture(scope="module")
def compiler():
    with Compiler() as running:
        yield running


@pytest.fixture(scope="module")
def conditions(compiler, tmp_path_factory):
    root = tmp_path_factory.mktemp("sources")
    (root / NAME).write_bytes(TEXT)
    wanted = {NAME: {"": ["ast"]}}
    tree = compiler.ask([NAME], {NAME: TEXT.decode()}, wanted)["sources"][NAME]["ast"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(branches, "ROOT", root)
        return branches.conditions_of(NAME, tree, 10)


def text_of(condition):
    start, length = condition.place.start, condition.place.length
    return " ".join(TEXT[start : start + length].decode().split())


def test_conditions_and_arms_are_found_each_with_its_line(conditions):
    assert [(text_of(one), one.line) for one in conditions] == [
        ("a > 7 && b", 6),
        ("a > 7", 6),
        ("i < a", 7),
        ("a == 0", 8),
        ("{ return found; }", 12),
        ("{ return 0; }", 14),
    ]


def test_a_condition_has_two_ways_and_an_arm_one(conditions):
    assert conditions[0].ways() == {20: "true", 21: "false"}
    assert conditions[-1].ways() == {30: "entered"}


def test_a_source_with_every_probe_compiles(compiler, conditions):
    text = rendered(TEXT, conditions, branches.IMPORT).decode()

    compiler.check([NAME], {NAME: text, branches.PROBE_NAME: branches.PROBE})


def test_ways_that_no_test_went_are_printed_and_the_share_decides(monkeypatch, capsys, tmp_path):
    (tmp_path / NAME).write_bytes(TEXT)
    monkeypatch.setattr(branches, "ROOT", tmp_path)
    target = type("Target", (), {"contract": "Small", "paths": lambda self: [NAME]})()
    monkeypatch.setattr(branches, "TARGETS", [target])
    start = TEXT.index(b"i < a")
    made = [branches.Condition(number, NAME, 7, Place(start, 5)) for number in range(10)]

    assert branches.report(made, set(range(19))) == 0
    assert "never false: Small.sol:7 i < a" in capsys.readouterr().out
    assert branches.report(made, set(range(18))) == 1
