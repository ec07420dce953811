// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @notice All that a publication reads and changes beside one root, in one word.
/// @dev From the lowest bit; times in unix seconds, which pass 2^32 in the year 2106:
/// | from | bits | what |
/// |---|---|---|
/// | 0, 24, 48 | 24 each | numbers: last published round, newest and previous usable one |
/// | 72, 104 | 32 each | when the newest and the previous one were published |
/// | 136 | 32 | when a round was last voided, 0 for never |
/// | 168 | 32 | when the last pause began, 0 when it was ended early |
/// | 200 | 32 | stopped seconds that are booked |
/// | 232 | 8 | place of the newest root, 0 or 1 |
/// | 240 | 16 | number of the set of reporters |
type RoundState is uint256;

using RoundClock for RoundState global;

/// @title Which rounds are usable, and for how long clocks stood still (rule C5)
/// @notice Silence begins TTL after the newest round; a pause lapses after its length. Each second
/// of either counts once: silence runs on from its start, a pause counts as far as it lies before.
/// @dev A publication and a void book all that stood still until then, the end of a pause and the
/// next pause what the last pause adds; the rest follows by formula. So the counter is written at
/// these moments only, and waiting changes nothing stored. `ttl` is the oracle's own in every call,
/// in seconds.
library RoundClock {
    /// @notice Seconds after which a pause lapses.
    uint256 internal constant PAUSE_LENGTH = 7 days;

    uint256 private constant NEWEST = 24;
    uint256 private constant PREVIOUS = 48;
    uint256 private constant NEWEST_AT = 72;
    uint256 private constant PREVIOUS_AT = 104;
    uint256 private constant VOIDED_AT = 136;
    uint256 private constant PAUSED_AT = 168;
    uint256 private constant STOPPED = 200;
    uint256 private constant PLACE = 232;
    uint256 private constant SIGNERS = 240;
    uint256 private constant ROUND_MASK = 0xffffff;
    uint256 private constant TIME_MASK = 0xffffffff;
    /// @dev What a publication and a void leave as it is.
    uint256 private constant KEPT =
        0xffff << SIGNERS | TIME_MASK << VOIDED_AT | TIME_MASK << PAUSED_AT;

    // ---- Reading ------------------------------------------------------------------------------

    /// @notice Number of the last published round, voided or not.
    function last(RoundState state) internal pure returns (uint256) {
        return RoundState.unwrap(state) & ROUND_MASK;
    }

    /// @notice Newest usable round, 0 when there is none.
    function newest(RoundState state) internal pure returns (uint256) {
        return RoundState.unwrap(state) >> NEWEST & ROUND_MASK;
    }

    /// @notice Usable round before the newest, 0 when there is none.
    function previous(RoundState state) internal pure returns (uint256) {
        return RoundState.unwrap(state) >> PREVIOUS & ROUND_MASK;
    }

    /// @notice When the newest usable round was published, unix seconds; 0 when there is none.
    function newestAt(RoundState state) internal pure returns (uint256) {
        return _time(state, NEWEST_AT);
    }

    /// @notice When the usable round before it was published, unix seconds; 0 when there is none.
    function previousAt(RoundState state) internal pure returns (uint256) {
        return _time(state, PREVIOUS_AT);
    }

    /// @notice When a round was last voided, unix seconds; 0 for never.
    function voidedAt(RoundState state) internal pure returns (uint256) {
        return _time(state, VOIDED_AT);
    }

    /// @notice When the newest round was published, or a later one voided.
    function changedAt(RoundState state) internal pure returns (uint256) {
        (uint256 published, uint256 voided) = (newestAt(state), voidedAt(state));
        return published > voided ? published : voided;
    }

    /// @notice Index of the newest root; the previous has the other of the two.
    function place(RoundState state) internal pure returns (uint256) {
        return RoundState.unwrap(state) >> PLACE & 1;
    }

    /// @notice Number of the set of reporters in force.
    function signers(RoundState state) internal pure returns (uint256) {
        return RoundState.unwrap(state) >> SIGNERS;
    }

    /// @notice End of the last pause, 0 when there was none or it was ended early.
    function pauseEnd(RoundState state) internal pure returns (uint256) {
        uint256 pausedAt = _time(state, PAUSED_AT);
        return pausedAt == 0 ? 0 : pausedAt + PAUSE_LENGTH;
    }

    /// @notice Seconds for which clocks stood still until now.
    /// @param ttl Greatest age of a round for use, seconds.
    /// @return stopped Booked ones, silence that runs, and what the last pause adds before it.
    function stoppedSeconds(RoundState state, uint256 ttl) internal view returns (uint256 stopped) {
        stopped = _time(state, STOPPED);
        uint256 silentFrom = _silentFrom(state, ttl);
        // Sums of a few numbers of 32 bits.
        unchecked {
            if (block.timestamp > silentFrom) stopped += block.timestamp - silentFrom;
            return stopped + _pausedBeforeSilence(state, ttl);
        }
    }

    // ---- Changing -----------------------------------------------------------------------------

    /// @notice Makes a round the newest one; its root goes to the other place.
    /// @dev The caller has checked that `number` is `last + 1`.
    /// @param number The round's, below 2^24: at a round an hour that lasts for 1,900 years.
    /// @param ttl Greatest age of a round for use, seconds.
    /// @return The state after it.
    function published(RoundState state, uint256 number, uint256 ttl)
        internal
        view
        returns (RoundState)
    {
        uint256 rounds = number | number << NEWEST | newest(state) << PREVIOUS;
        uint256 times = block.timestamp << NEWEST_AT | newestAt(state) << PREVIOUS_AT;
        return _changed(state, rounds | times, ttl);
    }

    /// @notice Makes the round before the newest one; there is no previous one until the next.
    /// @dev The number stays used. With no round before, nothing is usable and silence begins.
    /// @param ttl Greatest age of a round for use, seconds.
    /// @return The state after it.
    function voided(RoundState state, uint256 ttl) internal view returns (RoundState) {
        uint256 rounds = last(state) | previous(state) << NEWEST;
        RoundState next = _changed(state, rounds | previousAt(state) << NEWEST_AT, ttl);
        return _withTime(next, VOIDED_AT, block.timestamp);
    }

    /// @notice Begins a pause now, after booking what the last one has stopped; one that still runs
    /// begins anew.
    function paused(RoundState state, uint256 ttl) internal view returns (RoundState) {
        return _withTime(resumed(state, ttl), PAUSED_AT, block.timestamp);
    }

    /// @notice Ends a pause now and books what it has stopped.
    function resumed(RoundState state, uint256 ttl) internal view returns (RoundState) {
        uint256 stopped = _time(state, STOPPED) + _pausedBeforeSilence(state, ttl);
        return _withTime(_withTime(state, PAUSED_AT, 0), STOPPED, stopped);
    }

    /// @notice Puts the next set of reporters in force. The number has 16 bits; beyond them the sum
    /// overflows and reverts.
    function withNextSigners(RoundState state) internal pure returns (RoundState) {
        return RoundState.wrap(RoundState.unwrap(state) + (1 << SIGNERS));
    }

    // ---- Within -------------------------------------------------------------------------------

    /// @dev Rounds and their times anew, the other place, and all that was stopped booked.
    function _changed(RoundState state, uint256 roundsAndTimes, uint256 ttl)
        private
        view
        returns (RoundState)
    {
        uint256 kept = RoundState.unwrap(state) & KEPT;
        uint256 other = (place(state) ^ 1) << PLACE;
        return
            RoundState.wrap(roundsAndTimes | kept | other | stoppedSeconds(state, ttl) << STOPPED);
    }

    /// @dev What is before the last publication or void is booked already.
    /// @param ttl Greatest age of a round for use, seconds.
    /// @return Seconds of the last pause since then, until now or until silence began.
    function _pausedBeforeSilence(RoundState state, uint256 ttl) private view returns (uint256) {
        uint256 pausedAt = _time(state, PAUSED_AT);
        if (pausedAt == 0) return 0;
        uint256 from = Math.max(pausedAt, changedAt(state));
        uint256 until = Math.min(pausedAt + PAUSE_LENGTH, block.timestamp);
        return Math.saturatingSub(Math.min(until, _silentFrom(state, ttl)), from);
    }

    /// @dev After a void not before the void, since what was before it was booked by it; before the
    /// first round nothing is silent.
    /// @return First second after which silence counts, unix seconds.
    function _silentFrom(RoundState state, uint256 ttl) private pure returns (uint256) {
        if (last(state) == 0) return type(uint256).max;
        unchecked {
            (uint256 end, uint256 lastVoid) = (newestAt(state) + ttl, voidedAt(state));
            return end > lastVoid ? end : lastVoid;
        }
    }

    /// @dev A field of 32 bits that begins at bit `offset`.
    function _time(RoundState state, uint256 offset) private pure returns (uint256) {
        return RoundState.unwrap(state) >> offset & TIME_MASK;
    }

    /// @dev The state with that field set; `time` is below 2^32.
    function _withTime(RoundState state, uint256 offset, uint256 time)
        private
        pure
        returns (RoundState)
    {
        uint256 others = RoundState.unwrap(state) & ~(TIME_MASK << offset);
        return RoundState.wrap(others | time << offset);
    }
}
