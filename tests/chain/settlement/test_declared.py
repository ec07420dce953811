"""What the table of kinds declares, against traces of every kind that a loan's life brings."""

from dataclasses import replace

import pytest
from eth_abi.abi import decode

from benchmarks.contention import STEPS, lead_life
from benchmarks.node import own_chain
from contracts.abi import SELECTOR_BYTES, abi_of, plain
from contracts.domain.words import decode_operations, striped
from settlement.domain.access import Declared
from settlement.domain.kinds import Call, call_access, word_access
from tests.tracing import declared_together, undeclared

LANES, PARTIES = 2, 4


@pytest.fixture(scope="module")
def life():
    """Two parties in each of two lanes, led through their loans' lives."""
    with own_chain() as url:
        made = lead_life(url, lanes=LANES, parties=PARTIES)
    return made, made.calls


def declared_of(life, call) -> Declared:
    """Return what the table declares of a transaction, by its calldata alone."""
    contract = life.market.deployment.name_of(call.to)
    functions = abi_of(contract).functions.values()
    item = next(one for one in functions if one.identifier == call.data[:SELECTOR_BYTES])
    values = decode(item.input_types, call.data[SELECTOR_BYTES:])
    args = [plain(entry, value) for entry, value in zip(item.inputs, values, strict=True)]
    if item.name != "settle":
        return call_access(contract=contract, function=item.name, call=Call(args, call.sender))
    lane, words = args
    accesses = [
        word_access(loan_id=striped(lane, each.loan_number)) for each in decode_operations(words)
    ]
    return declared_together(accesses)


def test_what_meets_in_storage_was_declared_to(life):
    made, calls = life
    tables = [declared_of(made, call) for call in calls]

    assert len(tables) == len(made.accesses) == len(STEPS) * PARTIES
    assert undeclared(made.accesses, tables) == []


def test_every_kind_of_a_loans_life_is_in_the_table(life):
    made, calls = life

    tables = [declared_of(made, call) for call in calls]

    assert not any(key[0] == "contract" for table in tables for key in table.keys)


@pytest.mark.parametrize("name", ["lane", "loan"])
def test_a_table_that_leaves_a_key_out_is_found_out(life, name):
    made, calls = life
    tables = [declared_of(made, call) for call in calls]
    lying = [
        replace(
            table,
            writes=frozenset(key for key in table.writes if key[0] not in ("lane", name)),
            adds=frozenset(key for key in table.adds if key[0] != "lane"),
        )
        for table in tables
    ]

    assert undeclared(made.accesses, lying)
