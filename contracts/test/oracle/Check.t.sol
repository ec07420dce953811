// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IValuationOracle, ValueLeaf, ValueProof} from "../../src/interfaces/IValuationOracle.sol";
import {OracleBase} from "../support/OracleBase.sol";

contract ValuationOracleCheckTest is OracleBase {
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

    function test_a_leaf_counts_in_its_own_round_only() public {
        (bytes32 root, ValueProof memory proof) = _tree(1, _leaf());
        _publish(1, root);
        _pass(INTERVAL);
        _publish(2, root);

        vm.expectRevert(abi.encodeWithSelector(IValuationOracle.BadProof.selector, ASSET, 2));
        oracle.check(2, proof);
    }

    function test_a_changed_value_breaks_the_proof() public {
        (bytes32 root, ValueProof memory proof) = _tree(1, _leaf());
        _publish(1, root);
        proof.leaf.lower += 1;

        vm.expectRevert(abi.encodeWithSelector(IValuationOracle.BadProof.selector, ASSET, 1));
        oracle.check(1, proof);
    }

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
}
