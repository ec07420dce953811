"""A round's inputs and values as columns: a million subjects fit into memory and one pass."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from collateral.domain.spread import spread
from oracles.domain.leaf import ValueLeaf, ValueStatus
from oracles.domain.movement import Previous
from oracles.domain.observations import Observation
from oracles.domain.quantities import BASE_DECIMALS, ObservationKind, Unit
from oracles.domain.valuation import Subject, Valued

Column = NDArray[Any]
WORD = 32
# Codes of kinds and units are their places in the alphabet; a snapshot's header names them.
KINDS: tuple[ObservationKind, ...] = tuple(sorted(ObservationKind))
UNITS: tuple[Unit, ...] = tuple(sorted(Unit))
KIND_CODES = {kind: code for code, kind in enumerate(KINDS)}
UNIT_CODES = {unit: code for code, unit in enumerate(UNITS)}
# As written to bytes, little-endian and unpadded; ids and hashes are as the chain has them.
# A previous value of zero stands for none, as does a previous NAV of zero.
SUBJECT = np.dtype(
    [
        *(("asset_id", "u1", WORD), ("class_id", "u1"), ("status", "u1")),
        *(("previous_value", "<u8"), ("previous_lower", "<u8"), ("previous_nav", "<u8")),
        ("count", "<u2"),
    ]
)
OBSERVATION = np.dtype(
    [
        *(("source", "<u2"), ("kind", "u1"), ("unit", "u1")),
        *(("amount", "<u8"), ("observed_at", "<i8"), ("raw", "u1", WORD)),
    ]
)
LEAF = np.dtype(
    [
        *(("asset_id", "u1", WORD), ("class_id", "u1"), ("status", "u1")),
        *(("value", "<u8"), ("lower", "<u8"), ("observed_at", "<i8"), ("valid_until", "<i8")),
    ]
)


def id_bytes(asset_ids: Sequence[int]) -> Column:
    """Return ids as rows of 32 bytes, big-endian."""
    joined = b"".join(one.to_bytes(WORD, "big") for one in asset_ids)
    return np.frombuffer(joined, np.uint8).reshape(-1, WORD)


def id_column(ids: Column) -> Column:
    """Return rows of 32 bytes as one column that compares as numbers do: all are as long."""
    return np.ascontiguousarray(ids).view(f"S{WORD}").ravel()


def id_number(row: Column) -> int:
    """Return the id in a row of 32 bytes."""
    return int.from_bytes(row.tobytes(), "big")


@dataclass(frozen=True, eq=False, kw_only=True)
class Inputs:
    """Subjects by id, and their observations one after another in the subjects' order.

    ``starts`` has one entry more than there are subjects: subject ``i`` has the observations from
    ``starts[i]`` to before ``starts[i + 1]``. Sources are numbered by the alphabet of their slugs.
    """

    sources: tuple[str, ...]
    subjects: Column
    observations: Column
    starts: Column

    def __len__(self) -> int:
        return len(self.subjects)

    def subject(self, index: int) -> Subject:
        """Return one subject in the domain's own terms."""
        row = self.subjects[index]
        value = int(row["previous_value"])
        nav = int(row["previous_nav"])
        previous = Previous(
            value=value, lower=int(row["previous_lower"]), nav_wei=nav if nav else None
        )
        said = self.observations[self.starts[index] : self.starts[index + 1]]
        return Subject(
            asset_id=id_number(row["asset_id"]),
            class_id=int(row["class_id"]),
            status=ValueStatus(int(row["status"])),
            previous=previous if value else None,
            observations=tuple(self._observation(one) for one in said),
        )

    def _observation(self, row: Any) -> Observation:
        unit = UNITS[int(row["unit"])]
        return Observation(
            source=self.sources[int(row["source"])],
            kind=KINDS[int(row["kind"])],
            value=int(row["amount"]),
            unit=unit,
            scale=BASE_DECIMALS[unit],
            observed_at=int(row["observed_at"]),
            raw_hash=row["raw"].tobytes().hex(),
        )


