"""The ground that things stand on. No two parcels overlap; the database sees to it."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.db import models
from django.db.models import Q

from collateral.fields import PolygonField
from collateral.models.assets import HASH_LENGTH, Asset


class Parcel(models.Model):
    """The outline of a property, as registered (GeoJSON, WGS 84)."""

    asset = models.OneToOneField(Asset, on_delete=models.PROTECT, related_name="parcel")
    geometry = models.JSONField()
    sha256 = models.CharField(max_length=HASH_LENGTH)
    area_m2 = models.BigIntegerField("area, square metres")

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(area_m2__gt=0), name="parcel_has_area")]

    def __str__(self) -> str:
        return f"parcel of {self.asset_id}"


class ParcelCore(models.Model):
    """A piece of a parcel without its rim, in 1e-7 degrees: what no other parcel may touch.

    PostgreSQL compares its own polygons, so the rule needs no extension and no lock of ours.
    """

    parcel = models.ForeignKey(Parcel, on_delete=models.CASCADE, related_name="cores")
    core = PolygonField()

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="parcel_no_overlap", expressions=[("core", "&&")], index_type="gist"
            )
        ]

    def __str__(self) -> str:
        return f"core of {self.parcel_id}"
