"""The usual case of packing by columns gives what packing operation by operation gives."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from contracts.domain.columns import columns_of_words, words_of_columns
from contracts.domain.words import Kind, joined_words
from settlement.domain.columns import Columns, cut
from settlement.domain.gas import SETTLE_GAS
from settlement.domain.packing import Limits, Waiting, pack

ROOMY = Limits(gas=15_000_000, words=40)
SHARE = 10


def columns_of(operations):
    fields = ("number", "kind", "loan_number", "amount")
    arrays = [np.array([getattr(each, name) for each in operations], np.int64) for name in fields]
    return Columns(*arrays)


def operations_in(columns):
    arrays = (columns.numbers, columns.kinds, columns.loan_numbers, columns.amounts)
    return [Waiting(*row) for row in zip(*(array.tolist() for array in arrays), strict=True)]


def collects(loans):
    return [Waiting(number, Kind.COLLECT, loan, 5) for number, loan in enumerate(loans, start=1)]


def cut_of(operations, limits=ROOMY, most=3):
    return cut(columns_of(operations), limits=limits, most=most, fair_share=SHARE)


@given(st.lists(st.integers(1, 30), max_size=120))
def test_columns_are_cut_as_operations_are_packed(loans):
    operations = collects(loans)

    cuts = cut_of(operations)

    packing = pack(operations, limits=ROOMY, most=3, fair_share=SHARE)
    if cuts is None:
        assert max(map(loans.count, loans)) > SHARE
    else:
        made = [(operations_in(each.columns), each.gas) for each in cuts]
        assert made == [(each.operations, each.gas) for each in packing.packs]


def test_a_loan_with_its_fair_share_is_still_usual_and_one_more_is_not():
    usual = collects([7] * SHARE + [8])
    hot = collects([7] * (SHARE + 1) + [8])

    assert cut_of(usual) is not None
    assert cut_of(hot) is None


def test_gas_that_could_bind_before_words_is_looked_at():
    operations = collects(range(1, 41))
    needed = SETTLE_GAS.base + 40 * SETTLE_GAS.by_kind[Kind.COLLECT].first

    assert cut_of(operations, Limits(gas=needed, words=40)) is not None
    assert cut_of(operations, Limits(gas=needed - 1, words=40)) is None


def test_what_finds_no_room_is_left():
    cuts = cut_of(collects(range(1, 100)), most=2)

    assert [len(each.columns) for each in cuts] == [40, 40]
    assert operations_in(cuts[-1].columns)[-1].number == 80


@given(
    st.lists(
        st.tuples(
            st.sampled_from([Kind.COLLECT, Kind.CHARGE, Kind.CLOSE]),
            st.integers(0, (1 << 40) - 1),
            st.integers(0, (1 << 40) - 1),
            st.integers(0, (1 << 63) - 1),
        ),
        max_size=20,
    )
)
def test_words_of_columns_are_those_of_their_rows(rows):
    arrays = [np.array([row[place] for row in rows], np.int64) for place in range(4)]

    words = words_of_columns(*arrays)
    assert words == joined_words(rows)
    assert [each.tolist() for each in columns_of_words(words)] == [each.tolist() for each in arrays]
