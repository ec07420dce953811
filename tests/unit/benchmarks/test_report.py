"""What the tables say of a figure."""

import pytest

from benchmarks.report import gas_table, table, verdict
from benchmarks.targets import GAS_TARGETS, Target

TARGET = Target("settle", "Settle", "none", limit=7_000, stretch=6_300)


@pytest.mark.parametrize(
    ("measured", "words"),
    [
        (6_300, "met, the stretch too"),
        (6_301, "met"),
        (7_000, "met"),
        (7_001, "missed by 1"),
    ],
)
def test_a_figure_is_met_or_missed(measured, words):
    assert verdict(TARGET, measured) == words


def test_columns_are_as_wide_as_their_widest_cell():
    lines = table([("a", "b"), ("longer", "c")])

    assert lines == ["a       b", "---------", "longer  c"]


def test_each_target_has_a_line():
    lines = gas_table({target.key: target.limit for target in GAS_TARGETS})

    assert len(lines) == 2 + len(GAS_TARGETS)
    assert all(target.peer in "\n".join(lines) for target in GAS_TARGETS)
