// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {OracleBase} from "../support/OracleBase.sol";

/// @title Up to when what was due has had its grace, with pauses of every kind (rule C5)
contract GraceCutoffTest is OracleBase {
    uint256 private constant LENGTH = 7 days;
    uint256 private constant GRACE = 15 days;

    /// @dev The grace of what was due at `due` has just ended: so it had not a second before.
    function _expectEnd(uint256 due) private {
        vm.assertEq(oracle.graceCutoff(GRACE), due);
        vm.warp(block.timestamp - 1);
        vm.assertLt(oracle.graceCutoff(GRACE), due);
        vm.warp(block.timestamp + 1);
    }

    function test_without_a_pause_it_is_the_grace_ago() public {
        _expectEnd(block.timestamp - GRACE);
        vm.assertEq(oracle.graceCutoff(0), block.timestamp);
        vm.assertEq(oracle.graceCutoff(block.timestamp + 1), 0);
    }

    /// @custom:invariant C5c
    function test_it_stands_while_a_pause_runs() public {
        uint256 cutoff = oracle.graceCutoff(GRACE);
        oracle.pause();

        _pass(1);
        vm.assertEq(oracle.graceCutoff(GRACE), cutoff);
        vm.warp(START + LENGTH);
        vm.assertEq(oracle.graceCutoff(GRACE), cutoff);
        _pass(1);
        vm.assertEq(oracle.graceCutoff(GRACE), cutoff + 1);
    }

    /// @custom:invariant C5c
    function test_a_lapsed_pause_lengthens_the_grace_by_its_length() public {
        oracle.pause();

        vm.warp(START - 5 days + GRACE + LENGTH);
        _expectEnd(START - 5 days);
        _pass(1 days);
        _expectEnd(START - 4 days);
    }

    /// @custom:invariant C5c
    function test_a_pause_that_was_ended_lengthens_it_until_then() public {
        oracle.pause();
        _pass(2 days);
        oracle.resume();

        vm.warp(START - 5 days + GRACE + 2 days);
        _expectEnd(START - 5 days);
    }

    /// @custom:invariant C5c
    function test_a_pause_renewed_while_it_runs_lengthens_it_by_both() public {
        oracle.pause();
        _pass(3 days);
        oracle.renewPause();

        vm.warp(START - 5 days + GRACE + 3 days + LENGTH);
        _expectEnd(START - 5 days);
    }

    /// @custom:invariant C5c
    function test_two_pauses_within_one_grace_both_count() public {
        oracle.pause();
        vm.warp(START + LENGTH + 4 days);
        oracle.renewPause();
        _pass(1 days);
        vm.assertEq(oracle.graceCutoff(3 days), START + LENGTH + 1 days);
        oracle.resume();

        vm.warp(START - 5 days + GRACE + LENGTH + 1 days);
        _expectEnd(START - 5 days);
    }

    /// @custom:invariant C5c
    function test_what_was_due_within_a_pause_has_its_whole_grace_after_it() public {
        oracle.pause();

        vm.warp(START + LENGTH + GRACE - 1);
        vm.assertLt(oracle.graceCutoff(GRACE), START);
        _pass(1);
        vm.assertEq(oracle.graceCutoff(GRACE), START + LENGTH);
    }

    function test_a_pause_that_was_ended_at_once_lengthens_nothing() public {
        oracle.pause();
        oracle.resume();

        vm.warp(START - 5 days + GRACE);
        _expectEnd(START - 5 days);
    }

    function test_pauses_before_the_grace_count_for_nothing() public {
        oracle.pause();
        vm.warp(START + 100 days);
        oracle.pause();

        vm.warp(START + 300 days);
        _expectEnd(START + 300 days - GRACE);
    }

    /// @custom:invariant C5c V4
    function test_late_rounds_lengthen_nothing() public {
        _publish(1, keccak256("1"));
        _pass(30 days);

        vm.assertGt(oracle.stoppedSeconds(), 0);
        _expectEnd(block.timestamp - GRACE);
    }

    /// @custom:invariant C5c V4
    function test_a_pause_counts_while_rounds_are_late_too() public {
        _publish(1, keccak256("1"));
        _pass(3 days);
        oracle.pause();

        vm.warp(START + GRACE + LENGTH);
        _expectEnd(START);
    }

    /// @dev Hour by hour, against a list of what every hour was.
    /// @custom:invariant C5c
    /// forge-config: default.fuzz.runs = 64
    function testFuzz_hours_of_a_pause_are_none_of_grace(uint256 seed, uint256 grace) public {
        bool[] memory paused = new bool[](24 * 120);
        grace = bound(grace, 0, 24 * 62);
        uint256 left;
        for (uint256 hour = 0; hour < paused.length; ++hour) {
            seed = uint256(keccak256(abi.encode(seed)));
            if (seed % 300 == 0) {
                oracle.renewPause();
                left = 7 * 24;
            } else if (seed % 60 == 1 && left != 0) {
                oracle.resume();
                left = 0;
            }
            paused[hour] = left != 0;
            if (left != 0) --left;
            _pass(1 hours);
        }

        uint256 back;
        for (uint256 counted = 0; counted < grace && back < paused.length; ++back) {
            if (!paused[paused.length - 1 - back]) ++counted;
        }

        uint256 cutoff = oracle.graceCutoff(grace * 1 hours);
        // Before the first of these hours there was no pause.
        if (back < paused.length) vm.assertEq(cutoff, block.timestamp - back * 1 hours);
        else vm.assertLe(cutoff, START);
    }
}
