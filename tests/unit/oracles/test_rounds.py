"""Snapshots, leaves and roots."""

import json
from dataclasses import replace

import numpy as np
import pytest
from eth_abi import encode

from collateral.domain.keccak import keccak256
from collateral.domain.merkle import MerkleTree, verify
from oracles.domain.canonical import canonical_json, sha256
from oracles.domain.columns import Inputs, inputs_of, starts_of
from oracles.domain.errors import OracleError, SnapshotInvalid
from oracles.domain.leaf import Domain, ValueLeaf, ValueStatus, address_number, leaf_hash
from oracles.domain.movement import Previous
from oracles.domain.published import read_leaves
from oracles.domain.rounds import leaf_of, recompute
from oracles.domain.snapshot import read_snapshot, write_snapshot
from tests.unit.oracles.factories import (
    LRT,
    NOW,
    ORACLE,
    USD,
    observation,
    previous_round,
    quote,
    snapshot,
    subject,
)

DOMAIN = Domain(chain_id=31_337, oracle=ORACLE, number=3)
LEAF = ValueLeaf(
    asset_id=2**255 + 1,
    class_id=1,
    status=ValueStatus.VALID,
    value=100,
    lower=85,
    observed_at=NOW,
    valid_until=NOW + 1,
)


SUBJECTS = (
    subject(observation(), asset_id=9),
    subject(asset_id=5),
    subject(*quote(), asset_id=LRT, class_id=14, previous=Previous(value=1, lower=1)),
)


def some_snapshot(subjects=SUBJECTS):
    return snapshot(*subjects, number=2, previous=previous_round())


def valued(result):
    return list(result.values.leaves())


def refusal(content):
    with pytest.raises(SnapshotInvalid) as refused:
        recompute(content)
    assert str(refused.value).endswith(".")
    return refused.value.code


def with_header(**fields):
    """Return the snapshot's bytes with other fields in its header."""
    header, records = write_snapshot(some_snapshot()).split(b"\n", 1)
    return canonical_json(json.loads(header) | fields) + b"\n" + records


def with_records(change):
    """Return the snapshot's bytes with changed tables of subjects and observations."""
    inputs = some_snapshot().inputs
    subjects, said = inputs.subjects.copy(), inputs.observations.copy()
    change(subjects, said)
    return write_snapshot(
        replace(some_snapshot(), inputs=replace(inputs, subjects=subjects, observations=said))
    )


def test_a_leaf_is_the_double_hash_of_its_abi_encoding():
    types = ["uint256", "address", "uint32", "uint256", "uint16", "uint8", *["uint64"] * 4]
    inner = keccak256(encode(types, [31_337, ORACLE, 3, *LEAF.as_tuple()]))

    assert leaf_hash(LEAF, DOMAIN) == keccak256(inner)


@pytest.mark.parametrize(
    "other",
    [
        replace(DOMAIN, number=4),
        replace(DOMAIN, chain_id=1),
        replace(DOMAIN, oracle="0x" + "12" * 20),
    ],
)
def test_a_leaf_is_good_for_one_round_of_one_oracle_on_one_chain(other):
    assert leaf_hash(LEAF, other) != leaf_hash(LEAF, DOMAIN)


@pytest.mark.parametrize(
    "fields",
    [
        {"value": 0, "lower": 0},
        {"lower": 101},
        {"lower": -1},
        {"value": 2**64},
        {"asset_id": 0},
        {"asset_id": 2**256},
    ],
)
def test_a_leaf_that_the_contract_could_not_hold_cannot_be_built(fields):
    with pytest.raises(OracleError) as refused:
        replace(LEAF, **fields)

    assert refused.value.code == "BAD_LEAF"


@pytest.mark.parametrize("address", ["", "0x12", "11" * 21, "0x" + "zz" * 20, "0x" + "1" * 41])
def test_an_address_that_is_none_is_refused(address):
    with pytest.raises(OracleError) as refused:
        address_number(address)

    assert refused.value.code == "BAD_ADDRESS"


def test_a_snapshot_is_read_as_it_was_written():
    content = write_snapshot(some_snapshot())

    assert write_snapshot(read_snapshot(content)) == content


def test_a_round_is_the_same_whatever_the_order_of_its_inputs():
    shuffled = tuple(
        replace(one, observations=tuple(reversed(one.observations))) for one in reversed(SUBJECTS)
    )

    written = [write_snapshot(some_snapshot(subjects)) for subjects in (SUBJECTS, shuffled)]

    assert written[0] == written[1]


# @custom:invariant V5
def test_every_leaf_is_proven_by_the_root_and_subjects_without_value_have_none():
    result = recompute(write_snapshot(some_snapshot()))

    hashes = [leaf_hash(leaf, result.domain) for leaf in valued(result)]
    tree = MerkleTree(hashes)

    assert [leaf.asset_id for leaf in valued(result)] == [9, LRT]
    assert all(verify(root=result.root, leaf=one, proof=tree.proof_of(one)) for one in hashes)


# @custom:invariant V5
def test_the_content_hash_names_the_leaves_and_through_them_the_inputs():
    content = write_snapshot(some_snapshot())

    result = recompute(content)

    header = json.loads(result.leaves.split(b"\n", 1)[0])
    assert result.content_hash == sha256(result.leaves)
    assert header["snapshot_hash"] == sha256(content).hex()


