// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {CompactSignature, IReporters, Round} from "../../src/interfaces/IReporters.sol";
import {IValuationOracle} from "../../src/interfaces/IValuationOracle.sol";
import {OracleBase} from "../support/OracleBase.sol";

contract ValuationOraclePublishTest is OracleBase {
    function test_a_round_signed_by_five_of_seven_is_published() public {
        Round memory round = _round(1, keccak256("root"));
        CompactSignature[] memory signatures = _sign(round, 5);

        vm.expectEmit(address(oracle));
        emit IValuationOracle.RoundPublished(1, round.root, round.contentHash, round.observedAt);
        oracle.publish(round, signatures);

        (uint32 newest, uint64 newestAt, uint32 previous,) = oracle.rounds();
        vm.assertEq(newest, 1);
        vm.assertEq(newestAt, START);
        vm.assertEq(previous, 0);
        vm.assertEq(oracle.lastRound(), 1);
    }

    function test_the_last_two_rounds_are_kept() public {
        _publish(1, keccak256("1"));
        _pass(INTERVAL);
        _publish(2, keccak256("2"));
        _pass(INTERVAL);
        _publish(3, keccak256("3"));

        (uint32 newest, uint64 newestAt, uint32 previous, uint64 previousAt) = oracle.rounds();
        vm.assertEq(newest, 3);
        vm.assertEq(newestAt, START + 2 * INTERVAL);
        vm.assertEq(previous, 2);
        vm.assertEq(previousAt, START + INTERVAL);
    }

    /// @dev The committed bytecode costs less: docs/decisions has the figures, a test of the chain
    /// holds them.
    function test_publishing_costs_at_most_68_000_gas_cold() public {
        _publish(1, keccak256("1"));
        _pass(INTERVAL);
        _publish(2, keccak256("2"));
        _pass(INTERVAL);
        Round memory round = _round(3, keccak256("3"));
        CompactSignature[] memory signatures = _sign(round, 5);
        bytes memory data = abi.encodeCall(oracle.publish, (round, signatures));
        uint256 intrinsic = 21_000 + _calldataGas(data);
        vm.cool(address(oracle));

        uint256 before = gasleft();
        (bool done,) = address(oracle).call(data);
        uint256 spent = before - gasleft();

        vm.assertTrue(done);
        // A transaction does not pay for the first access to the contract that it calls.
        vm.assertLe(intrinsic + spent - 2_500, 68_000);
    }

    function test_four_signatures_are_not_enough() public {
        Round memory round = _round(1, keccak256("root"));
        CompactSignature[] memory signatures = _sign(round, 4);

        vm.expectRevert(abi.encodeWithSelector(IValuationOracle.NotEnoughSigners.selector, 4, 5));
        oracle.publish(round, signatures);
    }

    function test_one_reporter_counts_once() public {
        Round memory round = _round(1, keccak256("root"));
        CompactSignature[] memory signatures = _sign(round, 5);
        signatures[4] = signatures[3];
        address twice = vm.addr(keys[3]);

        vm.expectRevert(
            abi.encodeWithSelector(IValuationOracle.SignersNotSorted.selector, twice, twice)
        );
        oracle.publish(round, signatures);
    }

    function test_signatures_out_of_order_are_refused() public {
        Round memory round = _round(1, keccak256("root"));
        CompactSignature[] memory signatures = _sign(round, 5);
        (signatures[0], signatures[1]) = (signatures[1], signatures[0]);

        vm.expectRevert(
            abi.encodeWithSelector(
                IValuationOracle.SignersNotSorted.selector, vm.addr(keys[1]), vm.addr(keys[0])
            )
        );
        oracle.publish(round, signatures);
    }

    function test_a_stranger_does_not_count() public {
        Round memory round = _round(1, keccak256("root"));
        CompactSignature[] memory signatures = _sign(round, 5);
        (bytes32 r, bytes32 vs) = vm.signCompact(5, _digest(round));
        signatures[2] = CompactSignature(r, vs);

        vm.expectRevert(abi.encodeWithSelector(IReporters.InvalidSigner.selector, vm.addr(5)));
        oracle.publish(round, signatures);
    }

    /// @dev The other form of a signature, s and v turned over, loses a bit in the compact form.
    function test_a_signature_in_its_high_form_does_not_count() public {
        Round memory round = _round(1, keccak256("root"));
        CompactSignature[] memory signatures = _sign(round, 5);
        uint256 order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141;
        uint256 vs = uint256(signatures[4].vs);
        uint256 s = order - (vs << 1 >> 1);
        signatures[4].vs = bytes32(s | (vs >> 255 ^ 1) << 255);

        vm.expectPartialRevert(IReporters.InvalidSigner.selector);
        oracle.publish(round, signatures);
    }

    function test_any_five_of_the_seven_will_do(uint256 dice) public {
        uint256 first = bound(dice, 0, 6);
        uint256 second = bound(dice >> 8, 0, 6);
        if (first == second) second = (first + 1) % 7;
        Round memory round = _round(1, keccak256("root"));
        CompactSignature[] memory all = _sign(round, 7);
        CompactSignature[] memory five = new CompactSignature[](5);
        uint256 place;
        for (uint256 i = 0; i < 7; ++i) {
            if (i != first && i != second) five[place++] = all[i];
        }

        oracle.publish(round, five);

        vm.assertEq(oracle.lastRound(), 1);
    }

    function test_more_signatures_than_needed_all_have_to_be_good() public {
        Round memory round = _round(1, keccak256("root"));
        CompactSignature[] memory signatures = _sign(round, 7);
        CompactSignature memory good = signatures[6];
        signatures[6] = signatures[5];

        vm.expectPartialRevert(IValuationOracle.SignersNotSorted.selector);
        oracle.publish(round, signatures);
        signatures[6] = good;
        oracle.publish(round, signatures);
    }

    function test_a_malformed_signature_does_not_count() public {
        Round memory round = _round(1, keccak256("root"));
        CompactSignature[] memory signatures = _sign(round, 5);
        CompactSignature memory good = signatures[0];
        signatures[0] = CompactSignature(bytes32(0), bytes32(0));
        vm.expectRevert(abi.encodeWithSelector(IReporters.InvalidSigner.selector, address(0)));
        oracle.publish(round, signatures);
        // The signer before does not stand in for one that cannot be recovered.
        (signatures[0], signatures[1]) = (good, signatures[0]);

        vm.expectRevert(abi.encodeWithSelector(IReporters.InvalidSigner.selector, address(0)));
        oracle.publish(round, signatures);
    }

    function test_a_signature_for_another_chain_does_not_count() public {
        Round memory round = _round(1, keccak256("root"));
        CompactSignature[] memory signatures = _sign(round, 5);
        vm.chainId(block.chainid + 1);

        vm.expectPartialRevert(IReporters.InvalidSigner.selector);
        oracle.publish(round, signatures);
    }

    /// @custom:invariant I-25
    function test_I_25_the_next_number_is_the_only_one_taken() public {
        Round memory round = _round(2, keccak256("root"));
        CompactSignature[] memory signatures = _sign(round, 5);

        vm.expectRevert(abi.encodeWithSelector(IValuationOracle.RoundGap.selector, 1, 2));
        oracle.publish(round, signatures);
    }

    function test_a_round_cannot_be_published_twice() public {
        Round memory round = _round(1, keccak256("root"));
        CompactSignature[] memory signatures = _sign(round, 5);
        oracle.publish(round, signatures);
        _pass(INTERVAL);

        vm.expectRevert(abi.encodeWithSelector(IValuationOracle.RoundGap.selector, 2, 1));
        oracle.publish(round, signatures);
    }

    function test_rounds_keep_the_interval() public {
        _publish(1, keccak256("1"));
        _pass(INTERVAL - 1);
        Round memory round = _round(2, keccak256("2"));
        CompactSignature[] memory signatures = _sign(round, 5);

        vm.expectRevert(abi.encodeWithSelector(IValuationOracle.TooSoon.selector, START + INTERVAL));
        oracle.publish(round, signatures);
        _pass(1);
        oracle.publish(round, signatures);
    }

    function test_class_7_observations_from_the_future_are_refused() public {
        Round memory round = _round(1, keccak256("root"));
        round.observedAt = uint40(block.timestamp + 1);
        CompactSignature[] memory signatures = _sign(round, 5);

        vm.expectRevert(
            abi.encodeWithSelector(IValuationOracle.InvalidObservedAt.selector, START + 1)
        );
        oracle.publish(round, signatures);
    }

    function test_observations_older_than_the_last_round_are_refused() public {
        _publish(1, keccak256("1"));
        _pass(INTERVAL);
        Round memory round = _round(2, keccak256("2"));
        round.observedAt = uint40(START - 1);
        CompactSignature[] memory signatures = _sign(round, 5);

        vm.expectRevert(
            abi.encodeWithSelector(IValuationOracle.InvalidObservedAt.selector, START - 1)
        );
        oracle.publish(round, signatures);
    }

    function test_class_7_observations_older_than_ttl_are_refused() public {
        Round memory round = _round(1, keccak256("root"));
        CompactSignature[] memory signatures = _sign(round, 5);
        _pass(TTL + 1);

        vm.expectRevert(abi.encodeWithSelector(IValuationOracle.InvalidObservedAt.selector, START));
        oracle.publish(round, signatures);
        vm.warp(START + TTL);
        oracle.publish(round, signatures);
    }

    function _calldataGas(bytes memory data) private pure returns (uint256 gas) {
        for (uint256 i = 0; i < data.length; ++i) {
            gas += data[i] == 0 ? 4 : 16;
        }
    }
}