def inputs_of(subjects: Sequence[Subject]) -> Inputs:
    """Return subjects as columns: sorted by id, their observations in the one fixed order."""
    ordered = sorted(subjects, key=lambda one: one.asset_id)
    sources = sorted({said.source for one in ordered for said in one.observations})
    numbers = {slug: number for number, slug in enumerate(sources)}
    rows = np.zeros(len(ordered), SUBJECT)
    for row, subject in zip(rows, ordered, strict=True):
        _fill(row, subject)
    said = [
        _observation_row(one, numbers)
        for subject in ordered
        for one in sorted(subject.observations, key=lambda one: _place(one, numbers))
    ]
    return Inputs(
        sources=tuple(sources),
        subjects=rows,
        observations=np.array(said, OBSERVATION),
        starts=starts_of(rows["count"]),
    )


def merged(parts: Sequence[Inputs]) -> tuple[Inputs, Column]:
    """Return the subjects of all parts by id, and the order in which they were taken from them.

    A part's subjects may be in any order; its sources are in the alphabet's, and the observations
    of a subject are in order. Its observations are renumbered in place: only sources that said
    something are named, so that two databases with equal observations give equal bytes.
    """
    subjects = np.concatenate([plain(part.subjects) for part in parts]).view(SUBJECT)
    order = _order_of(subjects["asset_id"])
    starts = starts_of(subjects["count"][order])
    places = np.empty(len(order), np.int64)
    places[order] = starts[:-1]
    names = sorted(set().union(*(_named(part) for part in parts)))
    said = np.empty(int(starts[-1]), OBSERVATION)
    ends = np.cumsum([len(part) for part in parts])

    def move(number: int) -> None:
        part = parts[number]
        _renumber(part, names)
        moved = places[ends[number] - len(part) : ends[number]] - part.starts[:-1]
        target = np.repeat(moved, part.subjects["count"]) + np.arange(len(part.observations))
        plain(said)[target] = plain(part.observations)

    spread(move, range(len(parts)))
    rows = plain(subjects)[order].view(SUBJECT)
    return Inputs(sources=tuple(names), subjects=rows, observations=said, starts=starts), order


def _named(part: Inputs) -> set[str]:
    """Return the sources that said something."""
    counts = np.bincount(part.observations["source"], minlength=len(part.sources))
    return {part.sources[number] for number in np.flatnonzero(counts)}


def _renumber(part: Inputs, names: Sequence[str]) -> None:
    """Number a part's sources by their places among all that are named."""
    numbers = [names.index(one) if one in names else 0 for one in part.sources]
    if numbers != list(range(len(part.sources))):
        rows = part.observations
        rows["source"] = np.array(numbers, np.uint16)[rows["source"]]


def _order_of(ids: Column) -> Column:
    """Return the order of rows of 32 bytes; the first of their four words nearly always decides."""
    words = np.ascontiguousarray(ids).view(">u8").astype(np.uint64)
    order = np.argsort(words[:, 0])
    first = words[order, 0]
    return order if np.all(first[1:] > first[:-1]) else np.lexsort(words.T[::-1])


def plain(records: Column) -> Column:
    """Return records as so many bytes each: those are copied ten times faster than fields are."""
    return records.view(f"V{records.dtype.itemsize}")


def sort_keys(ranks: Column, said: Column) -> Column:
    """Return subject, source and kind of each observation as one number to sort by."""
    wide = np.uint64
    source, kind = said["source"].astype(wide), said["kind"].astype(wide)
    keys: Column = (ranks.astype(wide) << wide(24)) | (source << wide(8)) | kind
    return keys


def starts_of(counts: Column) -> Column:
    """Return where each subject's observations start, and where the last one's end."""
    starts = np.zeros(len(counts) + 1, np.int64)
    np.cumsum(counts, out=starts[1:])
    return starts


