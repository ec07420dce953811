"""Public names of assets by their token."""

from collections.abc import Iterable

from collateral.domain.classes import class_by_id
from collateral.models import Asset
from portal.domain.things import title


def own_titles(token_ids: Iterable[int]) -> dict[int, str]:
    """Return what to call these assets to their owner, who knows a house by its address."""
    rows = Asset.objects.filter(token_id__in=list(token_ids))
    return {asset.token_id: asset.name for asset in rows if asset.token_id is not None}


def public_titles(token_ids: Iterable[int]) -> dict[int, str]:
    """Return what to call these assets in public, one query."""
    rows = Asset.objects.filter(token_id__in=list(token_ids))
    return {
        token_id: title(class_by_id(class_id).code, attributes)
        for token_id, class_id, attributes in rows.values_list("token_id", "class_id", "attributes")
    }
