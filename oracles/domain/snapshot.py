"""The inputs of a round as canonical bytes: whoever has them can reproduce the root."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from oracles.domain.canonical import canonical_json
from oracles.domain.errors import SnapshotInvalid
from oracles.domain.leaf import Domain, ValueStatus, address_number
from oracles.domain.movement import Previous
from oracles.domain.observations import Observation
from oracles.domain.quantities import ObservationKind, Unit
from oracles.domain.valuation import Subject

FORMAT = "ballast-round-1"
_BRACKETS = re.compile(rb"[\[\]{}]")
_MAX_DEPTH = 8


@dataclass(frozen=True, kw_only=True)
class PreviousRound:
    """The last published round, against whose values movement is limited."""

    number: int
    root: str
    observed_at: int


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """All that the values of one round follow from."""

    domain: Domain
    observed_at: int
    model_set_hash: str
    previous: PreviousRound | None
    subjects: tuple[Subject, ...]

    @property
    def elapsed_s(self) -> int:
        """Seconds since the previous round; 0 for the first."""
        return self.observed_at - self.previous.observed_at if self.previous else 0


def write_snapshot(snapshot: Snapshot) -> bytes:
    """Return the snapshot's bytes: subjects by id, observations in a fixed order."""
    previous = snapshot.previous
    return canonical_json(
        {
            "format": FORMAT,
            "chain_id": snapshot.domain.chain_id,
            "oracle": snapshot.domain.oracle.lower(),
            "round": snapshot.domain.number,
            "observed_at": snapshot.observed_at,
            "model_set_hash": snapshot.model_set_hash,
            "previous": previous
            and {
                "round": previous.number,
                "root": previous.root,
                "observed_at": previous.observed_at,
            },
            "subjects": [
                _subject_document(subject)
                for subject in sorted(snapshot.subjects, key=lambda one: one.asset_id)
            ],
        }
    )


def read_snapshot(content: bytes) -> Snapshot:
    """Return what the bytes say, refusing whatever is not exactly one snapshot's canonical form."""
    _refuse_deep(content)
    try:
        document = json.loads(content, parse_float=_no_float, parse_constant=_no_float)
    except ValueError as error:
        raise SnapshotInvalid(
            "NOT_JSON", f"The snapshot is not JSON in whole numbers: {error}."
        ) from None
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise SnapshotInvalid("UNKNOWN_FORMAT", f"The snapshot is not in the format {FORMAT}.")
    try:
        snapshot = _snapshot(document)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        if isinstance(error, SnapshotInvalid):
            raise
        raise SnapshotInvalid(
            "BAD_FIELD", f"The snapshot lacks a field or holds a wrong one: {error}."
        ) from None
    _check_order(snapshot.subjects)
    if write_snapshot(snapshot) != content:
        raise SnapshotInvalid(
            "NOT_CANONICAL",
            "The snapshot is not in canonical form, so its hash would not name its content.",
        )
    return snapshot


def _refuse_deep(content: bytes) -> None:
    """Refuse nesting that no snapshot has: a parser may break on it before it complains."""
    depth = 0
    for bracket in _BRACKETS.finditer(content):
        depth += 1 if bracket.group() in (b"[", b"{") else -1
        if depth > _MAX_DEPTH:
            raise SnapshotInvalid("TOO_DEEP", "The bytes are nested deeper than any snapshot is.")


def _no_float(text: str) -> None:
    raise ValueError(f"{text[:40]} is no whole number")


def _subject_document(subject: Subject) -> dict[str, object]:
    previous = subject.previous
    return {
        "asset": str(subject.asset_id),
        "class": subject.class_id,
        "status": int(subject.status),
        "previous": previous
        and {
            "value": str(previous.value),
            "lower": str(previous.lower),
            "nav": None if previous.nav_wei is None else str(previous.nav_wei),
        },
        "observations": [_observation_document(one) for one in _ordered(subject.observations)],
    }


def _ordered(observations: Sequence[Observation]) -> list[Observation]:
    return sorted(
        observations, key=lambda one: (one.source, one.kind, one.observed_at, one.raw_hash)
    )


def _observation_document(observation: Observation) -> dict[str, object]:
    return {
        "source": observation.source,
        "kind": observation.kind,
        "value": str(observation.value),
        "unit": observation.unit,
        "scale": observation.scale,
        "observed_at": observation.observed_at,
        "raw": observation.raw_hash,
    }


def _snapshot(document: dict[str, Any]) -> Snapshot:
    previous = document["previous"]
    address_number(document["oracle"])
    return Snapshot(
        domain=Domain(
            chain_id=_whole(document["chain_id"]),
            oracle=document["oracle"],
            number=_whole(document["round"]),
        ),
        observed_at=_whole(document["observed_at"]),
        model_set_hash=document["model_set_hash"],
        previous=None
        if previous is None
        else PreviousRound(
            number=_whole(previous["round"]),
            root=previous["root"],
            observed_at=_whole(previous["observed_at"]),
        ),
        subjects=tuple(_subject(one) for one in document["subjects"]),
    )


def _subject(document: dict[str, Any]) -> Subject:
    previous = document["previous"]
    return Subject(
        asset_id=_amount(document["asset"]),
        class_id=_whole(document["class"]),
        status=ValueStatus(_whole(document["status"])),
        previous=None
        if previous is None
        else Previous(
            value=_amount(previous["value"]),
            lower=_amount(previous["lower"]),
            nav_wei=None if previous["nav"] is None else _amount(previous["nav"]),
        ),
        observations=tuple(_observation(one) for one in document["observations"]),
    )


def _observation(document: dict[str, Any]) -> Observation:
    return Observation(
        source=document["source"],
        kind=ObservationKind(document["kind"]),
        value=_amount(document["value"]),
        unit=Unit(document["unit"]),
        scale=_whole(document["scale"]),
        observed_at=_whole(document["observed_at"]),
        raw_hash=document["raw"],
    )


def _whole(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ValueError(f"{value!r} is no whole number")
    return value


def _amount(value: object) -> int:
    if not isinstance(value, str) or not value.isascii() or not value.isdigit():
        raise ValueError(f"{value!r} is no amount in digits")
    return int(value)


def _check_order(subjects: Sequence[Subject]) -> None:
    for earlier, later in pairwise(subjects):
        if earlier.asset_id >= later.asset_id:
            raise SnapshotInvalid(
                "NOT_SORTED",
                f"Asset {later.asset_id} is listed twice or out of order in the snapshot.",
            )
