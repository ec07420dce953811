"""What a person has to know."""

from django.db import models


class IncidentKind(models.TextChoices):
    """What a person should look at."""

    DEEP_REORGANISATION = "deep_reorganisation", "The chain replaced final blocks"
    FOREIGN_TRANSACTION = "foreign_transaction", "A stranger sent with one of our keys"


class Incident(models.Model):
    """Something that was dealt with, but that a person has to know; in full sentences."""

    kind = models.CharField(max_length=30, choices=IncidentKind)
    sentence = models.TextField()
    block_number = models.BigIntegerField(null=True, blank=True)
    opened_at = models.DateTimeField(auto_now_add=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.sentence[:80]
