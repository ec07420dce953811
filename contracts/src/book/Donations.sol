// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {ILane} from "../interfaces/ILane.sol";
import {ILendingPool} from "../interfaces/ILendingPool.sol";
import {ILoanBook, LaneState, LoanStatus} from "../interfaces/ILoanBook.sol";
import {Words} from "../libraries/Words.sol";
import {Incomes} from "./Incomes.sol";
import {Book, LoanStore, Market} from "./LoanStore.sol";
import {IStewardship} from "../interfaces/IStewardship.sol";

/// @title Cash that nobody can be credited with is the reserve's (rule D6)
/// @notice It is never a lane's: it passes by all books, and so changes no price (rules D6b, P3).
/// @dev Linked at deployment and run by delegatecall: `address(this)` is the book (rule L6).
library Donations {
    using LoanStore for Book;
    using LoanStore for Market;
    using SafeCast for uint256;
    using Words for uint64;

    /// @notice See `IStewardship.sweepLane`.
    /// @dev Of the till only: what lies in the lane's other escrow is gathered first (rule L5). The
    /// till's part of the booked cash is `cash - aside`, or nothing where a donation has paid what
    /// the lane owed while cash lay aside. Reverts with `LaneUnknown`, and with `AmountTooSmall` where less than a
    /// ledger unit is beyond the books.
    /// @param book The loan book's storage.
    /// @param market What the loan book was deployed with.
    /// @param laneId The lane.
    /// @return amount What went to the reserve, in whole ledger units, rounded down.
    function sweepLane(Book storage book, Market memory market, uint32 laneId)
        external
        returns (uint64 amount)
    {
        book.requireLane(laneId);
        LaneState memory lane = book.sums[laneId].load();
        ILane till = market.tillOf(laneId, lane.till);
        uint256 held = market.token.balanceOf(address(till)) / market.unitScale;
        uint256 booked = Math.saturatingSub(lane.cash, lane.aside);
        amount = Math.saturatingSub(held, booked).toUint64();
        _give(book, market, laneId, till, amount);
    }

    /// @notice See `IStewardship.sweepEnded`.
    /// @dev A loan that has ended needs no income (rule D6b). Reverts with `WrongStatus` for one
    /// that has not ended, or that never was; with `AmountTooSmall` for less than a ledger unit.
    /// @param book The loan book's storage.
    /// @param market What the loan book was deployed with.
    /// @param loanId The loan, closed or written off.
    /// @return amount What went to the reserve, in whole ledger units, rounded down.
    function sweepEnded(Book storage book, Market memory market, uint64 loanId)
        external
        returns (uint64 amount)
    {
        LoanStatus status = book.hot[loanId].status();
        bool ended = status == LoanStatus.Closed || status == LoanStatus.WrittenOff;
        if (!ended) revert ILoanBook.WrongStatus(loanId, status);
        ILane income = Incomes.contractOf(market, loanId);
        amount = (market.token.balanceOf(address(income)) / market.unitScale).toUint64();
        _give(book, market, loanId.laneOf(), income, amount);
    }

    /// @dev In one go with the pool's own sweep, so that it is booked as soon as it is there.
    /// @param laneId Lane whose events number this one; its sums are not touched.
    /// @param from Escrow or income address that holds it.
    /// @param amount Ledger units.
    function _give(
        Book storage book,
        Market memory market,
        uint32 laneId,
        ILane from,
        uint64 amount
    ) private {
        if (amount == 0) revert ILoanBook.AmountTooSmall(0, 1);
        emit IStewardship.DonationSwept(laneId, book.sums[laneId].nextSequence(), amount);
        from.sendToken(address(market.token), book.pool, amount * market.unitScale);
        ILendingPool(book.pool).sweepDonations();
    }
}
