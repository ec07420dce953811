"""Leaf hashes and trees, compiled and not."""

import numpy as np
import pytest

from collateral.domain.merkle import MerkleTree
from oracles.domain.bulk.leaves import leaf_hashes, leaf_tree
from oracles.domain.columns import LEAF
from oracles.domain.leaf import Domain, leaf_hash
from oracles.domain.rounds import leaf_of
from tests.unit.oracles.factories import NOW, ORACLE

DOMAIN = Domain(chain_id=31_337, oracle=ORACLE, number=2**32 - 1)


def some_rows(count):
    draw = np.random.default_rng(count)
    rows = np.zeros(count, LEAF)
    rows["asset_id"] = draw.integers(0, 256, (count, 32))
    rows["asset_id"][:, 31] |= 1
    rows["class_id"], rows["status"] = draw.integers(1, 15, count), draw.integers(0, 3, count)
    rows["value"] = draw.integers(1, 2**64, count, np.uint64)
    rows["lower"] = rows["value"] // 2
    rows["observed_at"], rows["valid_until"] = NOW, NOW + draw.integers(1, 2**40, count)
    return rows


@pytest.mark.parametrize("count", [1, 7, 8, 9, 100])
def test_leaves_are_hashed_as_the_contract_does(count):
    rows = some_rows(count)

    hashes = [one.tobytes() for one in leaf_hashes(rows, DOMAIN)]

    assert hashes == [leaf_hash(leaf_of(row), DOMAIN) for row in rows]


def test_a_tree_of_leaves_has_the_root_and_the_proofs_of_the_plain_one():
    rows = some_rows(77)
    plain = MerkleTree([leaf_hash(leaf_of(row), DOMAIN) for row in rows])

    tree = leaf_tree(rows, DOMAIN)

    assert tree.root == plain.root
    assert [tree.proof(place) for place in range(77)] == [plain.proof(i) for i in range(77)]


def test_a_leaf_changed_by_one_bit_changes_the_root():
    rows = some_rows(64)
    before = leaf_tree(rows, DOMAIN).root
    rows["lower"][13] ^= 1

    after = leaf_tree(rows, DOMAIN).root

    assert before != after
