"""Gathering the inputs of a round as columns, a few queries for each ten thousand assets."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.db.models import Max

from collateral.models import AssetStatus
from collateral.models.assets import ON_CHAIN
from oracles.chain import OracleTerms
from oracles.database import Column, read_records
from oracles.documents import read_document
from oracles.domain.columns import (
    KIND_CODES,
    OBSERVATION,
    SUBJECT,
    UNIT_CODES,
    Inputs,
    Values,
    id_bytes,
    inputs_of,
    merged,
    starts_of,
)
from oracles.domain.leaf import Domain, ValueStatus, address_number
from oracles.domain.movement import Previous
from oracles.domain.observations import Observation as Observed
from oracles.domain.parameters import LRT_CLASS_ID, model_set_hash
from oracles.domain.published import read_leaves
from oracles.domain.quantities import BASE_DECIMALS, ObservationKind, Unit
from oracles.domain.snapshot import PreviousRound, Snapshot
from oracles.domain.valuation import Subject
from oracles.models import Observation, Round, RoundStatus, Source, Valuation, Verdict
from oracles.selectors.rounds import newest_round

_STATUS = {AssetStatus.FROZEN: ValueStatus.FROZEN, AssetStatus.REVOKED: ValueStatus.CHALLENGED}
_ASSETS_AT_A_TIME = 20_000
# The widest number of 256 bits in decimal digits.
_ID_DIGITS = 78


@dataclass(frozen=True, kw_only=True)
class Subjects:
    """A snapshot, and what its subjects are here: rows of assets (0 for none), or tokens by id."""

    snapshot: Snapshot
    rows: Column
    tokens: dict[int, str]


def next_number() -> int:
    """Return the number of the next round; a voided one keeps its number.

    One that waits for its reporters and does not stand gives up its number with its place.
    """
    taken = Round.objects.exclude(status__in=[RoundStatus.ABANDONED, RoundStatus.SIGNING])
    return (taken.aggregate(last=Max("number"))["last"] or 0) + 1


def gather(*, terms: OracleTerms, number: int, observed_at: int) -> Subjects:
    """Return everything that the values of a round follow from, as of ``observed_at``.

    It does not depend on the order in which rows were written, nor on their ids.
    """
    previous = newest_round()
    assets, rows = _assets(observed_at)
    tokens = _tokens(previous, observed_at)
    others = inputs_of([one for one, _ in tokens])
    inputs, order = merged(assets, others)
    _set_previous(inputs, previous)
    snapshot = Snapshot(
        domain=Domain(chain_id=terms.chain_id, oracle=terms.address, number=number),
        observed_at=observed_at,
        model_set_hash=model_set_hash().hex(),
        previous=_previous(previous),
        inputs=inputs,
    )
    return Subjects(
        snapshot=snapshot,
        rows=np.concatenate([rows, np.zeros(len(others), np.int64)])[order],
        tokens={one.asset_id: token for one, token in tokens},
    )


def rows_of(values: Values) -> tuple[Column, dict[int, str]]:
    """Return the rows of values' assets by the places of their subjects, and the tokens by id."""
    parts = [_asset_rows(low, high) for low, high in _ranges()]
    pks = np.concatenate([np.empty(0, np.int64), *(pks for pks, _ in parts)])
    ids = np.concatenate([np.empty(0, "S32"), *(_id_column(one["asset_id"]) for _, one in parts)])
    order = np.argsort(ids)
    wanted = _id_column(values.asset_id)
    place = np.minimum(np.searchsorted(ids, wanted, sorter=order), max(len(ids) - 1, 0))
    rows = np.zeros(int(values.subject.max(initial=-1)) + 1, np.int64)
    if len(ids):
        found = ids[order[place]] == wanted
        rows[values.subject[found]] = pks[order[place[found]]]
    tokens = Observation.objects.filter(token__startswith="0x")
    tokens = tokens.values_list("token", flat=True).distinct()
    return rows, {address_number(one): one for one in tokens}


def _previous(previous: Round | None) -> PreviousRound | None:
    if previous is None:
        return None
    return PreviousRound(
        number=previous.number, root=previous.root, observed_at=previous.observed_at
    )


def _set_previous(inputs: Inputs, previous: Round | None) -> None:
    """Put what the last round published of each subject beside it."""
    content = read_document(previous.content_hash) if previous else None
    if content is None:
        return
    known = read_leaves(content).rows
    ids, wanted = _id_column(known["asset_id"]), _id_column(inputs.subjects["asset_id"])
    place = np.minimum(np.searchsorted(ids, wanted), len(ids) - 1)
    found = ids[place] == wanted
    for name, last in (("previous_value", "value"), ("previous_lower", "lower")):
        inputs.subjects[name][found] = known[last][place[found]]


def _id_column(ids: Column) -> Column:
    """Return ids as one column that compares as numbers do: all have the same length."""
    return np.ascontiguousarray(ids).view("S32").ravel()


# ---- Assets -----------------------------------------------------------------------------------


def _assets(observed_at: int) -> tuple[Inputs, Column]:
    """Return assets that somebody spoke of, by row, and those rows."""
    sources = dict(Source.objects.filter(active=True).order_by("pk").values_list("pk", "slug"))
    source_pks = np.array(list(sources), np.int64)
    subjects, said, rows = [np.empty(0, SUBJECT)], [np.empty(0, OBSERVATION)], [np.empty(0, "i8")]
    for low, high in _ranges():
        pks, chunk = _asset_rows(low, high)
        places, found = _observation_rows(pks, observed_at, source_pks)
        chunk["count"] = np.bincount(places, minlength=len(chunk))
        spoken_of = chunk["count"] > 0
        subjects.append(chunk[spoken_of])
        rows.append(pks[spoken_of])
        said.append(found)
    counted = np.concatenate(subjects)
    inputs = Inputs(
        sources=tuple(sources.values()),
        subjects=counted,
        observations=np.concatenate(said),
        starts=starts_of(counted["count"]),
    )
    return inputs, np.concatenate(rows)


