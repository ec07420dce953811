// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @title Pauses, and up to when a grace has ended (rule C5)
/// @notice Running time is time without the paused seconds before it: it stands during a pause and
/// rises else. An entry of the log is `running time at which a pause began (128) | paused seconds
/// up to its end (128)`, as if it lapsed; ending or renewing it writes the same entry anew. So each
/// second counts once, and neither field falls from entry to entry.
/// @dev OpenZeppelin's Checkpoints would do, but their assembly is not marked as memory-safe, which
/// takes optimisations from the whole contract: a publication would cost 420 gas more.
library Pauses {
    /// @dev Lowest bit of the running time in an entry.
    uint256 private constant BEGUN_AT = 128;

    /// @notice Begins a pause of `length` seconds, or with a length of 0 ends the one that runs.
    /// @dev A pause that begins while another runs, or at the second in which it ends, goes on in
    /// its entry: running time has not moved since then.
    /// @param length Seconds from now on until it lapses.
    /// @param time Now, unix seconds.
    function book(uint256[] storage log, uint256 length, uint256 time) internal {
        (uint256 begunAt, uint256 paused) = _lastUntil(log, time);
        uint256 running = time - paused;
        uint256 entry = running << BEGUN_AT | paused + length;
        if (begunAt == running) log[log.length - 1] = entry;
        else log.push(entry);
    }

    /// @notice See `IValuationOracle.graceCutoff`.
    /// @dev Goes back by the grace in running time, then turns that moment into unix seconds. The
    /// search takes as many steps as the number of pauses has bits.
    /// @param grace Seconds of running time.
    /// @param time Now, unix seconds.
    /// @return Latest due date whose grace has ended, unix seconds; 0 when none can have.
    function cutoff(uint256[] storage log, uint256 grace, uint256 time)
        internal
        view
        returns (uint256)
    {
        (, uint256 paused) = _lastUntil(log, time);
        uint256 running = time - paused;
        if (running < grace) return 0;
        running -= grace;
        // What was due within a pause has its whole grace after it, so the end of a pause counts.
        uint256 pausedThen = _pausedAt(log, running);
        return running + (pausedThen < paused ? pausedThen : paused);
    }

    /// @dev Where the last pause began, 0 without one, and the seconds paused so far: running time
    /// stands at that beginning while it runs.
    function _lastUntil(uint256[] storage log, uint256 time)
        private
        view
        returns (uint256 begunAt, uint256 paused)
    {
        uint256 count = log.length;
        if (count == 0) return (0, 0);
        (begunAt, paused) = _split(log[count - 1]);
        if (time - begunAt < paused) paused = time - begunAt;
    }

    /// @dev Paused seconds up to the end of the last pause that began at that running time or
    /// before.
    /// @return paused Seconds, of a pause that runs as if it lapsed; 0 before the first.
    function _pausedAt(uint256[] storage log, uint256 running)
        private
        view
        returns (uint256 paused)
    {
        (uint256 low, uint256 high) = (0, log.length);
        while (low < high) {
            uint256 middle = (low + high) / 2;
            (uint256 begunAt, uint256 upToIts) = _split(log[middle]);
            if (begunAt > running) high = middle;
            else (low, paused) = (middle + 1, upToIts);
        }
    }

    /// @dev The two halves of an entry.
    function _split(uint256 entry) private pure returns (uint256 begunAt, uint256 paused) {
        return (entry >> BEGUN_AT, uint128(entry));
    }
}
