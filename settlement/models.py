"""The settlement engine's state: write-ahead envelopes, operations, and what the chain said."""

from django.db import models
from django.db.models import F, Q


class BatchStatus(models.TextChoices):
    """Life of a transaction. Only a receipt leads out of `SENT`."""

    PLANNED = "planned", "Planned"
    SIGNED = "signed", "Signed"
    SENT = "sent", "Sent"
    MINED = "mined", "Mined"
    FINAL = "final", "Final"
    REVERTED = "reverted", "Reverted"
    DEAD = "dead", "Dead"


IN_FLIGHT = (BatchStatus.SIGNED, BatchStatus.SENT)
OPEN = (BatchStatus.PLANNED, *IN_FLIGHT)


class Block(models.Model):
    """A block that we have read, linked to the one before by its hash."""

    number = models.BigIntegerField(primary_key=True)
    hash = models.CharField(max_length=66, unique=True)
    parent_hash = models.CharField(max_length=66)
    timestamp = models.BigIntegerField(help_text="Unix seconds")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(number__gte=0), name="block_number_positive")
        ]

    def __str__(self) -> str:
        return f"Block {self.number}"


class Cursor(models.Model):
    """How far a reader of the chain has come; moved only together with what it read."""

    name = models.CharField(max_length=20, primary_key=True)
    block_number = models.BigIntegerField()
    block_hash = models.CharField(max_length=66)
    head_number = models.BigIntegerField(default=0)
    updated_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"{self.name} at block {self.block_number}"


class EventLog(models.Model):
    """One event of our contracts, as it was emitted; append-only."""

    block_number = models.BigIntegerField()
    block_hash = models.CharField(max_length=66)
    log_index = models.IntegerField()
    tx_hash = models.CharField(max_length=66)
    contract = models.CharField(max_length=40)
    name = models.CharField(max_length=60)
    args = models.JSONField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["block_hash", "log_index"], name="event_log_once")
        ]
        indexes = [
            models.Index(fields=["contract", "name", "block_number"], name="event_log_by_name"),
            models.Index(fields=["block_number", "log_index"], name="event_log_in_order"),
        ]
        verbose_name = "event"

    def __str__(self) -> str:
        return f"{self.contract}.{self.name} in block {self.block_number}"


class Signer(models.Model):
    """A relayer key. One worker at a time acts for it, by a lease with a fencing token."""

    chain_id = models.BigIntegerField()
    address = models.CharField(max_length=42)
    purpose = models.CharField(max_length=20)
    key_index = models.IntegerField()
    lane = models.IntegerField(null=True, blank=True)
    lease_token = models.BigIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["chain_id", "address"], name="signer_once"),
            models.UniqueConstraint(
                fields=["chain_id", "lane"],
                condition=Q(lane__isnull=False),
                name="signer_one_per_lane",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.key_index} ({self.address[:10]}…)"


class Lane(models.Model):
    """The next operation number of a lane; its row is locked while numbers are given out."""

    number = models.IntegerField(primary_key=True)
    next_operation = models.BigIntegerField(default=1)

    def __str__(self) -> str:
        return f"Lane {self.number}"


class Batch(models.Model):
    """The write-ahead envelope of one transaction: stored in full before it is broadcast."""

    client_key = models.CharField(max_length=120, unique=True)
    kind = models.CharField(max_length=20)
    lane = models.IntegerField(null=True, blank=True)
    chain_id = models.BigIntegerField()
    signer = models.ForeignKey(Signer, on_delete=models.PROTECT, related_name="batches")
    contract = models.CharField(max_length=40)
    function = models.CharField(max_length=60)
    to_address = models.CharField(max_length=42)
    data = models.BinaryField()
    status = models.CharField(
        max_length=10, choices=BatchStatus.choices, default=BatchStatus.PLANNED
    )
    nonce = models.BigIntegerField(null=True, blank=True)
    gas_limit = models.BigIntegerField(null=True, blank=True)
    max_fee_wei = models.BigIntegerField(null=True, blank=True)
    priority_fee_wei = models.BigIntegerField(null=True, blank=True)
    raw = models.BinaryField(null=True, blank=True)
    tx_hash = models.CharField(max_length=66, null=True, blank=True, unique=True)
    replaced_hashes = models.JSONField(default=list, blank=True)
    block_number = models.BigIntegerField(null=True, blank=True)
    block_hash = models.CharField(max_length=66, null=True, blank=True)
    gas_used = models.BigIntegerField(null=True, blank=True)
    error = models.TextField(blank=True)
    first_number = models.BigIntegerField(null=True, blank=True)
    last_number = models.BigIntegerField(null=True, blank=True)
    words_hash = models.CharField(max_length=66, blank=True)
    results = models.BinaryField(null=True, blank=True)
    applied = models.IntegerField(default=0)
    failed = models.IntegerField(default=0)
    skipped = models.IntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    broadcast_at = models.DateTimeField(null=True, blank=True)
    mined_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["chain_id", "signer", "nonce"], name="batch_one_per_nonce"
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["signed", "sent", "mined", "final", "reverted"])
                | Q(nonce__isnull=False, raw__isnull=False, tx_hash__isnull=False),
                name="batch_stored_before_broadcast",
            ),
            models.CheckConstraint(
                condition=Q(first_number__isnull=True) | Q(last_number__gte=F("first_number")),
                name="batch_range_in_order",
            ),
        ]
        indexes = [
            models.Index(
                fields=["signer", "id"],
                condition=Q(status__in=["planned", "signed", "sent"]),
                name="batch_open_by_signer",
            ),
            models.Index(fields=["status", "id"], name="batch_by_status"),
            models.Index(fields=["lane", "first_number"], name="batch_by_range"),
            models.Index(fields=["kind", "id"], name="batch_by_kind"),
        ]
        verbose_name_plural = "batches"

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class Operation(models.Model):
    """One settle operation, written once and never updated; its status is derived."""

    client_key = models.CharField(max_length=120, unique=True)
    kind = models.SmallIntegerField()
    lane = models.IntegerField()
    number = models.BigIntegerField()
    loan_id = models.BigIntegerField()
    amount = models.BigIntegerField(help_text="Ledger units; the due date's index of a charge")
    card = models.BinaryField(default=b"", help_text="The loan's card, of a charge and a close")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["lane", "number"], name="operation_number_once"),
            models.CheckConstraint(condition=Q(amount__gte=0), name="operation_amount_positive"),
            models.CheckConstraint(condition=Q(number__gt=0), name="operation_number_positive"),
        ]
        indexes = [models.Index(fields=["loan_id"], name="operation_by_loan")]

    def __str__(self) -> str:
        return f"Operation {self.number} of lane {self.lane}"
