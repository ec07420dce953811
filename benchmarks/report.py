"""Tables for people; the JSON line below them is for programs."""

from collections.abc import Mapping, Sequence

from benchmarks.targets import GAS_TARGETS, Target


def table(rows: Sequence[Sequence[str]]) -> list[str]:
    """Return lines with columns of even width; the first row is the heading."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
    return [lines[0], "-" * len(lines[0]), *lines[1:]]


def gas_table(figures: Mapping[str, int]) -> list[str]:
    """Return the gas table: peer, target, measured and whether the target is met."""
    rows = [("operation", "best peer", "target", "measured", "")]
    rows += [
        (
            target.words,
            target.peer,
            f"{target.limit:,}",
            f"{figures[target.key]:,}",
            verdict(target, figures[target.key]),
        )
        for target in GAS_TARGETS
    ]
    return table(rows)


def verdict(target: Target, measured: int) -> str:
    """Say how a figure stands to its target."""
    if measured <= target.stretch:
        return "met, the stretch too"
    return "met" if measured <= target.limit else f"missed by {measured - target.limit:,}"
