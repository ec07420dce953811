// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {
    Card,
    ILoanBook,
    LaneState,
    LoanState,
    LoanStatus,
    LoanTerms
} from "../interfaces/ILoanBook.sol";
import {Arguments} from "../libraries/Arguments.sol";
import {Cards, MarkWord} from "../libraries/Cards.sol";
import {LoanMath} from "../libraries/LoanMath.sol";
import {Slots} from "../libraries/Slots.sol";
import {Draw, Outlook, Underwriter} from "../libraries/Underwriter.sol";
import {Words} from "../libraries/Words.sol";
import {Handover} from "./Handover.sol";
import {Book, LoanStore, Market, Position} from "./LoanStore.sol";
import {Rooms} from "./Rooms.sol";

/// @title Opening a loan
library Borrowing {
    using Arguments for bytes;
    using LoanMath for LaneState;
    using LoanStore for Book;
    using LoanStore for Market;
    using SafeERC20 for IERC20;
    using Slots for LoanState;

    /// @notice See `ILoanBook.open`.
    function open(Book storage book, Market memory market, bytes calldata call)
        external
        returns (uint64)
    {
        Outlook memory outlook = Outlook(market.from, market.from.oracle.present(false));
        Underwriter.requireRunning(outlook.present);
        LoanTerms calldata terms = call.termsAt(0);
        _admit(book, market, terms);
        Draw memory draw = Underwriter.underwrite(outlook, terms, call.bytesAt(1), call.proofsAt(2));
        Position memory position = _begin(book, terms, draw);
        Card memory card = _cardOf(terms, draw);
        card.classes =
            Rooms.enter(book, terms.lane, call.proofsAt(2), terms.limit, terms.principal);
        _record(book, position, card, terms.nonce);
        _pledge(market, position, terms);
        book.hot[position.id] = position.loan.pack();
        book.sums[terms.lane].storeSums(position.lane);
        market.send(position, terms.borrower, terms.principal);
        return position.id;
    }

    /// @dev What the book itself knows: the nonce (rule S4), an unpaid shortfall (C4).
    function _admit(Book storage book, Market memory market, LoanTerms calldata terms) private {
        if (terms.principal < market.minimumPayment) revert ILoanBook.InvalidTerms("principal");
        uint64 shortfall = book.shortfalls[terms.borrower];
        if (shortfall != 0) revert ILoanBook.BorrowerInShortfall(terms.borrower, shortfall);
        book.useNonce(terms.borrower, terms.lane, terms.nonce);
    }

    /// @dev Takes the draw out of the lane's own cash (rule L3); a lane that does not exist has none.
    /// The loan's number is that of the event that opens it.
    function _begin(Book storage book, LoanTerms calldata terms, Draw memory draw)
        private
        view
        returns (Position memory position)
    {
        LaneState memory lane = book.sums[terms.lane].loadSums();
        uint64 available = lane.available();
        if (terms.principal > available) {
            book.requireLane(terms.lane);
            revert ILoanBook.LaneShortOfCash(terms.lane, available);
        }
        if (lane.listed) Handover.requireCleared(book, terms.borrower);
        (position.laneId, position.lane) = (terms.lane, lane);
        position.id = Words.idOf(terms.lane, ++lane.sequence);

        LoanState memory loan = position.loan;
        loan.principal = uint56(terms.principal);
        loan.lastAccrual = uint32(block.timestamp);
        loan.rateBps = draw.rateBps;
        loan.status = LoanStatus.Open;
        lane.cash -= terms.principal;
        lane.include(loan);
    }

    function _cardOf(LoanTerms calldata terms, Draw memory draw)
        private
        view
        returns (Card memory card)
    {
        (card.borrower, card.basePrincipal) = (terms.borrower, uint56(terms.principal));
        (card.schedule, card.instalments) = (terms.schedule, terms.instalments);
        (card.interval, card.openedAt) = (terms.interval, uint32(block.timestamp));
        (card.gracePeriod, card.cureWindow) = (draw.gracePeriod, draw.cureWindow);
        card.lateFeeBps = draw.lateFeeBps;
        if (terms.limit > terms.principal) card.limit = uint56(terms.limit);
        card.assets = terms.assets;
        (card.lrt, card.lrtAmount) = (terms.lrt, uint96(terms.lrtAmount));
        card.lrtOpeningPrice = draw.lrtPrice;
    }

    function _record(Book storage book, Position memory position, Card memory held, uint256 nonce)
        private
    {
        bytes32[] memory card = Cards.wordsOf(held);
        book.marks[position.id] = MarkWord.wrap(0).withCard(card);
        emit ILoanBook.LoanOpened(
            position.id,
            held.borrower,
            position.lane.sequence,
            position.loan.rateBps,
            nonce,
            card
        );
    }

    function _pledge(Market memory market, Position memory position, LoanTerms calldata terms)
        private
    {
        address escrow = address(market.escrow(terms.lane));
        uint256[] calldata assets = terms.assets;
        for (uint256 i; i < assets.length; ++i) {
            emit ILoanBook.Pledged(position.id, assets[i], ++position.lane.sequence);
            market.from.registry.pledge(assets[i], terms.borrower, escrow);
        }
        if (terms.lrtAmount == 0) return;
        emit ILoanBook.LrtPledged(position.id, terms.lrt, ++position.lane.sequence, terms.lrtAmount);
        IERC20(terms.lrt).safeTransferFrom(terms.borrower, escrow, terms.lrtAmount);
    }
}
