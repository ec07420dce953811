// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Governed} from "../../src/Governed.sol";
import {CompactSignature, IReporters, Round} from "../../src/interfaces/IReporters.sol";
import {SignerSet} from "../../src/libraries/SignerSet.sol";
import {Logs} from "../support/Logs.sol";
import {OracleBase} from "../support/OracleBase.sol";

contract ChangeReporterTest is OracleBase {
    address internal constant NOBODY = address(0);
    uint256 internal constant FORTNIGHT = 14 days;

    function test_a_key_is_replaced_in_one_change() public {
        (address old, address fresh) = (vm.addr(keys[3]), _bonded(5));
        vm.expectEmit(address(oracle));
        emit IReporters.ReporterSet(old, false);
        vm.expectEmit(address(oracle));
        emit IReporters.ReporterSet(fresh, true);

        oracle.changeReporter(old, fresh);

        vm.assertFalse(oracle.isReporter(old));
        vm.assertTrue(oracle.isReporter(fresh));
        vm.assertEq(oracle.reporters().length, 7);
        _expectSorted();
    }

    function test_a_reporter_that_left_does_not_count() public {
        address gone = vm.addr(keys[0]);
        oracle.changeReporter(gone, NOBODY);
        Round memory round = _round(1, keccak256("root"));
        CompactSignature[] memory signatures = _sign(round, 5);

        vm.expectRevert(abi.encodeWithSelector(IReporters.InvalidSigner.selector, gone));
        oracle.publish(round, signatures);
    }

    function test_a_reporter_that_joined_counts() public {
        oracle.changeReporter(vm.addr(keys[0]), _bonded(5));
        keys[0] = 5;
        _sortKeys();

        _publish(1, keccak256("1"));

        vm.assertEq(oracle.lastRound(), 1);
    }

    function test_the_reporters_stay_between_the_threshold_and_less_than_twice_it() public {
        _change(vm.addr(keys[0]), NOBODY);
        _change(vm.addr(keys[1]), NOBODY);
        _pass(FORTNIGHT);
        vm.expectRevert(abi.encodeWithSelector(IReporters.ReportersOutOfBounds.selector, 4, 5));
        oracle.changeReporter(vm.addr(keys[2]), NOBODY);
        for (uint256 i = 0; i < 4; ++i) {
            _change(NOBODY, _bonded(i + 1));
        }
        address tenth = _bonded(50);
        _pass(FORTNIGHT);
        vm.expectRevert(abi.encodeWithSelector(IReporters.ReportersOutOfBounds.selector, 10, 5));
        oracle.changeReporter(NOBODY, tenth);
        vm.assertEq(oracle.reporters().length, 9);
        _expectSorted();
    }

    /// @custom:invariant G1
    function test_seats_change_once_a_fortnight() public {
        oracle.changeReporter(vm.addr(keys[0]), NOBODY);
        _pass(FORTNIGHT - 1);

        vm.expectRevert(
            abi.encodeWithSelector(
                IReporters.ReporterChangeTooSoon.selector, uint64(block.timestamp + 1)
            )
        );
        oracle.changeReporter(vm.addr(keys[1]), NOBODY);
        _pass(1);
        oracle.changeReporter(vm.addr(keys[1]), NOBODY);
    }

    /// @custom:invariant V3b
    function test_who_joins_is_bonded() public {
        address fresh = vm.addr(5);
        oracle.deposit(fresh, BOND - 1);

        vm.expectRevert(
            abi.encodeWithSelector(IReporters.BondShort.selector, fresh, BOND - 1, BOND)
        );
        oracle.changeReporter(NOBODY, fresh);
        oracle.deposit(fresh, 1);
        oracle.changeReporter(NOBODY, fresh);
    }

    function test_who_leaves_is_known_and_who_joins_is_not() public {
        address known = vm.addr(keys[0]);
        address stranger = named("stranger");

        vm.expectRevert(abi.encodeWithSelector(IReporters.ReporterUnknown.selector, stranger));
        oracle.changeReporter(stranger, NOBODY);
        vm.expectRevert(abi.encodeWithSelector(IReporters.ReporterUnknown.selector, NOBODY));
        oracle.changeReporter(NOBODY, NOBODY);
        vm.expectRevert(abi.encodeWithSelector(IReporters.ReporterKnown.selector, known));
        oracle.changeReporter(NOBODY, known);
    }

    function test_a_change_tells_of_those_who_left_or_joined_and_of_nobody_else() public {
        address joins = _bonded(5);
        Logs.record();

        oracle.changeReporter(NOBODY, joins);

        vm.assertEq(Logs.dataOf(IReporters.ReporterSet.selector).length, 1);
        _pass(FORTNIGHT);
        Logs.record();
        oracle.changeReporter(joins, NOBODY);
        vm.assertEq(Logs.dataOf(IReporters.ReporterSet.selector).length, 1);
    }

    /// @custom:invariant I-32
    function test_changing_is_the_governors() public {
        address stranger = named("stranger");

        vm.prank(stranger);
        vm.expectRevert(
            abi.encodeWithSelector(Governed.AccessManagedUnauthorized.selector, stranger)
        );
        oracle.changeReporter(vm.addr(keys[0]), NOBODY);
    }

    function test_sets_are_found_after_hundreds_of_changes() public {
        address one = _bonded(5);
        address two = _bonded(6);
        oracle.changeReporter(vm.addr(keys[0]), one);
        for (uint256 i = 0; i < 130; ++i) {
            _change(one, two);
            _change(two, one);
        }

        vm.assertTrue(oracle.isReporter(one));
        vm.assertEq(oracle.reporters().length, 7);
        _expectSorted();
    }

    function test_the_address_of_a_set_is_that_of_the_creation() public {
        for (uint256 n = 1; n < 300; ++n) {
            address made = address(new Nothing());
            vm.assertEq(SignerSet.addressOf(address(this), _nonceOf(n)), made);
        }
    }

    function test_a_set_cannot_be_called_to_any_effect() public {
        address set = SignerSet.addressOf(address(oracle), 1);

        (bool done, bytes memory answer) = set.call(hex"12345678");

        vm.assertTrue(done);
        vm.assertEq(answer.length, 0);
    }

    /// @dev This test has created three contracts before: coin, manager and oracle.
    function _nonceOf(uint256 n) private view returns (uint256) {
        return firstNonce + n;
    }

    uint256 private firstNonce;

    function setUp() public override {
        super.setUp();
        address probe = address(new Nothing());
        while (SignerSet.addressOf(address(this), firstNonce) != probe) ++firstNonce;
    }

    function _change(address leaving, address joining) private {
        _pass(FORTNIGHT);
        oracle.changeReporter(leaving, joining);
    }

    function _bonded(uint256 key) private returns (address reporter) {
        reporter = vm.addr(key);
        oracle.deposit(reporter, BOND);
    }

    function _expectSorted() private view {
        address[] memory all = oracle.reporters();
        for (uint256 i = 1; i < all.length; ++i) {
            vm.assertTrue(all[i - 1] < all[i]);
        }
    }

    function _sortKeys() private {
        for (uint256 i = 1; i < keys.length; ++i) {
            for (uint256 j = i; j > 0 && vm.addr(keys[j - 1]) > vm.addr(keys[j]); --j) {
                (keys[j - 1], keys[j]) = (keys[j], keys[j - 1]);
            }
        }
    }
}

contract Nothing {}
