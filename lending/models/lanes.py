"""Lanes and what is booked in them; amounts in ledger units unless a name says otherwise."""

from dataclasses import fields

from django.db import models
from django.db.models import Q

from collateral.fields import Uint256Field
from lending.domain.lanes import LaneSums
from lending.domain.rooms import Room

ADDRESS_LENGTH = 42


class Lane(models.Model):
    """One escrow with its sums (rules D1, L3)."""

    number = models.PositiveIntegerField(primary_key=True)
    escrow = models.CharField(max_length=ADDRESS_LENGTH, unique=True)
    till = models.CharField("escrow that takes cash", max_length=ADDRESS_LENGTH)
    a = Uint256Field("a, scaled", default=0)
    b = Uint256Field("b, scaled", default=0)
    cash = models.BigIntegerField(default=0)
    owed = models.BigIntegerField(default=0)
    impaired = models.BigIntegerField(default=0)
    aside = models.BigIntegerField("cash in the other escrow", default=0)
    reserved = models.BigIntegerField("draws reserved at the last close", default=0)
    auction_allowance = models.BigIntegerField("value that may be at auction", default=0)
    sequence = models.PositiveIntegerField(default=0)
    loans = models.PositiveIntegerField("loans ever opened", default=0)
    stuck_since = models.PositiveIntegerField("cash counts zero from epoch", default=0)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.CheckConstraint(
                condition=Q(cash__gte=0, owed__gte=0, impaired__gte=0, aside__gte=0),
                name="lane_sums_not_negative",
            )
        ]

    def __str__(self) -> str:
        return f"Lane {self.number}"

    @property
    def sums(self) -> LaneSums:
        """The sums as the domain knows them."""
        return LaneSums(**{field.name: getattr(self, field.name) for field in fields(LaneSums)})

    @sums.setter
    def sums(self, sums: LaneSums) -> None:
        for field in fields(LaneSums):
            setattr(self, field.name, getattr(sums, field.name))

    def sums_in(self, epoch: int) -> LaneSums:
        """Return the sums that NAV counts in an epoch and at its close (rule L5)."""
        stuck = 0 < self.stuck_since <= epoch
        return self.sums.without_cash() if stuck else self.sums


class ClassRoom(models.Model):
    """What a lane may still lend against a class until the next close, and has lent (rule L4)."""

    lane = models.ForeignKey(Lane, on_delete=models.PROTECT, related_name="rooms")
    class_id = models.PositiveSmallIntegerField()
    left = models.BigIntegerField("room for new loans", default=0)
    used = models.BigIntegerField("what running loans may draw in all", default=0)
    spent = models.BigIntegerField("lent on restaking tokens, of the bucket", default=0)
    spent_at = models.BigIntegerField("as of, chain time", default=0)

    class Meta:
        ordering = ["lane_id", "class_id"]
        constraints = [
            models.UniqueConstraint(fields=["lane", "class_id"], name="class_room_once"),
            models.CheckConstraint(
                condition=Q(left__gte=0, used__gte=0, spent__gte=0),
                name="class_room_not_negative",
            ),
        ]

    def __str__(self) -> str:
        return f"Room of lane {self.lane_id} in class {self.class_id}"

    @property
    def room(self) -> Room:
        """The room as the domain knows it."""
        return Room(left=self.left, used=self.used, spent=self.spent, spent_at=self.spent_at)

    @room.setter
    def room(self, room: Room) -> None:
        self.left, self.used = room.left, room.used
        self.spent, self.spent_at = room.spent, room.spent_at


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
