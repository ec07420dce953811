// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Governed} from "../../src/Governed.sol";
import {CompactSignature, IReporters, Round} from "../../src/interfaces/IReporters.sol";
import {ExactTransfer} from "../../src/libraries/ExactTransfer.sol";
import {TestStablecoin} from "../../src/tokens/TestStablecoin.sol";
import {Logs} from "../support/Logs.sol";
import {OddCoin} from "../support/OddCoin.sol";
import {OracleBase} from "../support/OracleBase.sol";

contract BondsTest is OracleBase {
    address internal reporter;
    OddCoin internal odd;

    function setUp() public override {
        super.setUp();
        reporter = vm.addr(keys[2]);
        oracle.deposit(reporter, BOND);
    }

    function _newCoin() internal override returns (TestStablecoin) {
        odd = new OddCoin(6);
        return TestStablecoin(address(odd));
    }

    function test_anyone_adds_to_a_bond() public {
        vm.expectEmit(address(oracle));
        emit IReporters.BondDeposited(reporter, 5);
        oracle.deposit(reporter, 5);

        vm.assertEq(oracle.bondOf(reporter), BOND + 5);
        vm.assertEq(coin.balanceOf(address(oracle)), BOND + 5);
    }

    /// @dev Vulnerability class 18: a token whose issuer turns a fee on.
    function test_class_18_no_bond_is_booked_for_more_than_arrives() public {
        odd.setFee(100);

        vm.expectRevert(abi.encodeWithSelector(ExactTransfer.TransferShort.selector, 1_000, 990));
        oracle.deposit(reporter, 1_000);

        vm.assertEq(oracle.bondOf(reporter), BOND);
    }

    function test_a_reporter_cannot_take_its_bond() public {
        vm.prank(reporter);
        vm.expectRevert(
            abi.encodeWithSelector(IReporters.BondLocked.selector, reporter, type(uint64).max)
        );
        oracle.withdraw(1);
    }

    /// @custom:invariant V3b
    function test_a_bond_is_free_thirty_days_after_its_holder_left() public {
        oracle.changeReporter(reporter, address(0));
        uint64 free = uint64(block.timestamp + 30 days);
        vm.assertEq(oracle.bondLockedUntil(reporter), free);
        vm.warp(free - 1);

        vm.prank(reporter);
        vm.expectRevert(abi.encodeWithSelector(IReporters.BondLocked.selector, reporter, free));
        oracle.withdraw(BOND);
        vm.warp(free);
        vm.prank(reporter);
        oracle.withdraw(BOND);

        vm.assertEq(coin.balanceOf(reporter), BOND);
        vm.assertEq(oracle.bondOf(reporter), 0);
    }

    function test_nobody_takes_more_than_its_own_bond() public {
        address guest = named("guest");
        oracle.deposit(guest, 10);

        vm.prank(guest);
        vm.expectRevert(abi.encodeWithSelector(IReporters.BondShort.selector, guest, 10, 11));
        oracle.withdraw(11);
        vm.prank(guest);
        oracle.withdraw(10);
        vm.assertEq(coin.balanceOf(address(oracle)), BOND);
    }

    /// @custom:invariant V3b
    function test_governance_slashes_as_much_as_there_is() public {
        address harmed = named("harmed");
        vm.expectEmit(address(oracle));
        emit IReporters.BondSlashed(reporter, 40, harmed);
        oracle.slash(reporter, 40, harmed);
        oracle.slash(reporter, type(uint256).max, harmed);

        vm.assertEq(coin.balanceOf(harmed), BOND);
        vm.expectRevert(abi.encodeWithSelector(IReporters.BondShort.selector, reporter, 0, 1));
        oracle.slash(reporter, 1, harmed);
    }

    /// @custom:invariant I-32
    function test_slashing_is_the_governors() public {
        address stranger = named("stranger");

        vm.prank(stranger);
        vm.expectRevert(
            abi.encodeWithSelector(Governed.AccessManagedUnauthorized.selector, stranger)
        );
        oracle.slash(reporter, 1, stranger);
    }
}

