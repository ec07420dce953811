// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @notice What decides now which values count, and which clocks run.
/// @param clock In one word, lowest field first: `newest (32) | previous (32) | newestAt (40) |
/// stoppedSeconds (40) | pausedUntil (40) | isSilent (8) | voidWindowPassed (8)`.
/// @param newestRoot Root of the newest round.
/// @param previousRoot Root of the one before, when it was asked for.
struct Present {
    uint256 clock;
    bytes32 newestRoot;
    bytes32 previousRoot;
}

using Presents for Present global;

/// @title What the oracle answers a market: words, so that little is encoded and decoded again
/// @dev Bits of `clock`: 0 newest, 32 previous, 64 newestAt, 104 stoppedSeconds, 144 pausedUntil,
/// 184 isSilent, 192 voidWindowPassed. All is as of the block in which the oracle answered.
library Presents {
    uint256 private constant PREVIOUS = 32;
    uint256 private constant NEWEST_AT = 64;
    uint256 private constant STOPPED = 104;
    uint256 private constant PAUSED_UNTIL = 144;
    uint256 private constant SILENT = 184;
    uint256 private constant WINDOW_PASSED = 192;

    /// @notice Lays the clock out. Round numbers are below 2^32, times in unix seconds below 2^40;
    /// the oracle's `RoundState` has less room for each.
    /// @param newest_ Newest usable round, 0 when there is none.
    /// @param previous_ Usable round before it, 0 when there is none.
    /// @param newestAt_ When the newest was published, unix seconds.
    /// @param stopped Seconds for which clocks stood still.
    /// @param pausedUntil_ End of the last pause, unix seconds.
    /// @param silent Whether the newest round is older than TTL, or none exists.
    /// @param windowPassed Whether the newest round can no longer be voided.
    /// @return The word.
    function pack(
        uint256 newest_,
        uint256 previous_,
        uint256 newestAt_,
        uint256 stopped,
        uint256 pausedUntil_,
        bool silent,
        bool windowPassed
    ) internal pure returns (uint256) {
        return newest_ | previous_ << PREVIOUS | newestAt_ << NEWEST_AT | stopped << STOPPED
            | pausedUntil_ << PAUSED_UNTIL | (silent ? 1 << SILENT : 0)
            | (windowPassed ? 1 << WINDOW_PASSED : 0);
    }

    /// @notice Newest usable round, 0 when there is none.
    function newest(Present memory present) internal pure returns (uint32) {
        return uint32(present.clock);
    }

    /// @notice Usable round before it, 0 when there is none.
    function previous(Present memory present) internal pure returns (uint32) {
        return uint32(present.clock >> PREVIOUS);
    }

    /// @notice When the newest was published, unix seconds.
    function newestAt(Present memory present) internal pure returns (uint64) {
        return uint40(present.clock >> NEWEST_AT);
    }

    /// @notice See `IValuationOracle.stoppedSeconds`.
    function stoppedSeconds(Present memory present) internal pure returns (uint64) {
        return uint40(present.clock >> STOPPED);
    }

    /// @notice See `IPause.pausedUntil`.
    function pausedUntil(Present memory present) internal pure returns (uint64) {
        return uint40(present.clock >> PAUSED_UNTIL);
    }

    /// @notice See `IValuationOracle.isSilent`.
    function isSilent(Present memory present) internal pure returns (bool) {
        return present.clock >> SILENT & 1 != 0;
    }

    /// @notice See `IValuationOracle.voidWindowPassed`.
    function voidWindowPassed(Present memory present) internal pure returns (bool) {
        return present.clock >> WINDOW_PASSED & 1 != 0;
    }
}
