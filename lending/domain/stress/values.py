"""What the oracle publishes while prices move: behind the market where it may not move as fast."""

from dataclasses import dataclass

from lending.domain.stress.book import StressLoan, Thing
from lending.domain.stress.paths import ONE, Paths
from oracles.domain.movement import limited
from oracles.domain.parameters import CLASS_MODELS, RESTAKING

BPS = 10_000
Column = tuple[int, str | None]


@dataclass
class Values:
    """Levels by class and column: the market's, and those of the last two rounds."""

    paths: Paths
    market: dict[Column, int]
    newest: dict[Column, int]
    previous: dict[Column, int]

    def column(self, thing: Thing) -> Column:
        """Return where a thing's levels are kept."""
        column = self.paths.column_for(thing.class_code, thing.region)
        return thing.item.terms.class_id, column

    def hold_round(self, *, at: int, elapsed_s: int) -> None:
        """Publish a round ``at`` seconds after the start; restaking tokens move without limit."""
        self.previous = dict(self.newest)
        for key in self.market:
            class_id, column = key
            self.market[key] = target = self.paths.level(column, at)
            model = CLASS_MODELS.get(class_id)
            self.newest[key] = (
                target
                if model is None
                else limited(
                    target=target,
                    previous=self.newest[key],
                    bps_day=model.move_bps_day,
                    cap_bps=model.move_cap_bps,
                    elapsed_s=elapsed_s,
                )
            )

    def off_band(self, thing: Thing) -> bool:
        """Return whether a restaking token's market has left its band below NAV (rule V6)."""
        fallen = ONE - self.market[self.column(thing)]
        return thing.item.lrt_amount is not None and fallen * BPS > RESTAKING.freeze_band_bps * ONE


def at_start(paths: Paths, loans: list[StressLoan]) -> Values:
    """Return the values with everything at its first level."""
    values = Values(paths, {}, {}, {})
    start = {values.column(thing): ONE for loan in loans for thing in loan.things}
    values.market, values.newest, values.previous = dict(start), dict(start), dict(start)
    return values
