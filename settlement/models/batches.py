"""Transactions, stored in full before they are broadcast."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from settlement.models.signers import Signer


class BatchStatus(models.TextChoices):
    """Life of a transaction. Only a receipt leads out of `SENT`."""

    PLANNED = "planned", "Planned"
    SIGNED = "signed", "Signed"
    SENT = "sent", "Sent"
    MINED = "mined", "Mined"
    FINAL = "final", "Final"
    REVERTED = "reverted", "Reverted"
    DEAD = "dead", "Dead"


class Failure(models.TextChoices):
    """Codes of why a transaction had no effect; the sentence stands in `error`."""

    REFUSED = "refused", "The contract would refuse it"
    REVERTED = "reverted", "It was mined and reverted"
    DEADLINE = "deadline_passed", "Its deadline passed before it was sent"
    CANCELLED = "cancelled", "An operator cancelled it"


IN_FLIGHT = (BatchStatus.SIGNED, BatchStatus.SENT)
OPEN = (BatchStatus.PLANNED, *IN_FLIGHT)


class Batch(models.Model):
    """The write-ahead envelope of one transaction: stored in full before it is broadcast."""

    client_key = models.CharField(max_length=120, unique=True)
    kind = models.CharField(max_length=20)
    lane = models.IntegerField(null=True, blank=True)
    chain_id = models.BigIntegerField()
    signer = models.ForeignKey(Signer, on_delete=models.PROTECT, related_name="batches")
    priority = models.SmallIntegerField(default=0)
    deadline = models.BigIntegerField(null=True, blank=True, help_text="Unix seconds")
    # What it touches (settlement.domain.kinds), and the lane's next number when it was accepted:
    # the two places it has in the order of arrival.
    reads = ArrayField(models.CharField(max_length=120), default=list, blank=True)
    writes = ArrayField(models.CharField(max_length=120), default=list, blank=True)
    adds = ArrayField(models.CharField(max_length=120), default=list, blank=True)
    after_number = models.BigIntegerField(default=0)
    waited_on = models.JSONField(default=list, blank=True)
    contract = models.CharField(max_length=40)
    function = models.CharField(max_length=60)
    to_address = models.CharField(max_length=42)
    data = models.BinaryField()
    status = models.CharField(
        max_length=10, choices=BatchStatus.choices, default=BatchStatus.PLANNED
    )
    nonce = models.BigIntegerField(null=True, blank=True)
    gas_limit = models.BigIntegerField(null=True, blank=True)
    gas_modelled = models.BigIntegerField(null=True, blank=True)
    simulated = models.BooleanField(default=False)
    max_fee_wei = models.BigIntegerField(null=True, blank=True)
    priority_fee_wei = models.BigIntegerField(null=True, blank=True)
    # With the fields it makes the bytes that are sent (settlement.services.sealing).
    signature = models.BinaryField(null=True, blank=True)
    tx_hash = models.CharField(max_length=66, null=True, blank=True, unique=True)
    replaced_hashes = models.JSONField(default=list, blank=True)
    block_number = models.BigIntegerField(null=True, blank=True)
    block_hash = models.CharField(max_length=66, null=True, blank=True)
    gas_used = models.BigIntegerField(null=True, blank=True)
    error = models.TextField(blank=True)
    failure = models.CharField(
        max_length=20, choices=Failure.choices, blank=True, help_text="Why it had no effect"
    )
    # Why a transfer of nothing is signed for its nonce, and the hashes of such transfers: when
    # one of them is mined, the batch had no effect.
    cancelled = models.TextField(blank=True, help_text="Why its nonce is spent on nothing")
    cancel_hashes = models.JSONField(default=list, blank=True)
    first_number = models.BigIntegerField(null=True, blank=True)
    last_number = models.BigIntegerField(null=True, blank=True)
    count = models.IntegerField(default=0, help_text="Operations in it")
    shape = models.SmallIntegerField(default=0, help_text="Kinds of its operations, a bit each")
    suspect = models.BooleanField(default=False, help_text="Simulated before it is sent")
    results = models.BinaryField(null=True, blank=True)
    applied = models.IntegerField(default=0)
    failed = models.IntegerField(default=0)
    skipped = models.IntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    claimed_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    broadcast_at = models.DateTimeField(null=True, blank=True)
    mined_at = models.DateTimeField(null=True, blank=True)
    final_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["chain_id", "signer", "nonce"], name="batch_one_per_nonce"
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["signed", "sent", "mined", "final", "reverted"])
                | Q(nonce__isnull=False, signature__isnull=False, tx_hash__isnull=False),
                name="batch_stored_before_broadcast",
            ),
            models.CheckConstraint(
                condition=~Q(status="planned") | Q(nonce__isnull=True),
                name="batch_signed_with_its_nonce",
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
            models.Index(
                # The key too: what one key has open is asked with every ring.
                fields=["status", "signer", "id"],
                condition=Q(status__in=["planned", "signed", "sent", "mined"]),
                name="batch_not_final",
            ),
            models.Index(fields=["lane", "first_number"], name="batch_by_range"),
            models.Index(fields=["kind", "shape", "id"], name="batch_by_shape"),
        ]
        verbose_name_plural = "batches"

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"
