// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Governed} from "../../src/Governed.sol";
import {CompactSignature, Round} from "../../src/interfaces/IReporters.sol";
import {IValuationOracle, ValueProof} from "../../src/interfaces/IValuationOracle.sol";
import {OracleBase} from "../support/OracleBase.sol";

contract ValuationOracleVoidTest is OracleBase {
    function setUpTwoRounds() internal returns (ValueProof memory first, ValueProof memory second) {
        bytes32 root;
        (root, first) = _tree(1, _leaf());
        _publish(1, root);
        _pass(INTERVAL);
        (root, second) = _tree(2, _leaf());
        _publish(2, root);
    }

    function test_a_voided_round_is_unusable_and_the_one_before_is_the_newest() public {
        (ValueProof memory first, ValueProof memory second) = setUpTwoRounds();

        vm.expectEmit(address(oracle));
        emit IValuationOracle.RoundVoided(2);
        oracle.void(2);

        (uint32 newest, uint64 newestAt, uint32 previous, uint64 previousAt) = oracle.rounds();
        vm.assertEq(newest, 1);
        vm.assertEq(newestAt, START);
        vm.assertEq(uint256(previous) + previousAt, 0);
        oracle.check(1, first);
        vm.expectRevert(abi.encodeWithSelector(IValuationOracle.RoundUnusable.selector, 2));
        oracle.check(2, second);
    }

    function test_the_round_after_a_voided_one_follows_its_number_and_keeps_both_roots() public {
        (ValueProof memory first,) = setUpTwoRounds();
        oracle.void(2);
        _pass(INTERVAL);
        (bytes32 root, ValueProof memory third) = _tree(3, _leaf());

        _publish(3, root);

        (uint32 newest,, uint32 previous,) = oracle.rounds();
        vm.assertEq(newest, 3);
        vm.assertEq(previous, 1);
        oracle.check(1, first);
        oracle.check(3, third);
    }

    function test_a_void_does_not_shorten_the_interval() public {
        setUpTwoRounds();
        _pass(100);
        oracle.void(2);
        _pass(INTERVAL - 1);
        Round memory round = _round(3, keccak256("3"));
        CompactSignature[] memory signatures = _sign(round, 5);

        vm.expectRevert(
            abi.encodeWithSelector(IValuationOracle.TooSoon.selector, block.timestamp + 1)
        );
        oracle.publish(round, signatures);
    }

    function test_the_only_round_may_be_voided() public {
        _publish(1, keccak256("1"));

        oracle.void(1);

        (uint32 newest,,,) = oracle.rounds();
        vm.assertEq(newest, 0);
        vm.assertTrue(oracle.isSilent());
        vm.assertFalse(oracle.voidWindowPassed());
    }

    /// @custom:invariant V3
    function test_only_the_newest_round_may_be_voided() public {
        setUpTwoRounds();

        vm.expectRevert(abi.encodeWithSelector(IValuationOracle.RoundUnusable.selector, 1));
        oracle.void(1);
        vm.expectRevert(abi.encodeWithSelector(IValuationOracle.RoundUnusable.selector, 0));
        oracle.void(0);
    }

    function test_the_void_window_closes() public {
        _publish(1, keccak256("1"));
        vm.warp(START + WINDOW + 1);

        vm.expectRevert(abi.encodeWithSelector(IValuationOracle.VoidWindowClosed.selector, 1));
        oracle.void(1);
        vm.warp(START + WINDOW);
        oracle.void(1);
    }

    /// @dev Else a second false round, near the first, would make a pair that does not jump, and the
    /// first could be voided no more.
    /// @custom:invariant V3
    function test_no_round_comes_while_the_one_before_may_be_voided() public {
        setUpTwoRounds();
        uint256 published = block.timestamp;
        vm.warp(published + WINDOW);
        Round memory round = _round(3, keccak256("3"));
        CompactSignature[] memory signatures = _sign(round, 5);

        vm.expectRevert(
            abi.encodeWithSelector(IValuationOracle.TooSoon.selector, published + INTERVAL)
        );
        oracle.publish(round, signatures);

        vm.warp(published + INTERVAL);
        vm.assertTrue(oracle.voidWindowPassed());
        oracle.publish(round, signatures);
    }

    /// @custom:invariant V3
    function test_a_second_void_waits_for_the_cooldown() public {
        _publish(1, keccak256("1"));
        oracle.void(1);
        _pass(COOLDOWN - 1);
        _publish(2, keccak256("2"));

        vm.expectRevert(
            abi.encodeWithSelector(IValuationOracle.VoidTooSoon.selector, START + COOLDOWN)
        );
        oracle.void(2);
        _pass(1);
        oracle.void(2);
    }

    /// @custom:invariant V3
    function test_voiding_is_the_guardians() public {
        address guardian = named("guardian");
        bytes4[] memory selectors = new bytes4[](1);
        selectors[0] = oracle.void.selector;
        manager.grantRole(1, guardian, 0);
        manager.setTargetFunctionRole(address(oracle), selectors, 1);
        _publish(1, keccak256("1"));

        vm.expectPartialRevert(Governed.AccessManagedUnauthorized.selector);
        oracle.void(1);
        vm.prank(guardian);
        oracle.void(1);
    }
}
