"""What a path of prices would do to a portfolio, as it was found."""

from django.db import models
from django.db.models import Q

BPS = 10_000


class StressRun(models.Model):
    """One run; the same scenario, portfolio and options again replace it. Ledger units."""

    run_hash = models.CharField("SHA-256 of what was run", max_length=64, unique=True)
    scenario = models.CharField(max_length=100)
    portfolio = models.CharField(max_length=200)
    options = models.JSONField("basis points, and hours between rounds", default=dict)
    loans = models.PositiveIntegerField()
    rounds = models.PositiveIntegerField()
    debt = models.PositiveBigIntegerField("debt at the start")
    margin_calls = models.PositiveIntegerField()
    cures = models.PositiveIntegerField()
    liquidations = models.PositiveIntegerField("loans sold up")
    proceeds = models.PositiveBigIntegerField()
    recovery_bps = models.PositiveIntegerField("recovered of debts sold up", null=True, blank=True)
    written_off = models.PositiveBigIntegerField()
    junior_loss = models.PositiveBigIntegerField("loss of junior")
    senior_loss = models.PositiveBigIntegerField("loss of senior")
    reserve_loss = models.PositiveBigIntegerField("loss of the reserve")
    chart = models.BinaryField("chart, PNG")
    ran_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["-ran_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(recovery_bps__isnull=True) | Q(recovery_bps__lte=BPS),
                name="stress_recovery_in_range",
            ),
            models.CheckConstraint(
                condition=Q(recovery_bps__isnull=False) | Q(liquidations=0),
                name="stress_sold_up_has_recovery",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.scenario} on {self.portfolio}"
