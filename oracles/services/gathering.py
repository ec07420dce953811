"""Gathering the inputs of a round: what was said of assets and of tokens, as of one moment."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from django.db.models import Max

from oracles.chain import OracleTerms
from oracles.database import Column, one_moment
from oracles.documents import read_document
from oracles.domain.columns import Inputs, id_column, inputs_of, merged
from oracles.domain.leaf import Domain, ValueStatus, address_number
from oracles.domain.movement import Previous
from oracles.domain.observations import Observation as Observed
from oracles.domain.parameters import LRT_CLASS_ID, model_set_hash
from oracles.domain.published import read_leaves
from oracles.domain.quantities import BASE_DECIMALS, ObservationKind, Unit
from oracles.domain.snapshot import PreviousRound, Snapshot
from oracles.domain.valuation import Subject
from oracles.models import Observation, Round, RoundStatus, Valuation, Verdict
from oracles.selectors.rounds import newest_round
from oracles.services.inputs import said_of_assets


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
    with one_moment() as sessions:
        previous = newest_round()
        published = read_document(previous.content_hash) if previous else None
        tokens = _tokens(previous, observed_at)
        assets, rows = said_of_assets(observed_at, sessions)
    others = inputs_of([one for one, _ in tokens])
    inputs, order = merged([*assets, others])
    if published is not None:
        _set_previous(inputs, published)
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


def _previous(previous: Round | None) -> PreviousRound | None:
    if previous is None:
        return None
    return PreviousRound(
        number=previous.number, root=previous.root, observed_at=previous.observed_at
    )


def _set_previous(inputs: Inputs, published: bytes) -> None:
    """Put what the last round published of each subject beside it."""
    known = read_leaves(published).rows
    ids, wanted = id_column(known["asset_id"]), id_column(inputs.subjects["asset_id"])
    place = np.minimum(np.searchsorted(ids, wanted), len(ids) - 1)
    found = ids[place] == wanted
    for name, last in (("previous_value", "value"), ("previous_lower", "lower")):
        inputs.subjects[name][found] = known[last][place[found]]


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
        # It says nothing new, but lets the index of tokens be read instead of all observations.
        .exclude(token="")
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