# @custom:invariant V5
def test_published_leaves_are_read_as_they_were_written():
    result = recompute(write_snapshot(some_snapshot()))

    published = read_leaves(result.leaves)

    assert published.domain == result.domain
    assert [leaf_of(row) for row in published.rows] == valued(result)


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b"nonsense", b'{"format":"other"}'])
def test_leaves_that_are_none_are_refused(content):
    with pytest.raises(SnapshotInvalid) as refused:
        read_leaves(content)

    assert refused.value.code == "BAD_LEAVES"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "NO_HEADER"),
        (b"{}", "NO_HEADER"),
        (b"x" * 2_000_000, "NO_HEADER"),
        (b"\xff\xfe\n", "NOT_JSON"),
        (b'{"format":1.5}\n', "NOT_JSON"),
        (b'{"format":NaN}\n', "NOT_JSON"),
        (b"[" * 100_000 + b"\n", "TOO_DEEP"),
        (b'{"a":' * 100_000 + b"\n", "TOO_DEEP"),
        (b"[]\n", "UNKNOWN_FORMAT"),
        (b'{"format":"ballast-round-1"}\n', "UNKNOWN_FORMAT"),
        (b'{"format":"ballast-round-2"}\n', "BAD_FIELD"),
        (b'{"format": "ballast-round-2"}\n', "NOT_CANONICAL"),
    ],
)
def test_bytes_that_are_no_snapshot_are_refused(content, code):
    assert refusal(content) == code


@pytest.mark.parametrize(
    "fields",
    [
        {"round": -1},
        {"round": True},
        {"round": 2**63},
        {"observed_at": "1800000000"},
        {"oracle": "0x12"},
        {"oracle": 5},
        {"subjects": None},
        {"subjects": 2**40},
        {"observations": 0},
        {"previous": []},
        {"previous": {"round": 1}},
        {"sources": ["exchange", "attested"]},
        {"sources": ["attested", 7]},
        {"sources": "attested"},
        {"kinds": ["appraisal"]},
        {"extra": 1},
    ],
)
def test_a_snapshot_with_a_bad_field_is_refused(fields):
    content = with_header(**fields)

    with pytest.raises(OracleError) as refused:
        recompute(content)

    assert refused.value.code in ("BAD_FIELD", "BAD_ADDRESS", "WRONG_LENGTH")


@pytest.mark.parametrize("change", [lambda one: one[:-1], lambda one: one + b"\x00"])
def test_a_snapshot_that_is_cut_or_goes_on_is_refused(change):
    assert refusal(change(write_snapshot(some_snapshot()))) == "WRONG_LENGTH"


def set_in(table, place, name, value):
    def change(subjects, said):
        {"subjects": subjects, "said": said}[table][name][place] = value

    return change


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (set_in("subjects", 0, "asset_id", 255), "NOT_SORTED"),
        (set_in("subjects", 0, "status", 3), "BAD_STATUS"),
        (set_in("subjects", 0, "count", 1), "WRONG_COUNT"),
        (set_in("said", 0, "source", 2), "BAD_OBSERVATION"),
        (set_in("said", 0, "kind", 200), "BAD_OBSERVATION"),
        (set_in("said", 0, "unit", 200), "BAD_OBSERVATION"),
        (set_in("said", 0, "observed_at", -1), "BAD_OBSERVATION"),
    ],
)
def test_a_snapshot_with_a_wrong_record_is_refused(change, code):
    assert refusal(with_records(change)) == code


def test_a_subject_listed_twice_is_refused():
    twice = (*SUBJECTS, SUBJECTS[-1])

    assert refusal(write_snapshot(some_snapshot(twice))) == "NOT_SORTED"


def test_observations_out_of_their_order_are_refused_because_the_hash_would_differ():
    def swap(subjects, said):
        said[[1, 2]] = said[[2, 1]]

    assert refusal(with_records(swap)) == "NOT_SORTED"


def test_observations_alike_but_for_the_time_have_an_order_too():
    said = [observation(source="a", observed_at=NOW - age) for age in (1, 2)]
    snapshot_of_two = some_snapshot((subject(*said),))
    inputs = snapshot_of_two.inputs
    turned = replace(inputs, observations=inputs.observations[::-1])

    assert recompute(write_snapshot(snapshot_of_two)).count == 1
    assert refusal(write_snapshot(replace(snapshot_of_two, inputs=turned))) == "NOT_SORTED"


def test_a_snapshot_of_other_models_is_refused():
    assert refusal(with_header(model_set_hash="00" * 32)) == "MODEL_SET_MISMATCH"


def test_a_round_without_any_value_is_refused():
    assert refusal(write_snapshot(snapshot(subject()))) == "NOTHING_TO_VALUE"


def test_any_change_of_an_input_changes_root_or_content_hash():
    changed_value = observation(100_000 * USD + 1)
    before = recompute(write_snapshot(snapshot(subject(observation(100_000 * USD)))))

    after = recompute(write_snapshot(snapshot(subject(changed_value))))

    assert before.root != after.root
    assert before.content_hash != after.content_hash


def test_fifty_thousand_assets_make_a_round():
    names = ("a", "b", "c")
    subjects = [
        subject(
            *(observation((100 + index) * USD, source=name) for name in names),
            asset_id=index + 1,
            class_id=1 + index % 13,
            previous=Previous(value=90 * USD, lower=80 * USD),
        )
        for index in range(2_000)
    ]
    one = inputs_of(subjects)
    many = np.tile(one.subjects, 25)
    numbers = np.arange(1, len(many) + 1, dtype=">u8")
    many["asset_id"][:, 24:] = numbers.view(np.uint8).reshape(-1, 8)
    inputs = Inputs(
        sources=one.sources,
        subjects=many,
        observations=np.tile(one.observations, 25),
        starts=starts_of(many["count"]),
    )
    content = write_snapshot(replace(some_snapshot(), inputs=inputs))

    result = recompute(content)

    assert result.count == 50_000
