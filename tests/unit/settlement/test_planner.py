"""From operations to batches."""

from hypothesis import given
from hypothesis import strategies as st

from contracts.domain.words import Kind
from settlement.domain.gas import GasModel, OperationGas
from settlement.domain.planner import PlannedOperation, grouped_by_loan, plan

GAS = GasModel(
    base=100, by_kind={Kind.COLLECT: OperationGas(30, 10), Kind.CLOSE: OperationGas(60, 60)}
)


def operations(*loans):
    return [PlannedOperation(number, 1, loan, 5) for number, loan in enumerate(loans, start=1)]


def numbers(batch):
    return [operation.number for operation in batch]


def test_no_operations_need_no_batch():
    assert plan([]) == []


def test_operations_of_one_loan_stand_side_by_side_in_their_order():
    (batch,) = plan(operations(7, 8, 7, 9, 8, 7), gas=GAS)

    assert numbers(batch) == [1, 3, 6, 2, 5, 4]


def test_a_batch_is_cut_at_its_gas_target():
    batches = plan(operations(1, 2, 3, 4), gas=GAS, target_gas=160)

    assert list(map(numbers, batches)) == [[1, 2], [3, 4]]


def test_a_batch_that_just_meets_its_gas_target_is_not_cut():
    batches = plan(operations(1, 2, 2), gas=GAS, target_gas=170)

    assert len(batches) == 1


def test_further_operations_of_a_loan_count_less():
    batches = plan(operations(1, 1, 1, 1), gas=GAS, target_gas=160)

    assert len(batches) == 1


def test_kinds_count_by_their_own_gas():
    closes = [PlannedOperation(number, Kind.CLOSE, number, 0) for number in (1, 2, 3)]

    batches = plan(closes, gas=GAS, target_gas=220)

    assert list(map(len, batches)) == [2, 1]


def test_a_batch_is_cut_at_its_number_of_words():
    batches = plan(operations(*[1] * 7), max_words=3)

    assert list(map(len, batches)) == [3, 3, 1]


def test_an_operation_above_the_target_has_a_batch_of_its_own():
    batches = plan(operations(1, 2), gas=GAS, target_gas=50)

    assert list(map(numbers, batches)) == [[1], [2]]


loans = st.lists(st.integers(1, 6), max_size=80)


@given(loans, st.integers(100, 400), st.integers(1, 20))
def test_every_operation_is_in_one_batch_and_ranges_follow_each_other(loan_numbers, target, words):
    batches = plan(operations(*loan_numbers), gas=GAS, target_gas=target, max_words=words)

    covered = [number for batch in batches for number in sorted(numbers(batch))]
    assert covered == list(range(1, len(loan_numbers) + 1))


@given(loans, st.integers(100, 400), st.integers(1, 20))
def test_the_order_of_each_loan_is_kept(loan_numbers, target, words):
    batches = plan(operations(*loan_numbers), gas=GAS, target_gas=target, max_words=words)

    settled = [operation for batch in batches for operation in batch]
    for loan in set(loan_numbers):
        mine = [operation.number for operation in settled if operation.loan_number == loan]
        assert mine == sorted(mine)


@given(loans, st.integers(131, 400), st.integers(1, 20))
def test_no_batch_passes_its_limits(loan_numbers, target, words):
    batches = plan(operations(*loan_numbers), gas=GAS, target_gas=target, max_words=words)

    for batch in batches:
        assert len(batch) <= words
        assert (
            GAS.of_batch([(operation.kind, operation.loan_number) for operation in batch]) <= target
        )


@given(loans)
def test_loans_are_ordered_by_their_first_arrival(loan_numbers):
    grouped = grouped_by_loan(operations(*loan_numbers))

    in_order = list(dict.fromkeys(operation.loan_number for operation in grouped))
    assert in_order == list(dict.fromkeys(loan_numbers))


def test_the_words_of_cards_count():
    held = [PlannedOperation(number, Kind.CLOSE, number, 0, bytes(3 * 32)) for number in (1, 2, 3)]

    batches = plan(held, gas=GAS, max_words=8)

    assert list(map(numbers, batches)) == [[1, 2], [3]]
