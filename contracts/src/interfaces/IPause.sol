// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @title The guardian's pause of new borrowing, minting and auction starts
/// @notice It lapses by itself after seven days. Repaying, curing, closing, buying and topping up
/// never ask for it (rules C5, D7). Cure windows, auction clocks and grace stand still meanwhile.
interface IPause {
    event ProtocolPaused(uint64 until, uint64 stoppedSeconds);
    event ProtocolResumed(uint64 stoppedSeconds);

    error ProtocolIsPaused(uint64 until);
    error ProtocolNotPaused();
    error PauseTooSoon(uint64 earliest);

    /// @notice Pauses for seven days, not again within thirty days of the end of the last pause.
    /// Guardian.
    function pause() external;
    /// @notice Ends a pause before it lapses. Guardian.
    function resume() external;
    /// @notice Pauses for seven days from now, whenever the last pause was. Governor.
    function renewPause() external;
    /// @notice Reverts while the protocol is paused.
    function requireRunning() external view;
    /// @notice End of the last pause, unix seconds; running when it lies in the past, 0 when there
    /// was none or it was ended early.
    function pausedUntil() external view returns (uint64);
    /// @notice Earliest time of the guardian's next pause, unix seconds.
    function pausableFrom() external view returns (uint64);
}
