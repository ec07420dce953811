// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Market} from "./book/LoanStore.sol";
import "./interfaces/ILoanBook.sol";
import {Cards} from "./libraries/Cards.sol";
import {LoanMath} from "./libraries/LoanMath.sol";
import {LoanWord} from "./libraries/Payments.sol";
import {Slots} from "./libraries/Slots.sol";
import {Words} from "./libraries/Words.sol";
import {Stewardship} from "./Stewardship.sol";

/// @title What the loan book tells of its loans and lanes
/// @notice Plain reads of what is kept. Nothing here asks another contract or writes a slot.
abstract contract LoanViews is Stewardship {
    using LoanMath for LoanState;
    using Slots for LoanWord;
    using Words for uint64;

    /// @notice What the book was deployed with.
    function market() external view returns (Market memory) {
        return _market();
    }

    function pool() external view returns (address) {
        return _book.pool;
    }

    function auctionHouse() external view returns (address) {
        return _book.auctionHouse;
    }

    function lanes() external view returns (uint32) {
        return _book.lanes;
    }

    function loanOf(uint64 loanId) external view returns (LoanState memory) {
        return _book.hot[loanId].unpack();
    }

    function marksOf(uint64 loanId) external view returns (Marks memory) {
        return _book.marks[loanId].unpack();
    }

    function readCard(uint64 loanId, bytes32[] calldata card) external view returns (Card memory) {
        return _cardOf(loanId, card);
    }

    /// @inheritdoc ISales
    /// @dev The card of a loan that is not in auction is not looked at.
    function forSaleOf(uint64 loanId, bytes32[] calldata card)
        external
        view
        returns (LoanStatus status, uint64 debt, address escrow)
    {
        LoanWord loan = _book.hot[loanId];
        (status, debt) = (loan.status(), uint64(loan.debtUp(loan.interestNow())));
        if (status == LoanStatus.Auctioned) _requireCard(loanId, card);
        escrow = tillOf(loanId.laneOf());
    }

    function laneOf(uint32 laneId) external view returns (LaneState memory) {
        return _book.sums[laneId].load();
    }

    function debtOf(uint64 loanId) external view returns (uint64) {
        return _book.hot[loanId].unpack().debtUp(block.timestamp);
    }

    function claimableOf(uint32 laneId, address party) external view returns (uint64) {
        return _book.claimable[laneId][party];
    }

    function shortfallOf(address borrower) external view returns (uint64) {
        return _book.shortfalls[borrower];
    }

    function resultOf(uint64 operationId) external view returns (OperationResult) {
        uint256 page = Words.pageOf(operationId);
        return Words.resultAt(_book.spent[page], _book.failed[page], operationId);
    }

    // ---- Inside -------------------------------------------------------------------------------

    function _loanOf(uint64 loanId) internal view returns (LoanWord loan) {
        loan = _book.hot[loanId];
        if (loan.status() == LoanStatus.None) revert LoanNotFound(loanId);
    }

    function _requireCard(uint64 loanId, bytes32[] calldata card) internal view {
        _book.marks[loanId].requireCard(loanId, card);
    }

    function _cardOf(uint64 loanId, bytes32[] calldata card) internal view returns (Card memory) {
        _requireCard(loanId, card);
        return Cards.read(card);
    }
}
