// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @title The guardian's pause of new borrowing, minting and auction starts
/// @notice It lapses by itself after seven days. Repaying, curing, closing, buying and topping up
/// never ask for it (rules C5, D7). Cure windows, auction clocks and grace stand still meanwhile.
interface IPause {
    /// @notice A pause begins, or is renewed.
    /// @param until When it lapses, unix seconds.
    /// @param stoppedSeconds Seconds for which clocks had stood still until now (rule C5).
    event ProtocolPaused(uint64 until, uint64 stoppedSeconds);
    /// @notice A pause was ended before it lapsed. One that lapses gives no event.
    /// @param stoppedSeconds Seconds for which clocks have stood still until now, this pause
    /// included.
    event ProtocolResumed(uint64 stoppedSeconds);

    /// @notice What was asked for starts something, and nothing may start while the protocol is
    /// paused.
    /// @param until When the pause lapses, unix seconds.
    error ProtocolIsPaused(uint64 until);
    /// @notice There is no pause to end: there was none, or it has lapsed.
    error ProtocolNotPaused();
    /// @notice The guardian may not pause again yet.
    /// @param earliest When it may, unix seconds.
    error PauseTooSoon(uint64 earliest);

    /// @notice Pauses for seven days, not again within thirty days of the end of the last pause.
    /// Guardian.
    /// @dev Reverts with `PauseTooSoon`.
    function pause() external;
    /// @notice Ends a pause before it lapses. Guardian.
    /// @dev Reverts with `ProtocolNotPaused`. The thirty days to the next pause then begin now.
    function resume() external;
    /// @notice Pauses for seven days from now, whenever the last pause was. Governor.
    function renewPause() external;
    /// @notice Reverts with `ProtocolIsPaused` while the protocol is paused.
    function requireRunning() external view;
    /// @notice End of the last pause; the protocol runs when it lies in the past.
    /// @return Unix seconds, 0 when there was no pause or it was ended early.
    function pausedUntil() external view returns (uint64);
    /// @notice Earliest time of the guardian's next pause.
    /// @return Unix seconds, 0 before the first pause.
    function pausableFrom() external view returns (uint64);
}
