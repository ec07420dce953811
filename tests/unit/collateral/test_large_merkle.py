"""The compiled tree equals the plain one."""

import numpy as np
import pytest

from collateral.domain.large_merkle import LargeMerkleTree
from collateral.domain.merkle import MerkleError, MerkleTree, verify


def some_hashes(count):
    return np.random.default_rng(count).integers(0, 256, (count, 32), np.uint8)


def plain(hashes):
    return MerkleTree([one.tobytes() for one in hashes])


@pytest.mark.parametrize("count", [*range(1, 35), 1_000, 4_097])
def test_root_and_proofs_are_those_of_the_plain_tree(count):
    hashes = some_hashes(count)
    expected = plain(hashes)

    tree = LargeMerkleTree(hashes)

    assert (tree.root, len(tree)) == (expected.root, count)
    assert all(tree.proof(index) == expected.proof(index) for index in range(count))


def test_leaves_that_begin_alike_are_sorted_by_what_follows():
    hashes = some_hashes(50)
    hashes[:, :24] = 7

    tree = LargeMerkleTree(hashes)

    assert tree.root == plain(hashes).root


def test_a_leaf_that_is_there_twice_is_proven_both_times():
    hashes = some_hashes(9)
    hashes[3] = hashes[4]

    tree = LargeMerkleTree(hashes)

    leaf = hashes[3].tobytes()
    assert tree.root == plain(hashes).root
    assert all(verify(root=tree.root, leaf=leaf, proof=tree.proof(index)) for index in (3, 4))


@pytest.mark.parametrize("shape", [(0, 32), (1, 31), (32,)])
def test_what_is_no_list_of_hashes_is_refused(shape):
    with pytest.raises(MerkleError):
        LargeMerkleTree(np.zeros(shape, np.uint8))
