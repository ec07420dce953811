"""What a person has to know."""

from django.conf import settings
from django.db import models
from django.db.models import Q


class IncidentKind(models.TextChoices):
    """What a person should look at."""

    DEEP_REORGANISATION = "deep_reorganisation", "The chain replaced final blocks"
    FOREIGN_TRANSACTION = "foreign_transaction", "A stranger sent with one of our keys"
    POISONED_TASK = "poisoned_task", "A task killed its workers"


class Incident(models.Model):
    """Something that was dealt with, but that a person has to know; in full sentences."""

    kind = models.CharField(max_length=30, choices=IncidentKind)
    sentence = models.TextField()
    block_number = models.BigIntegerField(null=True, blank=True)
    opened_at = models.DateTimeField(auto_now_add=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.sentence[:80]


class RedeliveredTask(models.Model):
    """How often a message came again because the worker that had it died."""

    message = models.CharField(max_length=200, primary_key=True)
    times = models.PositiveSmallIntegerField(default=0)
    last_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"{self.message}, {self.times} times"


class OperatorAction(models.Model):
    """What a member of staff did to the engine, why, and what came of it; never changed."""

    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="operator_actions"
    )
    action = models.CharField(max_length=20)
    target = models.CharField(max_length=80)
    reason = models.CharField(max_length=300)
    outcome = models.CharField(max_length=400)
    done_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="operator_action_has_reason")
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.target}"
