"""A round of any size gives proofs that lead to its root."""

import pytest

from benchmarks.values import ValueTree, value_leaf
from collateral.domain.merkle import verify
from oracles.domain.leaf import Domain, ValueLeaf, ValueStatus, leaf_hash

DOMAIN = Domain(chain_id=31_337, oracle="0x" + "11" * 20, number=3)
USED = [value_leaf(asset_id, 1, 100 * asset_id, 1_000, 60) for asset_id in (5, 9)]


@pytest.mark.parametrize(("size", "depth", "siblings"), [(64, 0, 6), (64, 20, 20), (2, 0, 1)])
def test_a_proof_leads_to_the_root(size, depth, siblings):
    tree = ValueTree(DOMAIN, USED, size, depth)

    proofs = [(leaf, tree.proof(leaf.asset_id)) for leaf in USED]

    for leaf, proof in proofs:
        assert len(proof["path"]) == siblings
        assert verify(root=tree.root, leaf=leaf_hash(leaf, DOMAIN), proof=proof["path"])


def test_the_other_leaves_are_values_too():
    tree = ValueTree(DOMAIN, USED, 3, 0)
    other = ValueLeaf(
        asset_id=1 << 200,
        class_id=1,
        status=ValueStatus.VALID,
        value=USED[0].value,
        lower=USED[0].lower,
        observed_at=1_000,
        valid_until=1_060,
    )

    expected = ValueTree(DOMAIN, [*USED, other], 3, 0)

    assert tree.root == expected.root
