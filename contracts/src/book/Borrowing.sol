// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ILane} from "../interfaces/ILane.sol";
import {ILoanBook, LoanStatus} from "../interfaces/ILoanBook.sol";
import {Arguments} from "../libraries/Arguments.sol";
import {Cards, MarkWord} from "../libraries/Cards.sol";
import {LoanWord} from "../libraries/Payments.sol";
import {TermsPlace} from "../libraries/SignedTerms.sol";
import {LaneWords, Slots} from "../libraries/Slots.sol";
import {Draw, Outlook, Underwriter} from "../libraries/Underwriter.sol";
import {Words} from "../libraries/Words.sol";
import {Handover} from "./Handover.sol";
import {Book, LoanStore, Market} from "./LoanStore.sol";
import {Rooms} from "./Rooms.sol";

/// @title Opening a loan
/// @notice Terms are read where they lie, and loan, lane and card are made as the words that are
/// kept: structs in memory would cost more than all that is worked out here. Everything is written
/// before another contract is called to move something.
library Borrowing {
    using Arguments for bytes;
    using LoanStore for Book;
    using LoanStore for Market;
    using SafeERC20 for IERC20;

    /// @notice See `ILoanBook.open`.
    function open(Book storage book, Market memory market, bytes calldata call)
        external
        returns (uint64)
    {
        TermsPlace terms = call.termsAt(0);
        Outlook memory outlook = Outlook(market.from, market.from.oracle.present(false));
        Underwriter.requireRunning(outlook.present);
        _admit(book, market, terms);
        Draw memory draw = Underwriter.underwrite(outlook, terms, call.bytesAt(1), call.proofsAt(2));
        (uint64 id, uint256 sums) = _lend(book, terms, draw);
        uint256 classes =
            Rooms.enter(book, terms.lane(), call.proofsAt(2), terms.limit(), terms.principal());
        _record(book, id, terms, draw, classes);
        _pledge(market, id, terms);
        _pay(market, terms, sums);
        return id;
    }

    /// @dev What the book itself knows: the nonce (rule S4), an unpaid shortfall (C4).
    function _admit(Book storage book, Market memory market, TermsPlace terms) private {
        if (terms.principal() < market.minimumPayment) revert ILoanBook.InvalidTerms("principal");
        address borrower = terms.borrower();
        uint64 shortfall = book.shortfalls[borrower];
        if (shortfall != 0) revert ILoanBook.BorrowerInShortfall(borrower, shortfall);
        book.useNonce(borrower, terms.lane(), terms.nonce());
    }

    /// @dev Takes the draw out of the lane's own cash (rule L3); a lane that does not exist has
    /// none. The loan's number is that of the event that opens it; one for each thing pledged
    /// follows. Returns the loan's id and the lane's sums.
    function _lend(Book storage book, TermsPlace terms, Draw memory draw)
        private
        returns (uint64 loanId, uint256 sums)
    {
        LaneWords storage lane = book.sums[terms.lane()];
        sums = lane.sums;
        (uint256 available, bool listed) = lane.drawable(sums);
        if (terms.principal() > available) {
            book.requireLane(terms.lane());
            revert ILoanBook.LaneShortOfCash(terms.lane(), uint64(available));
        }
        if (listed) Handover.requireCleared(book, terms.borrower());
        LoanWord loan = Slots.wordOf(
            terms.principal(), 0, 0, block.timestamp, draw.rateBps, uint256(LoanStatus.Open)
        );
        loanId = Words.idOf(terms.lane(), uint32(sums) + 1);
        book.hot[loanId] = loan;
        sums = Slots.lent(sums, loan, 1 + _things(terms));
        lane.sums = sums;
    }

    /// @dev Number of things that terms pledge.
    function _things(TermsPlace terms) private pure returns (uint256 count) {
        unchecked {
            count = terms.assetCount() + (terms.lrtAmount() == 0 ? 0 : 1);
        }
    }

    function _record(
        Book storage book,
        uint64 loanId,
        TermsPlace terms,
        Draw memory draw,
        uint256 classes
    ) private {
        bytes32[] memory card = Cards.wordsOf(terms, draw, classes);
        book.marks[loanId] = MarkWord.wrap(0).withCard(card);
        emit ILoanBook.LoanOpened(
            loanId,
            terms.borrower(),
            uint32(loanId),
            uint16(draw.rateBps),
            terms.nonce(),
            card
        );
    }

    function _pledge(Market memory market, uint64 loanId, TermsPlace terms) private {
        address escrow = address(market.escrow(terms.lane()));
        uint32 sequence = uint32(loanId);
        uint256 count = terms.assetCount();
        for (uint256 i; i < count; ++i) {
            uint256 tokenId = terms.assetAt(i);
            emit ILoanBook.Pledged(loanId, tokenId, ++sequence);
            market.from.registry.pledge(tokenId, terms.borrower(), escrow);
        }
        uint128 lrtAmount = terms.lrtAmount();
        if (lrtAmount == 0) return;
        emit ILoanBook.LrtPledged(loanId, terms.lrt(), ++sequence, lrtAmount);
        IERC20(terms.lrt()).safeTransferFrom(terms.borrower(), escrow, lrtAmount);
    }

    /// @dev Out of the lane's till.
    function _pay(Market memory market, TermsPlace terms, uint256 sums) private {
        address till = LoanStore.derive(Slots.till(sums, terms.lane()), market.escrowCodeHash);
        uint256 amount = terms.principal() * market.unitScale;
        ILane(till).sendToken(address(market.token), terms.borrower(), amount);
    }
}
