"""Everything said of a million assets, read as columns a few thousand assets at a time."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from django.db.models import Max, Min
from psycopg import Cursor

from collateral.models import Asset, AssetStatus
from collateral.models.assets import ON_CHAIN
from oracles.database import (
    UINT256,
    Column,
    Read,
    one_moment,
    read_ahead,
    uint256_sent,
    uint256_words,
)
from oracles.domain.canonical import SHA256_BYTES
from oracles.domain.columns import (
    KIND_CODES,
    OBSERVATION,
    SUBJECT,
    UNIT_CODES,
    Inputs,
    Values,
    id_column,
    plain,
    sort_keys,
    starts_of,
)
from oracles.domain.leaf import ValueStatus, address_number
from oracles.models import Observation, Source

_STATUS = {AssetStatus.FROZEN: ValueStatus.FROZEN, AssetStatus.REVOKED: ValueStatus.CHALLENGED}
_ASSETS_AT_A_TIME = 20_000
_BYTE = 0xFF


def said_of_assets(observed_at: int, sessions: Sequence[Cursor]) -> tuple[list[Inputs], Column]:
    """Return assets that somebody spoke of, with what was said by then, and their rows.

    The parts' subjects are in the order of their rows, as the rows are.
    """
    pks_by_slug = dict(Source.objects.filter(active=True).values_list("slug", "pk"))
    slugs = sorted(pks_by_slug)
    source_pks = np.array([pks_by_slug[slug] for slug in slugs], np.int64)
    parts, rows = [], [np.empty(0, np.int64)]
    reads = (
        one
        for low, high in _ranges()
        for one in (_assets(low, high), _observations(low, high, observed_at, source_pks))
    )
    with read_ahead(sessions, reads) as found:
        for assets, said in zip(found, found, strict=True):
            pks, subjects = _subjects(assets)
            places, observations = _observed(said, pks, source_pks)
            subjects["count"] = np.bincount(places, minlength=len(subjects))
            spoken_of = subjects["count"] > 0
            subjects = plain(subjects)[spoken_of].view(SUBJECT)
            rows.append(pks[spoken_of])
            parts.append(
                Inputs(
                    sources=tuple(slugs),
                    subjects=subjects,
                    observations=observations,
                    starts=starts_of(subjects["count"]),
                )
            )
    return parts, np.concatenate(rows)


def rows_of(values: Values) -> tuple[Column, dict[int, str]]:
    """Return the rows of values' assets by the places of their subjects, and the tokens by id."""
    reads = (_assets(low, high) for low, high in _ranges())
    with one_moment() as sessions, read_ahead(sessions, reads) as found:
        parts = [_subjects(assets) for assets in found]
    pks = np.concatenate([np.empty(0, np.int64), *(pks for pks, _ in parts)])
    ids = np.concatenate([np.empty(0, "S32"), *(id_column(one["asset_id"]) for _, one in parts)])
    order = np.argsort(ids)
    wanted = id_column(values.asset_id)
    place = np.minimum(np.searchsorted(ids, wanted, sorter=order), max(len(ids) - 1, 0))
    rows = np.zeros(int(values.subject.max(initial=-1)) + 1, np.int64)
    if len(ids):
        known = ids[order[place]] == wanted
        rows[values.subject[known]] = pks[order[place[known]]]
    tokens = Observation.objects.filter(token__startswith="0x").exclude(token="")
    tokens = tokens.values_list("token", flat=True).distinct()
    return rows, {address_number(one): one for one in tokens}


def _ranges() -> Iterator[tuple[int, int]]:
    """Return ranges of assets' rows that are small enough to be read at once."""
    ends = Asset.objects.filter(status__in=ON_CHAIN).aggregate(first=Min("pk"), last=Max("pk"))
    if ends["last"] is not None:
        for low in range(ends["first"], ends["last"] + 1, _ASSETS_AT_A_TIME):
            yield low, low + _ASSETS_AT_A_TIME - 1


def _assets(low: int, high: int) -> Read:
    return Read(
        rows="SELECT id, class_id, status, token_id FROM collateral_asset "
        "WHERE id BETWEEN %s AND %s AND status = ANY(%s)",
        parameters=[low, high, list(ON_CHAIN)],
        fields={
            "id": (">i8", "id"),
            "class_id": (">i2", "class_id"),
            "status": (">i2", f"{_codes('status', _STATUS)}::int2"),
            "token": (UINT256, uint256_sent("token_id")),
        },
    )


def _subjects(assets: Column) -> tuple[Column, Column]:
    """Return the rows of assets and the subjects that they are, in the rows' order."""
    pks = assets["id"].astype(np.int64)
    order = np.argsort(pks)
    subjects = np.zeros(len(assets), SUBJECT)
    subjects["asset_id"] = uint256_words(assets["token"][order])
    subjects["class_id"], subjects["status"] = assets["class_id"][order], assets["status"][order]
    return pks[order], subjects


def _observations(low: int, high: int, observed_at: int, source_pks: Column) -> Read:
    """Read what each source newly said of each kind: it says one thing for one moment."""
    series = "asset_id, source_id, kind"
    kind, unit = _codes("kind", KIND_CODES), _codes("unit", UNIT_CODES)
    return Read(
        rows=f"SELECT DISTINCT ON ({series}) {series}, unit, amount, observed_at, raw_hash "
        "FROM oracles_observation WHERE verdict = 'accepted' AND asset_id BETWEEN %s AND %s "
        f"AND observed_at <= %s AND source_id = ANY(%s) ORDER BY {series}, observed_at DESC",
        parameters=[low, high, observed_at, source_pks.tolist()],
        # Each field more costs the server as much as finding the row.
        fields={
            "asset": (">i8", "asset_id"),
            "code": (">i8", f"(source_id << 16) | ({kind} << 8) | {unit}"),
            "amount": (">i8", "amount::int8"),
            "observed_at": (">i8", "observed_at"),
            "raw": (f"V{SHA256_BYTES}", "raw_hash"),
        },
    )


def _observed(said: Column, pks: Column, source_pks: Column) -> tuple[Column, Column]:
    """Return observations in order, and the place of the asset of each among the given rows."""
    asset, code = said["asset"].astype(np.int64), said["code"].astype(np.int64)
    place = np.searchsorted(pks, asset)
    by_pk = np.argsort(source_pks)
    rows = np.empty(len(said), OBSERVATION)
    rows["source"] = by_pk[np.searchsorted(source_pks, code >> 16, sorter=by_pk)]
    rows["kind"], rows["unit"] = (code >> 8) & _BYTE, code & _BYTE
    rows["amount"], rows["observed_at"] = said["amount"], said["observed_at"]
    rows["raw"] = np.ascontiguousarray(said["raw"]).view(np.uint8).reshape(-1, SHA256_BYTES)
    keys = sort_keys(place, rows)
    order = np.argsort(keys, kind="stable")
    # Assets that are not on chain have observations as well.
    order = order[np.isin(asset[order], pks)]
    return place[order], plain(rows)[order].view(OBSERVATION)


def _codes(column: str, codes: Mapping[Any, int]) -> str:
    """Return SQL that turns a column's words into their codes, 0 for any other."""
    cases = " ".join(f"WHEN '{word}' THEN {int(code)}" for word, code in codes.items())
    return f"(CASE {column} {cases} ELSE 0 END)"
