"""How sources are asked by themselves, how they fare, and what of an answer is still to be done."""

from django.db import models
from django.db.models import Q

from oracles.models.documents import HASH_LENGTH
from oracles.models.observations import CLASS_CHOICES, Source


class Adapter(models.TextChoices):
    """Ways of asking a source."""

    HTTP_JSON = "http_json", "Observations, JSON over HTTPS"
    EXCHANGE_RATES = "exchange_rates", "Rates of exchange, JSON over HTTPS"
    PRICE_INDEX = "price_index", "House price index, CSV over HTTPS"
    RENTS = "rents", "Rents by model, JSON over HTTPS"
    AGGREGATOR = "aggregator", "Price aggregator on the chain"
    DEVICES = "devices", "Income that devices signed for"
    DEPRECIATION = "depreciation", "Depreciation by age"


# What is fetched from an address; the others look at the chain or into our own records.
FETCHED = (Adapter.HTTP_JSON, Adapter.EXCHANGE_RATES, Adapter.PRICE_INDEX, Adapter.RENTS)


class SourceFeed(models.Model):
    """Where a source is asked, how often, and its breaker."""

    source = models.OneToOneField(Source, on_delete=models.CASCADE, related_name="feed")
    adapter = models.CharField(max_length=16, choices=Adapter, default=Adapter.HTTP_JSON)
    url = models.URLField("address", max_length=500, blank=True)
    hosts = models.JSONField("hosts that may be asked", default=list, blank=True)
    items = models.CharField("list in the document", max_length=60, default="observations")
    fields = models.JSONField("our fields by the document's names", default=dict, blank=True)
    defaults = models.JSONField("fields that are always the same", default=dict, blank=True)
    terms = models.JSONField("what this kind of feed needs", default=dict, blank=True)
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
            models.CheckConstraint(
                condition=Q(adapter__in=FETCHED) & ~Q(url="")
                | (~Q(adapter__in=FETCHED) & Q(url="")),
                name="feed_fetched_has_address",
            ),
        ]

    def __str__(self) -> str:
        return f"Feed of {self.source}"


class FeedChunk(models.Model):
    """Assets of which an answer is still to be applied: one task's work, lost by nobody.

    A message may come twice or never; the row says what is left to do.
    """

    feed = models.ForeignKey(SourceFeed, on_delete=models.CASCADE, related_name="chunks")
    slot = models.BigIntegerField()
    class_id = models.PositiveSmallIntegerField("class", choices=CLASS_CHOICES)
    first_id = models.BigIntegerField("first asset's row")
    last_id = models.BigIntegerField("last asset's row")
    document_hash = models.CharField("SHA-256 of the answer", max_length=HASH_LENGTH)
    asked_at = models.BigIntegerField("asked at, chain time")
    sent_at = models.DateTimeField("handed to a worker", null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["sent_at"], condition=Q(done_at=None), name="feed_chunk_waiting")
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["feed", "slot", "class_id", "first_id"], name="feed_chunk_once"
            ),
            models.CheckConstraint(
                condition=Q(last_id__gte=models.F("first_id")), name="feed_chunk_in_order"
            ),
        ]

    def __str__(self) -> str:
        return f"Assets {self.first_id} to {self.last_id} of {self.feed}"