contract SlashDoubleSignTest is OracleBase {
    address internal reporter;
    address internal prover = named("prover");

    function setUp() public override {
        super.setUp();
        reporter = vm.addr(keys[2]);
        oracle.deposit(reporter, BOND + 1);
    }

    function _signedBy(uint256 key, Round memory round)
        private
        view
        returns (CompactSignature memory)
    {
        (bytes32 r, bytes32 vs) = vm.signCompact(key, _digest(round));
        return CompactSignature(r, vs);
    }

    function _prove(Round memory first, Round memory second, uint256 key) private {
        CompactSignature memory one = _signedBy(key, first);
        CompactSignature memory two = _signedBy(key, second);
        vm.prank(prover);
        oracle.slashDoubleSign(first, one, second, two);
    }

    function _refuse(Round memory first, Round memory second, bytes memory reason) private {
        CompactSignature memory one = _signedBy(keys[2], first);
        CompactSignature memory two = _signedBy(keys[2], second);
        vm.expectRevert(reason);
        oracle.slashDoubleSign(first, one, second, two);
    }

    function _agree(uint32 first, uint32 second) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IReporters.RoundsAgree.selector, first, second);
    }

    /// @custom:invariant V3b
    function test_two_signed_rounds_of_one_number_cost_the_bond_and_the_seat() public {
        vm.expectEmit(address(oracle));
        emit IReporters.DoubleSigned(reporter, 9, prover);

        _prove(_round(9, keccak256("one")), _round(9, keccak256("two")), keys[2]);

        vm.assertEq(coin.balanceOf(prover), BOND / 2 + 1);
        vm.assertEq(coin.balanceOf(treasury), BOND / 2);
        vm.assertEq(oracle.bondOf(reporter), 0);
        vm.assertFalse(oracle.isReporter(reporter));
        vm.assertEq(oracle.reporters().length, 6);
    }

    function test_a_bond_is_slashed_once() public {
        (Round memory one, Round memory two) = (_round(9, "one"), _round(9, "two"));
        _prove(one, two, keys[2]);

        _refuse(one, two, abi.encodeWithSelector(IReporters.BondShort.selector, reporter, 0, 1));
    }

    function test_the_smallest_bond_goes_to_the_prover() public {
        oracle.slash(reporter, BOND, treasury);
        Logs.record();

        _prove(_round(9, "one"), _round(9, "two"), keys[2]);

        vm.assertEq(coin.balanceOf(prover), 1);
        vm.assertEq(Logs.dataOf(IReporters.BondSlashed.selector).length, 1);
    }

    function test_a_reporter_that_left_is_slashed_while_its_bond_is_locked() public {
        oracle.changeReporter(reporter, address(0));

        _prove(_round(9, "one"), _round(9, "two"), keys[2]);

        vm.assertEq(oracle.bondOf(reporter), 0);
    }

    function test_the_last_reporters_that_a_round_needs_keep_their_seats() public {
        for (uint256 i = 0; i < 3; ++i) {
            oracle.deposit(vm.addr(keys[i]), 10);
            _prove(_round(9, "one"), _round(9, "two"), keys[i]);
        }

        vm.assertEq(oracle.reporters().length, 5);
        vm.assertFalse(oracle.isReporter(vm.addr(keys[1])));
        vm.assertTrue(oracle.isReporter(vm.addr(keys[2])));
        vm.assertEq(oracle.bondOf(vm.addr(keys[2])), 0);
    }

    function test_one_round_signed_twice_is_no_offence() public {
        Round memory round = _round(9, "one");

        _refuse(round, round, _agree(9, 9));
    }

    function test_rounds_of_two_numbers_are_no_offence() public {
        _refuse(_round(9, "one"), _round(10, "two"), _agree(9, 10));
    }

    function test_a_round_that_has_become_too_old_may_be_replaced() public {
        Round memory old = _round(9, "one");
        Round memory fresh = _round(9, "two");
        fresh.observedAt = old.observedAt + TTL + 1;

        _refuse(old, fresh, _agree(9, 9));
        _refuse(fresh, old, _agree(9, 9));
        fresh.observedAt -= 1;
        _prove(old, fresh, keys[2]);
        vm.assertEq(oracle.bondOf(reporter), 0);
    }

    function test_two_reporters_are_not_one() public {
        Round memory first = _round(9, "one");
        Round memory second = _round(9, "two");
        CompactSignature memory one = _signedBy(keys[2], first);
        CompactSignature memory two = _signedBy(keys[3], second);

        vm.expectRevert(abi.encodeWithSelector(IReporters.InvalidSigner.selector, vm.addr(keys[3])));
        oracle.slashDoubleSign(first, one, second, two);
    }

    function test_malformed_signatures_prove_nothing() public {
        CompactSignature memory nothing;

        vm.expectRevert(abi.encodeWithSelector(IReporters.InvalidSigner.selector, address(0)));
        oracle.slashDoubleSign(_round(9, "one"), nothing, _round(9, "two"), nothing);
    }
}
