// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {Card, LoanState, OperationFailure, ScheduleKind} from "../interfaces/ILoanBook.sol";
import {IValuationOracle} from "../interfaces/IValuationOracle.sol";
import {Answers} from "./Answers.sol";
import {LoanMath} from "./LoanMath.sol";

/// @title Due dates and what they leave outstanding (rule D5)
/// @notice Overdue is a comparison, never a state. Due dates count from 1.
/// @dev A card's interval is at least a day and it has at least one instalment
/// (`SignedTerms.checkDates`), so that nothing here divides by zero but where it is said.
library Schedule {
    using LoanMath for LoanState;

    /// @notice When a due date is, unix seconds; number 0 is the opening or the last extension.
    function dueAt(Card memory card, uint256 index) internal pure returns (uint256) {
        return card.openedAt + index * card.interval;
    }

    /// @notice Number of due dates at or before `time`, unix seconds; none beyond the last counts.
    function reached(Card memory card, uint256 time) internal pure returns (uint256) {
        if (time < card.openedAt) return 0;
        return Math.min((time - card.openedAt) / card.interval, card.instalments);
    }

    /// @notice Seconds to the last due date, 0 when it has passed.
    function tenorLeft(Card memory card, uint256 time) internal pure returns (uint256) {
        return Math.saturatingSub(dueAt(card, card.instalments), time);
    }

    /// @notice Principal that a due date leaves outstanding, ledger units, rounded up for the
    /// borrower: what may be owed is never too little.
    /// @param index Due date; 0 stands for the opening, and from the last one on nothing is left.
    /// @return Of an amortising loan a share in proportion; of an interest-only one all until the
    /// last.
    function outstandingAfter(Card memory card, uint256 index) internal pure returns (uint256) {
        if (index >= card.instalments) return 0;
        if (card.schedule == ScheduleKind.InterestOnly) return card.basePrincipal;
        uint256 left = uint256(card.basePrincipal) * (card.instalments - index);
        return Math.ceilDiv(left, card.instalments);
    }

    /// @notice Most that may be owed without the due date being missed: what it leaves, the
    /// interest that ran since, and the interest on that; so that late collection costs nothing.
    /// @dev The interest that ran is that of what the due date before left, for at most one
    /// interval: then the next due date speaks. Each term is rounded up, for the borrower.
    /// @param rateBps The loan's rate, basis points a year.
    /// @param index Due date from 1 on, which `time` has reached.
    /// @return Ledger units.
    function allowedAt(Card memory card, uint256 rateBps, uint256 index, uint256 time)
        internal
        pure
        returns (uint256)
    {
        uint256 since = Math.min(time - dueAt(card, index), card.interval);
        uint256 base = outstandingAfter(card, index - 1);
        uint256 running = LoanMath.interestUp(base, rateBps, since);
        uint256 onTop = LoanMath.interestUp(running, rateBps, since);
        return outstandingAfter(card, index) + running + onTop;
    }

    /// @notice Whether more is owed, prefunded cash set against it, than the due date allows:
    /// whatever pays or prefunds lowers what is compared, so that paying never advances default.
    /// Grace is not looked at.
    /// @param loan An open loan, or a called one, whose field of prefunded cash is then zero.
    /// @param index Due date from 1 on, which `time` has reached.
    function isMissed(Card memory card, LoanState memory loan, uint256 index, uint256 time)
        internal
        pure
        returns (bool)
    {
        return loan.debtUp(time) > loan.prefunded + allowedAt(card, loan.rateBps, index, time);
    }

    /// @notice Up to when what was due has had its grace, and `longer` seconds more, unix seconds:
    /// see `IValuationOracle.graceCutoff`.
    /// @param longer Seconds; two days for a value that may be withheld (rule V4), else 0.
    /// @return Latest due date that has had them, 0 when none can have.
    function cutoff(Card memory card, IValuationOracle oracle, uint256 longer)
        internal
        view
        returns (uint256)
    {
        bytes4 question = IValuationOracle.graceCutoff.selector;
        return Answers.word(address(oracle), question, card.gracePeriod + longer);
    }

    /// @notice Whether an instalment is missed beyond its grace.
    /// @param until Up to when what was due has had it; see `cutoff`.
    /// @return False also as long as no due date has had its grace.
    function isOverdue(Card memory card, LoanState memory loan, uint256 until, uint256 time)
        internal
        pure
        returns (bool)
    {
        uint256 index = reached(card, until);
        return index != 0 && isMissed(card, loan, index, time);
    }

    /// @notice Principal from which a schedule counts, so that `principal` is spread over the due
    /// dates after number `index`; rounded up.
    /// @dev The last due date must lie ahead: for an amortising loan it would divide by zero.
    /// @param principal What is owed from now on, ledger units.
    /// @param index Due dates that have passed, fewer than the instalments.
    /// @return Ledger units; `outstandingAfter(index)` of it gives `principal` or a little more.
    function baseFor(Card memory card, uint256 principal, uint256 index)
        internal
        pure
        returns (uint256)
    {
        if (card.schedule == ScheduleKind.InterestOnly) return principal;
        return Math.ceilDiv(principal * card.instalments, card.instalments - index);
    }

    /// @notice What is due now and a collection should take: interest since the due date waits for
    /// the next one; the last due date takes everything.
    /// @return Ledger units, at most the debt; 0 before the first due date, or when enough was
    /// paid.
    function dueNow(Card memory card, LoanState memory loan, uint256 time)
        internal
        pure
        returns (uint256)
    {
        uint256 index = reached(card, time);
        uint256 debt = loan.debtUp(time);
        if (index == 0) return 0;
        if (index == card.instalments) return debt;
        uint256 since = Math.min(time - dueAt(card, index), card.interval);
        uint256 base = outstandingAfter(card, index - 1);
        uint256 running = LoanMath.interestUp(base, loan.rateBps, since);
        return Math.saturatingSub(debt, outstandingAfter(card, index) + running);
    }

    /// @notice Why a due date bears no late fee, or `None` when it does: it is missed beyond grace
    /// and bore none (rules S1, D2).
    /// @dev What is owed now is compared, not what was owed then: who has paid late is not charged.
    /// A fee for one due date ends the time for those before it.
    /// @param charged Last due date that bore one.
    /// @param until Up to when what was due has had its grace.
    /// @return `None`, `NothingDue` or `AlreadyCharged`.
    function chargeable(
        Card memory card,
        LoanState memory loan,
        uint256 charged,
        uint256 index,
        uint256 until,
        uint256 time
    ) internal pure returns (OperationFailure) {
        if (index == 0 || index > card.instalments) {
            return OperationFailure.NothingDue;
        }
        if (index <= charged) return OperationFailure.AlreadyCharged;
        bool missed = dueAt(card, index) <= until && isMissed(card, loan, index, time);
        return missed ? OperationFailure.None : OperationFailure.NothingDue;
    }

    /// @notice Fee of one missed due date, ledger units, rounded up for the pool: a share of one
    /// instalment's principal, of an interest-only loan as if it were paid in equal parts.
    function lateFee(Card memory card) internal pure returns (uint256) {
        uint256 scaled = uint256(card.basePrincipal) * card.lateFeeBps;
        return Math.ceilDiv(scaled, 10_000 * uint256(card.instalments));
    }
}
