"""A portfolio file to assets: one transaction, and the second time nothing changes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from collateral.domain.addresses import checksum_address
from collateral.domain.portfolio import (
    ColumnMapping,
    Portfolio,
    PortfolioRow,
    RowRefused,
    read_portfolio,
    read_table,
)
from collateral.domain.portfolio.rows import POSSIBLE_DUPLICATE
from collateral.errors import RegistrationError
from collateral.models import Asset, AssetAnchor, LrtHolding, Owner
from collateral.services.mappings import file_content
from collateral.services.registration import (
    BATCH_SIZE,
    NewAsset,
    anchor_keys,
    anchors_for,
    ensure_owner,
    register_assets,
)
from collateral.services.verification import submit_assets

IMPORT_LOCK = 0x1397
_LOOKUP_SIZE = 5_000


@dataclass
class ImportReport:
    """What one file gave; every row of it is counted once."""

    file: str
    asset_class: str
    rows: int = 0
    registered: int = 0
    unchanged: int = 0
    refused: list[RowRefused] = field(default_factory=list)
    without_price: int = 0
    possible_duplicates: int = 0
    submitted: int = 0
    asset_ids: list[int] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """Return the report as JSON can hold it."""
        return asdict(self)


def import_portfolio(
    *,
    path: Path,
    mapping: ColumnMapping,
    as_of: date,
    owner_addresses: Sequence[str] = (),
    submit: bool = True,
) -> ImportReport:
    """Register the rows of a CSV file, each as one asset, in one transaction.

    Rows go to the owners in turn; without an owner they stay drafts. Bad rows are reported and
    skipped. A file that was imported before changes nothing.
    """
    table = read_table(file_content(path), skip_lines=mapping.skip_lines)
    portfolio = read_portfolio(table=table, mapping=mapping, file_name=path.name, as_of=as_of)
    report = ImportReport(path.name, mapping.asset_class.code, rows=len(table.lines))
    report.refused = list(portfolio.refused)
    with transaction.atomic():
        _serialise_imports()
        if mapping.asset_class.fungible:
            _import_holdings(path.name, mapping, portfolio, owner_addresses, report)
            return report
        owners = [ensure_owner(address=address) for address in owner_addresses]
        _import_assets(path.name, mapping, portfolio.rows, owners, report)
        if submit and owners:
            report.submitted = submit_assets(asset_ids=report.asset_ids)
    return report


def _serialise_imports() -> None:
    """Let one import run at a time: two of the same file would race for the same anchors."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [IMPORT_LOCK])


def _import_assets(
    file_name: str,
    mapping: ColumnMapping,
    rows: Sequence[PortfolioRow],
    owners: Sequence[Owner],
    report: ImportReport,
) -> None:
    keys = anchor_keys()
    anchors = [anchors_for(row.identifiers, keys) for row in rows]
    known = _known_assets(anchor for texts in anchors for anchor in texts)
    new = []
    for row, texts in zip(rows, anchors, strict=True):
        owner = owners[(row.record_number - 1) % len(owners)] if owners else None
        asset = _new_asset(file_name, mapping, row, owner)
        found = {known[text].pk: known[text] for text in texts if text in known}
        if not found:
            new.append(asset)
        elif len(found) == 1 and _same(next(iter(found.values())), asset):
            report.unchanged += 1
        else:
            report.refused.append(_taken(row, next(iter(found.values())), asset))
    saved = register_assets(assets=new)
    report.asset_ids = [asset.pk for asset in saved]
    report.registered = len(saved)
    report.without_price = sum(asset.price_units is None for asset in saved)
    report.possible_duplicates = sum(POSSIBLE_DUPLICATE in asset.flags for asset in saved)
    report.refused.sort(key=lambda refusal: refusal.line)


def _known_assets(anchors: Iterable[str]) -> Mapping[str, Asset]:
    wanted = list(anchors)
    found: dict[str, Asset] = {}
    for start in range(0, len(wanted), _LOOKUP_SIZE):
        rows = AssetAnchor.objects.filter(anchor__in=wanted[start : start + _LOOKUP_SIZE])
        found |= {row.anchor: row.asset for row in rows.select_related("asset")}
    return found


def _new_asset(
    file_name: str, mapping: ColumnMapping, row: PortfolioRow, owner: Owner | None
) -> NewAsset:
    return NewAsset(
        asset_class=mapping.asset_class,
        identifiers=row.identifiers,
        attributes=row.attributes,
        flags=row.flags,
        price_units=row.price_units,
        owner=owner,
        publisher=mapping.publisher,
        source_file=file_name,
        source_line=row.line,
        source_record=row.record_number,
    )


def _same(known: Asset, new: NewAsset) -> bool:
    return known.class_id == new.asset_class.id and known.attributes == dict(new.attributes)


def _taken(row: PortfolioRow, known: Asset, new: NewAsset) -> RowRefused:
    if (known.publisher, known.source_file) == (new.publisher, new.source_file):
        return RowRefused(
            row.line,
            "RECORD_CHANGED",
            "This record was imported before with other contents; the registered asset was left "
            "as it is.",
        )
    return RowRefused(
        row.line,
        "DUPLICATE_ANCHOR",
        f"This thing is registered already as asset {known.pk}; one thing has one token.",
    )


def _import_holdings(
    file_name: str,
    mapping: ColumnMapping,
    portfolio: Portfolio,
    owner_addresses: Sequence[str],
    report: ImportReport,
) -> None:
    """Note the restaking tokens that owners hold; they are fungible and never minted here."""
    holdings = []
    for row in portfolio.rows:
        try:
            holdings.append(_holding(file_name, mapping, row, owner_addresses))
        except (ValueError, RegistrationError) as error:
            report.refused.append(RowRefused(row.line, "LRT_HOLDING", str(error)))
    of_file = LrtHolding.objects.filter(publisher=mapping.publisher, source_file=file_name)
    known = of_file.count()
    LrtHolding.objects.bulk_create(holdings, batch_size=BATCH_SIZE, ignore_conflicts=True)
    report.registered = of_file.count() - known
    report.unchanged = len(holdings) - report.registered


def _holding(
    file_name: str, mapping: ColumnMapping, row: PortfolioRow, owner_addresses: Sequence[str]
) -> LrtHolding:
    amount = int(row.attributes["amount_wei"])
    if amount == 0:
        raise RegistrationError("LRT_HOLDING", "The amount is 0; nothing is held.")
    holder = str(row.attributes.get("holder", ""))
    if not holder and not owner_addresses:
        raise RegistrationError(
            "LRT_HOLDING", "Nobody holds it: fill the column holder or name an owner."
        )
    turn = row.record_number - 1
    return LrtHolding(
        holder_address=checksum_address(holder or owner_addresses[turn % len(owner_addresses)]),
        symbol=str(row.attributes["symbol"])[:20],
        amount_wei=amount,
        publisher=mapping.publisher,
        source_file=file_name,
        source_record=row.record_number,
    )
