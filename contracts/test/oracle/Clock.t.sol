// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {OracleBase} from "../support/OracleBase.sol";

contract ValuationOracleClockTest is OracleBase {
    function test_the_oracle_is_silent_before_the_first_round_and_no_clock_stands_still() public {
        _pass(30 days);

        vm.assertTrue(oracle.isSilent());
        vm.assertEq(oracle.stoppedSeconds(), 0);
        vm.assertFalse(oracle.voidWindowPassed());
        vm.assertEq(oracle.ttl(), TTL);
    }

    function test_silence_starts_one_second_after_ttl() public {
        _publish(1, keccak256("1"));

        vm.warp(START + TTL);
        vm.assertFalse(oracle.isSilent());
        vm.assertEq(oracle.stoppedSeconds(), 0);
        vm.warp(START + TTL + 1);
        vm.assertTrue(oracle.isSilent());
        vm.assertEq(oracle.stoppedSeconds(), 1);
    }

    function test_a_late_round_books_the_gap_and_the_count_stands_still_after() public {
        _publish(1, keccak256("1"));
        vm.warp(START + TTL + 500);
        _publish(2, keccak256("2"));

        vm.assertEq(oracle.stoppedSeconds(), 500);
        vm.assertFalse(oracle.isSilent());
        _pass(TTL);
        vm.assertEq(oracle.stoppedSeconds(), 500);
        _pass(7);
        vm.assertEq(oracle.stoppedSeconds(), 507);
    }

    function test_a_round_in_time_stops_no_clock() public {
        _publish(1, keccak256("1"));
        vm.warp(START + TTL);
        _publish(2, keccak256("2"));

        vm.assertEq(oracle.stoppedSeconds(), 0);
    }

    /// @custom:invariant C5
    function test_a_void_never_counts_a_gap_twice_or_backwards() public {
        _publish(1, keccak256("1"));
        vm.warp(START + TTL + 500);
        _publish(2, keccak256("2"));
        _pass(100);

        oracle.void(2);

        vm.assertEq(oracle.stoppedSeconds(), 500);
        vm.assertTrue(oracle.isSilent());
        _pass(50);
        vm.assertEq(oracle.stoppedSeconds(), 550);
        _pass(INTERVAL);
        _publish(3, keccak256("3"));
        vm.assertEq(oracle.stoppedSeconds(), 550 + INTERVAL);
    }

    function test_the_void_window_passes_by_time() public {
        _publish(1, keccak256("1"));

        vm.warp(START + WINDOW);
        vm.assertFalse(oracle.voidWindowPassed());
        vm.warp(START + WINDOW + 1);
        vm.assertTrue(oracle.voidWindowPassed());
    }

    /// forge-config: default.fuzz.runs = 32
    function test_the_stopped_seconds_never_fall(uint256 seed) public {
        uint64 last;
        uint32 number = 1;
        for (uint256 i = 0; i < 12; ++i) {
            seed = uint256(keccak256(abi.encode(seed)));
            _pass(INTERVAL + seed % (2 * uint256(TTL)));
            _expectNotLess(last);
            last = oracle.stoppedSeconds();
            _publish(number++, bytes32(seed));
            vm.assertEq(oracle.stoppedSeconds(), last);
            if (seed % 3 == 0) _voidIfAllowed(number - 1);
            vm.assertEq(oracle.stoppedSeconds(), last);
        }
    }

    function _expectNotLess(uint64 last) private view {
        vm.assertGe(oracle.stoppedSeconds(), last);
    }

    function _voidIfAllowed(uint32 number) private {
        try oracle.void(number) {} catch {}
    }
}
