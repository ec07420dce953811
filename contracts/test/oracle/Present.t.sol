// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Present} from "../../src/libraries/Presents.sol";
import {OracleBase} from "../support/OracleBase.sol";

/// @notice The one reading says what the single views say.
contract ValuationOraclePresentTest is OracleBase {
    bytes32 internal constant FIRST = keccak256("first");
    bytes32 internal constant SECOND = keccak256("second");

    function test_before_the_first_round_nothing_counts() public view {
        Present memory present = oracle.present(true);

        vm.assertEq(uint256(present.newest()) + present.previous(), 0);
        vm.assertTrue(present.isSilent());
        vm.assertFalse(present.voidWindowPassed());
        vm.assertEq(present.newestRoot, bytes32(0));
    }

    function test_the_previous_root_comes_when_it_is_asked_for() public {
        _publishTwo();

        vm.assertEq(oracle.present(false).newestRoot, SECOND);
        vm.assertEq(oracle.present(false).previousRoot, bytes32(0));
        vm.assertEq(oracle.present(true).newestRoot, SECOND);
        vm.assertEq(oracle.present(true).previousRoot, FIRST);
        _assertAsSingleViews();
    }

    function test_the_void_window_passes_after_its_last_second() public {
        _publishTwo();

        _pass(WINDOW);
        vm.assertFalse(oracle.present(false).voidWindowPassed());
        _pass(1);
        vm.assertTrue(oracle.present(false).voidWindowPassed());
    }

    function test_silence_begins_after_the_last_second_of_the_ttl() public {
        _publishTwo();

        _pass(TTL);
        vm.assertFalse(oracle.present(false).isSilent());
        _pass(1);
        vm.assertTrue(oracle.present(false).isSilent());
        _assertAsSingleViews();
    }

    function test_after_a_void_the_round_before_is_the_newest() public {
        _publishTwo();

        oracle.void(2);

        Present memory present = oracle.present(true);
        vm.assertEq(present.newest(), 1);
        vm.assertEq(present.newestRoot, FIRST);
        vm.assertEq(present.previous(), 0);
        _assertAsSingleViews();
    }

    function test_a_pause_and_what_it_stops_are_told() public {
        _publishTwo();
        oracle.pause();
        _pass(1 hours);

        vm.assertEq(oracle.present(false).pausedUntil(), block.timestamp - 1 hours + 7 days);
        vm.assertEq(oracle.present(false).stoppedSeconds(), 1 hours);
        _assertAsSingleViews();
    }

    function _publishTwo() private {
        _publish(1, FIRST);
        _pass(INTERVAL);
        _publish(2, SECOND);
    }

    function _assertAsSingleViews() private view {
        Present memory present = oracle.present(true);
        (uint32 newest, uint64 newestAt, uint32 previous,) = oracle.rounds();
        vm.assertEq(present.newest(), newest);
        vm.assertEq(present.newestAt(), newestAt);
        vm.assertEq(present.previous(), previous);
        vm.assertEq(present.stoppedSeconds(), oracle.stoppedSeconds());
        vm.assertEq(present.pausedUntil(), oracle.pausedUntil());
        vm.assertTrue(present.isSilent() == oracle.isSilent());
        vm.assertTrue(present.voidWindowPassed() == oracle.voidWindowPassed());
    }
}
