"""How well the statistical source would have valued a file of real sales."""

from django.db import models
from django.db.models import Q

from oracles.models.observations import CLASS_CHOICES

_BPS = 10_000


class Backtest(models.Model):
    """One run over one file; the same file and mapping again replace it. Shares in bps of one."""

    class_id = models.PositiveSmallIntegerField("class", choices=CLASS_CHOICES)
    file_name = models.CharField("file", max_length=200)
    data_hash = models.CharField("SHA-256 of file and mapping", max_length=64, unique=True)
    mapping = models.TextField("columns read")
    model = models.CharField(max_length=20)
    rule = models.CharField("split", max_length=300)
    rows = models.PositiveIntegerField("sales tested")
    mdape_bps = models.PositiveBigIntegerField("median error")
    p90_bps = models.PositiveBigIntegerField("90th percentile of errors")
    baseline_mdape_bps = models.PositiveBigIntegerField("median error of the group's median")
    coverage_bps = models.PositiveIntegerField("sales at or above the bound")
    bound_share_bps = models.PositiveIntegerField("bound, share of value")
    chart = models.BinaryField("chart, PNG")
    ran_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["-ran_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(rows__gt=0, coverage_bps__lte=_BPS, bound_share_bps__lte=_BPS),
                name="backtest_in_range",
            ),
        ]

    def __str__(self) -> str:
        return f"Backtest of {self.file_name}"
