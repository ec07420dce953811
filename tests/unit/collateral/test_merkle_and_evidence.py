"""The tree of OpenZeppelin's StandardMerkleTree, and evidence shown leaf by leaf."""

from dataclasses import replace

import pytest

from collateral.domain.evidence import (
    EvidenceField,
    document_hash,
    evidence_leaf,
    evidence_tree,
    shows,
)
from collateral.domain.keccak import keccak256
from collateral.domain.merkle import MerkleError, MerkleTree, double_hash, hash_pair, verify

# The example of OpenZeppelin's own documentation: (address, uint256) pairs and their root.
DOCUMENTED = [(0x1111111111111111111111111111111111111111, 5 * 10**18)]
DOCUMENTED += [(0x2222222222222222222222222222222222222222, 25 * 10**17)]
DOCUMENTED_ROOT = "d4dee0beab2d53f2cc83e567171bd2820e49898130a22622b10ead383e90bd77"
SALT = b"\x07" * 32


def leaves(count):
    return [double_hash(number.to_bytes(32, "big")) for number in range(count)]


def field(name="title deed", content=b"deed", salt=SALT):
    return EvidenceField(name, document_hash(content), salt)


def test_the_documented_example_gives_the_documented_root():
    encoded = [a.to_bytes(32, "big") + b.to_bytes(32, "big") for a, b in DOCUMENTED]

    tree = MerkleTree([double_hash(one) for one in encoded])

    assert tree.root.hex() == DOCUMENTED_ROOT


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 7, 8, 9, 31, 33, 100])
def test_every_leaf_of_a_tree_is_proven(count):
    hashed = leaves(count)

    tree = MerkleTree(hashed)

    assert len(tree) == count
    assert all(
        verify(root=tree.root, leaf=leaf, proof=tree.proof(index))
        for index, leaf in enumerate(hashed)
    )


def test_a_proof_is_no_longer_than_the_depth_of_the_tree():
    tree = MerkleTree(leaves(1_000))

    longest = max(len(tree.proof(index)) for index in range(1_000))

    assert longest == 10


def test_the_order_of_arrival_does_not_change_the_root():
    hashed = leaves(17)

    forwards, backwards = MerkleTree(hashed), MerkleTree(hashed[::-1])

    assert forwards.root == backwards.root


@pytest.mark.parametrize("changed", range(6))
def test_any_changed_leaf_changes_the_root(changed):
    hashed = leaves(6)
    before = MerkleTree(hashed).root

    hashed[changed] = double_hash(b"\xff" * 32)

    assert MerkleTree(hashed).root != before


def test_a_proof_of_one_leaf_does_not_prove_another():
    hashed = leaves(8)
    tree = MerkleTree(hashed)

    proven = verify(root=tree.root, leaf=hashed[1], proof=tree.proof(0))

    assert not proven


def test_a_shortened_proof_proves_nothing():
    hashed = leaves(8)
    tree = MerkleTree(hashed)

    proven = verify(root=tree.root, leaf=hashed[0], proof=tree.proof(0)[:-1])

    assert not proven


def test_a_single_leaf_is_its_own_root():
    hashed = leaves(1)

    tree = MerkleTree(hashed)

    assert tree.root == hashed[0]
    assert tree.proof(0) == []


def test_a_pair_has_one_parent_whatever_its_order():
    left, right = leaves(2)

    assert hash_pair(left, right) == hash_pair(right, left)


def test_a_tree_without_leaves_is_refused():
    with pytest.raises(MerkleError, match="at least one leaf"):
        MerkleTree([])


def test_a_leaf_that_is_no_hash_is_refused():
    with pytest.raises(MerkleError, match="32 bytes"):
        MerkleTree([b"short"])


def test_a_strange_leaf_has_no_proof():
    tree = MerkleTree(leaves(4))

    with pytest.raises(MerkleError, match="not in this tree"):
        tree.proof_of(b"\x00" * 32)


def test_an_inner_node_cannot_be_offered_as_a_leaf():
    hashed = leaves(4)
    tree = MerkleTree(hashed)
    inner = hash_pair(*sorted(hashed)[:2])

    with pytest.raises(MerkleError):
        tree.proof_of(inner)


def test_a_leaf_of_evidence_is_hashed_twice_over_its_three_words():
    encoded = keccak256(b"title deed") + document_hash(b"deed") + SALT

    leaf = evidence_leaf(field())

    assert leaf == keccak256(keccak256(encoded))


def test_one_document_is_shown_without_the_others():
    fields = [field("title deed"), field("photo", b"photo"), field("survey", b"survey")]
    tree = evidence_tree(fields)

    proof = tree.proof(1)

    assert shows(root=tree.root, field=fields[1], proof=proof)


@pytest.mark.parametrize(
    "forged",
    [
        field("photo", b"other photo"),
        field("portrait", b"photo"),
        field("photo", b"photo", b"\x08" * 32),
    ],
)
def test_a_changed_document_name_or_salt_is_not_shown(forged):
    fields = [field("title deed"), field("photo", b"photo")]
    tree = evidence_tree(fields)

    shown = shows(root=tree.root, field=forged, proof=tree.proof(1))

    assert not shown


def test_the_same_document_with_another_salt_hides_that_it_is_the_same():
    first = evidence_leaf(field())

    second = evidence_leaf(replace(field(), salt=b"\x08" * 32))

    assert first != second


def test_evidence_without_a_whole_salt_is_refused():
    with pytest.raises(ValueError, match="needs 32"):
        evidence_leaf(field(salt=b""))
