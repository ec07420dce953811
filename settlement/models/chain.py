"""What the chain said: blocks linked by their hashes, events, and how far we have read."""

from django.db import models
from django.db.models import Q


class Block(models.Model):
    """A block that we have read, linked to the one before by its hash."""

    number = models.BigIntegerField(primary_key=True)
    hash = models.CharField(max_length=66, unique=True)
    parent_hash = models.CharField(max_length=66)
    timestamp = models.BigIntegerField(help_text="Unix seconds")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(number__gte=0), name="block_number_positive")
        ]

    def __str__(self) -> str:
        return f"Block {self.number}"


class Cursor(models.Model):
    """How far a reader of the chain has come; moved only together with what it read."""

    # The reader of events, and the one of receipts.
    READER, RECEIPTS = "chain", "receipts"

    name = models.CharField(max_length=20, primary_key=True)
    block_number = models.BigIntegerField()
    block_hash = models.CharField(max_length=66)
    block_time = models.BigIntegerField(default=0, help_text="Unix seconds")
    head_number = models.BigIntegerField(default=0)
    window = models.IntegerField(default=25, help_text="Blocks asked for at once")
    updated_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"{self.name} at block {self.block_number}"


class EventLog(models.Model):
    """One event of our contracts, raw and decoded; append-only.

    What stands in a block that the chain has replaced stays, marked as orphaned. `words` are
    those of a settled batch, which its transaction alone carries.
    """

    block_number = models.BigIntegerField()
    block_hash = models.CharField(max_length=66)
    block_time = models.BigIntegerField(default=0, help_text="Unix seconds")
    log_index = models.IntegerField()
    tx_hash = models.CharField(max_length=66)
    contract = models.CharField(max_length=40)
    name = models.CharField(max_length=60)
    args = models.JSONField()
    topics = models.BinaryField()
    data = models.BinaryField()
    words = models.BinaryField()
    orphaned = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["block_hash", "log_index"], name="event_log_once")
        ]
        indexes = [
            models.Index(fields=["contract", "name", "block_number"], name="event_log_by_name"),
            models.Index(fields=["block_number", "log_index"], name="event_log_in_order"),
        ]
        verbose_name = "event"

    def __str__(self) -> str:
        return f"{self.contract}.{self.name} in block {self.block_number}"


class LaneSequence(models.Model):
    """The number of the last event of a lane that was read, by contract: none may be missing."""

    contract = models.CharField(max_length=40)
    lane = models.IntegerField()
    last = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["contract", "lane"], name="lane_sequence_once")
        ]

    def __str__(self) -> str:
        return f"{self.contract}, lane {self.lane}: {self.last}"
