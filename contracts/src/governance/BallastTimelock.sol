// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";

/// @title The delay between a vote and its effect
/// @notice Holds the admin role of the access manager: everything governed goes through here. The
/// delay stays longer than two epochs, so that lenders can leave first (rule G1).
contract BallastTimelock is TimelockController {
    /// @notice The delay is longer than this, whatever is voted; seconds.
    uint256 public immutable twoEpochs;

    /// @notice Lenders could not leave before a decision takes effect.
    /// @param delay What was given, seconds.
    /// @param twoEpochs The delay must be longer than this, seconds.
    error DelayTooShort(uint256 delay, uint256 twoEpochs);

    /// @dev Nobody administers it but itself, and anyone executes what is due.
    /// @param delay Seconds between a vote that passed and its execution.
    /// @param epoch Length of the pool's epoch, seconds.
    /// @param proposers Who schedules and cancels: the governor alone.
    constructor(uint256 delay, uint256 epoch, address[] memory proposers)
        TimelockController(delay, proposers, new address[](1), address(0))
    {
        twoEpochs = 2 * epoch;
        _checkDelay(delay);
    }

    /// @notice Changes the delay. Only by a vote and after the present delay.
    /// @dev Reverts with `DelayTooShort`, or with `TimelockUnauthorizedCaller` unless it calls
    /// itself.
    /// @param newDelay Seconds.
    function updateDelay(uint256 newDelay) public override {
        _checkDelay(newDelay);
        super.updateDelay(newDelay);
    }

    /// @dev Reverts with `DelayTooShort`.
    function _checkDelay(uint256 delay) private view {
        if (delay <= twoEpochs) revert DelayTooShort(delay, twoEpochs);
    }
}
