// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IAssetRegistry} from "../interfaces/IAssetRegistry.sol";
import {
    CallReason,
    Card,
    ILoanBook,
    LaneState,
    LoanState,
    LoanStatus
} from "../interfaces/ILoanBook.sol";
import {IRiskTerms} from "../interfaces/IRiskTerms.sol";
import {IValuationOracle, ValueProof} from "../interfaces/IValuationOracle.sol";
import {Arguments} from "../libraries/Arguments.sol";
import {Cards, MarkWord} from "../libraries/Cards.sol";
import {LoanMath} from "../libraries/LoanMath.sol";
import {LoanWord} from "../libraries/Payments.sol";
import {Schedule} from "../libraries/Schedule.sol";
import {Slots} from "../libraries/Slots.sol";
import {
    Basket,
    Evidence,
    Outlook,
    Sources,
    Underwriter,
    Weights
} from "../libraries/Underwriter.sol";
import {ValueProofs} from "../libraries/ValueProofs.sol";
import {Words} from "../libraries/Words.sol";
import {Book, LoanStore, Market, Position} from "./LoanStore.sol";

/// @notice An open loan that is called, and what counts then.
/// @param interest What it owes, ledger units times SCALE.
/// @param recovery What its collateral should recover, ledger units.
/// @param stopped The oracle's stopped seconds.
/// @param curesPerYear Cures within a year after which there is no cure window.
struct Called {
    LoanWord loan;
    MarkWord marks;
    CallReason reason;
    uint256 interest;
    uint256 recovery;
    uint256 stopped;
    uint256 curesPerYear;
}

