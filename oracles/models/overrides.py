"""What people let a value be at most: two of them, and for a reason."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

LEAST_REASON, MOST_REASON = 10, 300


class OverrideStatus(models.TextChoices):
    """How far an override has come; once confirmed it holds until a later one."""

    PROPOSED = "proposed", "Waits for a second person"
    CONFIRMED = "confirmed", "Confirmed"
    DECLINED = "declined", "Declined"


class Override(models.Model):
    """A cap on one asset's value, in ledger units: one person proposes it, another confirms."""

    asset = models.ForeignKey(
        "collateral.Asset", on_delete=models.PROTECT, related_name="overrides"
    )
    cap_units = models.BigIntegerField("value at most, 1e-6 USD")
    lifts = models.BooleanField("lifts the cap that holds", default=False)
    reason = models.CharField(max_length=MOST_REASON)
    status = models.CharField(
        max_length=10, choices=OverrideStatus, default=OverrideStatus.PROPOSED
    )
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    proposed_at = models.DateTimeField(auto_now_add=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(cap_units__gt=0), name="override_cap_positive"),
            models.CheckConstraint(
                condition=Q(reason__regex=rf"^.{{{LEAST_REASON},}}$"), name="override_has_reason"
            ),
            models.CheckConstraint(
                condition=Q(status=OverrideStatus.PROPOSED, decided_by=None, decided_at=None)
                | Q(
                    ~Q(status=OverrideStatus.PROPOSED),
                    decided_by__isnull=False,
                    decided_at__isnull=False,
                ),
                name="override_decided_by_someone",
            ),
            models.CheckConstraint(
                condition=~Q(status=OverrideStatus.CONFIRMED) | ~Q(decided_by=F("proposed_by")),
                name="override_needs_two_people",
            ),
            models.UniqueConstraint(
                fields=["asset"],
                condition=Q(status=OverrideStatus.PROPOSED),
                name="override_one_open",
            ),
        ]

    def __str__(self) -> str:
        return f"Override {self.pk} of {self.asset}"
