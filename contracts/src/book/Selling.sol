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
/// @param left Lots left after this one; 0 makes a remaining debt a loss.
struct Sale {
    uint256 tokenId;
    uint128 lrtAmount;
    address buyer;
    uint64 proceeds;
    uint256 left;
}

/// @title What leaves a loan's escrow for buyers
library Selling {
    using LoanMath for LoanState;
    using LoanStore for Book;
    using LoanStore for Position;
    using Words for uint64;

    /// @notice See `ISales.applySale`.
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

    /// @dev Proceeds pay the debt first; the surplus is the borrower's (rule C4).
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

    /// @dev The last lot is sold and debt is left: a loss, recorded against the borrower.
    function _writeOff(Book storage book, Position memory position, address borrower) private {
        uint64 loss = position.loan.debtUp(block.timestamp);
        (position.loan.principal, position.loan.accruedScaled) = (0, 0);
        position.carry(0);
        position.loan.status = LoanStatus.WrittenOff;
        book.shortfalls[borrower] += loss;
        emit ILoanBook.LoanWrittenOff(position.id, borrower, ++position.lane.sequence, loss);
    }

    /// @dev The first of the loan's assets, which so leaves its card.
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
