"""Verifiers, what is asked of them, and what they signed."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from collateral.domain.classes import Role
from collateral.fields import Uint256Field
from collateral.models.assets import ADDRESS_LENGTH, CLASS_CHOICES, HASH_LENGTH, Asset

ROLE_CHOICES = [(role.value, role.label.capitalize()) for role in Role]


class RequestStatus(models.TextChoices):
    """Where a request for one role stands."""

    OPEN = "open", "Waiting"
    CLAIMED = "claimed", "Taken by a verifier"
    ATTESTED = "attested", "Attested"
    REJECTED = "rejected", "Rejected"
    ASKED = "asked", "More is asked of the owner"
    WITHDRAWN = "withdrawn", "Withdrawn"


WAITING = (RequestStatus.OPEN, RequestStatus.CLAIMED)
WITH_REASON = (RequestStatus.REJECTED, RequestStatus.ASKED)


class ChallengeStatus(models.TextChoices):
    """Where a challenge of an attestation stands."""

    OPEN = "open", "Waiting for a ruling"
    UPHELD = "upheld", "Upheld"
    DISMISSED = "dismissed", "Dismissed"
    LAPSED = "lapsed", "Lapsed without a ruling"


class Verifier(models.Model):
    """A firm that vouches for assets, known by its wallet; authority and bond mirror the chain."""

    address = models.CharField(max_length=ADDRESS_LENGTH, unique=True)
    name = models.CharField(max_length=120, blank=True)
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        related_name="verifier",
        null=True,
        blank=True,
    )
    bond_units = models.BigIntegerField("bond, 1e-6 USD", default=0)
    unbonding_units = models.BigIntegerField("unbonding, 1e-6 USD", default=0)
    committed_units = models.BigIntegerField("committed by attestations, 1e-6 USD", default=0)
    lrt_address = models.CharField(max_length=ADDRESS_LENGTH, blank=True)
    lrt_bond_wei = Uint256Field("restaking tokens bonded, 1e-18 tokens", default=0)
    lrt_unbonding_wei = Uint256Field("restaking tokens unbonding, 1e-18 tokens", default=0)
    lrt_value_units = models.BigIntegerField("proven value of those bonded, 1e-6 USD", default=0)
    lrt_round = models.PositiveBigIntegerField("round of that proof", default=0)
    unbonding_ready_at = models.BigIntegerField("unbonding ends, chain time", default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(bond_units__gte=0), name="verifier_bond_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(unbonding_units__gte=0) & Q(lrt_unbonding_wei__gte=0),
                name="verifier_unbonding_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(committed_units__gte=0), name="verifier_committed_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(lrt_bond_wei__gte=0), name="verifier_lrt_bond_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.address


class VerifierAuthority(models.Model):
    """The roles in which a verifier may attest one class, as governance set them."""

    verifier = models.ForeignKey(Verifier, on_delete=models.CASCADE, related_name="authorities")
    class_id = models.PositiveSmallIntegerField(choices=CLASS_CHOICES)
    roles = models.PositiveSmallIntegerField("role bits")

    class Meta:
        verbose_name_plural = "verifier authorities"
        constraints = [
            models.UniqueConstraint(fields=["verifier", "class_id"], name="authority_once")
        ]

    def __str__(self) -> str:
        return f"{self.verifier} {self.get_class_id_display()}: {Role(self.roles).label}"


class VerificationRequest(models.Model):
    """One role asked to vouch for one asset."""

    asset = models.ForeignKey(Asset, on_delete=models.PROTECT, related_name="requests")
    role = models.PositiveSmallIntegerField(choices=ROLE_CHOICES)
    submission = models.PositiveSmallIntegerField("submission of the asset", default=1)
    status = models.CharField(
        max_length=9, choices=RequestStatus, default=RequestStatus.OPEN, db_index=True
    )
    claimed_by = models.ForeignKey(
        Verifier, on_delete=models.PROTECT, related_name="requests", null=True, blank=True
    )
    evidence_root = models.CharField(max_length=HASH_LENGTH)
    checked = models.JSONField("points of the checklist confirmed", default=list, blank=True)
    reason = models.CharField("reason, for the owner", max_length=300, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    claimed_at = models.DateTimeField(null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["created_at", "id"]
        indexes = [models.Index(fields=["status", "created_at"], name="request_queue")]
        constraints = [
            models.UniqueConstraint(
                fields=["asset", "role", "submission"], name="request_role_once"
            ),
            models.CheckConstraint(
                condition=Q(status__in=(RequestStatus.OPEN, RequestStatus.WITHDRAWN))
                | Q(claimed_by__isnull=False),
                name="request_taken_has_verifier",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=WITH_REASON) | ~Q(reason=""),
                name="request_refused_has_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()} of {self.asset}"


class Attestation(models.Model):
    """A verifier's signed statement (EAS off-chain, version 2), kept word for word."""

    request = models.OneToOneField(
        VerificationRequest, on_delete=models.PROTECT, related_name="attestation"
    )
    verifier = models.ForeignKey(Verifier, on_delete=models.PROTECT, related_name="attestations")
    message = models.JSONField()
    uid = models.CharField(max_length=HASH_LENGTH, unique=True)
    signature = models.CharField(max_length=400)
    salt = models.CharField(max_length=HASH_LENGTH)
    value_units = models.BigIntegerField("value, 1e-6 USD", default=0)
    signed_at = models.BigIntegerField("signed at, chain time")
    observed_at = models.BigIntegerField("observed at, chain time")
    valid_until = models.BigIntegerField("valid until, chain time")
    spent = models.BooleanField("used for a mint", default=False)
    revoked = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(value_units__gte=0), name="attestation_value_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(valid_until__gt=models.F("observed_at")),
                name="attestation_validity_order",
            ),
        ]

    def __str__(self) -> str:
        return f"Attestation {self.uid[:10]} by {self.verifier}"


class Challenge(models.Model):
    """Somebody's bonded doubt of an attestation, and what governance ruled."""

    verifier = models.ForeignKey(Verifier, on_delete=models.PROTECT, related_name="challenges")
    uid = models.CharField("attestation", max_length=HASH_LENGTH)
    challenger_address = models.CharField(max_length=ADDRESS_LENGTH)
    bond_units = models.BigIntegerField("challenger's bond, 1e-6 USD")
    evidence_hash = models.CharField(max_length=HASH_LENGTH)
    opened_at = models.BigIntegerField("opened at, chain time")
    status = models.CharField(
        max_length=9, choices=ChallengeStatus, default=ChallengeStatus.OPEN, db_index=True
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["verifier", "uid"],
                condition=Q(status=ChallengeStatus.OPEN),
                name="challenge_open_once",
            )
        ]

    def __str__(self) -> str:
        return f"Challenge of {self.uid[:10]} by {self.challenger_address[:10]}"
