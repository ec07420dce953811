"""The sums of one lane (rules D1, L3): debt at any time without a loop over loans."""

from dataclasses import dataclass, replace

from lending.domain.units import SCALE


@dataclass(frozen=True, kw_only=True)
class LaneSums:
    """`a` and `b` scaled (debt at t is `(a + b·t) / SCALE`); the others in ledger units.

    `owed` is the part of `cash` that is not the pool's; `aside` what lies in the escrow that takes
    no more cash, and pays nothing until it is gathered (rule L5). The same shape holds a change.
    """

    a: int = 0
    b: int = 0
    cash: int = 0
    owed: int = 0
    impaired: int = 0
    aside: int = 0

    def plus(self, change: "LaneSums") -> "LaneSums":
        """Return the sums after a change."""
        return LaneSums(
            a=self.a + change.a,
            b=self.b + change.b,
            cash=self.cash + change.cash,
            owed=self.owed + change.owed,
            impaired=self.impaired + change.impaired,
            aside=self.aside + change.aside,
        )

    def without_cash(self) -> "LaneSums":
        """Return the sums of a lane whose cash counts zero (rule L5)."""
        return replace(self, cash=0, owed=0, aside=0)

    def debt_down(self, now: int) -> int:
        """Return the open loans' debt at `now`, ledger units, rounded down for the lenders."""
        return (self.a + self.b * now) // SCALE

    def room(self) -> int:
        """Return the cash that is the pool's own and at hand, ledger units: what may be drawn."""
        return max(0, self.cash - self.owed - self.aside)

    def worth_scaled(self, now: int) -> int:
        """Return what the lane adds to NAV at `now`, scaled; exact (rule P3)."""
        return (self.room() + self.impaired) * SCALE + self.a + self.b * now


def earning_part(
    *, principal: int, accrued_scaled: int, last_accrual: int, rate_bps: int
) -> tuple[int, int]:
    """Return what a loan that earns adds to its lane's `a` and `b` (rule D1)."""
    b = principal * rate_bps
    return principal * SCALE - b * last_accrual + accrued_scaled, b
