// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {Card, LoanState, OperationFailure, ScheduleKind} from "../interfaces/ILoanBook.sol";
import {IValuationOracle} from "../interfaces/IValuationOracle.sol";
import {Answers} from "./Answers.sol";
import {LoanMath} from "./LoanMath.sol";

/// @title Due dates and what they leave outstanding (rule D5)
/// @notice Overdue is a comparison, never a state. Due dates count from 1.
library Schedule {
    using LoanMath for LoanState;

    function dueAt(Card memory card, uint256 index) internal pure returns (uint256) {
        return card.openedAt + index * card.interval;
    }

    /// @notice Number of due dates at or before `time`.
    function reached(Card memory card, uint256 time) internal pure returns (uint256) {
        if (time < card.openedAt) return 0;
        return Math.min((time - card.openedAt) / card.interval, card.instalments);
    }

    /// @notice Seconds to the last due date.
    function tenorLeft(Card memory card, uint256 time) internal pure returns (uint256) {
        return Math.saturatingSub(dueAt(card, card.instalments), time);
    }

    /// @notice Principal that a due date leaves outstanding, rounded up.
    function outstandingAfter(Card memory card, uint256 index) internal pure returns (uint256) {
        if (index >= card.instalments) return 0;
        if (card.schedule == ScheduleKind.InterestOnly) return card.basePrincipal;
        uint256 left = uint256(card.basePrincipal) * (card.instalments - index);
        return Math.ceilDiv(left, card.instalments);
    }

    /// @notice Most that may be owed without the due date being missed: what it leaves, the
    /// interest that ran since, and the interest on that; so that late collection costs nothing.
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

    /// @notice Whether more is owed, prefunded cash set against it, than the due date allows.
    function isMissed(Card memory card, LoanState memory loan, uint256 index, uint256 time)
        internal
        pure
        returns (bool)
    {
        return loan.debtUp(time) > loan.prefunded + allowedAt(card, loan.rateBps, index, time);
    }

    /// @notice Up to when what was due has had its grace, and `longer` seconds more: see
    /// `IValuationOracle.graceCutoff`.
    function cutoff(Card memory card, IValuationOracle oracle, uint256 longer)
        internal
        view
        returns (uint256)
    {
        bytes4 question = IValuationOracle.graceCutoff.selector;
        return Answers.word(address(oracle), question, card.gracePeriod + longer);
    }

    /// @notice Whether an instalment is missed beyond its grace.
    /// @param until Up to when what was due has had it.
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
    /// @param charged Last due date that bore one.
    /// @param until Up to when what was due has had its grace.
    function chargeable(
        Card memory card,
        LoanState memory loan,
        uint256 charged,
        uint256 index,
        uint256 until,
        uint256 time
    ) internal pure returns (OperationFailure) {
        if (index == 0 || index > card.instalments) return OperationFailure.NothingDue;
        if (index <= charged) return OperationFailure.AlreadyCharged;
        bool missed = dueAt(card, index) <= until && isMissed(card, loan, index, time);
        return missed ? OperationFailure.None : OperationFailure.NothingDue;
    }

    /// @notice Fee of one missed due date, rounded up for the pool.
    function lateFee(Card memory card) internal pure returns (uint256) {
        uint256 scaled = uint256(card.basePrincipal) * card.lateFeeBps;
        return Math.ceilDiv(scaled, 10_000 * uint256(card.instalments));
    }
}
