"""Owners, the things they register, and the evidence for them."""

from collections.abc import Iterable

from django.db import models
from django.db.models import Q

from collateral.domain.classes import CLASSES, AssetClass, class_by_id
from collateral.fields import Uint256Field

CLASS_CHOICES = [(one.id, one.label) for one in CLASSES if not one.fungible]
_LAST_PHYSICAL_CLASS = max(one.id for one in CLASSES if not one.fungible)
ADDRESS_LENGTH = 42
HASH_LENGTH = 66


class AssetStatus(models.TextChoices):
    """Where an asset stands, from registration to the token and the pledge."""

    DRAFT = "draft", "Draft"
    SUBMITTED = "submitted", "Waiting for verifiers"
    VERIFIED = "verified", "Attested by all roles"
    MINTING = "minting", "Token being minted"
    MINTED = "minted", "Token held by its owner"
    PLEDGED = "pledged", "Pledged for a loan"
    FROZEN = "frozen", "Frozen"
    REVOKED = "revoked", "Revoked"
    REJECTED = "rejected", "Rejected by a verifier"
    INCOMPLETE = "incomplete", "A verifier asks for more"
    MINT_FAILED = "mint_failed", "Mint refused by the registry"


class RenewalStatus(models.TextChoices):
    """Where the renewal of a living token's attestations stands."""

    NONE = "", "None under way"
    SUBMITTED = "submitted", "Waiting for verifiers"
    VERIFIED = "verified", "Attested anew by all roles"
    SENDING = "sending", "Being written to the ledger"


# Before the verifiers have it, and when it came back from them, its owner may change the evidence.
OPEN_TO_OWNER = (AssetStatus.DRAFT, AssetStatus.REJECTED, AssetStatus.INCOMPLETE)
ON_CHAIN = (AssetStatus.MINTED, AssetStatus.PLEDGED, AssetStatus.FROZEN, AssetStatus.REVOKED)


class Owner(models.Model):
    """A person or firm that registers assets, known by its wallet."""

    address = models.CharField(max_length=ADDRESS_LENGTH, unique=True)
    label = models.CharField(max_length=120, blank=True)
    lei = models.CharField("LEI", max_length=20, blank=True)
    read_until = models.DateTimeField("changes read until", null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(address__regex=r"^0x[0-9a-fA-F]{40}$"), name="owner_address_shape"
            )
        ]

    def __str__(self) -> str:
        return self.label or self.address


