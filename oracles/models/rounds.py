"""Rounds of values, their content, and the reporters that sign them."""

from django.db import models
from django.db.models import Q

ADDRESS_LENGTH = 42
HASH_LENGTH = 66
_HASH = r"^0x[0-9a-f]{64}$"


class RoundStatus(models.TextChoices):
    """Where a round stands. It is computed whole before it exists, so there is no draft."""

    SIGNING = "signing", "Waiting for reporters"
    PUBLISHED = "published", "Published"
    VOIDED = "voided", "Voided by the guardian"
    ABANDONED = "abandoned", "Replaced before publication"


class Reporter(models.Model):
    """A party that signs rounds; mirrors the oracle contract."""

    address = models.CharField(max_length=ADDRESS_LENGTH, unique=True)
    active = models.BooleanField(default=True)
    changed_block = models.PositiveBigIntegerField(default=0)

    class Meta:
        ordering = ["address"]
        constraints = [
            models.CheckConstraint(
                condition=Q(address__regex=r"^0x[0-9a-fA-F]{40}$"), name="reporter_address_shape"
            )
        ]

    def __str__(self) -> str:
        return self.address


class Round(models.Model):
    """One valuation root with what the reporters sign beside it."""

    number = models.PositiveIntegerField()
    status = models.CharField(max_length=10, choices=RoundStatus, default=RoundStatus.SIGNING)
    observed_at = models.BigIntegerField("observed at, chain time")
    # Unknown of a round that others computed: the chain has hashes only.
    count = models.PositiveIntegerField("number of values", null=True, blank=True)
    root = models.CharField(max_length=HASH_LENGTH)
    content_hash = models.CharField("SHA-256 of the published leaves", max_length=HASH_LENGTH)
    model_set_hash = models.CharField(max_length=HASH_LENGTH, blank=True)
    snapshot_hash = models.CharField("SHA-256 of the inputs", max_length=HASH_LENGTH, blank=True)
    publish_key = models.CharField(max_length=80, blank=True)
    publish_attempts = models.PositiveSmallIntegerField(default=0)
    published_at = models.BigIntegerField("published at, chain time", null=True, blank=True)
    voided_at = models.BigIntegerField("voided at, chain time", null=True, blank=True)
    published_block = models.PositiveBigIntegerField(null=True, blank=True)
    tx_hash = models.CharField(max_length=HASH_LENGTH, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-number", "-id"]
        constraints = [
            models.CheckConstraint(condition=Q(number__gt=0), name="round_number_positive"),
            models.CheckConstraint(condition=Q(count__gt=0), name="round_not_empty"),
            models.CheckConstraint(
                condition=Q(root__regex=_HASH, content_hash__regex=_HASH), name="round_hash_shape"
            ),
            models.CheckConstraint(
                condition=~Q(status__in=[RoundStatus.PUBLISHED, RoundStatus.VOIDED])
                | Q(published_at__isnull=False),
                name="round_published_has_time",
            ),
            models.CheckConstraint(
                condition=~Q(status=RoundStatus.VOIDED) | Q(voided_at__isnull=False),
                name="round_voided_has_time",
            ),
            models.UniqueConstraint(
                fields=["number"],
                condition=~Q(status=RoundStatus.ABANDONED),
                name="round_number_once",
            ),
            models.UniqueConstraint(
                fields=["status"],
                condition=Q(status=RoundStatus.SIGNING),
                name="round_one_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"Round {self.number}"


class RoundSignature(models.Model):
    """One reporter's signature of one round."""

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="signatures")
    reporter = models.ForeignKey(Reporter, on_delete=models.PROTECT, related_name="signatures")
    signature = models.CharField(max_length=132)
    submitted_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["round", "reporter"], name="signature_once"),
            models.CheckConstraint(
                condition=Q(signature__regex=r"^0x[0-9a-f]{130}$"), name="signature_shape"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reporter} on {self.round}"


class RoundDissent(models.Model):
    """What a reporter computed that did not sign, and which leaves differ from the round's."""

    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="dissents")
    reporter = models.ForeignKey(Reporter, on_delete=models.PROTECT, related_name="dissents")
    code = models.CharField(max_length=20)
    root = models.CharField("root computed", max_length=HASH_LENGTH)
    snapshot_hash = models.CharField("SHA-256 of its inputs", max_length=HASH_LENGTH)
    count = models.PositiveIntegerField("leaves that differ")
    differences = models.JSONField("the first that differ", default=list)
    recorded_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["round", "reporter"], name="dissent_once"),
            models.CheckConstraint(condition=Q(root__regex=_HASH), name="dissent_root_shape"),
        ]

    def __str__(self) -> str:
        return f"{self.reporter} against {self.round}"


class SignedRound(models.Model):
    """A reporter's own journal: what its key has signed, written down before the key signs."""

    address = models.CharField(max_length=ADDRESS_LENGTH)
    oracle = models.CharField(max_length=ADDRESS_LENGTH)
    chain_id = models.BigIntegerField()
    number = models.PositiveIntegerField()
    observed_at = models.BigIntegerField()
    root = models.CharField(max_length=HASH_LENGTH)
    content_hash = models.CharField(max_length=HASH_LENGTH)
    written_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["chain_id", "oracle", "address", "number", "observed_at"],
                name="signed_round_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.address} signed round {self.number}"


class BreakerTrip(models.Model):
    """A round that was not opened, since too many values would leap at once."""

    number = models.PositiveIntegerField("round")
    observed_at = models.BigIntegerField("as of, chain time")
    beyond = models.PositiveIntegerField("values beyond their limits")
    counted = models.PositiveIntegerField("values in all")
    classes = models.JSONField("beyond their limits by class", default=dict)
    tripped_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["number"], name="breaker_trip_once_a_round"),
            models.CheckConstraint(
                condition=Q(beyond__gt=0, beyond__lte=models.F("counted")),
                name="breaker_trip_counts",
            ),
        ]

    def __str__(self) -> str:
        return f"Breaker of round {self.number}"


class PublisherLease(models.Model):
    """Who may publish now; one row. Every taking raises the token, which fences off the last."""

    token = models.BigIntegerField(default=0)
    until = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="publisher_lease_is_one_row")]

    def __str__(self) -> str:
        return f"Lease {self.token}"
