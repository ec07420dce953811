// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Card, Marks} from "./LoanCard.sol";
import {LaneState, LoanState, OperationResult} from "./LoanTypes.sol";

/// @title What the loan book tells of loans and lanes
/// @notice Part of `ILoanBook`, whose words and units hold. Views for one loan or lane: nothing
/// here walks over others. An id that was never used reads as zeros.
interface ILoanViews {
    /// @notice A loan's hot slot.
    function loanOf(uint64 loanId) external view returns (LoanState memory);
    /// @notice A loan's second slot.
    function marksOf(uint64 loanId) external view returns (Marks memory);
    /// @notice Terms and collateral of a loan, from its card; of a closed loan, what they were.
    /// @param card Words of the loan's card, or the call reverts with `CardMismatch`.
    function readCard(uint64 loanId, bytes32[] calldata card) external view returns (Card memory);
    /// @notice A lane's sums and its cash.
    function laneOf(uint32 lane) external view returns (LaneState memory);
    /// @notice A lane's first escrow: its collateral lies there whatever becomes of its cash, for
    /// which see `tillOf`. Zero for a lane that does not exist.
    function escrowOf(uint32 lane) external view returns (address);
    /// @notice Where a device may send its income for a loan by plain transfers; see `sweep`.
    /// @return Address that follows from the id alone: it can be paid before the loan exists, and
    /// before a contract is there.
    function incomeAddressOf(uint64 loanId) external view returns (address);
    /// @notice Number of lanes; they are numbered from 0.
    function lanes() external view returns (uint32);
    /// @notice Debt of a loan now, ledger units, rounded up (I-07); what repaying all of it takes.
    function debtOf(uint64 loanId) external view returns (uint64);
    /// @notice Whether an instalment is missed beyond its grace, so that `callOverdue` needs no
    /// other reason (rules D5, V4): debt less prefunded cash is more than the schedule leaves
    /// outstanding.
    /// @param card Words of the loan's card; not looked at when there is no such loan.
    /// @return Of an open loan; of one that is called, whether a cure would still find arrears.
    function isOverdue(uint64 loanId, bytes32[] calldata card) external view returns (bool);
    /// @notice When the cure window of a called loan ends, unix seconds; stopped seconds included
    /// (rules C2, C5). It moves on while clocks stand still, if the call rested on values.
    /// @dev Says nothing of a loan that is neither called nor in auction. Reverts with
    /// `LoanNotFound`.
    function cureUntilOf(uint64 loanId, bytes32[] calldata card) external view returns (uint64);
    /// @notice What `claim` would pay a party from a lane, ledger units.
    function claimableOf(uint32 lane, address party) external view returns (uint64);
    /// @notice What a borrower owes of loans that were written off, ledger units (rule C4).
    function shortfallOf(address borrower) external view returns (uint64);
    /// @notice Result recorded for an operation id: `None` while it is unused, never `Skipped`.
    function resultOf(uint64 operationId) external view returns (OperationResult);
}
