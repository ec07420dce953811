"""Who observes prices and incomes, and every observation, accepted or refused."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Length
from django.db.models.lookups import Exact

from collateral.domain.classes import CLASSES
from collateral.fields import Uint256Field
from oracles.domain.canonical import SHA256_BYTES
from oracles.domain.quantities import MAX_SCALE, ObservationKind, Unit
from oracles.fields import Sha256Field

CLASS_CHOICES = [(one.id, one.label) for one in CLASSES]
KIND_CHOICES = [(kind.value, kind.value.replace("_", " ").capitalize()) for kind in ObservationKind]
UNIT_CHOICES = [
    (Unit.USD.value, "USD"),
    (Unit.USD_PER_HOUR.value, "USD per hour"),
    (Unit.USD_PER_MONTH.value, "USD per month"),
    (Unit.ETH.value, "ETH"),
    (Unit.RATIO.value, "of one"),
    (Unit.COUNT.value, "levels"),
    (Unit.USD_PER_ONE.value, "USD for one"),
]
ADDRESS_LENGTH = 42
SIGNATURE_LENGTH = 132
# How a currency is written; the dollar itself has no rate.
CURRENCY = r"^(?!USD$)[A-Z]{3}$"
# Kinds of which zero says something.
SHARES = (ObservationKind.WRAP_DEPTH, ObservationKind.BACKING, ObservationKind.SLASHING)


class SourceKind(models.TextChoices):
    """What stands behind a source; two of one kind may still be independent."""

    REGISTRY = "registry", "Attested by verifiers"
    APPRAISER = "appraiser", "Appraiser"
    PUBLISHED = "published", "Published record"
    MARKETPLACE = "marketplace", "Marketplace"
    TELEMETRY = "telemetry", "Device telemetry"
    EXCHANGE = "exchange", "Exchange"
    DESK = "desk", "Two people at the desk"


class Verdict(models.TextChoices):
    """Whether an observation counts."""

    ACCEPTED = "accepted", "Accepted"
    REFUSED = "refused", "Refused"


class Source(models.Model):
    """One voice: whatever it says of an asset counts once, by its newest observation."""

    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=12, choices=SourceKind)
    class_id = models.PositiveSmallIntegerField(
        "only for class", choices=CLASS_CHOICES, null=True, blank=True
    )
    active = models.BooleanField(default=True)
    signer = models.CharField(
        "address that signs what it says",
        max_length=ADDRESS_LENGTH,
        blank=True,
        db_default="",
        help_text="With one, an observation counts only with its signature.",
    )

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(condition=~Q(slug=""), name="source_has_slug"),
            models.CheckConstraint(
                condition=Q(kind__in=SourceKind.values), name="source_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(signer="") | Q(signer__regex=r"^0x[0-9a-fA-F]{40}$"),
                name="source_signer_shape",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Observation(models.Model):
    """What a source said of an asset, token or currency: ``value · 10^-scale`` of ``unit``.

    ``token`` is a token contract's address, or the ISO code of a currency.
    Never changed. A refused one keeps its code and what was given, word for word.
    """

    asset = models.ForeignKey(
        "collateral.Asset",
        on_delete=models.PROTECT,
        related_name="observations",
        null=True,
        blank=True,
    )
    token = models.CharField("token or currency", max_length=ADDRESS_LENGTH, blank=True)
    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="observations")
    kind = models.CharField(max_length=20, choices=KIND_CHOICES)
    value = Uint256Field(null=True, blank=True)
    unit = models.CharField(max_length=20, choices=UNIT_CHOICES)
    scale = models.SmallIntegerField("decimals")
    currency = models.CharField(max_length=3, default="USD", db_default="USD")
    # What the models count: whole base units, of US dollars where the unit is money.
    amount = Uint256Field("value in base units", null=True, blank=True)
    observed_at = models.BigIntegerField("observed at, unix seconds")
    given = models.CharField("value as given", max_length=100)
    raw_hash = Sha256Field("SHA-256 of the raw document")
    signature = models.CharField(max_length=SIGNATURE_LENGTH, blank=True, db_default="")
    override = models.ForeignKey(
        "oracles.Override",
        on_delete=models.PROTECT,
        related_name="observations",
        null=True,
        blank=True,
        db_index=False,
    )
    verdict = models.CharField(max_length=8, choices=Verdict)
    code = models.CharField(max_length=20, blank=True)
    reason = models.CharField(max_length=300, blank=True)
    recorded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["asset", "source", "kind", "-observed_at"],
                condition=Q(verdict=Verdict.ACCEPTED),
                name="observation_newest",
            ),
            models.Index(
                fields=["token", "source", "kind", "-observed_at"],
                condition=Q(verdict=Verdict.ACCEPTED) & ~Q(token=""),
                name="observation_newest_token",
            ),
            models.Index(fields=["verdict", "-recorded_at"], name="observation_verdict"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(asset__isnull=False, token="") | (Q(asset__isnull=True) & ~Q(token="")),
                name="observation_one_subject",
            ),
            models.CheckConstraint(
                condition=Q(verdict=Verdict.ACCEPTED, code="")
                | (Q(verdict=Verdict.REFUSED) & ~Q(code="")),
                name="observation_refused_has_code",
            ),
            models.CheckConstraint(
                condition=Q(verdict=Verdict.REFUSED)
                | Q(
                    Q(value__isnull=False, amount__isnull=False),
                    Q(value__gt=0) | Q(kind__in=list(SHARES), value__gte=0),
                    observed_at__gt=0,
                    scale__gte=0,
                    scale__lte=MAX_SCALE,
                    kind__in=list(ObservationKind),
                    unit__in=list(Unit),
                ),
                name="observation_accepted_is_usable",
            ),
            models.CheckConstraint(
                condition=Exact(Length("raw_hash"), SHA256_BYTES), name="observation_hash_is_whole"
            ),
            # A cap stands on what two people decided, and on nothing else.
            models.CheckConstraint(
                condition=Q(verdict=Verdict.REFUSED)
                | Q(kind=ObservationKind.CAP, override__isnull=False)
                | (~Q(kind=ObservationKind.CAP) & Q(override__isnull=True)),
                name="observation_cap_has_override",
            ),
            models.CheckConstraint(
                condition=Q(verdict=Verdict.REFUSED)
                | Q(kind=ObservationKind.EXCHANGE_RATE, token__regex=CURRENCY)
                | (~Q(kind=ObservationKind.EXCHANGE_RATE) & ~Q(token__regex=CURRENCY)),
                name="observation_rate_of_currency",
            ),
            models.UniqueConstraint(
                fields=["override"],
                condition=Q(override__isnull=False),
                name="observation_one_an_override",
            ),
            # A source says one thing of a subject for one moment.
            models.UniqueConstraint(
                fields=["source", "asset", "token", "kind", "observed_at"],
                condition=Q(verdict=Verdict.ACCEPTED),
                nulls_distinct=False,
                name="observation_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source}: {self.get_kind_display()} {self.given} {self.get_unit_display()}"
