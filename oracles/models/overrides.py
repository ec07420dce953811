"""What people let a value be at most: two of them, and for a reason."""

from django.db import models
from django.db.models import Q

from collateral.models import JointStatus, TwoPeopleDecision


class Override(TwoPeopleDecision):
    """A cap on one asset's value, in ledger units; once confirmed it holds until a later one."""

    asset = models.ForeignKey(
        "collateral.Asset", on_delete=models.PROTECT, related_name="overrides"
    )
    cap_units = models.BigIntegerField("value at most, 1e-6 USD")
    lifts = models.BooleanField("lifts the cap that holds", default=False)

    class Meta(TwoPeopleDecision.Meta):
        constraints = [
            *TwoPeopleDecision.Meta.constraints,
            models.CheckConstraint(condition=Q(cap_units__gt=0), name="override_cap_positive"),
            models.UniqueConstraint(
                fields=["asset"],
                condition=Q(status=JointStatus.PROPOSED),
                name="override_one_open",
            ),
        ]

    def __str__(self) -> str:
        return f"Override {self.pk} of {self.asset}"
