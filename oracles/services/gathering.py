"""Gathering the inputs of a round with a few queries, whatever the number of assets."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Max, QuerySet

from collateral.models import Asset, AssetStatus
from collateral.models.assets import ON_CHAIN
from oracles.chain import OracleTerms
from oracles.domain.leaf import Domain, ValueStatus, address_number
from oracles.domain.movement import Previous
from oracles.domain.observations import Observation as Observed
from oracles.domain.parameters import LRT_CLASS_ID, model_set_hash
from oracles.domain.quantities import ObservationKind, Unit
from oracles.domain.snapshot import PreviousRound, Snapshot
from oracles.domain.valuation import Subject
from oracles.models import Observation, Round, RoundStatus, Valuation, Verdict
from oracles.selectors.rounds import newest_round

_STATUS = {AssetStatus.FROZEN: ValueStatus.FROZEN, AssetStatus.REVOKED: ValueStatus.CHALLENGED}
_FIELDS = (
    "asset_id",
    "token",
    "source__slug",
    "kind",
    "value",
    "unit",
    "scale",
    "observed_at",
    "raw_hash",
)
# The row of an asset, or the address of a token.
Key = int | str


@dataclass(frozen=True, kw_only=True)
class Subjects:
    """A snapshot, and which rows its asset ids stand for."""

    snapshot: Snapshot
    assets: dict[int, int]
    tokens: dict[int, str]


def next_number() -> int:
    """Return the number of the next round; a voided one keeps its number."""
    taken = Round.objects.exclude(status=RoundStatus.ABANDONED)
    return (taken.aggregate(last=Max("number"))["last"] or 0) + 1


def gather(*, terms: OracleTerms, number: int, observed_at: int) -> Subjects:
    """Return everything that the values of a round follow from, as of ``observed_at``."""
    previous = newest_round()
    last_values = _last_values(previous)
    said = _newest_observations(observed_at)
    assets = list(
        Asset.objects.filter(status__in=ON_CHAIN).values_list(
            "pk", "token_id", "class_id", "status"
        )
    )
    subjects = [
        Subject(
            asset_id=token_id,
            class_id=class_id,
            status=_STATUS.get(status, ValueStatus.VALID),
            previous=last_values.get(pk),
            observations=tuple(said[pk]),
        )
        for pk, token_id, class_id, status in assets
        if pk in said
    ]
    tokens = {address_number(key): key for key in said if isinstance(key, str)}
    subjects += [
        Subject(
            asset_id=asset_id,
            class_id=LRT_CLASS_ID,
            status=ValueStatus.VALID,
            previous=last_values.get(token),
            observations=tuple(said[token]),
        )
        for asset_id, token in tokens.items()
    ]
    snapshot = Snapshot(
        domain=Domain(chain_id=terms.chain_id, oracle=terms.address, number=number),
        observed_at=observed_at,
        model_set_hash=model_set_hash().hex(),
        previous=_previous(previous),
        subjects=tuple(subjects),
    )
    return Subjects(
        snapshot=snapshot,
        assets={token_id: pk for pk, token_id, _, _ in assets},
        tokens=tokens,
    )


def _previous(previous: Round | None) -> PreviousRound | None:
    if previous is None:
        return None
    return PreviousRound(
        number=previous.number, root=previous.root, observed_at=previous.observed_at
    )


def _last_values(previous: Round | None) -> dict[Key, Previous]:
    """Return what the last published round says of each asset row and token."""
    rows = Valuation.objects.filter(round=previous).values_list(
        "asset_id", "token", "value_units", "lower_units", "nav_wei"
    )
    return {
        asset_id or token: Previous(value=value, lower=lower, nav_wei=nav_wei)
        for asset_id, token, value, lower, nav_wei in (rows if previous else ())
    }


def _newest_observations(observed_at: int) -> dict[Key, list[Observed]]:
    """Return each source's newest accepted observation of each kind, by subject."""
    accepted = Observation.objects.filter(
        verdict=Verdict.ACCEPTED, source__active=True, observed_at__lte=observed_at
    )
    said: dict[Key, list[Observed]] = defaultdict(list)
    of_assets = accepted.filter(asset__status__in=ON_CHAIN)
    _collect(said, _newest(of_assets, "asset_id"))
    _collect(said, _newest(accepted.exclude(token=""), "token"))
    return said


def _newest(observations: QuerySet[Observation], subject: str) -> Iterable[tuple[Any, ...]]:
    series = (subject, "source_id", "kind")
    newest = observations.order_by(*series, "-observed_at", "-pk").distinct(*series)
    return newest.values_list(*_FIELDS)


def _collect(said: dict[Key, list[Observed]], rows: Iterable[tuple[Any, ...]]) -> None:
    for asset_id, token, source, kind, value, unit, scale, observed_at, raw_hash in rows:
        said[asset_id or token].append(
            Observed(
                source=source,
                kind=ObservationKind(kind),
                value=value,
                unit=Unit(unit),
                scale=scale,
                observed_at=observed_at,
                raw_hash=raw_hash,
            )
        )
