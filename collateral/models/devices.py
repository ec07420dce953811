"""Devices that report of themselves: keys, challenges, telemetry, and who saw them where."""

from django.db import models
from django.db.models import Q

from collateral.domain.telemetry.keys import KeyKind
from collateral.models.assets import Asset

KEY_CHOICES = [(kind.value, kind.value) for kind in KeyKind]
HASH_BYTES = 32
LARGEST_KEY_BYTES = 33
SIGNATURE_BYTES = 64


class EnrolmentChallenge(models.Model):
    """A number that a device must sign with the key it offers; good once, for a short time."""

    asset = models.ForeignKey(Asset, on_delete=models.CASCADE, related_name="+")
    key_kind = models.CharField(max_length=9, choices=KEY_CHOICES)
    public_key = models.BinaryField(max_length=LARGEST_KEY_BYTES)
    nonce = models.BinaryField(max_length=HASH_BYTES, unique=True)
    expires_at = models.BigIntegerField("expires at, unix seconds")
    used_at = models.BigIntegerField("used at, unix seconds", null=True, blank=True)

    def __str__(self) -> str:
        return f"challenge of {self.asset_id}"


class Device(models.Model):
    """The key inside a thing. One key names one device, and a thing has one key at a time."""

    asset = models.ForeignKey(Asset, on_delete=models.PROTECT, related_name="devices")
    key_kind = models.CharField(max_length=9, choices=KEY_CHOICES)
    public_key = models.BinaryField(max_length=LARGEST_KEY_BYTES, unique=True)
    nameplate_w = models.BigIntegerField("greatest output by its plate, watts", null=True)
    first_round = models.BigIntegerField("first round it was asked in")
    cell = models.CharField("H3 cell, witnessed", max_length=16, blank=True)
    cell_at = models.BigIntegerField("witnessed at, unix seconds", null=True, blank=True)
    enrolled_at = models.BigIntegerField("enrolled at, unix seconds")
    retired_at = models.BigIntegerField("retired at, unix seconds", null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["cell"], name="device_cell", condition=~Q(cell=""))]
        constraints = [
            models.UniqueConstraint(
                fields=["asset"],
                condition=Q(retired_at__isnull=True),
                name="device_one_key_a_thing",
            ),
            models.CheckConstraint(
                condition=Q(key_kind__in=[kind.value for kind in KeyKind]), name="device_key_kind"
            ),
        ]

    def __str__(self) -> str:
        return f"device {self.pk} of {self.asset}"


class DeviceHead(models.Model):
    """The newest accepted message of a device: apart, since every message moves it."""

    device = models.OneToOneField(
        Device, on_delete=models.CASCADE, primary_key=True, related_name="head"
    )
    sequence = models.BigIntegerField(default=0)
    hash = models.BinaryField(max_length=HASH_BYTES, default=bytes(HASH_BYTES))
    at = models.BigIntegerField("reported at, unix seconds", default=0)
    energy_wh = models.BigIntegerField(null=True)
    energy_at = models.BigIntegerField(default=0)
    operating_h = models.BigIntegerField(null=True)
    round = models.BigIntegerField("newest round answered", default=0)
    rounds_answered = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"message {self.sequence} of device {self.device_id}"


class UptimeRound(models.Model):
    """A number that all devices are to answer while it is open; who does not was not up."""

    number = models.BigIntegerField("round, counted from 1970", primary_key=True)
    nonce = models.BinaryField(max_length=HASH_BYTES, unique=True)

    def __str__(self) -> str:
        return f"round {self.number}"


class TelemetryMessage(models.Model):
    """One accepted message, with the signature that makes it evidence."""

    device = models.ForeignKey(
        Device, on_delete=models.PROTECT, related_name="messages", db_index=False
    )
    sequence = models.BigIntegerField()
    at = models.BigIntegerField("reported at, unix seconds")
    round = models.BigIntegerField("round answered")
    power_w = models.BigIntegerField(null=True)
    energy_wh = models.BigIntegerField(null=True)
    income_units = models.BigIntegerField("income, 1e-6 USD", null=True)
    operating_h = models.BigIntegerField(null=True)
    health_bps = models.BigIntegerField(null=True)
    availability_bps = models.BigIntegerField(null=True)
    hash = models.BinaryField(max_length=HASH_BYTES)
    signature = models.BinaryField(max_length=SIGNATURE_BYTES)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["device", "sequence"], name="telemetry_sequence_once"),
            models.CheckConstraint(condition=Q(sequence__gt=0), name="telemetry_sequence_positive"),
            models.CheckConstraint(
                condition=Q(health_bps__isnull=True) | Q(health_bps__range=(0, 10_000)),
                name="telemetry_health_range",
            ),
        ]

    def __str__(self) -> str:
        return f"message {self.sequence} of device {self.device_id}"


class LocationClaim(models.Model):
    """Where a device says it stands, once enough others have seen it there."""

    device = models.ForeignKey(Device, on_delete=models.PROTECT, related_name="locations")
    cell = models.CharField("H3 cell", max_length=16)
    at = models.BigIntegerField("at, unix seconds")
    witnesses = models.ManyToManyField(Device, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["device", "at"], name="location_once_a_moment"),
            models.CheckConstraint(condition=Q(at__gt=0), name="location_at_positive"),
        ]

    def __str__(self) -> str:
        return f"device {self.device_id} in {self.cell}"
