"""The sums of one lane (rules D1, L3): debt at any time without a loop over loans."""

from dataclasses import dataclass, replace

from lending.domain.units import SCALE


@dataclass(frozen=True, kw_only=True)
class LaneSums:
    """`a` and `b` scaled (debt at t is `(a + b·t) / SCALE`); the others in ledger units.

    `owed` is the part of `cash` that is not the pool's. The same shape holds a change.
    """

    a: int = 0
    b: int = 0
    cash: int = 0
    owed: int = 0
    impaired: int = 0

    def plus(self, change: "LaneSums") -> "LaneSums":
        """Return the sums after a change."""
        return LaneSums(
            a=self.a + change.a,
            b=self.b + change.b,
            cash=self.cash + change.cash,
            owed=self.owed + change.owed,
            impaired=self.impaired + change.impaired,
        )

    def without_cash(self) -> "LaneSums":
        """Return the sums of a lane whose cash counts zero (rule L5)."""
        return replace(self, cash=0, owed=0)

    def debt_down(self, now: int) -> int:
        """Return the open loans' debt at `now`, ledger units, rounded down for the lenders."""
        return (self.a + self.b * now) // SCALE

    def room(self) -> int:
        """Return what a new loan may draw from this lane, ledger units."""
        return self.cash - self.owed

    def worth_scaled(self, now: int) -> int:
        """Return what the lane adds to NAV at `now`, scaled; exact (rule P3)."""
        return (self.cash - self.owed + self.impaired) * SCALE + self.a + self.b * now