/// @title Calling a loan, and what may happen to a called one but its sale
library Calling {
    using Arguments for bytes;
    using LoanMath for LaneState;
    using LoanMath for LoanState;
    using LoanStore for Book;
    using LoanStore for Market;
    using LoanStore for Position;
    using Schedule for Card;
    using Slots for LoanWord;
    using Words for uint64;

    /// @notice See `ILoanBook.call`.
    function call(
        Book storage book,
        IAssetRegistry registry,
        IRiskTerms risk,
        IValuationOracle oracle,
        uint256 curesPerYear,
        bytes calldata call_
    ) external {
        (LoanWord loan, MarkWord marks) = book.openLoan(call_.idAt(0), call_.wordsAt(3));
        Outlook memory outlook = Outlook(Sources(registry, risk, oracle), oracle.present(true));
        Weights memory weights = _weighBothRounds(outlook, call_);
        uint256 interest = loan.interestScaled(block.timestamp);
        if (loan.debtUp(interest) <= weights.liquidation) {
            revert ILoanBook.NotCallable(
                call_.idAt(0), uint64(loan.debtUp(interest)), _capped(weights.liquidation)
            );
        }
        Called memory called = Called({
            loan: loan,
            marks: marks,
            reason: weights.bandBroken ? CallReason.Band : CallReason.Health,
            interest: interest,
            recovery: weights.recovery,
            stopped: outlook.present.stoppedSeconds(),
            curesPerYear: curesPerYear
        });
        _impair(book, call_.idAt(0), called, call_.wordsAt(3));
    }

    /// @notice See `ILoanBook.callOverdue`.
    function callOverdue(
        Book storage book,
        Sources memory from,
        uint256 curesPerYear,
        bytes calldata call_
    ) external {
        (LoanWord loan, MarkWord marks) = book.openLoan(call_.idAt(0), call_.wordsAt(2));
        Outlook memory outlook = Outlook(from, from.oracle.present(false));
        (Weights memory weights, bool overdue) = _weighOverdue(outlook, loan, call_);
        uint256 interest = loan.interestScaled(block.timestamp);
        // A loan that its other things bear is healthy: a cure would leave it callable again.
        bool borne = weights.allActive || loan.debtUp(interest) <= weights.liquidation;
        if (!overdue && borne) revert ILoanBook.NotOverdue(call_.idAt(0));
        Called memory called = Called({
            loan: loan,
            marks: marks,
            reason: overdue ? CallReason.Overdue : CallReason.Attestation,
            interest: interest,
            recovery: weights.recovery,
            stopped: outlook.present.stoppedSeconds(),
            curesPerYear: curesPerYear
        });
        _impair(book, call_.idAt(0), called, call_.wordsAt(2));
    }

    /// @notice See `ILoanBook.repay`, of a loan that is called or in auction.
    function repay(Book storage book, Market memory market, uint64 loanId, uint64 maxAmount)
        external
        returns (uint64 paid)
    {
        Position memory position = book.load(loanId);
        position.requireCalled();
        LoanStatus before = position.loan.status;
        paid = position.take(maxAmount, market.minimumPayment);
        position.carry(position.loan.impaired);
        position.lane.cash += paid;
        emit ILoanBook.Repaid(loanId, msg.sender, ++position.lane.sequence, paid);
        book.saveCalled(position, before);
        market.pull(position, paid);
    }

    /// @notice See `ILoanBook.cure`.
    function cure(
        Book storage book,
        Market memory market,
        uint64 loanId,
        uint64 amount,
        bytes calldata call_
    ) external {
        bytes32[] calldata card = call_.wordsAt(3);
        Position memory position = book.load(loanId, card);
        position.requireCalled();
        LoanStatus before = position.loan.status;
        uint64 paid = amount == 0 ? 0 : position.take(amount, market.minimumPayment);
        bool repaid = position.loan.status == LoanStatus.Repaid;
        if (!repaid) {
            _reopen(market, position, card, call_.proofsAt(2));
            book.marks[loanId] = position.marks;
        }
        position.carry(0);
        position.lane.cash += paid;
        emit ILoanBook.LoanCured(loanId, msg.sender, ++position.lane.sequence, paid);
        book.saveCalled(position, before);
        market.pull(position, paid);
    }

    function _weighBothRounds(Outlook memory outlook, bytes calldata call_)
        private
        view
        returns (Weights memory)
    {
        return Underwriter.weigh(
            outlook,
            Underwriter.basketOf(call_.wordsAt(3), Evidence.BothRounds),
            call_.proofsAt(1),
            call_.proofsAt(2)
        );
    }

    /// @dev What the collateral weighs, and whether an instalment is overdue.
    function _weighOverdue(Outlook memory outlook, LoanWord loan, bytes calldata call_)
        private
        view
        returns (Weights memory weights, bool overdue)
    {
        ValueProof[] calldata newest = call_.proofsAt(1);
        bytes32[] calldata card = call_.wordsAt(2);
        LoanState memory state = loan.unpack();
        Basket memory basket = _basketFor(outlook.from.oracle, state, card, newest);
        weights = Underwriter.weigh(outlook, basket, newest, newest);
        overdue = _isOverdue(outlook.from.oracle, state, card, 0);
    }

    /// @dev Whether an instalment is missed whose grace ended `longer` seconds ago or before.
    function _isOverdue(
        IValuationOracle oracle,
        LoanState memory loan,
        bytes32[] calldata words,
        uint256 longer
    ) private view returns (bool) {
        Card memory card = Cards.read(words);
        return card.isOverdue(loan, card.cutoff(oracle, longer), block.timestamp);
    }

    /// @dev A value that nobody proves for long enough does not shelter a debtor in arrears (V4).
    function _basketFor(
        IValuationOracle oracle,
        LoanState memory loan,
        bytes32[] calldata card,
        ValueProof[] calldata newest
    ) private view returns (Basket memory) {
        bool withheld = ValueProofs.isIncomplete(newest)
            && _isOverdue(oracle, loan, card, Underwriter.WITHHELD_AFTER);
        Evidence evidence = withheld ? Evidence.CapsForMissing : Evidence.NewestOrCaps;
        return Underwriter.basketOf(card, evidence);
    }

    /// @dev Sets prefunded cash off, then moves what is left out of the sums into `impaired`
    /// (rules C1, D6). A debt that the prefunded cash covers is simply repaid.
    function _impair(
        Book storage book,
        uint64 loanId,
        Called memory called,
        bytes32[] calldata card
    ) private {
        uint256 debt = called.loan.debtUp(called.interest);
        uint256 setOff = Math.min(called.loan.prefunded(), debt);
        debt -= setOff;
        uint256 carried = Math.min(called.recovery, debt);
        uint32 sequence = book.sums[loanId.laneOf()].impair(called.loan, setOff, carried);
        LoanWord next = _next(called, setOff, carried);
        book.hot[loanId] = next;
        uint256 until =
            debt == 0 ? 0 : next.cureUntil(Cards.cureWindowOf(card), called.stopped);
        emit ILoanBook.LoanCalled(
            loanId,
            sequence,
            called.reason,
            uint64(debt),
            uint64(carried),
            uint64(until),
            uint64(setOff)
        );
    }

    /// @dev The loan once prefunded cash is set off: repaid, or called.
    function _next(Called memory called, uint256 setOff, uint256 carried)
        private
        view
        returns (LoanWord)
    {
        LoanWord loan = called.loan;
        uint256 rateBps = loan.rateBps();
        (uint256 principal, uint256 interest) =
            LoanMath.afterPayment(loan.principal(), called.interest, setOff);
        if (interest > type(uint88).max) revert LoanMath.InterestTooLarge(interest);
        if (principal == 0 && interest == 0) {
            uint256 left = loan.prefunded() - setOff;
            return Slots.wordOf(0, left, 0, block.timestamp, rateBps, uint256(LoanStatus.Repaid));
        }
        bool windowSpent = called.marks.cures() >= called.curesPerYear
            && block.timestamp < called.marks.firstCureAt() + 365 days;
        uint256 marks = uint256(LoanStatus.Called) | uint256(called.reason) << 3;
        if (windowSpent) marks |= Slots.WINDOW_SPENT;
        uint256 from = block.timestamp;
        if (LoanStore.restsOnValues(called.reason)) from -= called.stopped;
        return Slots.wordOf(principal, carried, interest, from, rateBps, marks);
    }

    /// @dev Back into the sums once arrears are paid and the opening LTV holds (rule C2). Without
    /// the oracle appraisal caps count, but only for a call that needed no oracle either.
    function _reopen(
        Market memory market,
        Position memory position,
        bytes32[] calldata card,
        ValueProof[] calldata newest
    ) private view {
        LoanState memory loan = position.loan;
        Evidence evidence = LoanStore.restsOnValues(loan.callReason) ? Evidence.Newest : Evidence.NewestOrCaps;
        Outlook memory outlook = Outlook(market.from, market.from.oracle.present(false));
        Weights memory weights =
            Underwriter.weigh(outlook, Underwriter.basketOf(card, evidence), newest, newest);
        uint64 debt = loan.debtUp(block.timestamp);
        if (debt > weights.opening || _isOverdue(market.from.oracle, loan, card, 0)) {
            revert ILoanBook.NotCured(position.id, debt, _capped(weights.opening));
        }
        position.marks = position.marks.withCure();
        (loan.status, loan.callReason, loan.windowSpent) = (LoanStatus.Open, CallReason.Health, false);
        loan.lastAccrual = uint32(block.timestamp);
        position.lane.include(loan);
    }

    function _capped(uint256 amount) private pure returns (uint64) {
        return uint64(Math.min(amount, type(uint64).max));
    }
}