class Asset(models.Model):
    """One physical thing. What the chain knows of it is mirrored here from events."""

    class_id = models.PositiveSmallIntegerField("class", choices=CLASS_CHOICES)
    scheme = models.CharField(max_length=20)
    canonical = models.CharField("identifier", max_length=1200)
    anchor = models.CharField(max_length=HASH_LENGTH, unique=True)
    identity_salt = models.BinaryField(max_length=32)
    identity_commitment = models.CharField(max_length=HASH_LENGTH)
    evidence_root = models.CharField(max_length=HASH_LENGTH, blank=True)
    attributes = models.JSONField(default=dict)
    flags = models.JSONField(default=list)
    price_units = models.BigIntegerField("price hint, 1e-6 USD", null=True, blank=True)
    owner = models.ForeignKey(
        Owner, on_delete=models.PROTECT, related_name="assets", null=True, blank=True
    )
    originator_address = models.CharField(max_length=ADDRESS_LENGTH, blank=True)
    publisher = models.CharField(max_length=120, blank=True)
    source_file = models.CharField(max_length=200, blank=True)
    source_line = models.PositiveIntegerField(null=True, blank=True)
    source_record = models.PositiveIntegerField(null=True, blank=True)
    status = models.CharField(max_length=12, choices=AssetStatus, default=AssetStatus.DRAFT)
    status_reason = models.CharField(max_length=300, blank=True)
    submission = models.PositiveSmallIntegerField("times handed to the verifiers", default=0)
    renewal = models.CharField(
        max_length=9, choices=RenewalStatus, default=RenewalStatus.NONE, blank=True
    )
    mint_key = models.CharField(max_length=80, blank=True)
    mint_attempts = models.PositiveSmallIntegerField(default=0)
    token_id = Uint256Field(null=True, blank=True, unique=True)
    appraisal_cap_units = models.BigIntegerField("appraisal cap, 1e-6 USD", null=True, blank=True)
    attested_at = models.BigIntegerField("attested at, chain time", null=True, blank=True)
    valid_until = models.BigIntegerField("valid until, chain time", null=True, blank=True)
    holder_address = models.CharField(max_length=ADDRESS_LENGTH, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [
            models.Index(fields=["status", "class_id"], name="asset_status_class"),
            models.Index(fields=["owner", "status"], name="asset_owner_status"),
            models.Index(fields=["publisher", "source_file"], name="asset_source"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(class_id__gte=1, class_id__lte=_LAST_PHYSICAL_CLASS),
                name="asset_class_known",
            ),
            models.CheckConstraint(
                condition=Q(price_units__isnull=True) | Q(price_units__gt=0),
                name="asset_price_positive",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=ON_CHAIN) | Q(token_id__isnull=False),
                name="asset_on_chain_has_token",
            ),
            models.CheckConstraint(
                condition=Q(status=AssetStatus.DRAFT) | Q(owner__isnull=False),
                name="asset_submitted_has_owner",
            ),
            models.CheckConstraint(
                condition=Q(appraisal_cap_units__isnull=True) | Q(appraisal_cap_units__gte=0),
                name="asset_cap_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(renewal=RenewalStatus.NONE) | Q(token_id__isnull=False),
                name="asset_renewed_has_token",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.asset_class.label} {self.name}"

    @property
    def asset_class(self) -> AssetClass:
        """The rules of its class."""
        return class_by_id(self.class_id)

    @property
    def name(self) -> str:
        """What to call it on a page: its words where it has any, else its identifier."""
        given = self.attributes
        named = given.get("title") or given.get("listed_as")
        if not named:
            words = [given.get("maker"), given.get("model")]
            named = " ".join(str(word) for word in words if word) or given.get("address")
        return str(named or self.canonical)

    @property
    def owner_address(self) -> str:
        """The recorded owner's wallet, empty while nobody claimed it."""
        return self.owner.address if self.owner else ""

    @property
    def nameplate_w(self) -> int | None:
        """Greatest output by its plate, watts; attested output must not exceed it."""
        value = self.attributes.get("nameplate_w")
        return value if isinstance(value, int) else None


class AssetAnchor(models.Model):
    """One identifier of an asset under one key version; taken once, for ever (rule A1)."""

    asset = models.ForeignKey(Asset, on_delete=models.PROTECT, related_name="anchors")
    position = models.PositiveSmallIntegerField()
    scheme = models.CharField(max_length=20)
    canonical = models.CharField(max_length=1200)
    anchor = models.CharField(max_length=HASH_LENGTH, unique=True)

    class Meta:
        ordering = ["asset_id", "position"]
        constraints = [
            models.UniqueConstraint(fields=["asset", "position"], name="anchor_order_unique")
        ]

    def __str__(self) -> str:
        return f"{self.scheme} {self.canonical}"


class Evidence(models.Model):
    """One document or field that supports an asset; the file itself stays private.

    ``submission`` is the first one it belongs to. A later document of the same kind replaces it;
    what verifiers once saw is kept, so that they see what changed.
    """

    asset = models.ForeignKey(Asset, on_delete=models.PROTECT, related_name="evidence")
    kind = models.CharField(max_length=80)
    sha256 = models.CharField(max_length=HASH_LENGTH)
    salt = models.BinaryField(max_length=32)
    size = models.PositiveBigIntegerField("size, bytes")
    path = models.CharField(max_length=200, blank=True)
    submission = models.PositiveSmallIntegerField("first submission it belongs to", default=1)
    media_type = models.CharField(max_length=40, blank=True)
    # 64 bits that stay nearly the same when a picture is scaled or compressed again.
    image_hash = models.BigIntegerField("perceptual hash", null=True, blank=True)
    # Of what was registered: its fields, and the secret from which each one's salt is made.
    fields = models.JSONField(null=True, blank=True)
    fields_secret = models.BinaryField(max_length=32, null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name_plural = "evidence"
        constraints = [
            models.UniqueConstraint(
                fields=["asset", "kind", "submission"], name="evidence_kind_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.asset_id}"


class LrtHolding(models.Model):
    """Liquid restaking tokens that an owner means to pledge; a plan, the chain has the balance."""

    holder_address = models.CharField(max_length=ADDRESS_LENGTH)
    symbol = models.CharField(max_length=20)
    amount_wei = Uint256Field("amount, 1e-18 tokens")
    publisher = models.CharField(max_length=120)
    source_file = models.CharField(max_length=200)
    source_record = models.PositiveIntegerField()

    class Meta:
        verbose_name = "restaking token holding"
        constraints = [
            models.UniqueConstraint(
                fields=["publisher", "source_file", "source_record"], name="lrt_holding_once"
            ),
            models.CheckConstraint(condition=Q(amount_wei__gt=0), name="lrt_holding_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.amount_wei / 10**18:.4f} {self.symbol}"


def current_evidence(evidence: Iterable[Evidence], submission: int) -> list[Evidence]:
    """Return the documents of a submission: of each kind the newest up to it."""
    newest: dict[str, Evidence] = {}
    for one in sorted(evidence, key=lambda row: (row.submission, row.pk or 0)):
        if one.submission <= submission:
            newest[one.kind] = one
    return list(newest.values())
