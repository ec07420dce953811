"""Operations as they were accepted, one by one or many together; each lane's place in them."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from contracts.domain.words import LANE_SHIFT, NUMBER_LIMIT


class Lane(models.Model):
    """The next operation number of a lane; its row is locked while numbers are given out."""

    number = models.IntegerField(primary_key=True)
    next_operation = models.BigIntegerField(default=1)

    def __str__(self) -> str:
        return f"Lane {self.number}"


class LaneProgress(models.Model):
    """What of a lane's operations is in batches; written by the holder of its key's lease alone.

    Every operation up to `planned_through` is in a batch but those `deferred`; above it none is
    but those taken `ahead` for their priority. Both lists are short, so that the place in a queue
    of any length is one row. A row apart from `Lane`: planning never waits for intake.
    """

    lane = models.IntegerField(primary_key=True)
    planned_through = models.BigIntegerField(default=0)
    deferred = ArrayField(models.BigIntegerField(), default=list, blank=True)
    ahead = ArrayField(models.BigIntegerField(), default=list, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(planned_through__gte=0), name="lane_progress_positive"
            )
        ]
        verbose_name_plural = "lane progress"

    def __str__(self) -> str:
        return f"Lane {self.lane} through {self.planned_through}"


class Operation(models.Model):
    """One settle operation, written once and never updated; its status is derived.

    The primary key is the id on the chain, ``lane << 40 | number``: the order of arrival.
    """

    id = models.BigIntegerField(primary_key=True)
    client_key = models.CharField(max_length=120)
    kind = models.SmallIntegerField()
    lane = models.IntegerField()
    loan_id = models.BigIntegerField()
    amount = models.BigIntegerField(help_text="Ledger units; the due date's index of a charge")
    payload = models.BinaryField(null=True, blank=True, help_text="Words that follow the first")
    priority = models.SmallIntegerField(default=0)
    deadline = models.BigIntegerField(null=True, blank=True, help_text="Unix seconds")
    accepted_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            # Not `unique=True`: Django would keep a second index, for searches by prefix.
            models.UniqueConstraint(fields=["client_key"], name="operation_client_key_once"),
            models.CheckConstraint(condition=Q(amount__gte=0), name="operation_amount_positive"),
            models.CheckConstraint(
                condition=Q(lane=F("id").bitrightshift(LANE_SHIFT)), name="operation_id_of_its_lane"
            ),
        ]
        indexes = [
            models.Index(fields=["loan_id", "id"], name="operation_by_loan"),
            models.Index(
                fields=["lane", "-priority", "id"],
                condition=Q(priority__gt=0),
                name="operation_urgent",
            ),
        ]

    def __str__(self) -> str:
        return f"Operation {self.number} of lane {self.lane}"

    @property
    def number(self) -> int:
        """The number within the lane, in order of arrival."""
        return self.id & (NUMBER_LIMIT - 1)


class Parcel(models.Model):
    """Operations of one lane that were accepted together under one client key; never updated.

    The primary key is the id of the first; the others follow it. They take one row for all: what
    a row for each costs is most of what an operation costs (docs/decisions/0078).
    """

    id = models.BigIntegerField(primary_key=True)
    client_key = models.CharField(max_length=120)
    lane = models.IntegerField()
    count = models.IntegerField()
    words = models.BinaryField(help_text="A word of settle for each operation, in their order")
    accepted_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["client_key"], name="parcel_client_key_once"),
            models.CheckConstraint(condition=Q(count__gt=0), name="parcel_not_empty"),
            models.CheckConstraint(
                condition=Q(lane=F("id").bitrightshift(LANE_SHIFT)), name="parcel_id_of_its_lane"
            ),
        ]

    def __str__(self) -> str:
        return f"Parcel {self.client_key}: {self.count} operations of lane {self.lane}"

    @property
    def first_number(self) -> int:
        """The number of its first operation within the lane."""
        return self.id & (NUMBER_LIMIT - 1)

    @property
    def last_number(self) -> int:
        """The number of its last operation within the lane."""
        return self.first_number + self.count - 1
