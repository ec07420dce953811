// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Governed} from "../../src/Governed.sol";
import {IPause} from "../../src/interfaces/IPause.sol";
import {OracleBase} from "../support/OracleBase.sol";

contract PauseTest is OracleBase {
    uint256 internal constant LENGTH = 7 days;
    uint256 internal constant COOLDOWN_OF_PAUSES = 30 days;

    function _expectStopped(uint256 secs) private view {
        vm.assertEq(oracle.stoppedSeconds(), secs);
    }

    function _expectPaused(uint256 until) private {
        vm.expectRevert(abi.encodeWithSelector(IPause.ProtocolIsPaused.selector, until));
        oracle.requireRunning();
    }

    /// @dev Rounds in time, so that nothing is silent until `moment`.
    function _publishUntil(uint256 moment) private {
        while (block.timestamp < moment) {
            uint256 left = moment - block.timestamp;
            _pass(left < TTL + INTERVAL ? (left < TTL ? left : left / 2) : TTL);
            _publish(oracle.lastRound() + 1, "root");
        }
    }

    // ---- pause --------------------------------------------------------------------------------

    /// @custom:invariant C5b
    function test_a_pause_runs_from_now_for_seven_days_and_lapses_by_itself() public {
        oracle.requireRunning();
        vm.expectEmit(address(oracle));
        emit IPause.ProtocolPaused(uint64(START + LENGTH), 0);
        oracle.pause();

        vm.assertEq(oracle.pausedUntil(), START + LENGTH);
        _expectPaused(START + LENGTH);
        vm.warp(START + LENGTH - 1);
        _expectPaused(START + LENGTH);
        vm.warp(START + LENGTH);
        oracle.requireRunning();
    }

    /// @custom:invariant C5b
    function test_the_next_pause_waits_thirty_days_after_the_last_lapsed() public {
        oracle.pause();
        uint256 earliest = START + LENGTH + COOLDOWN_OF_PAUSES;
        vm.assertEq(oracle.pausableFrom(), earliest);
        vm.warp(earliest - 1);

        vm.expectRevert(abi.encodeWithSelector(IPause.PauseTooSoon.selector, earliest));
        oracle.pause();
        vm.warp(earliest);
        oracle.pause();
        _expectPaused(earliest + LENGTH);
        _expectStopped(LENGTH);
    }

    function test_a_running_pause_cannot_be_lengthened_by_the_guardian() public {
        oracle.pause();
        _pass(1 days);

        vm.expectPartialRevert(IPause.PauseTooSoon.selector);
        oracle.pause();
    }

    /// @custom:invariant I-32
    function test_pausing_is_the_guardians_and_renewing_the_governors() public {
        address guardian = named("guardian");
        bytes4[] memory selectors = new bytes4[](2);
        (selectors[0], selectors[1]) = (oracle.pause.selector, oracle.resume.selector);
        manager.grantRole(1, guardian, 0);
        manager.setTargetFunctionRole(address(oracle), selectors, 1);

        vm.expectPartialRevert(Governed.AccessManagedUnauthorized.selector);
        oracle.pause();
        vm.prank(guardian);
        oracle.pause();
        vm.expectPartialRevert(Governed.AccessManagedUnauthorized.selector);
        oracle.resume();
        vm.prank(guardian);
        vm.expectRevert(
            abi.encodeWithSelector(Governed.AccessManagedUnauthorized.selector, guardian)
        );
        oracle.renewPause();
        oracle.renewPause();
    }

    // ---- resume -------------------------------------------------------------------------------

    function test_a_pause_can_be_ended_early() public {
        oracle.pause();
        _pass(100);

        vm.expectEmit(address(oracle));
        emit IPause.ProtocolResumed(100);
        oracle.resume();

        oracle.requireRunning();
        _pass(100);
        _expectStopped(100);
        vm.assertEq(oracle.pausedUntil(), 0);
        vm.assertEq(oracle.pausableFrom(), START + 100 + COOLDOWN_OF_PAUSES);
    }

    function test_only_a_running_pause_can_be_ended() public {
        vm.expectRevert(IPause.ProtocolNotPaused.selector);
        oracle.resume();
        oracle.pause();
        vm.warp(START + LENGTH);
        vm.expectRevert(IPause.ProtocolNotPaused.selector);
        oracle.resume();
    }

    // ---- renewPause ---------------------------------------------------------------------------

    /// @custom:invariant C5b
    function test_governance_renews_a_pause_and_no_second_is_lost_or_counted_twice() public {
        oracle.pause();
        _pass(5 days);

        oracle.renewPause();

        _expectStopped(5 days);
        _expectPaused(START + 5 days + LENGTH);
        _pass(LENGTH + 1 days);
        oracle.requireRunning();
        _expectStopped(5 days + LENGTH);
    }

    // ---- The one counter (rule C5) ------------------------------------------------------------

    function test_a_lapsed_pause_counts_its_length_and_no_more() public {
        oracle.pause();
        vm.warp(START + LENGTH + 12 days);

        _expectStopped(LENGTH);
    }

    /// @custom:invariant C5
    function test_a_pause_within_silence_counts_nothing_more() public {
        _publish(1, "1");
        vm.warp(START + TTL + 1 days);
        oracle.pause();
        _pass(2 days);

        _expectStopped(3 days);
        oracle.resume();
        _expectStopped(3 days);
        _pass(10);
        _expectStopped(3 days + 10);
        _publish(2, "2");
        _expectStopped(3 days + 10);
    }

    /// @custom:invariant C5
    function test_silence_that_begins_within_a_pause_counts_on_after_it() public {
        _publish(1, "1");
        _pass(12 hours);
        oracle.pause();
        _pass(LENGTH + 3 days);

        _expectStopped(LENGTH + 3 days);
        _publish(2, "2");
        _expectStopped(LENGTH + 3 days);
        _pass(TTL);
        _expectStopped(LENGTH + 3 days);
    }

    function test_a_round_within_a_pause_books_what_has_passed_and_the_rest_runs_on() public {
        _publish(1, "1");
        _pass(1 days);
        oracle.pause();
        _pass(8 hours);
        _publish(2, "2");
        _expectStopped(8 hours);
        _pass(1 hours);
        _expectStopped(9 hours);
        oracle.resume();
        _pass(1 hours);
        _expectStopped(9 hours);
    }

    function test_a_void_within_a_pause_loses_nothing() public {
        _publish(1, "1");
        _pass(INTERVAL);
        _publish(2, "2");
        oracle.pause();
        _pass(2 hours);

        oracle.void(2);

        _expectStopped(2 hours);
        _pass(3 hours);
        _expectStopped(5 hours);
    }

    function test_a_lapsed_pause_before_later_rounds_is_booked_once() public {
        _publish(1, "1");
        oracle.pause();
        _publishUntil(START + LENGTH + 20 days);

        _expectStopped(LENGTH);
        vm.warp(START + LENGTH + COOLDOWN_OF_PAUSES);
        uint256 before = oracle.stoppedSeconds();
        oracle.pause();
        _expectStopped(before);
    }
}
