// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Card, Marks} from "./LoanCard.sol";
import {LaneState, LoanState, OperationResult} from "./LoanTypes.sol";

/// @title What the loan book tells of loans and lanes
/// @notice Part of `ILoanBook`, whose words and units hold.
interface ILoanViews {
    function loanOf(uint64 loanId) external view returns (LoanState memory);
    function marksOf(uint64 loanId) external view returns (Marks memory);
    /// @notice Terms and collateral of a loan, from its card; of a closed loan, what they were.
    function readCard(uint64 loanId, bytes32[] calldata card) external view returns (Card memory);
    function laneOf(uint32 lane) external view returns (LaneState memory);
    function escrowOf(uint32 lane) external view returns (address);
    /// @notice Where a device may send its income for a loan by plain transfers; see `sweep`.
    function incomeAddressOf(uint64 loanId) external view returns (address);
    /// @notice Number of lanes; they are numbered from 0.
    function lanes() external view returns (uint32);
    /// @notice Debt of a loan now, ledger units, rounded up.
    function debtOf(uint64 loanId) external view returns (uint64);
    function isOverdue(uint64 loanId, bytes32[] calldata card) external view returns (bool);
    /// @notice When the cure window of a called loan ends, unix seconds; stopped seconds included (rules C2, C5).
    function cureUntilOf(uint64 loanId, bytes32[] calldata card) external view returns (uint64);
    function claimableOf(uint32 lane, address party) external view returns (uint64);
    function shortfallOf(address borrower) external view returns (uint64);
    /// @notice Result recorded for an operation id.
    function resultOf(uint64 operationId) external view returns (OperationResult);
}
