// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {ILane} from "../interfaces/ILane.sol";
import {Card, ILoanBook, LoanState, LoanStatus} from "../interfaces/ILoanBook.sol";
import {Cards} from "../libraries/Cards.sol";
import {LoanMath} from "../libraries/LoanMath.sol";
import {Words} from "../libraries/Words.sol";
import {Handover} from "./Handover.sol";
import {Book, LoanStore, Position} from "./LoanStore.sol";
import {Rooms} from "./Rooms.sol";

/// @notice A lot that the auction house has sold: an asset, or restaking tokens with `tokenId` 0.
/// @param tokenId The asset, 0 for restaking tokens.
/// @param lrtAmount Base units of the restaking token, 0 for an asset.
/// @param buyer Who gets the lot: a bidder, or the holder of what the reserve has taken.
/// @param proceeds Price, ledger units: in the lane's till, or booked as if it were until the same
/// transaction ends.
/// @param left Lots left after this one; 0 makes a remaining debt a loss.
struct Sale {
    uint256 tokenId;
    uint128 lrtAmount;
    address buyer;
    uint64 proceeds;
    uint256 left;
}

/// @title What leaves a loan's escrow for buyers
/// @notice The auction house sets prices and takes them; here they are booked, and the lot handed
/// over (rules C3, C4).
/// @dev Linked at deployment and run by delegatecall: `address(this)` is the book (rule L6). That
/// the caller is the auction house has been checked.
library Selling {
    using LoanMath for LoanState;
    using LoanStore for Book;
    using LoanStore for Position;
    using Words for uint64;

    /// @notice See `ISales.applySale`.
    /// @dev Proceeds first, then a write-off where no lot is left, then the lot, which moves last.
    /// What is unsold when the debt ends is its owner's by a close. Reverts with `LoanNotFound`,
    /// `CardMismatch`, with `WrongStatus` unless the loan is in auction, with `Sanctioned` for a
    /// buyer on the list (rule D9b), and with `ProofMismatch` for a lot that the card does not
    /// have.
    /// @param book The loan book's storage.
    /// @param registry The registry of assets.
    /// @param escrowCodeHash Hash of the creation code of an escrow.
    /// @param loanId The loan.
    /// @param sale What was sold, to whom, for how much.
    /// @param words Words of the loan's card as it is before the sale.
    /// @return The loan's status after it: `Auctioned`, `Repaid` or `WrittenOff`.
    function sell(
        Book storage book,
        address registry,
        bytes32 escrowCodeHash,
        uint64 loanId,
        Sale calldata sale,
        bytes32[] calldata words
    ) external returns (LoanStatus) {
        Position memory position = book.load(loanId, words);
        position.requireStatus(LoanStatus.Auctioned);
        if (position.lane.listed) Handover.requireCleared(book, sale.buyer);
        _applyProceeds(book, position, sale.proceeds, Cards.borrowerOf(words));
        if (sale.left == 0 && position.loan.status == LoanStatus.Auctioned) {
            _writeOff(book, position, Cards.borrowerOf(words));
            Rooms.finish(book, position.laneId, Cards.read(words));
        }
        ILane escrow = ILane(LoanStore.escrowOf(position.laneId, escrowCodeHash));
        if (sale.tokenId == 0) {
            _handOverLrt(book, escrow, position, sale, words);
        } else {
            _handOverAsset(book, escrow, registry, position, sale, words);
        }
        return position.loan.status;
    }

    /// @dev Proceeds pay the debt first; the surplus is the borrower's (rule C4), to be claimed in
    /// this lane. What the loan is carried at falls by what was paid: the things that are left
    /// carry the rest. To the unit, `proceeds = toDebt + surplus` (invariant I-21).
    /// @param proceeds Price of the lot, ledger units; it may be zero.
    /// @param borrower The recorded owner.
    function _applyProceeds(
        Book storage book,
        Position memory position,
        uint64 proceeds,
        address borrower
    ) private {
        uint64 toDebt = uint64(Math.min(proceeds, position.loan.debtUp(block.timestamp)));
        uint64 surplus = proceeds - toDebt;
        position.pay(toDebt);
        // What was sold no longer carries anything.
        position.carry(Math.saturatingSub(position.loan.impaired, toDebt));
        position.lane.cash += proceeds;
        if (surplus != 0) {
            position.lane.owed += surplus;
            book.claimable[position.laneId][borrower] += surplus;
        }
        emit ILoanBook.SaleApplied(position.id, ++position.lane.sequence, proceeds, toDebt, surplus);
    }

    /// @dev The last lot is sold and debt is left: a loss, recorded against the borrower, who
    /// borrows no more until it is paid (rule C4). The loss is the debt, rounded up; the pool's
    /// value falls only by what the loan was still carried at. The status is an end.
    /// @param borrower The recorded owner.
    function _writeOff(Book storage book, Position memory position, address borrower) private {
        uint64 loss = position.loan.debtUp(block.timestamp);
        (position.loan.principal, position.loan.accruedScaled) = (0, 0);
        position.carry(0);
        position.loan.status = LoanStatus.WrittenOff;
        book.shortfalls[borrower] += loss;
        emit ILoanBook.LoanWrittenOff(position.id, borrower, ++position.lane.sequence, loss);
    }

    /// @dev The first of the loan's assets, which so leaves its card. Its transfer must succeed:
    /// else the whole sale is undone.
    /// @param words Words of the card, from which the new hash is made.
    function _handOverAsset(
        Book storage book,
        ILane escrow,
        address registry,
        Position memory position,
        Sale calldata sale,
        bytes32[] calldata words
    ) private {
        uint256 next = Cards.firstAssetOf(words);
        if (sale.tokenId != next) revert ILoanBook.ProofMismatch(next, sale.tokenId);
        emit ILoanBook.Released(position.id, next, ++position.lane.sequence, sale.buyer);
        book.save(position, position.marks.withoutFirst(words));
        escrow.sendAsset(registry, sale.buyer, next);
    }

    /// @dev As many of the loan's restaking tokens as the lot has; what it has not stays pledged,
    /// and goes back to the owner by a close. The amount is at most what the card holds in 96 bits.
    /// @param words Words of the card, from which the new hash is made.
    function _handOverLrt(
        Book storage book,
        ILane escrow,
        Position memory position,
        Sale calldata sale,
        bytes32[] calldata words
    ) private {
        (address lrt, uint96 held) = Cards.lrtOf(words);
        if (sale.lrtAmount > held) revert ILoanBook.ProofMismatch(held, sale.lrtAmount);
        emit ILoanBook.LrtReleased(
            position.id, lrt, ++position.lane.sequence, sale.lrtAmount, sale.buyer
        );
        book.save(position, position.marks.withoutLrt(words, sale.lrtAmount));
        escrow.sendToken(lrt, sale.buyer, sale.lrtAmount);
    }
}
