"""The benchmarks on a small world: the same steps, the same gas, the same shared slots."""

import os

import pytest

from benchmarks.contention import STEPS, lead_life, shared_slots, speedup
from benchmarks.gas import Scale, measure_gas
from benchmarks.morpho import morpho_accesses
from benchmarks.node import own_chain
from benchmarks.snapshot import load_snapshot, worsened
from config.paths import LOG_DIR
from config.stack.part import STATE_DIR

# A proof has as many siblings as in the large round, so nothing costs less here.
SMALL = Scale(leaves=64, depth=20, loans=500)


@pytest.fixture(scope="module")
def spread():
    with own_chain() as url:
        return lead_life(url, lanes=4, parties=4)


def test_no_gas_figure_is_two_per_cent_above_the_committed_one():
    bench = measure_gas(SMALL)

    assert worsened(load_snapshot(), bench.figures) == {}


# @custom:invariant L1
def test_lanes_share_no_slot(spread):
    assert len(spread.accesses) == 4 * len(STEPS)
    assert shared_slots(spread.accesses, spread.lanes).write_write == 0
    assert shared_slots(spread.accesses, spread.lanes).read_write == 0


def test_lanes_could_run_at_once(spread):
    assert speedup(spread.accesses) > 3.9


def test_one_lane_could_not():
    with own_chain() as url:
        crowded = lead_life(url, lanes=1, parties=2)

    assert speedup(crowded.accesses) < 1.1


def test_the_peer_shares_slots_between_any_two_borrowers():
    with own_chain() as url:
        accesses = morpho_accesses(url, borrowers=4)

    assert speedup(accesses) == 1.0
    assert shared_slots(accesses, range(4)).write_write >= 2


def test_nothing_of_a_chain_is_left():
    with own_chain():
        during = files_of_this_process()

    assert during
    assert not files_of_this_process()


def files_of_this_process() -> set[str]:
    """The files of chains of this process: other test workers run chains of their own meanwhile."""
    own = f"bench-{os.getpid()}"
    return {path.name for directory in (STATE_DIR, LOG_DIR) for path in directory.glob(f"{own}*")}
