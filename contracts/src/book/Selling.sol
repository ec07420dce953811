// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {ILoanBook, LoanState, LoanStatus, LoanTail} from "../interfaces/ILoanBook.sol";
import {LoanMath} from "../libraries/LoanMath.sol";
import {Words} from "../libraries/Words.sol";
import {Book, LoanStore, LrtPledge, Market, Position} from "./LoanStore.sol";
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
    using LoanStore for Market;
    using LoanStore for Position;
    using Words for uint64;

    /// @notice See `ISales.applySale`.
    function sell(Book storage book, Market memory market, uint64 loanId, Sale memory sale)
        external
        returns (LoanStatus)
    {
        Position memory position = book.load(loanId);
        position.requireStatus(LoanStatus.Auctioned);
        _applyProceeds(book, position, sale.proceeds);
        if (sale.left == 0 && position.loan.status == LoanStatus.Auctioned) {
            _writeOff(book, position);
            Rooms.leave(book, market.from.registry, loanId);
        }
        if (sale.tokenId == 0) {
            _handOverLrt(book, market, position, sale);
        } else {
            _handOverAsset(book, market, position, sale);
        }
        book.save(position);
        return position.loan.status;
    }

    /// @dev Proceeds pay the debt first; the surplus is the borrower's (rule C4).
    function _applyProceeds(Book storage book, Position memory position, uint64 proceeds) private {
        LoanTail storage tail = book.tails[position.id];
        uint64 toDebt = uint64(Math.min(proceeds, position.loan.debtUp(block.timestamp)));
        uint64 surplus = proceeds - toDebt;
        position.pay(toDebt);
        // What was sold no longer carries anything.
        position.carry(tail, Math.saturatingSub(tail.impaired, toDebt));
        position.lane.cash += proceeds;
        if (surplus != 0) {
            position.lane.owed += surplus;
            book.claimable[position.laneId][tail.borrower] += surplus;
        }
        emit ILoanBook.SaleApplied(position.id, ++position.lane.sequence, proceeds, toDebt, surplus);
    }

    /// @dev The last lot is sold and debt is left: a loss, recorded against the borrower.
    function _writeOff(Book storage book, Position memory position) private {
        LoanTail storage tail = book.tails[position.id];
        address borrower = tail.borrower;
        uint64 loss = position.loan.debtUp(block.timestamp);
        (position.loan.principal, position.loan.accruedScaled) = (0, 0);
        position.loan.status = LoanStatus.WrittenOff;
        position.carry(tail, 0);
        book.shortfalls[borrower] += loss;
        emit ILoanBook.LoanWrittenOff(position.id, borrower, ++position.lane.sequence, loss);
    }

    function _handOverAsset(
        Book storage book,
        Market memory market,
        Position memory position,
        Sale memory sale
    ) private {
        LoanTail storage tail = book.tails[position.id];
        uint256 next = book.assets[position.id][tail.assetsSold];
        if (sale.tokenId != next) revert ILoanBook.ProofMismatch(next, sale.tokenId);
        ++tail.assetsSold;
        emit ILoanBook.Released(position.id, next, ++position.lane.sequence, sale.buyer);
        market.escrow(position.laneId).sendAsset(address(market.from.registry), sale.buyer, next);
    }

    function _handOverLrt(
        Book storage book,
        Market memory market,
        Position memory position,
        Sale memory sale
    ) private {
        LrtPledge storage lrt = book.lrts[position.id];
        lrt.amount -= uint96(sale.lrtAmount);
        emit ILoanBook.LrtReleased(
            position.id, lrt.token, ++position.lane.sequence, sale.lrtAmount, sale.buyer
        );
        market.escrow(position.laneId).sendToken(lrt.token, sale.buyer, sale.lrtAmount);
    }
}
