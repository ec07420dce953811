"""From one lane's operations to batches: tight, in order, and fair."""

from hypothesis import given
from hypothesis import strategies as st

from contracts.domain.words import Kind
from settlement.domain.gas import GasModel, OperationGas
from settlement.domain.packing import Limits, Waiting, grouped_by_loan, pack

GAS = GasModel(
    base=100,
    by_kind={Kind.COLLECT: OperationGas(30, 10, 5, 3), Kind.CLOSE: OperationGas(60, 60, 9, 3)},
)
ROOMY = Limits(gas=10**9, words=10**6)
MANY = 10**6


def waiting(*loans, **more):
    return [Waiting(number, 1, loan, 5, **more) for number, loan in enumerate(loans, start=1)]


def packed(operations, *, gas=10**9, words=10**6, most=MANY, fair_share=100):
    return pack(
        operations, limits=Limits(gas=gas, words=words), most=most, gas=GAS, fair_share=fair_share
    )


def numbers(operations):
    return [operation.number for operation in operations]


def contents(packing):
    return [numbers(one.operations) for one in packing.packs]


def test_no_operations_need_no_batch():
    assert packed([]).packs == []


def test_operations_of_one_loan_stand_side_by_side_in_their_order():
    packing = packed(waiting(7, 8, 7, 9, 8, 7))

    assert contents(packing) == [[1, 3, 6, 2, 5, 4]]


def test_a_batch_is_cut_at_its_gas():
    assert contents(packed(waiting(1, 2, 3, 4), gas=160)) == [[1, 2], [3, 4]]


def test_a_batch_that_just_meets_its_gas_is_not_cut():
    packing = packed(waiting(1, 2, 2), gas=170)

    assert [one.gas for one in packing.packs] == [170]


def test_a_batch_is_cut_at_its_words_and_payloads_count():
    operations = waiting(1, 2, 3, payload=b"\x01" * 64)

    assert contents(packed(operations, words=6)) == [[1, 2], [3]]
    assert contents(packed(operations, words=5)) == [[1], [2], [3]]


def test_words_beyond_the_first_cost_gas_of_their_own():
    (one,) = packed(waiting(1, payload=b"\x01" * 64)).packs

    assert one.gas == 100 + 30 + 2 * 3


def test_an_operation_above_the_limits_has_a_batch_of_its_own():
    assert contents(packed(waiting(1, 2), gas=50)) == [[1], [2]]


def test_what_finds_no_room_is_deferred_in_the_order_of_arrival():
    packing = packed(waiting(1, 2, 1, 3, 2), words=2, most=1)

    assert contents(packing) == [[1, 2]]
    assert numbers(packing.deferred) == [3, 4, 5]


def test_more_urgent_operations_go_first_with_what_stands_before_them_on_their_loan():
    operations = waiting(1, 2, 2, 3)
    operations[2] = operations[2]._replace(priority=5)

    assert contents(packed(operations, words=2)) == [[2, 3], [1, 4]]


def test_a_hot_loan_delays_the_others_by_no_more_than_its_share():
    hot, others = [1] * 90, list(range(2, 12))
    packing = packed(waiting(*hot, *others), words=15, fair_share=5, most=1)

    assert set(contents(packing)[0]) == {1, 2, 3, 4, 5, *range(91, 101)}


loans = st.lists(st.integers(1, 6), max_size=80)
shares = st.integers(1, 30)


@given(loans, st.integers(100, 400), st.integers(1, 20), st.integers(1, 9), shares)
def test_every_operation_is_in_one_batch_or_deferred(loan_numbers, gas, words, most, share):
    packing = packed(waiting(*loan_numbers), gas=gas, words=words, most=most, fair_share=share)

    placed = [number for one in contents(packing) for number in one]
    assert sorted(placed + numbers(packing.deferred)) == list(range(1, len(loan_numbers) + 1))
    assert len(packing.packs) <= most


@given(loans, st.integers(100, 400), st.integers(1, 20), st.integers(1, 9), shares, st.data())
def test_the_order_of_each_loan_is_kept(loan_numbers, gas, words, most, share, data):
    priorities = [data.draw(st.integers(0, 2)) for _ in loan_numbers]
    operations = [
        each._replace(priority=priority)
        for each, priority in zip(waiting(*loan_numbers), priorities, strict=True)
    ]
    packing = packed(operations, gas=gas, words=words, most=most, fair_share=share)

    settled = [each for one in packing.packs for each in one.operations] + packing.deferred
    for loan in set(loan_numbers):
        mine = [each.number for each in settled if each.loan_number == loan]
        assert mine == sorted(mine)


@given(loans, st.integers(131, 400), st.integers(1, 20), shares)
def test_no_batch_passes_its_limits(loan_numbers, gas, words, share):
    for one in packed(waiting(*loan_numbers), gas=gas, words=words, fair_share=share).packs:
        assert len(one.operations) <= words
        assert one.gas <= gas
        assert one.gas == GAS.of_batch([(each.kind, each.loan_number) for each in one.operations])


@given(loans)
def test_loans_are_ordered_by_their_first_arrival(loan_numbers):
    grouped = [group[0].loan_number for group in grouped_by_loan(waiting(*loan_numbers))]

    assert grouped == list(dict.fromkeys(loan_numbers))
