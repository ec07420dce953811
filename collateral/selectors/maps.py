"""Where an asset is, drawn: its parcel among its neighbours, or its cell among others."""

from typing import Any

from django.db import connection

from collateral.domain.maps import PlaceMap, parcel_map, place_map
from collateral.domain.parcels import Parcel, read_parcel
from collateral.models import Asset, ParcelCore
from collateral.models import Parcel as ParcelRow

NEIGHBOURS_SHOWN = 40
_CELL_PREFIX = 9


def map_of(asset: Asset) -> PlaceMap | None:
    """Return the map of a located asset; None where neither parcel nor cell is known."""
    row = ParcelRow.objects.filter(asset=asset).first()
    if row is not None:
        return map_of_parcel(read_parcel(row.geometry), asset_id=asset.pk)
    cell = asset.attributes.get("location_h3")
    if not cell:
        return None
    near = (
        Asset.objects.filter(attributes__location_h3__startswith=str(cell)[:_CELL_PREFIX])
        .exclude(pk=asset.pk)
        .values_list("attributes__location_h3", flat=True)[:1_000]
    )
    return place_map(cell=str(cell), others=list(near))


def map_of_parcel(parcel: Parcel, *, asset_id: int | None = None) -> PlaceMap:
    """Return the map of an outline among registered ones, kept for ``asset_id`` or by nobody."""
    return parcel_map(
        geometry=parcel.geometry, area_m2=parcel.area_m2, others=_neighbours(parcel, asset_id)
    )


def _neighbours(parcel: Parcel, asset_id: int | None) -> list[dict[str, Any]]:
    """Return outlines of other assets that reach into the surroundings of a parcel."""
    easts = [x for core in parcel.cores for x, _ in core]
    norths = [y for core in parcel.cores for _, y in core]
    margin = max(max(easts) - min(easts), max(norths) - min(norths)) / 2
    west, east = min(easts) - margin, max(easts) + margin
    south, north = min(norths) - margin, max(norths) + margin
    square = [(west, south), (west, north), (east, north), (east, south)]
    cores, lands = ParcelCore._meta.db_table, ParcelRow._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT DISTINCT land.id FROM {cores} AS piece JOIN {lands} AS land "
            "ON land.id = piece.parcel_id WHERE piece.core && %s::polygon "
            "AND land.asset_id IS DISTINCT FROM %s LIMIT %s",
            [ParcelCore._meta.get_field("core").get_prep_value(square), asset_id, NEIGHBOURS_SHOWN],
        )
        found = [row[0] for row in cursor.fetchall()]
    return list(ParcelRow.objects.filter(pk__in=found).values_list("geometry", flat=True))
