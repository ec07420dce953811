// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";

import {OracleParameters, ValuationOracle} from "../src/ValuationOracle.sol";
import {CompactSignature, IValuationOracle, Round} from "../src/interfaces/IValuationOracle.sol";
import {OracleBase} from "./support/OracleBase.sol";

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

contract ValuationOracleReportersTest is OracleBase {
    function test_a_reporter_that_left_does_not_count() public {
        address gone = vm.addr(keys[0]);
        vm.expectEmit(address(oracle));
        emit IValuationOracle.ReporterSet(gone, false);
        oracle.setReporter(gone, false);
        Round memory round = _round(1, keccak256("root"));
        CompactSignature[] memory signatures = _sign(round, 5);

        vm.expectRevert(abi.encodeWithSelector(IValuationOracle.InvalidSigner.selector, gone));
        oracle.publish(round, signatures);
        vm.assertEq(oracle.reporterCount(), 6);
    }

    function test_the_reporters_stay_between_the_threshold_and_twice_it() public {
        oracle.setReporter(vm.addr(keys[0]), false);
        oracle.setReporter(vm.addr(keys[1]), false);
        vm.expectRevert(abi.encodeWithSelector(ValuationOracle.ReportersOutOfBounds.selector, 4, 5));
        oracle.setReporter(vm.addr(keys[2]), false);
        for (uint256 i = 0; i < 4; ++i) {
            oracle.setReporter(vm.addr(i + 1), true);
        }
        vm.expectRevert(
            abi.encodeWithSelector(ValuationOracle.ReportersOutOfBounds.selector, 10, 5)
        );
        oracle.setReporter(vm.addr(50), true);
    }

    function test_a_change_must_change_something() public {
        address reporter = vm.addr(keys[0]);

        vm.expectRevert(
            abi.encodeWithSelector(ValuationOracle.ReporterUnchanged.selector, reporter)
        );
        oracle.setReporter(reporter, true);
    }

    /// @custom:invariant I-32
    function test_setReporter_is_the_governors() public {
        vm.prank(named("stranger"));
        vm.expectPartialRevert(IAccessManaged.AccessManagedUnauthorized.selector);
        oracle.setReporter(named("friend"), true);
    }

    function test_the_constructor_refuses_numbers_out_of_bounds() public {
        OracleParameters[5] memory wrong;
        for (uint256 i = 0; i < 5; ++i) {
            wrong[i] = _parameters();
        }
        wrong[0].minInterval = 1 hours - 1;
        wrong[1].ttl = INTERVAL - 1;
        wrong[2].ttl = 7 days + 1;
        wrong[3].voidWindow = TTL + 1;
        wrong[4].voidCooldown = WINDOW - 1;
        for (uint256 i = 0; i < 5; ++i) {
            vm.expectRevert(ValuationOracle.ParametersOutOfBounds.selector);
            this.deploy(wrong[i], 7);
        }
    }

    function test_the_constructor_refuses_too_few_and_too_many_reporters() public {
        vm.expectRevert(abi.encodeWithSelector(ValuationOracle.ReportersOutOfBounds.selector, 4, 5));
        this.deploy(_parameters(), 4);
        vm.expectRevert(
            abi.encodeWithSelector(ValuationOracle.ReportersOutOfBounds.selector, 10, 5)
        );
        this.deploy(_parameters(), 10);
    }

    function deploy(OracleParameters memory parameters, uint256 reporters) external {
        address manager = oracle.authority();
        new ValuationOracle(manager, parameters, addressesOf(keysFrom(2_000, reporters)));
    }
}
