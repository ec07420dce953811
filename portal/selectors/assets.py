"""The list of all assets, by class."""

from dataclasses import dataclass

from django.core.paginator import Page, Paginator
from django.db.models import Count

from collateral.domain.classes import CLASSES, class_by_id
from collateral.models import Asset, AssetStatus
from portal.domain.things import noun, sentence_case, title
from portal.selectors.pipeline import read_stamp
from portal.selectors.rows import Choice
from portal.selectors.stamp import Stamp

ROWS_ON_A_PAGE = 25


@dataclass(frozen=True, kw_only=True)
class AssetRow:
    """One asset in the list; the cap in ledger units."""

    token_id: int | None
    title: str
    class_label: str
    status: str
    cap: int | None
    valid_until: int | None


@dataclass(frozen=True, kw_only=True)
class AssetsPage:
    """The list of assets."""

    stamp: Stamp
    assets: Page
    filters: list[Choice]


def assets_page(*, class_code: str, number: int) -> AssetsPage:
    """Gather the list: newest first, of one class or of all."""
    chosen = {one.code: one.id for one in CLASSES}.get(class_code)
    found = Asset.objects.order_by("-id")
    if chosen is not None:
        found = found.filter(class_id=chosen)
    page = Paginator(found, ROWS_ON_A_PAGE).get_page(number)
    page.object_list = [_row(asset) for asset in page.object_list]
    return AssetsPage(stamp=read_stamp(), assets=page, filters=_filters(chosen))


def _row(asset: Asset) -> AssetRow:
    code = class_by_id(asset.class_id).code
    return AssetRow(
        token_id=asset.token_id,
        title=title(code, asset.attributes),
        class_label=sentence_case(noun(code)),
        status=AssetStatus(asset.status).label,
        cap=asset.appraisal_cap_units,
        valid_until=asset.valid_until,
    )


def _filters(chosen: int | None) -> list[Choice]:
    counts = dict(Asset.objects.order_by().values_list("class_id").annotate(number=Count("id")))
    everything = Choice(
        code="", label="All", count=f"{sum(counts.values()):,}", chosen=chosen is None
    )
    return [
        everything,
        *(
            Choice(
                code=one.code,
                label=sentence_case(noun(one.code, 2)),
                count=f"{counts[one.id]:,}",
                chosen=one.id == chosen,
            )
            for one in CLASSES
            if one.id in counts
        ),
    ]
