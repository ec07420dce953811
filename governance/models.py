"""The history of risk terms: every value that governance has ever set, and when."""

from django.db import models


class TermsChange(models.Model):
    """The terms of one class as set at one moment, under our names; bps and seconds."""

    class_id = models.PositiveSmallIntegerField(db_index=True)
    terms = models.JSONField()
    set_at = models.BigIntegerField("set at, chain time")
    block_number = models.BigIntegerField()
    tx_hash = models.CharField(max_length=66)

    class Meta:
        ordering = ["-id"]
        verbose_name_plural = "terms changes"

    def __str__(self) -> str:
        return f"Terms of class {self.class_id} since block {self.block_number}"


class UtilisationReport(models.Model):
    """What a close reported, and where it left the rate curve; basis points."""

    reported_bps = models.PositiveIntegerField()
    curve_bps = models.PositiveIntegerField()
    set_at = models.BigIntegerField("set at, chain time")
    block_number = models.BigIntegerField()

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.reported_bps} bps at block {self.block_number}"
