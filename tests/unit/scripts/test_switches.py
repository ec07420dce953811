"""All mutants of a source stand in it at once, and linking chooses one."""

import pytest

from scripts.mutation.compiler import CompileError, Compiler
from scripts.mutation.image import Images
from scripts.mutation.mutants import Mutant, mutants_of
from scripts.mutation.switches import (
    FIRST_NUMBER,
    SOURCE,
    SOURCE_NAME,
    Switch,
    blamed,
    places_of,
    rendered,
)

TEXT = b"""// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

contract Small {
    uint256 private constant STEP = 3;
    uint256 public total;

    function add(uint256 amount) external returns (bool) {
        if (amount == 0 || amount > 7) return false;
        for (uint256 i = 0; i < 2; ++i) {
            total += (1 << amount) * STEP;
        }
        return true;
    }

    function ignored() external pure returns (bytes32) {
        return bytes32(0);
    }
}
"""
NAME = "Small.sol"


@pytest.fixture(scope="module")
def compiler():
    with Compiler() as running:
        yield running


@pytest.fixture(scope="module")
def tree(compiler):
    wanted = {NAME: {"": ["ast"]}}
    return compiler.ask([NAME], {NAME: TEXT.decode()}, wanted)["sources"][NAME]["ast"]


@pytest.fixture(scope="module")
def mutants(tree):
    return mutants_of(NAME, TEXT, tree)


@pytest.fixture(scope="module")
def images(compiler, tree, mutants, tmp_path_factory):
    root = tmp_path_factory.mktemp("sources")
    (root / NAME).write_bytes(TEXT)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("scripts.mutation.image.ROOT", root)
        patch.setattr("scripts.mutation.compiler.ROOT", root)
        return Images(compiler, {NAME: tree}).make(mutants, [(NAME, "Small")])


def switched(mutants, tree, rule, piece=b""):
    chosen = next(
        one
        for one in mutants
        if one.rule == rule and piece in TEXT[one.start : one.start + one.length]
    )
    return Switch(FIRST_NUMBER, chosen, places_of(tree, chosen, TEXT)[0])


def test_a_source_with_every_switch_compiles_but_for_a_mutant_that_never_does(images, mutants):
    _, placed = images

    left = [one for i, one in enumerate(mutants) if FIRST_NUMBER + i not in placed]

    assert [one.applied(TEXT).splitlines()[one.line - 1].strip() for one in left] == [
        "return bytes32(1);"
    ]


def test_each_number_gives_other_bytecode(images):
    image, placed = images[0][NAME, "Small"], images[1]

    made = [image.choose(number)["bytecode"]["object"] for number in (0, *placed)]

    assert len(set(made)) == len(placed) + 1
    assert all("$" not in one for one in made)


def test_a_chosen_mutant_leaves_no_link_to_the_switch(images):
    image = images[0][NAME, "Small"]

    assert image.choose(FIRST_NUMBER)["bytecode"]["linkReferences"] == {}


def test_a_contract_carries_the_mutants_that_it_has_and_no_others(images, mutants):
    image = images[0][NAME, "Small"]

    assert image.carries(FIRST_NUMBER)
    assert not image.carries(FIRST_NUMBER + len(mutants))


def test_a_number_takes_the_type_of_the_other_operand(tree, mutants):
    one = next(mutant for mutant in mutants if mutant.rule == "number" and mutant.text == "2")

    assert places_of(tree, one, TEXT)[0].cast == "uint256"


def test_a_statement_is_left_out_behind_braces_of_its_own(tree, mutants):
    text = rendered(TEXT, [switched(mutants, tree, "statement", b"total")]).decode()

    assert "{ if (!(uint160(address(Chosen)) == 49153)) { total += (1 << amount)" in text


def test_the_step_of_a_loop_is_left_out_within_its_head(tree, mutants):
    text = rendered(TEXT, [switched(mutants, tree, "statement", b"++i")]).decode()

    assert "i < 2; /*<49153*/(uint160(address(Chosen)) == 49153 ? (0) : (++i))/*>49153*/)" in text


def test_switches_stand_inside_one_another(tree, mutants):
    outer = switched(mutants, tree, "condition")
    inside = next(one for one in mutants if one.text == "!=")
    inner = Switch(FIRST_NUMBER + 1, inside, places_of(tree, inside, TEXT)[0])

    text = rendered(TEXT, [outer, inner]).decode()

    assert text.index("/*<49153*/") < text.index("/*<49154*/")
    assert text.index("/*>49154*/") < text.index("/*>49153*/")


def test_an_error_is_blamed_on_the_innermost_switch():
    text = b"a /*<1*/ b /*<2*/ c /*>2*/ d /*>1*/ e"

    assert blamed(text, text.index(b"c"), text.index(b"c") + 1) == {2}
    assert blamed(text, text.index(b"d"), text.index(b"d") + 1) == {1}
    assert blamed(text, 0, len(text)) == {1, 2}
    assert blamed(text, text.index(b"e"), len(text)) == set()


def test_a_mutant_that_is_no_expression_has_no_place(tree):
    at = TEXT.index(b"external")

    assert places_of(tree, Mutant(NAME, 8, "number", at, 8, "public"), TEXT) == []


def test_a_compile_error_says_where(compiler):
    wrong = TEXT.replace(b"return false", b"return 5").decode()

    with pytest.raises(CompileError) as caught:
        compiler.check([NAME], {NAME: wrong, SOURCE_NAME: SOURCE})

    [(file, start, _)] = caught.value.places
    assert (file, wrong[start]) == (NAME, "5")


POINTER = b"""// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

contract Pointer {
    struct Entry {
        uint256 amount;
    }

    mapping(uint256 key => Entry) private _entries;

    function add(uint256 key) external {
        _entryOf(key).amount += 1;
    }

    function _entryOf(uint256 key) private returns (Entry storage entry) {
        entry = _entries[key];
        entry.amount += 2;
    }
}
"""


def test_a_statement_that_alone_sets_what_is_returned_gives_way(compiler, monkeypatch, tmp_path):
    (tmp_path / NAME).write_bytes(POINTER)
    monkeypatch.setattr("scripts.mutation.image.ROOT", tmp_path)
    monkeypatch.setattr("scripts.mutation.compiler.ROOT", tmp_path)
    wanted = {NAME: {"": ["ast"]}}
    tree = compiler.ask([NAME], {NAME: POINTER.decode()}, wanted)["sources"][NAME]["ast"]
    mutants = mutants_of(NAME, POINTER, tree)

    _, placed = Images(compiler, {NAME: tree}).make(mutants, [(NAME, "Pointer")])

    left = {mutant.line for i, mutant in enumerate(mutants) if FIRST_NUMBER + i not in placed}
    assert left == {16, 17}
