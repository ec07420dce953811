"""Lanes and what is booked in them; amounts in ledger units unless a name says otherwise."""

from django.db import models
from django.db.models import Q

from collateral.fields import Uint256Field
from lending.domain.lanes import LaneSums

ADDRESS_LENGTH = 42


class Lane(models.Model):
    """One escrow with its sums (rules D1, L3)."""

    number = models.PositiveIntegerField(primary_key=True)
    escrow = models.CharField(max_length=ADDRESS_LENGTH, unique=True)
    a = Uint256Field("a, scaled", default=0)
    b = Uint256Field("b, scaled", default=0)
    cash = models.BigIntegerField(default=0)
    owed = models.BigIntegerField(default=0)
    impaired = models.BigIntegerField(default=0)
    sequence = models.PositiveIntegerField(default=0)
    loans = models.PositiveIntegerField("loans ever opened", default=0)
    stuck_since = models.PositiveIntegerField("cash counts zero from epoch", default=0)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.CheckConstraint(
                condition=Q(cash__gte=0, owed__gte=0, impaired__gte=0),
                name="lane_sums_not_negative",
            )
        ]

    def __str__(self) -> str:
        return f"Lane {self.number}"

    @property
    def sums(self) -> LaneSums:
        """The sums as the domain knows them."""
        return LaneSums(a=self.a, b=self.b, cash=self.cash, owed=self.owed, impaired=self.impaired)

    @sums.setter
    def sums(self, sums: LaneSums) -> None:
        self.a, self.b, self.cash = sums.a, sums.b, sums.cash
        self.owed, self.impaired = sums.owed, sums.impaired

    def sums_in(self, epoch: int) -> LaneSums:
        """Return the sums that NAV counts in an epoch and at its close (rule L5)."""
        stuck = 0 < self.stuck_since <= epoch
        return self.sums.without_cash() if stuck else self.sums


class Claimable(models.Model):
    """What a lane owes a party that has to fetch it: surplus and refunds."""

    lane = models.ForeignKey(Lane, on_delete=models.PROTECT, related_name="claimables")
    party = models.CharField(max_length=ADDRESS_LENGTH)
    amount = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["lane", "party"], name="claimable_once"),
            models.CheckConstraint(condition=Q(amount__gte=0), name="claimable_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.amount} units of {self.lane} for {self.party}"


class Shortfall(models.Model):
    """What a borrower's auctions left unpaid; nothing can be borrowed until it is (rule C4)."""

    borrower = models.CharField(max_length=ADDRESS_LENGTH, primary_key=True)
    amount = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount__gte=0), name="shortfall_not_negative")
        ]

    def __str__(self) -> str:
        return f"{self.amount} units of {self.borrower}"


class TokenBalance(models.Model):
    """A token balance as the sum of all its transfers, base units."""

    token = models.CharField("contract", max_length=40)
    address = models.CharField(max_length=ADDRESS_LENGTH)
    amount = Uint256Field(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["token", "address"], name="token_balance_once"),
        ]

    def __str__(self) -> str:
        return f"{self.amount} {self.token} of {self.address}"
