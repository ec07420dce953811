// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IPause} from "../../src/interfaces/IPause.sol";

/// @notice A pause that lasts as long as the test says.
contract FakePause is IPause {
    uint64 public pausedUntil;
    uint64 public pausableFrom;

    function setPaused(uint64 until) external {
        pausedUntil = until;
    }

    function requireRunning() external view {
        if (block.timestamp < pausedUntil) revert ProtocolIsPaused(pausedUntil);
    }

    function pause() external {}

    function resume() external {}

    function renewPause() external {}
}
