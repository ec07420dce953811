"""Which changes count as mutants, and that each stands where the source says."""

import pytest

from scripts.mutation.compiler import SETTINGS, Compiler
from scripts.mutation.mutants import mutants_of

SOURCE = b"""// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

contract Small {
    error TooLarge(uint256 given);

    uint256 public total;
    bool public open = true;

    function add(uint256 amount) external {
        if (!open || amount > 7) revert TooLarge(amount);
        total += amount;
    }
}
"""


@pytest.fixture(scope="module")
def mutants():
    with Compiler() as compiler:
        wanted = {"Small.sol": {"": ["ast"]}}
        found = compiler.ask(["Small.sol"], {"Small.sol": SOURCE.decode()}, wanted)
    return mutants_of("Small.sol", SOURCE, found["sources"]["Small.sol"]["ast"])


def lines_of(mutants, rule):
    return [
        one.applied(SOURCE).splitlines()[one.line - 1].strip()
        for one in mutants
        if one.rule == rule
    ]


def test_operators_are_swapped(mutants):
    assert lines_of(mutants, "operator") == [
        "if (!open && amount > 7) revert TooLarge(amount);",
        "if (!open || amount >= 7) revert TooLarge(amount);",
        "total -= amount;",
    ]


def test_conditions_are_decided_and_negations_dropped(mutants):
    assert lines_of(mutants, "condition") == [
        "if (false) revert TooLarge(amount);",
        "if (true) revert TooLarge(amount);",
    ]
    assert lines_of(mutants, "negation") == ["if (open || amount > 7) revert TooLarge(amount);"]


def test_statements_are_left_out(mutants):
    assert lines_of(mutants, "statement") == ["if (!open || amount > 7) {}", "{}"]


def test_numbers_and_truths_are_changed(mutants):
    assert lines_of(mutants, "number") == ["if (!open || amount > 8) revert TooLarge(amount);"]
    assert lines_of(mutants, "bool") == ["bool public open = false;"]


def test_a_mutant_says_what_it_changes(mutants):
    told = {one.describe(SOURCE) for one in mutants if one.rule == "number"}

    assert told == {"Small.sol:11 number: `7` → `8`"}


def test_the_compiler_is_set_as_the_tests_profile():
    assert (SETTINGS["optimizer"], SETTINGS["evmVersion"]) == (
        {"enabled": True, "runs": 800},
        "prague",
    )
