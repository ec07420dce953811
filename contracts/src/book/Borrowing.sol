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
/// @dev Linked at deployment and run by delegatecall: `address(this)` is the book (rule L6).
/// Registry, class terms, oracle, list and a borrower that is a contract are asked by static calls
/// before that.
library Borrowing {
    using Arguments for bytes;
    using LoanStore for Book;
    using LoanStore for Market;
    using SafeERC20 for IERC20;

    /// @notice See `ILoanBook.open`.
    /// @dev Anyone may bring terms that their borrower signed. In this order: the pause, what the
    /// book knows of the borrower, terms, signature and values, the lane's cash, the classes'
    /// rooms; then the card is kept, the collateral pledged and the draw paid. A class's proof has
    /// been checked against the asset's own class before its room is taken.
    /// @param book The loan book's storage.
    /// @param market What the loan book was deployed with.
    /// @param call The whole calldata of `open`: terms, signature, proofs.
    /// @return The loan's id.
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

    /// @dev What the book itself knows: the nonce (rule S4), an unpaid shortfall (C4). Reverts with
    /// `InvalidTerms("principal")` below the smallest payment, so that no loan is dust from the
    /// start; with `BorrowerInShortfall` and `NonceUsed`.
    function _admit(Book storage book, Market memory market, TermsPlace terms) private {
        if (terms.principal() < market.minimumPayment) revert ILoanBook.InvalidTerms("principal");
        address borrower = terms.borrower();
        uint64 shortfall = book.shortfalls[borrower];
        if (shortfall != 0) revert ILoanBook.BorrowerInShortfall(borrower, shortfall);
        book.useNonce(borrower, terms.lane(), terms.nonce());
    }

    /// @dev Takes the draw out of the lane's own cash (rule L3); a lane that does not exist has
    /// none. The loan's number is that of the event that opens it; one for each thing pledged
    /// follows. Reverts with `LaneUnknown`, `LaneShortOfCash` and `LaneFull`, and where there is a
    /// list with `Sanctioned`.
    /// @param draw What the classes give; its rate has been held against the signed one.
    /// `checkSize` has seen to it that the principal fits the hot slot.
    /// @return loanId The loan's id.
    /// @return sums The lane's first slot as it was written, which also says where the till is.
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

    /// @dev Number of things that terms pledge: at most 32 assets, and the restaking tokens as one.
    function _things(TermsPlace terms) private pure returns (uint256 count) {
        unchecked {
            count = terms.assetCount() + (terms.lrtAmount() == 0 ? 0 : 1);
        }
    }

    /// @dev Keeps the card's hash beside marks that are all zero, and emits the card itself: from
    /// then on whoever acts on the loan brings it (see `Cards`).
    /// @param classes Classes of the collateral, one bit each, as `Rooms.enter` found them.
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
            loanId, terms.borrower(), uint32(loanId), uint16(draw.rateBps), terms.nonce(), card
        );
    }

    /// @dev Moves the collateral from the borrower to the lane's first escrow. The registry refuses
    /// what is not the borrower's, not active, or pledged already; it asks for no approval, because
    /// the borrower signed for this contract (rule A3). Restaking tokens need the borrower's
    /// allowance to the book.
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

    /// @dev Out of the lane's till, to the borrower and to nobody else. Principal is below 2^56 and
    /// the scale at most 10^30, so that the product fits.
    /// @param sums The lane's first slot, of which one bit says which escrow is the till.
    function _pay(Market memory market, TermsPlace terms, uint256 sums) private {
        address till = LoanStore.derive(Slots.till(sums, terms.lane()), market.escrowCodeHash);
        uint256 amount = terms.principal() * market.unitScale;
        ILane(till).sendToken(address(market.token), terms.borrower(), amount);
    }
}
