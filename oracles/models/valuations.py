"""The value of one asset or token in one round."""

from django.db import models
from django.db.models import F, Q

from collateral.fields import Uint256Field
from oracles.domain.leaf import ValueStatus
from oracles.models.observations import ADDRESS_LENGTH, CLASS_CHOICES
from oracles.models.rounds import Round

STATUS_CHOICES = [
    (ValueStatus.VALID.value, "Valid"),
    (ValueStatus.FROZEN.value, "Frozen"),
    (ValueStatus.CHALLENGED.value, "Challenged"),
]


class Valuation(models.Model):
    """One leaf, and the estimate before the limit of movement held it back.

    Amounts are ledger units (1e-6 USD); of a token, for 10^18 base units.
    """

    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="valuations")
    asset = models.ForeignKey(
        "collateral.Asset",
        on_delete=models.PROTECT,
        related_name="valuations",
        null=True,
        blank=True,
    )
    token = models.CharField(max_length=ADDRESS_LENGTH, blank=True, db_default="")
    class_id = models.PositiveSmallIntegerField("class", choices=CLASS_CHOICES)
    status = models.PositiveSmallIntegerField(choices=STATUS_CHOICES)
    value_units = models.BigIntegerField("value, 1e-6 USD")
    lower_units = models.BigIntegerField("lower bound, 1e-6 USD")
    target_value_units = models.BigIntegerField("estimate, 1e-6 USD")
    target_lower_units = models.BigIntegerField("its lower bound, 1e-6 USD")
    nav_wei = Uint256Field("ether per token, wei", null=True, blank=True)
    sources = models.PositiveSmallIntegerField("sources behind it")
    observed_at = models.BigIntegerField("newest observation, unix seconds")
    valid_until = models.BigIntegerField("valid until, unix seconds")

    class Meta:
        indexes = [
            models.Index(fields=["asset", "-round"], name="valuation_of_asset"),
            models.Index(fields=["round", "class_id"], name="valuation_by_class"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["round", "asset", "token"],
                nulls_distinct=False,
                name="valuation_once",
            ),
            models.CheckConstraint(
                condition=Q(asset__isnull=False, token="") | (Q(asset__isnull=True) & ~Q(token="")),
                name="valuation_one_subject",
            ),
            models.CheckConstraint(
                condition=Q(value_units__gt=0, lower_units__gte=0)
                & Q(lower_units__lte=F("value_units")),
                name="valuation_ordered",
            ),
            models.CheckConstraint(
                condition=Q(valid_until__gt=F("observed_at")), name="valuation_expires_later"
            ),
            models.CheckConstraint(
                condition=Q(status__in=[status.value for status in ValueStatus]),
                name="valuation_status_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.asset or self.token} in {self.round}"
