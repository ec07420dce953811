"""What the most frequent events of the registries change: kept in memory through a step of the
reader, and written for many assets and verifiers at once.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import F

from collateral.models import Asset, AssetChange, AssetStatus, Attestation, Verifier
from collateral.models.desk import VerifierExposure
from collateral.services.changes import note_changes
from contracts.types import Event
from settlement.bulk import execute

_MINT = """
UPDATE collateral_asset SET token_id = new.token, status = %s, status_reason = '',
    appraisal_cap_units = new.cap, attested_at = new.attested, valid_until = new.until,
    holder_address = new.holder
FROM unnest(%s::text[], %s::numeric[], %s::bigint[], %s::bigint[], %s::bigint[], %s::text[])
    AS new (anchor, token, cap, attested, until, holder)
WHERE collateral_asset.anchor = new.anchor
"""
# A lock or its end changes nothing of what is frozen or revoked.
_MOVE = """
UPDATE collateral_asset SET holder_address = coalesce(new.holder, holder_address),
    status = CASE WHEN new.locked AND status = 'minted' THEN 'pledged'
        WHEN NOT new.locked AND status = 'pledged' THEN 'minted' ELSE status END
FROM unnest(%s::numeric[], %s::text[], %s::boolean[]) AS new (token, holder, locked)
WHERE token_id = new.token
"""


@dataclass
class _Move:
    """Who holds a token now, and whether it is locked; None where nothing was said."""

    holder: str | None = None
    locked: bool | None = None


@dataclass
class _Pending:
    spent: set[str] = field(default_factory=set)
    committed: Counter[tuple[str, int]] = field(default_factory=Counter)
    minted: dict[str, Event] = field(default_factory=dict)
    moves: dict[int, _Move] = field(default_factory=dict)


_pending = _Pending()


def spend(uid: str) -> None:
    """Have an attestation marked as used."""
    _pending.spent.add(uid)


def commit(verifier: str, week: int, units: int) -> None:
    """Add to what a verifier's bond answers for until the end of a week, ledger units."""
    _pending.committed[verifier, week] += units


def mint(anchor: str, event: Event) -> None:
    """Have an asset become the token that an event tells of."""
    _pending.minted[anchor] = event


def move(token_id: int, *, holder: str | None = None, locked: bool | None = None) -> None:
    """Note a token's new holder, or that it was locked or set free."""
    found = _pending.moves.setdefault(token_id, _Move())
    found.holder = found.holder if holder is None else holder
    found.locked = found.locked if locked is None else locked


def write() -> None:
    """Write what was noted."""
    global _pending
    found, _pending = _pending, _Pending()
    if found.minted:
        _write_minted(found.minted)
    if found.moves:
        moves = found.moves.values()
        tokens = [Decimal(token_id) for token_id in found.moves]
        execute(_MOVE, [tokens, [each.holder for each in moves], [each.locked for each in moves]])
    if found.spent:
        Attestation.objects.filter(uid__in=found.spent).update(spent=True)
    for (address, week), units in found.committed.items():
        _write_committed(address, week, units)


def discard() -> None:
    """Forget a step that failed."""
    global _pending
    _pending = _Pending()


def _write_minted(minted: Mapping[str, Event]) -> None:
    told = [event.args for event in minted.values()]
    columns = [
        [Decimal(int(args["tokenId"])) for args in told],
        [int(args["appraisalCap"]) for args in told],
        [int(args["attestedAt"]) for args in told],
        [int(args["validUntil"]) for args in told],
        [args["owner"] for args in told],
    ]
    execute(_MINT, [AssetStatus.MINTED.value, list(minted), *columns])
    ours = Asset.objects.filter(anchor__in=minted).order_by("pk").values_list("pk", "anchor")
    note_changes(_line(pk, minted[anchor]) for pk, anchor in ours)


def _line(pk: int, event: Event) -> AssetChange:
    key = f"{event.tx_hash}:{event.log_index}"
    text = "The token is held by its owner."
    return AssetChange(asset_id=pk, kind="minted", text=text, key=key)


def _write_committed(address: str, week: int, units: int) -> None:
    verifier, _ = Verifier.objects.get_or_create(address=address)
    exposure, _ = VerifierExposure.objects.get_or_create(verifier=verifier, week=week)
    changed: Any = F("committed_units") + units
    for row in (verifier, exposure):
        type(row).objects.filter(pk=row.pk).update(committed_units=changed)
