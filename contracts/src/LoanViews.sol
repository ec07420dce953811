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
/// @notice Plain reads of what is kept. Nothing here asks another contract or writes a slot; what
/// needs the oracle's clock is in `LoanBook`.
/// @dev Also what functions that change a loan ask first: that it exists, and that a card is its
/// own.
abstract contract LoanViews is Stewardship {
    using LoanMath for LoanState;
    using Slots for LoanWord;
    using Words for uint64;

    /// @notice What the book was deployed with: sources, stablecoin, scale and bounds.
    function market() external view returns (Market memory) {
        return _market();
    }

    /// @notice The one caller that may move lanes' cash and hand out rooms; zero before `wire`.
    function pool() external view returns (address) {
        return _book.pool;
    }

    /// @notice The one caller that may sell collateral; zero before `wire`.
    function auctionHouse() external view returns (address) {
        return _book.auctionHouse;
    }

    /// @inheritdoc ILoanViews
    function lanes() external view returns (uint32) {
        return _book.lanes;
    }

    /// @inheritdoc ILoanViews
    function loanOf(uint64 loanId) external view returns (LoanState memory) {
        return _book.hot[loanId].unpack();
    }

    /// @inheritdoc ILoanViews
    function marksOf(uint64 loanId) external view returns (Marks memory) {
        return _book.marks[loanId].unpack();
    }

    /// @inheritdoc ILoanViews
    function readCard(uint64 loanId, bytes32[] calldata card) external view returns (Card memory) {
        return _cardOf(loanId, card);
    }

    /// @inheritdoc ISales
    /// @dev The card of a loan that is not in auction is not looked at. Debt of any status: only an
    /// open loan still earns.
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

    /// @inheritdoc ILoanViews
    function laneOf(uint32 laneId) external view returns (LaneState memory) {
        return _book.sums[laneId].load();
    }

    /// @inheritdoc ILoanViews
    function debtOf(uint64 loanId) external view returns (uint64) {
        return _book.hot[loanId].unpack().debtUp(block.timestamp);
    }

    /// @inheritdoc ILoanViews
    function claimableOf(uint32 laneId, address party) external view returns (uint64) {
        return _book.claimable[laneId][party];
    }

    /// @inheritdoc ILoanViews
    function shortfallOf(address borrower) external view returns (uint64) {
        return _book.shortfalls[borrower];
    }

    /// @inheritdoc ILoanViews
    function resultOf(uint64 operationId) external view returns (OperationResult) {
        uint256 page = Words.pageOf(operationId);
        return Words.resultAt(_book.spent[page], _book.failed[page], operationId);
    }

    // ---- Inside -------------------------------------------------------------------------------

    /// @dev A loan's hot slot as it lies there; reverts with `LoanNotFound` for an id without one.
    function _loanOf(uint64 loanId) internal view returns (LoanWord loan) {
        loan = _book.hot[loanId];
        if (loan.status() == LoanStatus.None) revert LoanNotFound(loanId);
    }

    /// @dev Reverts with `CardMismatch` unless `card` has the hash that the loan's marks keep. A
    /// loan that does not exist keeps none, so no words pass for it.
    function _requireCard(uint64 loanId, bytes32[] calldata card) internal view {
        _book.marks[loanId].requireCard(loanId, card);
    }

    /// @dev The card's words as fields, which are what the book once wrote: their hash says so.
    function _cardOf(uint64 loanId, bytes32[] calldata card) internal view returns (Card memory) {
        _requireCard(loanId, card);
        return Cards.read(card);
    }
}
