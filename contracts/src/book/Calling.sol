// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {
    CallReason,
    Card,
    ILoanBook,
    LaneState,
    LoanState,
    LoanStatus
} from "../interfaces/ILoanBook.sol";
import {ValueProof} from "../interfaces/IValuationOracle.sol";
import {Arguments} from "../libraries/Arguments.sol";
import {Cards} from "../libraries/Cards.sol";
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
import {Book, LoanStore, Market, Position} from "./LoanStore.sol";

/// @notice Why a loan is called and what counts then: its debt and what its collateral should
/// recover, ledger units, and the oracle's stopped seconds.
struct Call {
    CallReason reason;
    uint64 debt;
    uint256 recovery;
    uint64 stopped;
}

/// @title Calling a loan, and what may happen to a called one but its sale
library Calling {
    using Arguments for bytes;
    using LoanMath for LaneState;
    using LoanMath for LoanState;
    using LoanStore for Book;
    using LoanStore for Market;
    using LoanStore for Position;
    using LoanStore for LoanState;
    using Schedule for Card;
    using Slots for LoanState;

    /// @notice See `ILoanBook.call`.
    function call(
        Book storage book,
        Sources memory from,
        uint256 curesPerYear,
        bytes calldata call_
    ) external {
        bytes32[] calldata card = call_.wordsAt(3);
        Position memory position = book.loadOpen(call_.idAt(0), card);
        Outlook memory outlook = Underwriter.look(from, true);
        Weights memory weights = Underwriter.weigh(
            outlook,
            Underwriter.basketOf(card, Evidence.BothRounds),
            call_.proofsAt(1),
            call_.proofsAt(2)
        );
        uint64 debt = position.loan.debtUp(block.timestamp);
        if (debt <= weights.liquidation) {
            revert ILoanBook.NotCallable(position.id, debt, _capped(weights.liquidation));
        }
        CallReason reason = weights.bandBroken ? CallReason.Band : CallReason.Health;
        uint64 stopped = outlook.present.stoppedSeconds();
        Call memory called = Call(reason, debt, weights.recovery, stopped);
        _impair(book, position, called, card, curesPerYear);
    }

    /// @notice See `ILoanBook.callOverdue`.
    function callOverdue(
        Book storage book,
        Sources memory from,
        uint256 curesPerYear,
        bytes calldata call_
    ) external {
        ValueProof[] calldata newest = call_.proofsAt(1);
        bytes32[] calldata card = call_.wordsAt(2);
        Position memory position = book.loadOpen(call_.idAt(0), card);
        Outlook memory outlook = Underwriter.look(from, false);
        Weights memory weights =
            Underwriter.weigh(outlook, _basketFor(position.loan, card, newest), newest, newest);
        bool overdue = Cards.read(card).isOverdue(position.loan, block.timestamp);
        if (!overdue && weights.allActive) revert ILoanBook.NotOverdue(position.id);
        CallReason reason = overdue ? CallReason.Overdue : CallReason.Attestation;
        uint64 debt = position.loan.debtUp(block.timestamp);
        uint64 stopped = outlook.present.stoppedSeconds();
        Call memory called = Call(reason, debt, weights.recovery, stopped);
        _impair(book, position, called, card, curesPerYear);
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
        market.pull(position.laneId, paid);
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
        market.pull(position.laneId, paid);
    }

    /// @dev A value that nobody proves for long enough does not shelter a debtor in arrears (V4).
    function _basketFor(
        LoanState memory loan,
        bytes32[] calldata card,
        ValueProof[] calldata newest
    ) private view returns (Basket memory) {
        bool withheld = ValueProofs.isIncomplete(newest)
            && Cards.read(card).isOverdueFor(loan, Underwriter.WITHHELD_AFTER, block.timestamp);
        Evidence evidence = withheld ? Evidence.CapsForMissing : Evidence.NewestOrCaps;
        return Underwriter.basketOf(card, evidence);
    }

    /// @dev Sets prefunded cash off, then moves what is left out of the sums into `impaired`
    /// (rules C1, D6). A debt that the prefunded cash covers is simply repaid.
    function _impair(
        Book storage book,
        Position memory position,
        Call memory called,
        bytes32[] calldata card,
        uint256 curesPerYear
    ) private {
        (LoanState memory loan, LaneState memory lane) = (position.loan, position.lane);
        uint64 setOff = uint64(Math.min(loan.prefunded, called.debt));
        lane.exclude(loan);
        loan.pay(setOff, block.timestamp);
        loan.prefunded -= uint56(setOff);
        lane.owed -= setOff;
        uint64 debt = called.debt - setOff;
        if (debt == 0) {
            loan.status = LoanStatus.Repaid;
        } else {
            (loan.status, loan.callReason) = (LoanStatus.Called, called.reason);
            if (loan.neededOracle()) loan.lastAccrual -= uint32(called.stopped);
            loan.windowSpent = position.marks.cures() >= curesPerYear
                && block.timestamp < position.marks.firstCureAt() + 365 days;
            loan.impaired = uint56(Math.min(called.recovery, debt));
            lane.impaired += loan.impaired;
        }
        LoanWord packed = loan.pack();
        uint64 until = debt == 0
            ? 0
            : uint64(packed.cureUntil(Cards.cureWindowOf(card), called.stopped));
        emit ILoanBook.LoanCalled(
            position.id, ++lane.sequence, called.reason, debt, loan.impaired, until, setOff
        );
        book.hot[position.id] = packed;
        book.sums[position.laneId].store(lane);
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
        Evidence evidence = loan.neededOracle() ? Evidence.Newest : Evidence.NewestOrCaps;
        Outlook memory outlook = Underwriter.look(market.from, false);
        Weights memory weights =
            Underwriter.weigh(outlook, Underwriter.basketOf(card, evidence), newest, newest);
        uint64 debt = loan.debtUp(block.timestamp);
        if (debt > weights.opening || Cards.read(card).isOverdue(loan, block.timestamp)) {
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
