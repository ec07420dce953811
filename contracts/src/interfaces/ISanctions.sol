// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @title A list of those to whom nothing may be paid
/// @notice The form in which public lists are found on chains.
interface ISanctions {
    /// @notice Whether an account is on the list. Asked by static call with a cap on gas: a list that
    /// reverts, spends more or answers anything but one word of 0 or 1 clears nobody.
    function isSanctioned(address account) external view returns (bool);
}