def _fill(row: Any, subject: Subject) -> None:
    previous = subject.previous
    row["asset_id"] = id_bytes([subject.asset_id])[0]
    row["class_id"], row["status"] = subject.class_id, int(subject.status)
    row["count"] = len(subject.observations)
    if previous is not None:
        row["previous_value"], row["previous_lower"] = previous.value, previous.lower
        row["previous_nav"] = previous.nav_wei or 0


def _place(one: Observation, numbers: dict[str, int]) -> tuple[Any, ...]:
    """Return what sorts the observations of a subject: any two different ones differ in it."""
    kind, unit = KIND_CODES[one.kind], UNIT_CODES[one.unit]
    return numbers[one.source], kind, one.observed_at, one.raw_hash, one.amount, unit


def _observation_row(one: Observation, numbers: dict[str, int]) -> tuple[Any, ...]:
    raw = np.frombuffer(bytes.fromhex(one.raw_hash), np.uint8)
    kind, unit = KIND_CODES[one.kind], UNIT_CODES[one.unit]
    return numbers[one.source], kind, unit, one.amount, one.observed_at, raw


@dataclass(frozen=True, eq=False, kw_only=True)
class Values:
    """The values of a round, by id; ``subject`` is each one's place among the inputs.

    Targets are estimates before the limit of movement. A NAV of zero stands for none.
    """

    subject: Column
    asset_id: Column
    class_id: Column
    status: Column
    value: Column
    lower: Column
    observed_at: Column
    valid_until: Column
    target_value: Column
    target_lower: Column
    sources: Column
    nav_wei: Column

    def __len__(self) -> int:
        return len(self.subject)

    def where(self, chosen: Column) -> "Values":
        """Return the values at the chosen places."""
        if np.all(chosen):
            return self
        return Values(**{one.name: getattr(self, one.name)[chosen] for one in fields(self)})

    def leaf(self, index: int) -> ValueLeaf:
        """Return one leaf in the domain's own terms."""
        return ValueLeaf(
            asset_id=id_number(self.asset_id[index]),
            class_id=int(self.class_id[index]),
            status=ValueStatus(int(self.status[index])),
            value=int(self.value[index]),
            lower=int(self.lower[index]),
            observed_at=int(self.observed_at[index]),
            valid_until=int(self.valid_until[index]),
        )

    def leaves(self) -> Iterator[ValueLeaf]:
        """Return all leaves, one by one."""
        return (self.leaf(index) for index in range(len(self)))

    def leaf_rows(self) -> Column:
        """Return the leaves as records, as they are published."""
        rows = np.empty(len(self), LEAF)
        for name in LEAF.names or ():
            rows[name] = getattr(self, name)
        return rows


def empty_values(inputs: Inputs) -> Values:
    """Return columns for one value of each subject, to be filled in; a value of zero is none."""
    count, wide = len(inputs), np.uint64
    return Values(
        subject=np.arange(count),
        asset_id=inputs.subjects["asset_id"],
        class_id=inputs.subjects["class_id"],
        status=inputs.subjects["status"].copy(),
        value=np.zeros(count, wide),
        lower=np.zeros(count, wide),
        observed_at=np.zeros(count, np.int64),
        valid_until=np.zeros(count, np.int64),
        target_value=np.zeros(count, wide),
        target_lower=np.zeros(count, wide),
        sources=np.zeros(count, np.uint16),
        nav_wei=np.zeros(count, wide),
    )


def put(values: Values, index: int, valued: Valued) -> None:
    """Fill in the value of one subject."""
    leaf = valued.leaf
    values.status[index] = int(leaf.status)
    values.value[index], values.lower[index] = leaf.value, leaf.lower
    values.observed_at[index], values.valid_until[index] = leaf.observed_at, leaf.valid_until
    values.target_value[index] = valued.target_value
    values.target_lower[index] = valued.target_lower
    values.sources[index] = valued.sources
    values.nav_wei[index] = valued.nav_wei or 0
