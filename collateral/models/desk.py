"""What happens round an asset: its history, files on their way in, and decisions of two people."""

import uuid

from django.db import models
from django.db.models import F, Q

from collateral.models.assets import ADDRESS_LENGTH, CLASS_CHOICES, Asset
from collateral.models.joint import TwoPeopleDecision
from collateral.models.verification import Attestation, Verifier

MAX_CHUNK_BYTES = 1024 * 1024


class AssetChange(models.Model):
    """One line of an asset's history, in words for its owner."""

    asset = models.ForeignKey(Asset, on_delete=models.CASCADE, related_name="changes")
    kind = models.CharField(max_length=20)
    text = models.CharField(max_length=400)
    # What may be told once only (an event of the chain, a warning) carries a key.
    key = models.CharField(max_length=100, blank=True)
    at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        ordering = ["at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["asset", "key"], condition=~Q(key=""), name="change_key_once"
            )
        ]

    def __str__(self) -> str:
        return self.text


class EvidenceUpload(models.Model):
    """A document on its way in, piece by piece, so that a broken line costs one piece."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    asset = models.ForeignKey(Asset, on_delete=models.CASCADE, related_name="uploads")
    kind = models.CharField(max_length=80)
    file_name = models.CharField(max_length=200)
    size = models.PositiveIntegerField("size, bytes")
    sha256 = models.CharField("SHA-256 of the whole", max_length=64)
    received = models.PositiveIntegerField("bytes received", default=0)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(received__lte=F("size")) & Q(size__gt=0), name="upload_within_size"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind}, {self.received} of {self.size} bytes"


class EvidenceChunk(models.Model):
    """One piece of an upload; gone once the document is complete or refused."""

    upload = models.ForeignKey(EvidenceUpload, on_delete=models.CASCADE, related_name="chunks")
    offset = models.PositiveIntegerField()
    content = models.BinaryField(max_length=MAX_CHUNK_BYTES)

    class Meta:
        ordering = ["upload_id", "offset"]
        constraints = [models.UniqueConstraint(fields=["upload", "offset"], name="chunk_once")]

    def __str__(self) -> str:
        return f"{self.upload_id} at {self.offset}"


class JointKind(models.TextChoices):
    """What one person alone may not do."""

    REVOKE = "revoke", "Revoke an attestation"
    FREEZE = "freeze", "Freeze the token"


class JointDecision(TwoPeopleDecision):
    """A revocation or a freeze: proposed by one person, confirmed by another."""

    asset = models.ForeignKey(Asset, on_delete=models.PROTECT, related_name="decisions")
    attestation = models.ForeignKey(
        Attestation, on_delete=models.PROTECT, related_name="decisions", null=True, blank=True
    )
    kind = models.CharField(max_length=6, choices=JointKind)

    class Meta(TwoPeopleDecision.Meta):
        constraints = [
            *TwoPeopleDecision.Meta.constraints,
            models.CheckConstraint(
                condition=Q(kind="freeze") | Q(attestation__isnull=False),
                name="decision_revokes_something",
            ),
            models.UniqueConstraint(
                fields=["asset", "kind", "attestation"],
                condition=Q(status__in=("proposed", "confirmed")),
                nulls_distinct=False,
                name="decision_once_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.asset}"


class VerifierInterest(models.Model):
    """A wallet that a verifier is tied to; it may not vouch for what that wallet owns."""

    verifier = models.ForeignKey(Verifier, on_delete=models.CASCADE, related_name="interests")
    address = models.CharField(max_length=ADDRESS_LENGTH)
    note = models.CharField("what ties them", max_length=200)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["verifier", "address"], name="interest_once")
        ]

    def __str__(self) -> str:
        return f"{self.verifier} and {self.address}"


class ApplicationStatus(models.TextChoices):
    """Where an application to become a verifier stands."""

    OPEN = "open", "Waits for governance"
    ADMITTED = "admitted", "Admitted"
    DECLINED = "declined", "Declined"


class VerifierApplication(models.Model):
    """A firm that wants to vouch; governance admits it on the ledger."""

    address = models.CharField(max_length=ADDRESS_LENGTH)
    name = models.CharField(max_length=120)
    class_id = models.PositiveSmallIntegerField("class", choices=CLASS_CHOICES)
    roles = models.PositiveSmallIntegerField("role bits")
    statement = models.CharField("experience and licences", max_length=1000)
    status = models.CharField(
        max_length=8, choices=ApplicationStatus, default=ApplicationStatus.OPEN
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["created_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["address", "class_id"], condition=Q(status="open"), name="application_once"
            ),
            models.CheckConstraint(condition=Q(roles__gt=0), name="application_has_roles"),
        ]

    def __str__(self) -> str:
        return f"{self.name} for {self.get_class_id_display()}"


class VerifierExposure(models.Model):
    """What a verifier's attestations commit until the end of one week, as on the ledger."""

    verifier = models.ForeignKey(Verifier, on_delete=models.CASCADE, related_name="exposures")
    week = models.PositiveIntegerField("last week, counted from 1970")
    committed_units = models.BigIntegerField("committed, 1e-6 USD", default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["verifier", "week"], name="exposure_once"),
            models.CheckConstraint(
                condition=Q(committed_units__gte=0), name="exposure_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.verifier}, week {self.week}"
