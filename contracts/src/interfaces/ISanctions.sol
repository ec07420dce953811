// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @title A list of those to whom nothing may be paid
/// @notice The form in which public lists are found on chains. Governance names one (rule D9).
interface ISanctions {
    /// @notice Whether an account is on the list. Asked by static call with a cap on gas: only an
    /// answer whose first word is 0 clears it. A list that reverts, spends more or answers with
    /// less than a word clears nobody.
    function isSanctioned(address account) external view returns (bool);
}