def _ranges() -> Iterator[tuple[int, int]]:
    """Return ranges of assets' rows that are small enough to be read at once."""
    query = "SELECT id FROM collateral_asset WHERE status = ANY(%s) ORDER BY id"
    pks = read_records(query, [list(ON_CHAIN)], id=">i8")["id"]
    for start in range(0, len(pks), _ASSETS_AT_A_TIME):
        chunk = pks[start : start + _ASSETS_AT_A_TIME]
        yield int(chunk[0]), int(chunk[-1])


def _asset_rows(low: int, high: int) -> tuple[Column, Column]:
    """Return the rows of a range and the subjects that they are, in the rows' order."""
    query = (
        f"SELECT id, class_id, {_codes('status', _STATUS)} AS status, "
        f"lpad(token_id::text, {_ID_DIGITS}, '0')::bytea AS token "
        "FROM collateral_asset WHERE id BETWEEN %s AND %s AND status = ANY(%s)"
    )
    fields = {"id": ">i8", "class_id": ">i2", "status": ">i2", "token": f"S{_ID_DIGITS}"}
    found = read_records(query, [low, high, list(ON_CHAIN)], **fields)
    found = found[np.argsort(found["id"])]
    rows = np.zeros(len(found), SUBJECT)
    rows["asset_id"] = id_bytes([int(one) for one in found["token"].tolist()])
    rows["class_id"], rows["status"] = found["class_id"], found["status"]
    return found["id"].astype(np.int64), rows


def _observation_rows(pks: Column, observed_at: int, source_pks: Column) -> tuple[Column, Column]:
    """Return what each source newly said of each kind, and the place of the asset of each."""
    series = "asset_id, source_id, kind"
    query = (
        f"SELECT DISTINCT ON ({series}) asset_id, source_id, "
        f"{_codes('kind', KIND_CODES)} AS kinds, {_codes('unit', UNIT_CODES)} AS units, "
        "amount::int8 AS amount, observed_at, "
        "decode(raw_hash, 'hex') AS raw FROM oracles_observation WHERE verdict = 'accepted' "
        "AND asset_id BETWEEN %s AND %s AND observed_at <= %s AND source_id = ANY(%s) "
        f"ORDER BY {series}, observed_at DESC, id DESC"
    )
    fields = {"asset_id": ">i8", "source_id": ">i8", "kinds": ">i2", "units": ">i2"}
    fields |= {"amount": ">i8", "observed_at": ">i8", "raw": "V32"}
    parameters = [int(pks[0]), int(pks[-1]), observed_at, source_pks.tolist()]
    found = read_records(query, parameters, **fields)
    found = found[np.isin(found["asset_id"], pks)]
    place = np.searchsorted(pks, found["asset_id"].astype(np.int64))
    source = np.searchsorted(source_pks, found["source_id"].astype(np.int64))
    rows = np.empty(len(found), OBSERVATION)
    rows["source"] = source
    rows["kind"], rows["unit"] = found["kinds"], found["units"]
    rows["amount"], rows["observed_at"] = found["amount"], found["observed_at"]
    rows["raw"] = np.ascontiguousarray(found["raw"]).view(np.uint8).reshape(-1, 32)
    return place, rows[np.argsort(place, kind="stable")]


def _codes(column: str, codes: Mapping[Any, int]) -> str:
    """Return SQL that turns a column's words into their codes, 0 for any other."""
    cases = " ".join(f"WHEN '{word}' THEN {int(code)}" for word, code in codes.items())
    return f"(CASE {column} {cases} ELSE 0 END)::int2"


# ---- Tokens -----------------------------------------------------------------------------------


def _tokens(previous: Round | None, observed_at: int) -> list[tuple[Subject, str]]:
    """Return restaking tokens with what is said of them; there are a few dozen at most."""
    last = {
        token: Previous(value=value, lower=lower, nav_wei=nav)
        for token, value, lower, nav in Valuation.objects.filter(round=previous)
        .exclude(token="")
        .values_list("token", "value_units", "lower_units", "nav_wei")
    }
    said: dict[str, list[Observed]] = {}
    for token, one in _said_of_tokens(observed_at):
        said.setdefault(token, []).append(one)
    return [
        (
            Subject(
                asset_id=address_number(token),
                class_id=LRT_CLASS_ID,
                status=ValueStatus.VALID,
                previous=last.get(token),
                observations=tuple(observations),
            ),
            token,
        )
        for token, observations in said.items()
    ]


def _said_of_tokens(observed_at: int) -> Iterator[tuple[str, Observed]]:
    series = ("token", "source_id", "kind")
    newest = (
        Observation.objects.filter(
            verdict=Verdict.ACCEPTED,
            source__active=True,
            observed_at__lte=observed_at,
            token__startswith="0x",
        )
        .order_by(*series, "-observed_at", "-pk")
        .distinct(*series)
    )
    fields = ("token", "source__slug", "kind", "unit", "amount", "observed_at", "raw_hash")
    for token, source, kind, unit, amount, at, raw_hash in newest.values_list(*fields):
        yield (
            token,
            Observed(
                source=source,
                kind=ObservationKind(kind),
                value=amount,
                unit=Unit(unit),
                scale=BASE_DECIMALS[Unit(unit)],
                observed_at=at,
                raw_hash=raw_hash,
            ),
        )
