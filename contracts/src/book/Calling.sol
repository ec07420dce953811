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
/// @param loan The hot slot as it lay there, prefunded cash not set off yet.
/// @param marks The loan's second slot, which says how often it was cured.
/// @param reason Why it is called; `Band` wherever restaking tokens broke theirs.
/// @param interest What it owes beside principal, ledger units times SCALE.
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
/// @notice Anyone may do all of it, and no pause stops it (rules D7, S1).
/// @dev Linked at deployment and run by delegatecall: `address(this)` and `msg.sender` are the
/// book's (rule L6). A call moves no token and asks others by static calls only; what it writes are
/// three slots.
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
    /// @dev Succeeds where the debt, rounded up, is above the calling values at the liquidation
    /// LTVs, each value the higher of both rounds and the sum rounded down thing by thing
    /// (rules V1, V2). Prefunded cash does not count here: it is set off after. Reverts with
    /// `LoanNotFound`, `CardMismatch` and `WrongStatus` before anything is proven; with
    /// `NotCallable`, which carries debt and limit; with `MoveUnconfirmed` for a jump whose void
    /// window has not passed (rule V3).
    /// @param book The loan book's storage.
    /// @param registry Says what the assets are.
    /// @param risk Says what their classes ask of running loans.
    /// @param oracle Says which two rounds count.
    /// @param curesPerYear Cures within a year after which there is no cure window.
    /// @param call_ The whole calldata of `call`: id, both rounds' proofs, card.
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
    /// @dev Works on a silent oracle, from appraisal caps (rule V4). Arrears are the reason
    /// wherever there are any; the clock of a call for either reason runs on without the oracle.
    /// Without arrears an asset that is not active must leave the debt above what the other things
    /// bear. Reverts with `NotOverdue` otherwise.
    /// @param book The loan book's storage.
    /// @param from Where assets, class terms and values are read.
    /// @param curesPerYear Cures within a year after which there is no cure window.
    /// @param call_ The whole calldata of `callOverdue`: id, newest proofs, card.
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
    /// @dev A called loan earns nothing, so its debt only falls. What it is carried at falls only
    /// where it would be more than the debt (rule C1). The last unit ends an auction; the
    /// collateral is then handed out by a close. Reverts with `WrongStatus`, and with
    /// `AmountTooSmall` for dust.
    /// @param book The loan book's storage.
    /// @param market What the loan book was deployed with.
    /// @param loanId The loan.
    /// @param maxAmount Most that the caller pays, ledger units.
    /// @return paid What was taken: `maxAmount`, or the whole debt when that is less, ledger units.
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
    /// @dev The payment comes first, then the question whether what is left is healthy. One that
    /// ends the debt needs no values and counts as no cure. With an amount of zero only the
    /// question is asked: the arrears may have been paid by others. Reverts with `WrongStatus`,
    /// `AmountTooSmall` and `NotCured`.
    /// @param book The loan book's storage.
    /// @param market What the loan book was deployed with.
    /// @param loanId The loan, called or in auction.
    /// @param amount Most that the caller pays, ledger units.
    /// @param call_ The whole calldata of `cure`: id, amount, newest proofs, card.
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

    /// @dev What the collateral weighs at the higher of both rounds' values, thing by thing.
    /// @return Sums in ledger units; `opening` is not summed for such evidence.
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

    /// @dev What the collateral weighs, and whether an instalment is overdue. The proofs stand for
    /// both rounds, of which such evidence reads one.
    /// @param loan The open loan, its prefunded cash set against the debt (rule D5).
    /// @return weights Sums in ledger units: only assets that are active bear debt here.
    /// @return overdue Whether an instalment is missed beyond its grace.
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
    /// Seconds of the guardian's pause count neither for grace nor for those (rule C5c).
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
    /// Two days beyond grace appraisal caps stand in for each proof that is empty; until then only
    /// for assets that are frozen or revoked.
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
    /// (rules C1, D6). A debt that the prefunded cash covers is simply repaid. The subtractions
    /// cannot fall below zero: each takes the lower of both. A debt is below 2^56, see
    /// `LoanStore.carry`, so that no cast cuts; what the loan is carried at takes the place of its
    /// prefunded cash in the word.
    /// @param called The loan and what counts for it.
    /// @param card Words of its card, which have been compared.
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
        uint256 until = debt == 0 ? 0 : next.cureUntil(Cards.cureWindowOf(card), called.stopped);
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

    /// @dev The loan once prefunded cash is set off: repaid, or called. The fraction of a unit of
    /// interest that is left stays, times SCALE; all else is in whole units.
    /// @param setOff Prefunded cash that pays debt, ledger units, at most both.
    /// @param carried What the loan is carried at from now on, ledger units.
    /// @return The word. Of a called loan `lastAccrual` is when its window begins: now, or less the
    /// oracle's stopped seconds where the call rests on values, so that `LoanWord.cureUntil` may
    /// add those of then. A window is spent by as many cures within a year of the first of them
    /// (rule C2). Reverts with `InterestTooLarge` beyond 88 bits.
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
    /// the oracle appraisal caps count, but only for a call that needed no oracle either. Ageing
    /// lowers nothing here: calling values count, not borrowing values (rule V2). Interest runs
    /// from now; for the time in between there is none. Reverts with `NotCured`, which carries debt
    /// and limit, also where only arrears are left; and as `Underwriter.weigh` does.
    /// @param position The called loan after the payment; it is open then, and one more cure is
    /// counted.
    /// @param card Words of its card, which have been compared.
    /// @param newest Proofs of the newest round, or none while the oracle is silent.
    function _reopen(
        Market memory market,
        Position memory position,
        bytes32[] calldata card,
        ValueProof[] calldata newest
    ) private view {
        LoanState memory loan = position.loan;
        Evidence evidence =
            LoanStore.restsOnValues(loan.callReason) ? Evidence.Newest : Evidence.NewestOrCaps;
        Outlook memory outlook = Outlook(market.from, market.from.oracle.present(false));
        Weights memory weights =
            Underwriter.weigh(outlook, Underwriter.basketOf(card, evidence), newest, newest);
        uint64 debt = loan.debtUp(block.timestamp);
        if (debt > weights.opening || _isOverdue(market.from.oracle, loan, card, 0)) {
            revert ILoanBook.NotCured(position.id, debt, _capped(weights.opening));
        }
        position.marks = position.marks.withCure();
        (loan.status, loan.callReason, loan.windowSpent) =
        (LoanStatus.Open, CallReason.Health, false);
        loan.lastAccrual = uint32(block.timestamp);
        position.lane.include(loan);
    }

    /// @dev For an error only: limits are sums that no type of the book bounds.
    function _capped(uint256 amount) private pure returns (uint64) {
        return uint64(Math.min(amount, type(uint64).max));
    }
}
