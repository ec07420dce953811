"""Loans, what is pledged for them, and their journal."""

from dataclasses import fields

from django.db import models
from django.db.models import Q

from collateral.fields import Uint256Field
from lending.domain.loans import CallReason, LoanState, Status
from lending.domain.schedule import ScheduleKind
from lending.models.lanes import ADDRESS_LENGTH, Lane

STATUS_CHOICES = [
    (Status.OPEN.value, "Open"),
    (Status.CALLED.value, "Called"),
    (Status.AUCTIONED.value, "In auction"),
    (Status.REPAID.value, "Repaid"),
    (Status.CLOSED.value, "Closed"),
    (Status.WRITTEN_OFF.value, "Written off"),
]
SCHEDULE_CHOICES = [
    (ScheduleKind.AMORTISING.value, "Amortising"),
    (ScheduleKind.INTEREST_ONLY.value, "Interest only"),
]
REASON_CHOICES = [
    (CallReason.HEALTH.value, "Collateral worth too little"),
    (CallReason.OVERDUE.value, "Instalment missed"),
    (CallReason.ATTESTATION.value, "Attestation gone"),
    (CallReason.BAND.value, "Price band broken"),
]
STATE_FIELDS = tuple(field.name for field in fields(LoanState))


class Loan(models.Model):
    """A loan as LoanBook holds it; ledger units, basis points, unix seconds."""

    loan_id = models.BigIntegerField(primary_key=True)
    lane = models.ForeignKey(Lane, on_delete=models.PROTECT, related_name="book")
    borrower = models.CharField(max_length=ADDRESS_LENGTH, db_index=True)
    nonce = Uint256Field()

    principal = models.BigIntegerField()
    prefunded = models.BigIntegerField(default=0)
    accrued_scaled = Uint256Field(default=0)
    last_accrual = models.BigIntegerField()
    rate_bps = models.PositiveIntegerField()
    status = models.PositiveSmallIntegerField(choices=STATUS_CHOICES, db_index=True)

    base_principal = models.BigIntegerField("drawn")
    schedule = models.PositiveSmallIntegerField(choices=SCHEDULE_CHOICES)
    instalments = models.PositiveIntegerField()
    interval = models.PositiveIntegerField("seconds between due dates")
    opened_at = models.BigIntegerField()
    charged_through = models.PositiveIntegerField(default=0)
    grace_period = models.PositiveIntegerField()
    cure_window = models.PositiveIntegerField()
    late_fee_bps = models.PositiveIntegerField()
    called_at = models.BigIntegerField(default=0)
    stopped_at_call = models.BigIntegerField(default=0)
    call_reason = models.PositiveSmallIntegerField(choices=REASON_CHOICES, default=0)
    impaired = models.BigIntegerField(default=0)
    window_spent = models.BooleanField("called without a cure window", default=False)
    cures = models.PositiveIntegerField(default=0)
    first_cure_at = models.BigIntegerField(default=0)
    limit = models.BigIntegerField("most principal after a later draw", default=0)
    classes = models.BigIntegerField("classes of all that was ever pledged, bits", default=0)
    lrt_opening_price = models.BigIntegerField("price of a restaking token at opening", default=0)

    loss = models.BigIntegerField(default=0)
    operations = models.PositiveIntegerField("words settled", default=0)
    failed_in_row = models.PositiveIntegerField("words failed since one applied", default=0)
    opened_tx = models.CharField(max_length=66)

    class Meta:
        ordering = ["loan_id"]
        constraints = [
            models.UniqueConstraint(fields=["borrower", "lane", "nonce"], name="loan_terms_once"),
            models.CheckConstraint(
                condition=Q(principal__gte=0, prefunded__gte=0, accrued_scaled__gte=0),
                name="loan_amounts_not_negative",
            ),
        ]

    def __str__(self) -> str:
        return f"Loan {self.lane_id}-{self.number}"

    @property
    def number(self) -> int:
        """Number within its lane."""
        return self.loan_id & ((1 << 40) - 1)

    @property
    def commitment(self) -> int:
        """What it counts for in the rooms of its classes, ledger units: all that it may draw."""
        return self.limit or self.base_principal

    @property
    def state(self) -> LoanState:
        """The loan as the domain knows it."""
        values = {name: getattr(self, name) for name in STATE_FIELDS}
        values["status"] = Status(self.status)
        values["schedule"] = ScheduleKind(self.schedule)
        values["call_reason"] = CallReason(self.call_reason)
        return LoanState(**values)

    @state.setter
    def state(self, state: LoanState) -> None:
        for name in STATE_FIELDS:
            setattr(self, name, getattr(state, name))


class PledgeStatus(models.TextChoices):
    """What became of a pledge."""

    HELD = "held", "Held"
    RELEASED = "released", "Given back"
    RETURNED = "returned", "Given back early"
    SOLD = "sold", "Sold"


class LoanCollateral(models.Model):
    """One thing pledged: an asset by its token, or restaking tokens (`token_id` 0)."""

    loan = models.ForeignKey(Loan, on_delete=models.CASCADE, related_name="collateral")
    token_id = Uint256Field(default=0)
    class_id = models.PositiveSmallIntegerField()
    lrt = models.CharField("restaking token", max_length=ADDRESS_LENGTH, blank=True)
    lrt_amount = Uint256Field("held amount, 1e-18 tokens", default=0)
    status = models.CharField(
        max_length=8, choices=PledgeStatus, default=PledgeStatus.HELD, db_index=True
    )
    went_to = models.CharField(max_length=ADDRESS_LENGTH, blank=True)

    class Meta:
        # Assets in the order in which the contract keeps them.
        ordering = ["loan_id", "id"]
        verbose_name_plural = "collateral of loans"
        constraints = [
            models.UniqueConstraint(fields=["loan", "token_id"], name="collateral_once"),
            models.UniqueConstraint(
                fields=["token_id"],
                condition=Q(status="held") & ~Q(token_id=0),
                name="collateral_asset_held_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{'Restaking tokens' if self.token_id == 0 else hex(self.token_id)[:10]}"


class LoanEntry(models.Model):
    """One line of a loan's journal: what an event or a settled word did.

    Lines are written with the loan that was read for them, and loans are never deleted alone: the
    database need not look each loan up again, which cost more than all else of a line.
    """

    loan = models.ForeignKey(
        Loan, on_delete=models.CASCADE, related_name="entries", db_constraint=False
    )
    name = models.CharField(max_length=24)
    amount = models.BigIntegerField(default=0)
    party = models.CharField(max_length=ADDRESS_LENGTH, blank=True)
    details = models.JSONField(default=dict)
    at = models.BigIntegerField("chain time")
    block_number = models.BigIntegerField()
    tx_hash = models.CharField(max_length=66)

    class Meta:
        ordering = ["id"]
        verbose_name_plural = "loan entries"
        # Collections are by far the most; nobody looks for them all by their name.
        indexes = [
            models.Index(fields=["name"], name="loan_entry_by_name", condition=~Q(name="collected"))
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.amount}"


class AskedCollection(models.Model):
    """The last collection that was asked for on a loan. No event decides it, so no rebuild ends it.

    How many words the loan had seen, and the due date that was reached: of two collections with
    the same, one is asked for.
    """

    loan_id = models.BigIntegerField(primary_key=True)
    operations = models.IntegerField()
    due_index = models.IntegerField()

    def __str__(self) -> str:
        return f"Loan {self.loan_id}, due date {self.due_index}"
