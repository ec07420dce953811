"""A loan's hot part while collections are applied to it, one after the other and in place."""

from dataclasses import dataclass

from lending.domain import interest
from lending.domain.errors import LendingRefused
from lending.domain.lanes import earning_part
from lending.domain.loans import Status


@dataclass(slots=True)
class Collected:
    """What a collection reads and changes; fields and units as in `LoanState`, and two counts.

    `operations` are all words settled, `failed_in_row` those that failed since one applied.
    """

    principal: int
    prefunded: int
    accrued_scaled: int
    last_accrual: int
    rate_bps: int
    status: int
    operations: int
    failed_in_row: int

    def fail(self) -> None:
        """Count a word that had no effect."""
        self.operations += 1
        self.failed_in_row += 1

    def collect(self, amount: int, now: int) -> None:
        """Pay `amount`, ledger units, out of the prefunded cash, as `loans.apply_collect` does.

        Raises `LendingRefused` where the loan is not open, or has not set that much aside.
        """
        if self.status != Status.OPEN:
            raise LendingRefused("wrong_status", "Collections need the loan to be open.")
        if not 0 <= amount <= self.prefunded:
            raise LendingRefused(
                "more_than_prefunded",
                f"A collection of {amount} units is more than the {self.prefunded} set aside.",
            )
        owed = interest.accrued(
            principal=self.principal,
            accrued_scaled=self.accrued_scaled,
            last_accrual=self.last_accrual,
            rate_bps=self.rate_bps,
            now=now,
        )
        self.principal, self.accrued_scaled = interest.after_payment(
            principal=self.principal, interest_scaled=owed, amount=amount
        )
        self.prefunded -= amount
        self.last_accrual = now
        self.operations += 1
        self.failed_in_row = 0
        if self.principal == 0 and self.accrued_scaled == 0:
            self.status = Status.REPAID

    def lane_part(self) -> tuple[int, int, int]:
        """Return what this loan adds to its lane's `a`, `b` and `owed`."""
        if self.status != Status.OPEN:
            return 0, 0, self.prefunded
        a, b = earning_part(
            principal=self.principal,
            accrued_scaled=self.accrued_scaled,
            last_accrual=self.last_accrual,
            rate_bps=self.rate_bps,
        )
        return a, b, self.prefunded
