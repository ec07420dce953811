"""Outlines of properties: kept with the asset, refused where they overlap a registered one."""

from typing import Any

from django.db import IntegrityError, connection, transaction

from collateral.domain.parcels import Parcel, read_parcel
from collateral.errors import RegistrationError
from collateral.holding import holder_of
from collateral.models import OPEN_TO_OWNER, Asset, ParcelCore
from collateral.models import Parcel as ParcelRow

OVERLAP_CONSTRAINT = "parcel_no_overlap"


class ParcelOverlap(RegistrationError):
    """The ground is registered already; ``holder`` says by which asset and request."""

    def __init__(self, other: Asset | None) -> None:
        held = holder_of(other) if other else None
        where = f": {held.sentence}" if held else "."
        super().__init__("PARCEL_OVERLAP", f"The outline overlaps a registered parcel{where}")
        self.holder = held.as_data() if held else {}


def set_parcel(*, asset_id: int, geojson: Any) -> ParcelRow:
    """Keep the outline of a draft, in place of the one that it had.

    Raises ``ParcelError`` for an outline that is none, ``ParcelOverlap`` where it overlaps another.
    """
    parcel = read_parcel(geojson)
    with transaction.atomic():
        asset = Asset.objects.select_for_update().get(pk=asset_id)
        _refuse_unless_land(asset)
        ParcelRow.objects.filter(asset=asset).delete()
        return keep_parcel(asset=asset, parcel=parcel)


def _refuse_unless_land(asset: Asset) -> None:
    if not asset.asset_class.has_parcel:
        raise RegistrationError(
            "NO_PARCEL", f"{asset.asset_class.label} has no outline; leave it out."
        )
    if asset.status not in OPEN_TO_OWNER:
        raise RegistrationError(
            "EVIDENCE_CLOSED",
            f"{asset} was handed to the verifiers, who sign exactly the outline they saw.",
        )


def keep_parcel(*, asset: Asset, parcel: Parcel) -> ParcelRow:
    """Write a checked outline and put its hash among what verifiers sign."""
    refuse_overlap(parcel=parcel)
    try:
        with transaction.atomic():
            row = ParcelRow.objects.create(
                asset=asset,
                geometry=parcel.geometry,
                sha256=parcel.sha256,
                area_m2=parcel.area_m2,
            )
            ParcelCore.objects.bulk_create(
                ParcelCore(parcel=row, core=core) for core in parcel.cores
            )
    except IntegrityError as error:
        if OVERLAP_CONSTRAINT not in str(error):
            raise
        # Somebody registered it between our look and our write.
        raise ParcelOverlap(overlapped_by(parcel)) from error
    asset.attributes = asset.attributes | {"parcel_sha256": parcel.sha256}
    asset.save(update_fields=["attributes"])
    return row


def refuse_overlap(*, parcel: Parcel) -> None:
    """Raise ``ParcelOverlap`` when a registered parcel holds some of the ground."""
    other = overlapped_by(parcel)
    if other is not None:
        raise ParcelOverlap(other)


def overlapped_by(parcel: Parcel) -> Asset | None:
    """Return an asset whose parcel overlaps, or None."""
    field = ParcelCore._meta.get_field("core")
    table, assets = ParcelCore._meta.db_table, ParcelRow._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT asset_id FROM {table} AS piece JOIN {assets} AS land "
            "ON land.id = piece.parcel_id JOIN unnest(%s::text[]) AS asked(core) "
            "ON piece.core && asked.core::polygon ORDER BY asset_id LIMIT 1",
            [[field.get_prep_value(core) for core in parcel.cores]],
        )
        found = cursor.fetchone()
    return Asset.objects.get(pk=found[0]) if found else None
