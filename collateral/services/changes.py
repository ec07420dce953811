"""The history of an asset, told to its owner as it happens."""

from collections.abc import Iterable, Sequence

from django.utils import timezone

from collateral.models import AssetChange, Owner
from collateral.services.registration import BATCH_SIZE


def note_changes(lines: Iterable[AssetChange]) -> None:
    """Write lines of history; one with a key that is there already is left out."""
    rows: Sequence[AssetChange] = list(lines)
    for row in rows:
        row.text = row.text[:400]
    AssetChange.objects.bulk_create(rows, batch_size=BATCH_SIZE, ignore_conflicts=True)


def note_change(*, asset_id: int, kind: str, text: str, key: str = "") -> None:
    """Write one line of an asset's history."""
    note_changes([AssetChange(asset_id=asset_id, kind=kind, text=text, key=key)])


def mark_read(*, owner: Owner) -> None:
    """Remember that an owner has seen all changes up to now."""
    Owner.objects.filter(pk=owner.pk).update(read_until=timezone.now())
