"""The line between a figure that holds and one that worsened."""

from benchmarks.snapshot import load_snapshot, worsened
from benchmarks.targets import GAS_TARGETS


def test_two_per_cent_more_is_still_allowed():
    assert worsened({"repay": 50_000}, {"repay": 51_000}) == {}


def test_one_more_unit_of_gas_is_a_worsening():
    assert worsened({"repay": 50_000}, {"repay": 51_001}) == {"repay": (50_000, 51_001)}


def test_the_committed_figures_are_those_of_the_table():
    assert list(load_snapshot()) == [target.key for target in GAS_TARGETS]
