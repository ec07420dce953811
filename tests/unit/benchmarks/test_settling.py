"""The sums and the report of `bench settlement`."""

from collections import Counter

import pytest

from benchmarks.catchup import Catchup, Part
from benchmarks.settling.cpu import us_per_operation
from benchmarks.settling.engine import STAGES, Run
from benchmarks.settling.report import settlement_tables
from benchmarks.settling.rivals import Rate
from benchmarks.settling.run import Figures, as_json
from benchmarks.settling.world import AMOUNT, PRINCIPAL, World


def run(operations=1_000, seconds=2.0, peak_bytes=1 << 20, **more):
    fields = {"gas_used": 900 * operations, "gas_limit": 1_000 * operations, "failed": 0}
    return Run(
        operations,
        seconds,
        peak_bytes=peak_bytes,
        cpu_us={"PostgreSQL": 12.34, "feeding": 3.0},
        stages_s=dict.fromkeys(STAGES, 0.5),
        **fields | more,
    )


def figures(**more):
    fields = {
        "naive": Rate(10, 10.0, 500_000),
        "limit": Rate(1_000, 1.0, 900_000),
        "engine": run(),
        "single": run(seconds=4.0),
        "speedup": 15.9,
        "speedup_hot": 15.5,
        "recovery_s": 3.21,
        "queue": None,
        "monad_limit": Rate(1_000, 0.5, 900_000),
        "monad": run(seconds=1.0),
    }
    return Figures(**fields | more)


def test_a_part_costs_what_it_used_meanwhile_and_the_dearest_comes_first():
    before = {"feeding": 1.0, "PostgreSQL": 2.0}
    after = {"feeding": 1.5, "PostgreSQL": 4.0, "Beat": 0.1}

    found = us_per_operation(before, after, 1_000_000)

    assert list(found.items()) == [
        ("PostgreSQL", pytest.approx(2.0)),
        ("feeding", pytest.approx(0.5)),
        ("Beat", pytest.approx(0.1)),
    ]


def test_a_part_that_was_started_anew_costs_no_less_than_nothing():
    assert us_per_operation({"Beat": 3.0}, {"Beat": 1.0}, 10) == {"Beat": 0.0}


def test_the_published_figures_are_those_that_were_measured():
    found = as_json(figures())

    assert found["settled_ops_per_s"] == 500
    assert found["chain_limit_ops_per_s"] == 1_000
    assert found["share_of_chain_limit"] == 0.5
    assert found["times_naive"] == 500
    assert found["block_fill"] == 0.9
    assert found["recovery_seconds"] == 3.21
    assert found["monad"]["share_of_chain_limit"] == 0.5


def test_the_peak_is_that_of_the_largest_process_of_any_run():
    largest = figures(queue=run(peak_bytes=5 << 20))

    assert as_json(figures())["peak_memory_mib"] == 1
    assert as_json(largest)["peak_memory_mib"] == 5


def test_the_report_says_what_each_part_costs_and_what_all_do():
    lines = settlement_tables(figures())

    assert any(line.split() == ["PostgreSQL", *["12.3"] * 3] for line in lines)
    assert any(line.split() == ["in", "all", *["15.3"] * 3] for line in lines)
    assert any(line.startswith("duplicates") and line.endswith("0") for line in lines)


def test_the_catch_up_counts_events_and_words_apart_and_each_over_its_own_blocks():
    read = Catchup(Part(events=6_000, words=0, seconds=2.0), Part(50, 20_000, 0.5))

    found, lines = as_json(figures(catchup=read)), settlement_tables(figures(catchup=read))

    assert found["catchup_events_per_s"] == 3_000
    assert found["catchup_words_per_s"] == 40_000
    (line,) = (line for line in lines if line.startswith("event catch-up"))
    assert line.split()[-4:] == ["at", "least", "5,000", "3,000"]


class Chain:
    """Loans from which so many collections were taken."""

    def __init__(self, taken):
        self.taken = taken

    def calls(self, requests):
        return [{"prefunded": PRINCIPAL - AMOUNT * self.taken[loan]} for _, _, (loan,) in requests]


class Market:
    def __init__(self, taken):
        self.chain = Chain(taken)


@pytest.mark.parametrize(
    ("taken", "more", "less"),
    [({1: 2, 2: 1}, 0, 0), ({1: 3, 2: 1}, 1, 0), ({1: 0, 2: 1}, 0, 2), ({1: 3, 2: 0}, 1, 1)],
)
def test_effects_that_are_too_many_do_not_make_up_for_missing_ones(taken, more, less):
    world = World(Market(Counter(taken)), [], [[1, 2]], asked=Counter({1: 2, 2: 1}))

    assert world.differences() == (more, less)
