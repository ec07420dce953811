"""The compiled tree equals the plain one."""

import numpy as np
import pytest

from collateral.domain.large_merkle import LargeMerkleTree
from collateral.domain.merkle import MerkleError, MerkleTree, verify, verify_many


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


@pytest.mark.parametrize("indices", [[0], [4, 2], [0, 1, 2, 3, 4, 5, 6, 7, 8], [8, 8, 1]])
def test_several_leaves_are_proven_at_once(indices):
    hashes = some_hashes(9)
    tree = LargeMerkleTree(hashes)

    proof = tree.multi_proof(indices)

    leaves = [hashes[index].tobytes() for index in proof.order]
    assert set(proof.order) == set(indices)
    assert proof == plain(hashes).multi_proof(indices)
    assert verify_many(root=tree.root, leaves=leaves, proof=proof)
    assert not verify_many(root=tree.root, leaves=leaves[:-1], proof=proof)
    assert not verify_many(root=tree.root, leaves=[b"\x00" * 32, *leaves[1:]], proof=proof)


def test_all_leaves_together_need_no_siblings():
    proof = LargeMerkleTree(some_hashes(16)).multi_proof(range(16))

    assert proof.siblings == ()
