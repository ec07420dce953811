"""Lots of called loans, offered one after the other."""

from django.db import models
from django.db.models import Q

from collateral.fields import Uint256Field
from lending.domain.auction import PricePath, elapsed_s, lot_worth
from lending.models.lanes import ADDRESS_LENGTH
from lending.models.loans import Loan


class LotStatus(models.TextChoices):
    """Where a lot stands."""

    RUNNING = "running", "For sale"
    SOLD = "sold", "Sold"
    RESERVE = "reserve", "Taken by the reserve"
    WITHDRAWN = "withdrawn", "Withdrawn, the loan was cured or repaid"


class AuctionLot(models.Model):
    """One lot; prices in ledger units, for restaking tokens of 10^18 base units."""

    loan = models.ForeignKey(Loan, on_delete=models.PROTECT, related_name="lots")
    token_id = Uint256Field(default=0)
    sequence = models.PositiveIntegerField()
    lrt_amount = Uint256Field("tokens offered, 1e-18", default=0)
    start_price = models.BigIntegerField()
    floor_price = models.BigIntegerField()
    started_at = models.BigIntegerField("started at, chain time")
    duration = models.PositiveIntegerField("seconds of fall")
    stopped_at_start = models.BigIntegerField(default=0)
    silent = models.BooleanField("opened without the oracle", default=False)
    status = models.CharField(max_length=9, choices=LotStatus, default=LotStatus.RUNNING)
    buyer = models.CharField(max_length=ADDRESS_LENGTH, blank=True)
    paid = models.BigIntegerField(default=0)
    lrt_sold = Uint256Field("tokens sold, 1e-18", default=0)
    handed_over = models.BooleanField("has left the lane", default=False)
    ended_at = models.BigIntegerField("ended at, chain time", null=True, blank=True)
    stopped_at_end = models.BigIntegerField(default=0)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["loan"], condition=Q(status="running"), name="lot_one_running"
            ),
            models.CheckConstraint(
                condition=Q(start_price__gte=models.F("floor_price")), name="lot_price_falls"
            ),
        ]

    def __str__(self) -> str:
        return f"Lot of {self.loan}"

    @property
    def path(self) -> PricePath:
        """The falling price."""
        return PricePath(
            start_price=self.start_price, floor_price=self.floor_price, duration=self.duration
        )

    @property
    def worth(self) -> int:
        """What it counts for in its lane while it is open, ledger units."""
        amount = None if self.token_id else self.lrt_amount
        return lot_worth(start=self.start_price, lrt_amount=amount)

    def elapsed_s(self, *, now: int, stopped: int) -> int:
        """Return the seconds of fall up to `now`, or to the end; `stopped` as of `now` (C5)."""
        if self.ended_at is not None:
            now, stopped = self.ended_at, self.stopped_at_end
        return elapsed_s(
            started_at=self.started_at,
            stopped_at_start=self.stopped_at_start,
            stopped=stopped,
            silent=self.silent,
            now=now,
        )
