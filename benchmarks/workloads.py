"""Seeded workloads for the planner: a day's operations of a lending market, mixed."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from contracts.domain.words import striped
from settlement.domain.access import Declared, declared
from settlement.domain.kinds import EPOCH, ROUND, STABLECOIN, TERMS
from settlement.domain.planner import Task

LOANS = 5_000
PAYERS = 5_000
# So many of a thousand loans are the hot ones.
HOT_LOANS = 50
FREE_LANES = 16


@dataclass(frozen=True, slots=True)
class Mix:
    """One kind of operation in the mix: its share in hundredths, its gas, what it touches."""

    share: int
    gas: int
    access: Callable[[random.Random, int], Declared]


def _collect(rng: random.Random, loan: int) -> Declared:
    return declared(reads=[EPOCH], writes=[("loan", loan)], adds=[("lane", loan >> 40)])


def _repay(rng: random.Random, loan: int) -> Declared:
    payer = rng.randrange(PAYERS)
    return declared(
        reads=[EPOCH, TERMS],
        writes=[("loan", loan), ("token", STABLECOIN, payer)],
        adds=[("lane", loan >> 40)],
    )


def _draw(rng: random.Random, loan: int) -> Declared:
    return declared(
        reads=[EPOCH, TERMS, ROUND],
        writes=[("loan", loan), ("asset", rng.randrange(1 << 60))],
        adds=[("lane", loan >> 40), ("token", STABLECOIN, loan)],
    )


def _call(rng: random.Random, loan: int) -> Declared:
    return declared(
        reads=[EPOCH, TERMS, ROUND], writes=[("loan", loan)], adds=[("lane", loan >> 40)]
    )


MIX = (
    Mix(38, 7_000, _collect),
    Mix(40, 55_000, _repay),
    Mix(20, 200_000, _draw),
    Mix(2, 110_000, _call),
)


def workload(*, count: int, hot_percent: int, seed: int) -> list[Task]:
    """Return so many tasks; `hot_percent` of them fall on one loan in a hundred."""
    rng = random.Random(seed)
    kinds = rng.choices(MIX, weights=[mix.share for mix in MIX], k=count)
    loans = [striped(number % FREE_LANES, 1 + number) for number in range(LOANS)]
    return [Task(mix.access(rng, _loan(rng, loans, hot_percent)), mix.gas) for mix in kinds]


def _loan(rng: random.Random, loans: Sequence[int], hot_percent: int) -> int:
    if rng.randrange(100) < hot_percent:
        return loans[rng.randrange(HOT_LOANS)]
    return loans[rng.randrange(len(loans))]
