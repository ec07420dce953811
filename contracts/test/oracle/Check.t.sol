// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {
    IValuationOracle,
    ValueLeaf,
    ValueProof,
    ValueStatus
} from "../../src/interfaces/IValuationOracle.sol";
import {OracleBase} from "../support/OracleBase.sol";

contract ValuationOracleCheckTest is OracleBase {
    /// @custom:invariant I-24
    function test_a_leaf_of_the_newest_round_is_proven() public {
        (bytes32 root, ValueProof memory proof) = _tree(1, _leaf());
        _publish(1, root);

        oracle.check(1, proof);

        vm.assertEq(oracle.leafHash(1, proof.leaf), _leafHash(1, proof.leaf));
    }

    function test_a_leaf_of_the_previous_round_is_proven() public {
        (bytes32 root, ValueProof memory proof) = _tree(1, _leaf());
        _publish(1, root);
        _pass(INTERVAL);
        _publish(2, keccak256("2"));

        oracle.check(1, proof);
    }

    /// @custom:invariant I-25 V1
    function test_no_round_older_than_the_last_two_is_usable() public {
        (bytes32 root, ValueProof memory proof) = _tree(1, _leaf());
        _publish(1, root);
        for (uint32 number = 2; number < 4; ++number) {
            _pass(INTERVAL);
            _publish(number, root);
        }

        vm.expectRevert(abi.encodeWithSelector(IValuationOracle.RoundUnusable.selector, 1));
        oracle.check(1, proof);
    }

    function test_round_zero_is_never_usable() public {
        (, ValueProof memory proof) = _tree(0, _leaf());

        vm.expectRevert(abi.encodeWithSelector(IValuationOracle.RoundUnusable.selector, 0));
        oracle.check(0, proof);
    }

    /// @custom:invariant I-24
    function test_a_leaf_counts_in_its_own_round_only() public {
        (bytes32 root, ValueProof memory proof) = _tree(1, _leaf());
        _publish(1, root);
        _pass(INTERVAL);
        _publish(2, root);

        vm.expectRevert(abi.encodeWithSelector(IValuationOracle.BadProof.selector, ASSET, 2));
        oracle.check(2, proof);
    }

    /// @custom:invariant I-24
    function test_a_changed_value_breaks_the_proof() public {
        (bytes32 root, ValueProof memory proof) = _tree(1, _leaf());
        _publish(1, root);
        proof.leaf.lower += 1;

        vm.expectRevert(abi.encodeWithSelector(IValuationOracle.BadProof.selector, ASSET, 1));
        oracle.check(1, proof);
    }

    /// @custom:invariant I-24
    function test_a_leaf_is_bound_to_the_chain() public {
        (bytes32 root, ValueProof memory proof) = _tree(1, _leaf());
        _publish(1, root);
        vm.chainId(block.chainid + 1);

        vm.expectPartialRevert(IValuationOracle.BadProof.selector);
        oracle.check(1, proof);
    }

    function test_a_leaf_ends_with_its_validity() public {
        ValueLeaf memory leaf = _leaf();
        leaf.validUntil = uint64(START + 100);
        (bytes32 root, ValueProof memory proof) = _tree(1, leaf);
        _publish(1, root);

        vm.warp(START + 100);
        oracle.check(1, proof);
        vm.warp(START + 101);
        vm.expectRevert(
            abi.encodeWithSelector(IValuationOracle.ValueExpired.selector, ASSET, START + 100)
        );
        oracle.check(1, proof);
    }

    // ---- I-24 ---------------------------------------------------------------------------------

    /// @dev Each field is bound: one bit anywhere breaks the proof.
    /// @custom:invariant I-24
    function test_I_24_no_field_of_a_leaf_can_be_changed(uint256 field, uint256 bit) public {
        (bytes32 root, ValueProof memory proof) = _tree(1, _leaf());
        _publish(1, root);
        field = bound(field, 0, 5);
        ValueLeaf memory leaf = proof.leaf;
        uint64 flip = uint64(1 << bound(bit, 0, 63));
        if (field == 0) leaf.assetId ^= flip;
        if (field == 1) leaf.classId ^= uint16(1 << bound(bit, 0, 15));
        if (field == 2) leaf.value ^= flip;
        if (field == 3) leaf.lower ^= flip;
        if (field == 4) leaf.observedAt ^= flip;
        if (field == 5) leaf.validUntil ^= flip;

        vm.expectPartialRevert(IValuationOracle.BadProof.selector);
        oracle.check(1, proof);
    }

    /// @custom:invariant I-24
    function test_I_24_a_frozen_leaf_cannot_pass_for_a_valid_one() public {
        ValueLeaf memory leaf = _leaf();
        leaf.status = ValueStatus.Frozen;
        (bytes32 root, ValueProof memory proof) = _tree(1, leaf);
        _publish(1, root);

        oracle.check(1, proof);
        proof.leaf.status = ValueStatus.Valid;
        vm.expectPartialRevert(IValuationOracle.BadProof.selector);
        oracle.check(1, proof);
    }

    /// @custom:invariant I-24
    function test_I_24_another_oracle_takes_no_proof_of_this_one() public {
        (bytes32 root, ValueProof memory proof) = _tree(1, _leaf());
        oracle = _deploy(_parameters(), addressesOf(keys));
        _publish(1, root);

        vm.expectPartialRevert(IValuationOracle.BadProof.selector);
        oracle.check(1, proof);
    }

    /// @dev A leaf is hashed twice, a node once: a leaf hash is no path's start of another kind.
    /// @custom:invariant I-24
    function test_I_24_a_node_is_no_leaf_and_a_path_has_its_full_length() public {
        (bytes32 root, ValueProof memory proof) = _tree(1, _leaf());
        bytes32 other = keccak256("another branch");
        bytes32 top = root < other
            ? keccak256(abi.encodePacked(root, other))
            : keccak256(abi.encodePacked(other, root));
        _publish(1, top);
        bytes32[] memory whole = new bytes32[](2);
        (whole[0], whole[1]) = (proof.path[0], other);

        vm.expectPartialRevert(IValuationOracle.BadProof.selector);
        oracle.check(1, proof);
        proof.path[0] = other;
        vm.expectPartialRevert(IValuationOracle.BadProof.selector);
        oracle.check(1, proof);
        proof.path = whole;
        oracle.check(1, proof);
    }

    /// @custom:invariant I-25
    function test_I_25_a_proof_ends_with_the_second_round_after_it() public {
        (bytes32 root, ValueProof memory proof) = _tree(1, _leaf());
        _publish(1, root);
        _pass(INTERVAL);
        _publish(2, "2");
        oracle.check(1, proof);
        _pass(INTERVAL);
        _publish(3, "3");

        vm.expectRevert(abi.encodeWithSelector(IValuationOracle.RoundUnusable.selector, 1));
        oracle.check(1, proof);
    }
}
