"""The chain's terms and clocks that lending applies; governance keeps their history."""

from dataclasses import fields

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func, Q

from lending.domain.clock import Clock
from lending.domain.health import Terms, falling_ltv_bps


class ClassTerms(models.Model):
    """The present risk terms of one class, from `ClassTermsSet`."""

    class_id = models.PositiveSmallIntegerField(primary_key=True)
    enabled = models.BooleanField()
    must_amortise = models.BooleanField()
    max_ltv_bps = models.PositiveIntegerField()
    liquidation_ltv_bps = models.PositiveIntegerField()
    base_rate_bps = models.PositiveIntegerField()
    rate_slope_bps = models.PositiveIntegerField()
    move_limit_bps = models.PositiveIntegerField()
    late_fee_bps = models.PositiveIntegerField()
    auction_start_bps = models.PositiveIntegerField()
    recovery_bps = models.PositiveIntegerField()
    grace_period = models.PositiveBigIntegerField()
    cure_window = models.PositiveBigIntegerField()
    auction_duration = models.PositiveBigIntegerField()
    fresh_for = models.PositiveBigIntegerField()
    max_tenor = models.PositiveBigIntegerField()
    falls_from_bps = models.PositiveIntegerField("liquidation LTV before the change", default=0)
    changed_at = models.BigIntegerField("changed at, chain time", default=0)

    class Meta:
        ordering = ["class_id"]
        verbose_name_plural = "class terms"

    def __str__(self) -> str:
        return f"Terms of class {self.class_id}"

    def terms_at(self, now: int) -> Terms:
        """Return the terms in force then: a lowered liquidation LTV falls over thirty days."""
        falling = falling_ltv_bps(
            start_bps=self.falls_from_bps,
            end_bps=self.liquidation_ltv_bps,
            changed_at=self.changed_at,
            now=now,
        )
        kept = {field.name: getattr(self, field.name) for field in fields(Terms)}
        return Terms(**kept | {"liquidation_ltv_bps": falling})


class RateCurve(models.Model):
    """Where the rate curve stands since the last close; one row."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    reported_bps = models.PositiveIntegerField(default=0)
    curve_bps = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"Utilisation {self.curve_bps} bps"


class OracleClock(models.Model):
    """Which rounds count and how long clocks have stood still (rule C5); one row."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    newest = models.PositiveIntegerField(default=0)
    newest_at = models.BigIntegerField("newest published at, chain time", default=0)
    previous = models.PositiveIntegerField(default=0)
    previous_at = models.BigIntegerField("previous published at, chain time", default=0)
    last = models.PositiveIntegerField(default=0)
    voided_at = models.BigIntegerField("voided at, chain time", default=0)
    paused_at = models.BigIntegerField("paused at, chain time", default=0)
    stopped = models.BigIntegerField("stopped seconds", default=0)

    def __str__(self) -> str:
        return f"Round {self.newest}"

    @property
    def clock(self) -> Clock:
        """The clock as the domain knows it."""
        return Clock(**{name: getattr(self, name) for name in CLOCK_FIELDS})

    @clock.setter
    def clock(self, clock: Clock) -> None:
        for name in CLOCK_FIELDS:
            setattr(self, name, getattr(clock, name))


class ProtocolPause(models.Model):
    """A pause by the guardian, or by governance: grace stood still (rule C5)."""

    begun_at = models.BigIntegerField("begun at, chain time", primary_key=True)
    ends_at = models.BigIntegerField("ends at, chain time; when it lapses, or was ended before")

    class Meta:
        ordering = ["begun_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("begun_at")), name="lending_pause_takes_time"
            ),
            ExclusionConstraint(
                name="lending_pauses_lie_apart",
                expressions=[
                    (Func("begun_at", "ends_at", function="int8range"), RangeOperators.OVERLAPS)
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"Pause from {self.begun_at} to {self.ends_at}"


CLOCK_FIELDS = tuple(field.name for field in fields(Clock))
