"""The pool that lenders fund; ledger units, shares in their own units."""

from django.db import models
from django.db.models import Q

from collateral.fields import Uint256Field
from lending.domain.pool import Fill, FillKind, Tranches
from lending.models.lanes import ADDRESS_LENGTH


class Tranche(models.IntegerChoices):
    """The two classes of lenders; the numbers are the contract's."""

    SENIOR = 0, "Senior"
    JUNIOR = 1, "Junior"


class PoolState(models.Model):
    """Cash, reserve and tranches of the pool as of now; one row.

    `held` is cash that is others': deposits not filled and redemptions not claimed.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    epoch = models.PositiveIntegerField(default=1)
    epoch_started_at = models.BigIntegerField("epoch started at, chain time", default=0)
    cash = models.BigIntegerField(default=0)
    reserve = models.BigIntegerField(default=0)
    held = models.BigIntegerField(default=0)
    senior_value = models.BigIntegerField(default=0)
    senior_due = models.BigIntegerField("senior value without losses", default=0)
    senior_shares = Uint256Field(default=0)
    junior_value = models.BigIntegerField(default=0)
    junior_shares = Uint256Field(default=0)

    class Meta:
        verbose_name_plural = "pool state"

    def __str__(self) -> str:
        return f"Pool in epoch {self.epoch}"

    @property
    def tranches(self) -> Tranches:
        """The tranches as the domain knows them."""
        return Tranches(**{name: getattr(self, column) for name, column in TRANCHE_COLUMNS.items()})

    @tranches.setter
    def tranches(self, tranches: Tranches) -> None:
        for name, column in TRANCHE_COLUMNS.items():
            setattr(self, column, getattr(tranches, name))


TRANCHE_COLUMNS = {
    "senior": "senior_value",
    "junior": "junior_value",
    "senior_due": "senior_due",
    "senior_shares": "senior_shares",
    "junior_shares": "junior_shares",
}


class PoolEpoch(models.Model):
    """One close of the pool."""

    number = models.PositiveIntegerField(primary_key=True)
    closed_at = models.BigIntegerField("closed at, chain time")
    nav = models.BigIntegerField()
    senior_value = models.BigIntegerField()
    junior_value = models.BigIntegerField()
    senior_loss = models.BigIntegerField(default=0)
    junior_loss = models.BigIntegerField(default=0)
    utilisation_bps = models.PositiveIntegerField()
    cash = models.BigIntegerField()
    tx_hash = models.CharField(max_length=66)

    class Meta:
        ordering = ["number"]

    def __str__(self) -> str:
        return f"Epoch {self.number}"


class PoolFill(models.Model):
    """What a close filled of one tranche's requests."""

    epoch = models.PositiveIntegerField(db_index=True)
    tranche = models.PositiveSmallIntegerField(choices=Tranche.choices)
    kind = models.CharField(max_length=10, choices=[(one.value, one.value) for one in FillKind])
    assets = models.BigIntegerField()
    shares = Uint256Field()

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.get_tranche_display()} {self.kind} of epoch {self.epoch}"

    @property
    def fill(self) -> Fill:
        """The fill as the domain knows it."""
        return Fill(
            tranche=self.tranche,
            kind=FillKind(self.kind),
            assets=self.assets,
            shares=self.shares,
        )


class PoolPosition(models.Model):
    """What one lender asked for, got and holds in one tranche."""

    tranche = models.PositiveSmallIntegerField(choices=Tranche.choices)
    owner = models.CharField(max_length=ADDRESS_LENGTH)
    shares = Uint256Field(default=0)
    deposit_requested = models.BigIntegerField("deposits not yet claimed", default=0)
    redeem_requested = Uint256Field("shares whose redemption is not yet claimed", default=0)
    deposited = models.BigIntegerField("deposits claimed", default=0)
    redeemed = models.BigIntegerField("cash claimed", default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tranche", "owner"], name="pool_position_once"),
            models.CheckConstraint(condition=Q(shares__gte=0), name="pool_shares_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.get_tranche_display()} of {self.owner}"
