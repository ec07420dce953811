"""Total and critical-path gas of transactions with known access sets."""

from hypothesis import given
from hypothesis import strategies as st

from contracts.domain.conflicts import Access, SpeedUp, ideal_speedup


def access(reads="", writes="", gas=10):
    return Access(reads=frozenset(reads), writes=frozenset(writes), gas=gas)


def test_independent_transactions_run_side_by_side():
    lanes = [access(reads="r", writes=lane) for lane in "abcd"]

    assert ideal_speedup(lanes) == SpeedUp(total_gas=40, critical_path_gas=10)


def test_writers_of_one_key_run_one_after_the_other():
    chain = [access(writes="a") for _ in range(4)]

    assert ideal_speedup(chain) == SpeedUp(total_gas=40, critical_path_gas=40)


def test_a_reader_waits_for_the_writer_before_it():
    chain = [access(writes="a", gas=7), access(reads="a", gas=5)]

    assert ideal_speedup(chain).critical_path_gas == 12


def test_a_writer_waits_for_the_readers_before_it():
    chain = [access(reads="a", gas=7), access(reads="a", gas=3), access(writes="a", gas=5)]

    assert ideal_speedup(chain).critical_path_gas == 12


def test_a_reader_does_not_wait_for_a_writer_after_it():
    swapped = [access(reads="a", writes="b"), access(reads="b", writes="c"), access(writes="d")]

    assert ideal_speedup(swapped).critical_path_gas == 20


def test_no_transactions_have_a_speed_up_of_one():
    assert ideal_speedup([]).ratio_hundredths == 100


def test_the_ratio_is_rounded_down():
    assert SpeedUp(total_gas=200, critical_path_gas=30).ratio_hundredths == 666


keys = st.frozensets(st.sampled_from("abcde"), max_size=3)


@given(st.lists(st.builds(lambda r, w, g: access(r - w, w, g), keys, keys, st.integers(1, 9))))
def test_the_critical_path_is_the_longest_chain_of_conflicting_pairs(accesses):
    finish = []
    for index, later in enumerate(accesses):
        start = max(
            (
                finish[j]
                for j, earlier in enumerate(accesses[:index])
                if earlier.writes & (later.reads | later.writes) or earlier.reads & later.writes
            ),
            default=0,
        )
        finish.append(start + later.gas)

    speedup = ideal_speedup(accesses)

    assert speedup.critical_path_gas == max(finish, default=0)
