// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IValuationOracle, ValueProof} from "../../src/interfaces/IValuationOracle.sol";
import {OracleBase} from "../support/OracleBase.sol";
import {OracleHandler} from "./OracleHandler.sol";

contract OracleInvariantsTest is OracleBase {
    OracleHandler internal handler;
    uint256 private lastStopped;
    uint32 private lastNumber;

    function setUp() public override {
        super.setUp();
        handler = new OracleHandler();
        handler.setUp();
        oracle = handler.theOracle();
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    struct FuzzSelector {
        address addr;
        bytes4[] selectors;
    }

    function targetSelectors() external view returns (FuzzSelector[] memory targets) {
        targets = new FuzzSelector[](1);
        targets[0].addr = address(handler);
        targets[0].selectors = new bytes4[](7);
        targets[0].selectors[0] = handler.wait.selector;
        targets[0].selectors[1] = handler.publish.selector;
        targets[0].selectors[2] = handler.voidNewest.selector;
        targets[0].selectors[3] = handler.pause.selector;
        targets[0].selectors[4] = handler.renew.selector;
        targets[0].selectors[5] = handler.resume.selector;
        targets[0].selectors[6] = handler.rotate.selector;
    }

    /// @dev Rule C5: each second of silence or pause once, and none else.
    /// @custom:invariant C5
    function invariant_the_stopped_seconds_are_those_of_silence_and_pause_together() public view {
        vm.assertEq(oracle.stoppedSeconds(), handler.stopped());
    }

    /// @dev The cutoff is the last moment after which a grace has had its seconds without a pause.
    /// @custom:invariant C5c
    function invariant_grace_has_its_seconds_without_a_pause_and_no_more() public view {
        uint256[4] memory graces = [uint256(1), 1 days, 15 days, 62 days];
        for (uint256 i = 0; i < graces.length; ++i) {
            uint256 cutoff = oracle.graceCutoff(graces[i]);
            vm.assertGe(handler.unpaused(cutoff, block.timestamp), graces[i]);
            vm.assertLt(handler.unpaused(cutoff + 1, block.timestamp), graces[i]);
        }
    }

    function invariant_the_stopped_seconds_never_fall_and_never_pass_the_time() public {
        uint256 stopped = oracle.stoppedSeconds();
        vm.assertGe(stopped, lastStopped);
        vm.assertLe(stopped, block.timestamp - START);
        lastStopped = stopped;
    }

    /// @dev I-25: numbers go up by one, and nothing older than the last two usable rounds counts.
    /// @custom:invariant I-25
    function invariant_I_25_rounds_go_up_and_only_the_last_two_are_usable() public {
        uint32 number = oracle.lastRound();
        vm.assertEq(number, handler.rounds());
        vm.assertGe(number, lastNumber);
        lastNumber = number;
        uint32[] memory usable = handler.usableRounds();
        (uint32 newest,, uint32 previous,) = oracle.rounds();
        uint256 count = usable.length;
        vm.assertEq(newest, count == 0 ? 0 : usable[count - 1]);
        vm.assertEq(previous, count < 2 ? 0 : usable[count - 2]);
    }

    function invariant_no_other_round_can_be_checked() public {
        (uint32 newest,, uint32 previous,) = oracle.rounds();
        ValueProof memory proof;
        for (uint32 number = 0; number < oracle.lastRound() + 2; ++number) {
            bool usable = number != 0 && (number == newest || number == previous);
            bytes4 reason = usable
                ? IValuationOracle.BadProof.selector
                : IValuationOracle.RoundUnusable.selector;
            vm.expectPartialRevert(reason);
            oracle.check(number, proof);
        }
    }

    /// @custom:invariant C5b
    function invariant_the_guardian_alone_pauses_seven_days_in_thirty() public view {
        if (handler.renewals() != 0) return;
        // A pause that was ended at once lets the next one begin after thirty days.
        vm.assertLe(handler.pauses(), (block.timestamp - START) / 30 days + 1);
        vm.assertLe(oracle.pausedUntil(), block.timestamp + 7 days);
    }

    function invariant_running_means_that_the_pause_is_over() public {
        bool running = block.timestamp >= handler.pauseEnd();
        if (!running) vm.expectRevert();
        oracle.requireRunning();
    }

    function invariant_the_reporters_stay_seven_and_sorted() public view {
        address[] memory reporters = oracle.reporters();
        vm.assertEq(reporters.length, 7);
        for (uint256 i = 1; i < 7; ++i) {
            vm.assertTrue(reporters[i - 1] < reporters[i]);
        }
    }
}
