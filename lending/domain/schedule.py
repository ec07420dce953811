"""Due dates and what they leave outstanding (rule D5). Overdue is a comparison, never a state."""

from dataclasses import dataclass
from enum import IntEnum

from lending.domain.interest import interest_up
from lending.domain.pauses import Pauses
from lending.domain.units import BPS, ceil_div


class ScheduleKind(IntEnum):
    """How principal is paid back; the numbers are the contract's."""

    AMORTISING = 0
    INTEREST_ONLY = 1


@dataclass(frozen=True, kw_only=True)
class Schedule:
    """The cold terms that decide what is due when.

    `base_principal` in ledger units; `interval` and `grace_period` in seconds; `opened_at` in
    unix seconds.
    """

    kind: ScheduleKind
    base_principal: int
    rate_bps: int
    instalments: int
    interval: int
    opened_at: int
    grace_period: int
    late_fee_bps: int

    def due_at(self, index: int) -> int:
        """Return the moment of due date `index` (1 to n), unix seconds."""
        return self.opened_at + index * self.interval

    def matures_at(self) -> int:
        """Return the last due date, unix seconds."""
        return self.due_at(self.instalments)

    def reached(self, at: int) -> int:
        """Return how many due dates lie at or before `at`."""
        return max(0, min((at - self.opened_at) // self.interval, self.instalments))

    def outstanding_after(self, index: int) -> int:
        """Return the principal that due date `index` leaves outstanding, rounded up."""
        if index >= self.instalments:
            return 0
        if self.kind == ScheduleKind.INTEREST_ONLY:
            return self.base_principal
        left = self.base_principal * (self.instalments - index)
        return ceil_div(left, self.instalments)

    def allowed_at(self, index: int, now: int) -> int:
        """Return the most that may be owed at `now` without due date `index` being missed.

        The interest that ran since the due date, and the interest on it, are not in arrears:
        collecting late never makes a funded borrower overdue. Both round up, for the borrower.
        """
        since = min(now - self.due_at(index), self.interval)
        base = self.outstanding_after(index - 1)
        running = interest_up(principal=base, rate_bps=self.rate_bps, seconds=since)
        on_top = interest_up(principal=running, rate_bps=self.rate_bps, seconds=since)
        return self.outstanding_after(index) + running + on_top

    def is_missed(self, index: int, *, debt: int, prefunded: int, now: int) -> bool:
        """Return whether due date `index` is missed, whatever the grace."""
        return max(0, debt - prefunded) > self.allowed_at(index, now)

    def past_grace(self, now: int, *, pauses: Pauses, longer: int = 0) -> int:
        """Return how many due dates have had their grace, and `longer` seconds more, by `now`."""
        return self.reached(pauses.grace_cutoff(now, grace=self.grace_period + longer))

    def is_overdue(
        self, *, debt: int, prefunded: int, now: int, pauses: Pauses, longer: int = 0
    ) -> bool:
        """Return whether an instalment is missed at `now` whose grace ended `longer` seconds ago or
        before.
        """
        index = self.past_grace(now, pauses=pauses, longer=longer)
        return index > 0 and self.is_missed(index, debt=debt, prefunded=prefunded, now=now)

    def due_now(self, *, debt: int, now: int) -> int:
        """Return what a collection should take at `now`, ledger units: planning only.

        Interest since the due date waits for the next one; the last due date takes everything.
        """
        index = self.reached(now)
        if index == 0:
            return 0
        if index == self.instalments:
            return debt
        since = min(now - self.due_at(index), self.interval)
        base = self.outstanding_after(index - 1)
        running = interest_up(principal=base, rate_bps=self.rate_bps, seconds=since)
        return max(0, debt - self.outstanding_after(index) - running)

    def base_for(self, principal: int, index: int) -> int:
        """Return what a schedule counts from so that `principal` is spread over the due dates
        after number `index`, ledger units, rounded up.
        """
        if self.kind == ScheduleKind.INTEREST_ONLY:
            return principal
        return ceil_div(principal * self.instalments, self.instalments - index)

    def late_fee(self) -> int:
        """Return the fee of one missed due date, ledger units, rounded up for the pool."""
        return ceil_div(self.base_principal * self.late_fee_bps, BPS * self.instalments)

    def planned(self, index: int) -> int:
        """Return the instalment of due date `index` when all before were paid on time."""
        base = self.outstanding_after(index - 1)
        interest = interest_up(principal=base, rate_bps=self.rate_bps, seconds=self.interval)
        return base - self.outstanding_after(index) + interest
