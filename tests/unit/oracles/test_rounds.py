"""Snapshots, leaves and roots."""

import json
from dataclasses import replace

import pytest
from eth_abi import encode

from collateral.domain.keccak import keccak256
from collateral.domain.merkle import MerkleTree, verify
from oracles.domain.canonical import canonical_json, sha256
from oracles.domain.errors import OracleError, SnapshotInvalid
from oracles.domain.leaf import Domain, ValueLeaf, ValueStatus, address_number, leaf_hash
from oracles.domain.movement import Previous
from oracles.domain.published import read_leaves
from oracles.domain.rounds import recompute
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


def some_snapshot():
    return snapshot(
        subject(observation(), asset_id=9),
        subject(asset_id=5),
        subject(*quote(), asset_id=LRT, class_id=14, previous=Previous(value=1, lower=1)),
        number=2,
        previous=previous_round(),
    )


def refusal(content):
    with pytest.raises(SnapshotInvalid) as refused:
        recompute(content)
    assert str(refused.value).endswith(".")
    return refused.value.code


def changed(**fields):
    return canonical_json(json.loads(write_snapshot(some_snapshot())) | fields)


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
    first = some_snapshot()
    shuffled = replace(first, subjects=tuple(reversed(first.subjects)))

    assert recompute(write_snapshot(first)) == recompute(write_snapshot(shuffled))


# @custom:invariant V5
def test_every_leaf_is_proven_by_the_root_and_subjects_without_value_have_none():
    result = recompute(write_snapshot(some_snapshot()))

    hashes = [leaf_hash(one.leaf, result.domain) for one in result.valued]
    tree = MerkleTree(hashes)

    assert [one.leaf.asset_id for one in result.valued] == [9, LRT]
    assert all(verify(root=result.root, leaf=one, proof=tree.proof_of(one)) for one in hashes)


# @custom:invariant V5
def test_the_content_hash_names_the_leaves_and_through_them_the_inputs():
    content = write_snapshot(some_snapshot())

    result = recompute(content)

    assert result.content_hash == sha256(result.leaves)
    assert json.loads(result.leaves)["snapshot_hash"] == sha256(content).hex()


# @custom:invariant V5
def test_published_leaves_are_read_as_they_were_written():
    result = recompute(write_snapshot(some_snapshot()))

    domain, leaves = read_leaves(result.leaves)

    assert domain == result.domain
    assert leaves == [one.leaf for one in result.valued]


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b"nonsense", b'{"format":"other"}'])
def test_leaves_that_are_none_are_refused(content):
    with pytest.raises(SnapshotInvalid) as refused:
        read_leaves(content)

    assert refused.value.code == "BAD_LEAVES"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "NOT_JSON"),
        (b"\xff\xfe", "NOT_JSON"),
        (b'{"format":1.5}', "NOT_JSON"),
        (b'{"format":NaN}', "NOT_JSON"),
        (b"[" * 100_000, "TOO_DEEP"),
        (b'{"a":' * 100_000, "TOO_DEEP"),
        (b"[]", "UNKNOWN_FORMAT"),
        (b'{"format":"ballast-round-0"}', "UNKNOWN_FORMAT"),
        (b'{"format":"ballast-round-1"}', "BAD_FIELD"),
    ],
)
def test_bytes_that_are_no_snapshot_are_refused(content, code):
    assert refusal(content) == code


@pytest.mark.parametrize(
    "fields",
    [
        {"round": -1},
        {"round": True},
        {"observed_at": "1800000000"},
        {"oracle": "0x12"},
        {"oracle": 5},
        {"subjects": None},
        {"subjects": [{}]},
        {"previous": []},
        {"previous": {"round": 1}},
    ],
)
def test_a_snapshot_with_a_bad_field_is_refused(fields):
    content = changed(**fields)

    with pytest.raises(OracleError) as refused:
        recompute(content)

    assert refused.value.code in ("BAD_FIELD", "BAD_ADDRESS")


@pytest.mark.parametrize("value", ["-5", "1.5", "", "٣", " 5"])
def test_an_amount_that_is_not_plain_digits_is_refused(value):
    subjects = json.loads(write_snapshot(some_snapshot()))["subjects"]
    subjects[1]["observations"][0]["value"] = value

    assert refusal(changed(subjects=subjects)) == "BAD_FIELD"


def test_a_subject_listed_twice_is_refused():
    subjects = json.loads(write_snapshot(some_snapshot()))["subjects"]

    assert refusal(changed(subjects=[*subjects, subjects[-1]])) == "NOT_SORTED"


@pytest.mark.parametrize("field", ["extra", "Subjects"])
def test_a_field_that_is_not_part_of_the_format_is_refused(field):
    assert refusal(changed(**{field: 1})) == "NOT_CANONICAL"


def test_a_snapshot_with_blanks_is_refused_because_its_hash_would_differ():
    content = json.dumps(json.loads(write_snapshot(some_snapshot()))).encode()

    assert refusal(content) == "NOT_CANONICAL"


def test_a_snapshot_of_other_models_is_refused():
    assert refusal(changed(model_set_hash="00" * 32)) == "MODEL_SET_MISMATCH"


def test_a_round_without_any_value_is_refused():
    assert refusal(write_snapshot(snapshot(subject()))) == "NOTHING_TO_VALUE"


def test_any_change_of_an_input_changes_root_or_content_hash():
    changed_value = observation(100_000 * USD + 1)
    before = recompute(write_snapshot(snapshot(subject(observation(100_000 * USD)))))

    after = recompute(write_snapshot(snapshot(subject(changed_value))))

    assert before.root != after.root
    assert before.content_hash != after.content_hash


def test_each_of_five_thousand_assets_has_its_leaf():
    names = ("a", "b", "c")
    subjects = [
        subject(
            *(observation((100 + index) * USD, source=name) for name in names),
            asset_id=index + 1,
            class_id=1 + index % 13,
            previous=Previous(value=90 * USD, lower=80 * USD),
        )
        for index in range(5_000)
    ]
    content = write_snapshot(snapshot(*subjects, previous=previous_round(), number=2))

    result = recompute(content)

    assert result.count == 5_000
