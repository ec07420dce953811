// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {ValuationOracle} from "../../src/ValuationOracle.sol";
import {IValuationOracle, ValueProof} from "../../src/interfaces/IValuationOracle.sol";
import {OracleBase} from "../support/OracleBase.sol";

/// @title Publishes, voids, pauses and waits in any order, and keeps its own account of all of it
/// @dev The account adds up each stretch of time as it passes; the oracle computes from its slot.
contract OracleHandler is OracleBase {
    uint256 public stopped;
    uint256 public rounds;
    uint256 public voids;
    uint256 public renewals;
    uint256 public pausedAt;
    uint256 public pauseEnd;
    uint256 public pauses;
    uint32[] public usable;
    uint256 private voidedAt;

    function theOracle() external view returns (ValuationOracle) {
        return oracle;
    }

    function usableRounds() external view returns (uint32[] memory) {
        return usable;
    }

    // ---- What anyone may do to it -------------------------------------------------------------

    function wait(uint256 secs) public {
        secs = bound(secs, 1, 3 days);
        _account(block.timestamp, block.timestamp + secs);
        _pass(secs);
    }

    function publish(uint256 secs) external {
        wait(bound(secs, INTERVAL, 2 * uint256(TTL)));
        bytes32 root = keccak256(abi.encode(++rounds));
        _publish(uint32(rounds), root);
        usable.push(uint32(rounds));
    }

    function voidNewest() external {
        (uint32 newest, uint64 newestAt,,) = oracle.rounds();
        bool open = newest != 0 && block.timestamp <= newestAt + WINDOW;
        bool rested = voidedAt == 0 || block.timestamp >= voidedAt + COOLDOWN;
        if (!open || !rested) return;
        oracle.void(newest);
        (voidedAt, voids) = (block.timestamp, voids + 1);
        // A void leaves the one before as the only usable round.
        usable.pop();
        if (usable.length > 1) {
            uint32 left = usable[usable.length - 1];
            delete usable;
            usable.push(left);
        }
    }

    function pause() external {
        if (block.timestamp < oracle.pausableFrom()) return;
        oracle.pause();
        ++pauses;
        (pausedAt, pauseEnd) = (block.timestamp, block.timestamp + 7 days);
    }

    function renew(uint256 dice) external {
        if (dice % 8 != 0) return;
        oracle.renewPause();
        ++renewals;
        (pausedAt, pauseEnd) = (block.timestamp, block.timestamp + 7 days);
    }

    function resume() external {
        if (block.timestamp >= pauseEnd) return;
        oracle.resume();
        pauseEnd = block.timestamp;
    }

    function rotate(uint256 seat, uint256 key) external {
        uint256 last = oracle.lastChangeAt();
        if (last != 0 && block.timestamp < last + 14 days) return;
        seat = bound(seat, 0, keys.length - 1);
        key = bound(key, 5_000, 5_500);
        if (oracle.isReporter(vm.addr(key))) return;
        oracle.deposit(vm.addr(key), BOND);
        oracle.changeReporter(vm.addr(keys[seat]), vm.addr(key));
        keys[seat] = key;
        for (uint256 i = 1; i < keys.length; ++i) {
            for (uint256 j = i; j > 0 && vm.addr(keys[j - 1]) > vm.addr(keys[j]); --j) {
                (keys[j - 1], keys[j]) = (keys[j], keys[j - 1]);
            }
        }
    }

    // ---- Its own account ----------------------------------------------------------------------

    /// @dev Silence has no end yet, a pause has one; what lies in both counts once.
    function _account(uint256 from, uint256 to) private {
        (, uint64 newestAt,,) = oracle.rounds();
        uint256 silentFrom = newestAt + TTL > voidedAt ? newestAt + TTL : voidedAt;
        uint256 silent = rounds == 0 ? 0 : _overlap(from, to, silentFrom, type(uint256).max);
        uint256 paused = _overlap(from, to, pausedAt, pauseEnd);
        uint256 start = silentFrom > pausedAt ? silentFrom : pausedAt;
        uint256 both = rounds == 0 ? 0 : _overlap(from, to, start, pauseEnd);
        stopped += silent + paused - both;
    }

    function _overlap(uint256 a, uint256 b, uint256 c, uint256 d) private pure returns (uint256) {
        (uint256 low, uint256 high) = (a > c ? a : c, b < d ? b : d);
        return high > low ? high - low : 0;
    }
}

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
    function invariant_the_stopped_seconds_are_those_of_silence_and_pause_together() public view {
        vm.assertEq(oracle.stoppedSeconds(), handler.stopped());
    }

    function invariant_the_stopped_seconds_never_fall_and_never_pass_the_time() public {
        uint256 stopped = oracle.stoppedSeconds();
        vm.assertGe(stopped, lastStopped);
        vm.assertLe(stopped, block.timestamp - START);
        lastStopped = stopped;
    }

    /// @dev I-25: numbers go up by one, and nothing older than the last two usable rounds counts.
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
