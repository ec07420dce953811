// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {Checkpoints} from "@openzeppelin/contracts/utils/structs/Checkpoints.sol";

/// @title Pauses, and up to when a grace has ended (rule C5)
/// @notice Running time is time without the paused seconds before it: it stands during a pause and
/// rises else. The log keeps, by the running time at which each pause began, the paused seconds up
/// to its end, as if it lapsed; ending or renewing it writes the same entry anew.
/// @dev Unix seconds and sums of them fit 32 bits until 2106.
library Pauses {
    using Checkpoints for Checkpoints.Trace224;

    /// @notice Begins a pause of `length` seconds, or with a length of 0 ends the one that runs.
    function book(Checkpoints.Trace224 storage log, uint256 length, uint256 time) internal {
        uint256 paused = _pausedUntil(log, time);
        log.push(uint32(time - paused), uint224(paused + length));
    }

    /// @notice See `IValuationOracle.graceCutoff`.
    function cutoff(Checkpoints.Trace224 storage log, uint256 grace, uint256 time)
        internal
        view
        returns (uint256)
    {
        uint256 paused = _pausedUntil(log, time);
        uint256 running = Math.saturatingSub(time - paused, grace);
        // What was due within a pause has its whole grace after it, so the end of a pause counts.
        uint256 pausedThen = log.upperLookupRecent(uint32(running));
        return running + Math.min(pausedThen, paused);
    }

    /// @dev Running time stands at that of the last pause's beginning while it runs.
    function _pausedUntil(Checkpoints.Trace224 storage log, uint256 time)
        private
        view
        returns (uint256)
    {
        (, uint256 begunAt, uint256 paused) = log.latestCheckpoint();
        return Math.min(paused, time - begunAt);
    }
}
