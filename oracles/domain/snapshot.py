"""The inputs of a round as canonical bytes: whoever has them can reproduce the root."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from oracles.domain.canonical import canonical_json
from oracles.domain.columns import (
    KINDS,
    OBSERVATION,
    SUBJECT,
    UNITS,
    Column,
    Inputs,
    inputs_of,
    sort_keys,
    starts_of,
)
from oracles.domain.errors import SnapshotInvalid
from oracles.domain.framing import bad_field, domain_of, header_of, joined, records_of, whole
from oracles.domain.leaf import Domain, ValueStatus
from oracles.domain.valuation import Subject

FORMAT = "ballast-round-2"
_FIELDS = {
    "subject": list(SUBJECT.names or ()),
    "observation": list(OBSERVATION.names or ()),
}
_WORDS_OF_ID = 4


@dataclass(frozen=True, kw_only=True)
class PreviousRound:
    """The last published round, against whose values movement is limited."""

    number: int
    root: str
    observed_at: int


@dataclass(frozen=True, eq=False, kw_only=True)
class Snapshot:
    """All that the values of one round follow from."""

    domain: Domain
    observed_at: int
    model_set_hash: str
    previous: PreviousRound | None
    inputs: Inputs

    @property
    def elapsed_s(self) -> int:
        """Seconds since the previous round; 0 for the first."""
        return self.observed_at - self.previous.observed_at if self.previous else 0


def snapshot_of(
    subjects: Sequence[Subject],
    *,
    domain: Domain,
    observed_at: int,
    model_set_hash: str,
    previous: PreviousRound | None = None,
) -> Snapshot:
    """Return the snapshot of subjects that are at hand one by one, in any order."""
    return Snapshot(
        domain=domain,
        observed_at=observed_at,
        model_set_hash=model_set_hash,
        previous=previous,
        inputs=inputs_of(subjects),
    )


def write_snapshot(snapshot: Snapshot) -> bytes:
    """Return the snapshot's bytes: a header, the subjects by id, their observations in order."""
    inputs = snapshot.inputs
    return joined(_header(snapshot), inputs.subjects, inputs.observations)


def read_snapshot(content: bytes) -> Snapshot:
    """Return what the bytes say, refusing whatever is not exactly one snapshot's canonical form."""
    header, start = header_of(content, FORMAT)
    try:
        counts = whole(header["subjects"]), whole(header["observations"])
        subjects, observations = records_of(
            content,
            start,
            subjects=(SUBJECT, counts[0]),
            observations=(OBSERVATION, counts[1]),
        )
        inputs = Inputs(
            sources=_sources(header["sources"]),
            subjects=subjects,
            observations=observations,
            starts=starts_of(subjects["count"]),
        )
        snapshot = _snapshot(header, inputs)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        if isinstance(error, SnapshotInvalid):
            raise
        raise bad_field(error) from None
    if canonical_json(_header(snapshot)) != content[: start - 1]:
        raise SnapshotInvalid(
            "BAD_FIELD", "The header holds other fields, codes or names than the format has."
        )
    _check_subjects(inputs)
    _check_observations(inputs)
    return snapshot


def _header(snapshot: Snapshot) -> dict[str, Any]:
    previous, inputs = snapshot.previous, snapshot.inputs
    return {
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
        "sources": list(inputs.sources),
        "kinds": list(KINDS),
        "units": list(UNITS),
        "fields": _FIELDS,
        "subjects": len(inputs.subjects),
        "observations": len(inputs.observations),
    }


def _snapshot(header: dict[str, Any], inputs: Inputs) -> Snapshot:
    previous = header["previous"]
    return Snapshot(
        domain=domain_of(header),
        observed_at=whole(header["observed_at"]),
        model_set_hash=header["model_set_hash"],
        previous=None
        if previous is None
        else PreviousRound(
            number=whole(previous["round"]),
            root=previous["root"],
            observed_at=whole(previous["observed_at"]),
        ),
        inputs=inputs,
    )


def _sources(names: object) -> tuple[str, ...]:
    if not isinstance(names, list) or not all(isinstance(one, str) for one in names):
        raise ValueError("sources are no list of names")
    if sorted(set(names)) != names:
        raise ValueError("sources are not in the order of the alphabet, each once")
    return tuple(names)


def _check_subjects(inputs: Inputs) -> None:
    """Refuse subjects out of order, and counts or codes that the format does not have."""
    rows = inputs.subjects
    if inputs.starts[-1] != len(inputs.observations):
        raise SnapshotInvalid(
            "WRONG_COUNT", "The subjects do not account for all observations, each once."
        )
    if np.any(rows["status"] >= len(ValueStatus)):
        raise SnapshotInvalid("BAD_STATUS", "A subject has a status that is none.")
    if not np.all(_increasing(rows["asset_id"])):
        raise SnapshotInvalid(
            "NOT_SORTED", "An asset is listed twice or out of order in the snapshot."
        )


def _increasing(ids: Column) -> Column:
    """Return for each row of 32 bytes but the first whether it is above the one before."""
    words = np.ascontiguousarray(ids).view(">u8")
    above = np.zeros(max(0, len(words) - 1), bool)
    equal = np.ones_like(above)
    for word in range(_WORDS_OF_ID):
        earlier, later = words[:-1, word], words[1:, word]
        above |= equal & (later > earlier)
        equal &= later == earlier
    return above


def _check_observations(inputs: Inputs) -> None:
    """Refuse codes that are none, and observations of a subject that are not in their order."""
    said = inputs.observations
    if (
        np.any(said["source"] >= len(inputs.sources))
        or np.any(said["kind"] >= len(KINDS))
        or np.any(said["unit"] >= len(UNITS))
        or np.any(said["observed_at"] < 0)
    ):
        raise SnapshotInvalid(
            "BAD_OBSERVATION", "An observation has a source, kind, unit or time that is none."
        )
    keys = sort_keys(np.repeat(np.arange(len(inputs)), inputs.subjects["count"]), said)
    if np.any(keys[1:] < keys[:-1]) or not _ties_ordered(said, keys):
        raise SnapshotInvalid(
            "NOT_SORTED", "The observations of a subject are not in their fixed order."
        )


def _ties_ordered(said: Column, keys: Column) -> bool:
    """Return whether observations of one subject, source and kind are in order by what is left."""
    ties = np.flatnonzero(keys[1:] == keys[:-1])
    return all(_rest(said[tie]) <= _rest(said[tie + 1]) for tie in ties)


def _rest(row: Any) -> tuple[Any, ...]:
    return row["observed_at"], row["raw"].tobytes(), row["amount"], row["unit"]
