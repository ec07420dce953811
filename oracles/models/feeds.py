"""How sources are asked by themselves, how they fare, and rates of exchange."""

from django.db import models
from django.db.models import Q

from oracles.models.observations import Source


class Adapter(models.TextChoices):
    """Ways of asking a source."""

    HTTP_JSON = "http_json", "JSON over HTTPS"


class SourceFeed(models.Model):
    """Where a source is asked, how often, and its breaker."""

    source = models.OneToOneField(Source, on_delete=models.CASCADE, related_name="feed")
    adapter = models.CharField(max_length=12, choices=Adapter, default=Adapter.HTTP_JSON)
    url = models.URLField("address", max_length=500)
    hosts = models.JSONField("hosts that may be asked", default=list)
    items = models.CharField("list in the document", max_length=60, default="observations")
    fields = models.JSONField("our fields by the document's names", default=dict, blank=True)
    defaults = models.JSONField("fields that are always the same", default=dict, blank=True)
    every_s = models.PositiveIntegerField("seconds between two askings", default=3_600)
    slot = models.BigIntegerField("last slot that was asked", default=-1)
    failures = models.PositiveIntegerField("failures in a row", default=0)
    open_until = models.DateTimeField("not asked before", null=True, blank=True)
    succeeded_at = models.DateTimeField("last answered", null=True, blank=True)
    last_code = models.CharField(max_length=30, blank=True)
    last_message = models.CharField(max_length=300, blank=True)
    accepted = models.PositiveIntegerField("accepted at the last answer", default=0)
    refused = models.PositiveIntegerField("refused at the last answer", default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(every_s__gte=60), name="feed_not_too_often"),
            models.CheckConstraint(
                condition=Q(adapter__in=Adapter.values), name="feed_adapter_known"
            ),
        ]

    def __str__(self) -> str:
        return f"Feed of {self.source}"


class ExchangeRate(models.Model):
    """What one unit of a currency was worth at a moment, in 1e-6 USD."""

    currency = models.CharField(max_length=3)
    usd_units = models.PositiveBigIntegerField("1e-6 USD for one unit")
    observed_at = models.BigIntegerField("observed at, unix seconds")
    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="rates")

    class Meta:
        ordering = ["currency", "-observed_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["currency", "observed_at", "source"], name="exchange_rate_once"
            ),
            models.CheckConstraint(condition=Q(usd_units__gt=0), name="exchange_rate_positive"),
            models.CheckConstraint(
                condition=Q(currency__regex=r"^[A-Z]{3}$") & ~Q(currency="USD"),
                name="exchange_rate_currency",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.currency} at {self.observed_at}"
