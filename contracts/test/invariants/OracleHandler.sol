// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {ValuationOracle} from "../../src/ValuationOracle.sol";
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
    uint256[2][] private spans;
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
        _begin();
    }

    function renew(uint256 dice) external {
        if (dice % 8 != 0) return;
        oracle.renewPause();
        ++renewals;
        _begin();
    }

    function resume() external {
        if (block.timestamp >= pauseEnd) return;
        oracle.resume();
        pauseEnd = block.timestamp;
        spans[spans.length - 1][1] = block.timestamp;
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

    /// @notice Seconds without a pause between two moments.
    function unpaused(uint256 from, uint256 to) external view returns (uint256 secs) {
        secs = to - from;
        for (uint256 i = 0; i < spans.length; ++i) {
            secs -= _overlap(from, to, spans[i][0], spans[i][1]);
        }
    }

    function _begin() private {
        if (block.timestamp < pauseEnd) spans[spans.length - 1][1] = block.timestamp;
        (pausedAt, pauseEnd) = (block.timestamp, block.timestamp + 7 days);
        spans.push([pausedAt, pauseEnd]);
    }

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
