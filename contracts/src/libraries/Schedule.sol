// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {LoanState, LoanTail, OperationFailure, ScheduleKind} from "../interfaces/ILoanBook.sol";
import {LoanMath} from "./LoanMath.sol";

/// @title Due dates and what they leave outstanding (rule D5)
/// @notice Overdue is a comparison, never a state. Due dates count from 1.
library Schedule {
    using LoanMath for LoanState;

    function dueAt(LoanTail memory tail, uint256 index) internal pure returns (uint256) {
        return tail.openedAt + index * tail.interval;
    }

    /// @notice Number of due dates at or before `time`.
    function reached(LoanTail memory tail, uint256 time) internal pure returns (uint256) {
        if (time < tail.openedAt) return 0;
        return Math.min((time - tail.openedAt) / tail.interval, tail.instalments);
    }

    /// @notice Seconds to the last due date.
    function tenorLeft(LoanTail memory tail, uint256 time) internal pure returns (uint256) {
        return Math.saturatingSub(dueAt(tail, tail.instalments), time);
    }

    /// @notice Principal that a due date leaves outstanding, rounded up.
    function outstandingAfter(LoanTail memory tail, uint256 index) internal pure returns (uint256) {
        if (index >= tail.instalments) return 0;
        if (tail.schedule == ScheduleKind.InterestOnly) return tail.basePrincipal;
        uint256 left = uint256(tail.basePrincipal) * (tail.instalments - index);
        return Math.ceilDiv(left, tail.instalments);
    }

    /// @notice Most that may be owed without the due date being missed: what it leaves, the
    /// interest that ran since, and the interest on that; so that late collection costs nothing.
    function allowedAt(LoanTail memory tail, uint256 rateBps, uint256 index, uint256 time)
        internal
        pure
        returns (uint256)
    {
        uint256 since = Math.min(time - dueAt(tail, index), tail.interval);
        uint256 base = outstandingAfter(tail, index - 1);
        uint256 running = LoanMath.interestUp(base, rateBps, since);
        uint256 onTop = LoanMath.interestUp(running, rateBps, since);
        return outstandingAfter(tail, index) + running + onTop;
    }

    /// @notice Whether more is owed, prefunded cash set against it, than the due date allows.
    function isMissed(LoanTail memory tail, LoanState memory loan, uint256 index, uint256 time)
        internal
        pure
        returns (bool)
    {
        return loan.debtUp(time) > loan.prefunded + allowedAt(tail, loan.rateBps, index, time);
    }

    /// @notice Whether an instalment is missed beyond its grace.
    function isOverdue(LoanTail memory tail, LoanState memory loan, uint256 time)
        internal
        pure
        returns (bool)
    {
        return isOverdueFor(tail, loan, 0, time);
    }

    /// @notice Whether one is missed and its grace ended `longer` seconds ago or before.
    function isOverdueFor(
        LoanTail memory tail,
        LoanState memory loan,
        uint256 longer,
        uint256 time
    ) internal pure returns (bool) {
        uint256 patience = tail.gracePeriod + longer;
        if (time < patience) return false;
        uint256 index = reached(tail, time - patience);
        return index != 0 && isMissed(tail, loan, index, time);
    }

    /// @notice Principal from which a schedule counts, so that `principal` is spread over the due
    /// dates after number `index`; rounded up.
    function baseFor(LoanTail memory tail, uint256 principal, uint256 index)
        internal
        pure
        returns (uint256)
    {
        if (tail.schedule == ScheduleKind.InterestOnly) return principal;
        return Math.ceilDiv(principal * tail.instalments, tail.instalments - index);
    }

    /// @notice What is due now and a collection should take: interest since the due date waits for
    /// the next one; the last due date takes everything.
    function dueNow(LoanTail memory tail, LoanState memory loan, uint256 time)
        internal
        pure
        returns (uint256)
    {
        uint256 index = reached(tail, time);
        uint256 debt = loan.debtUp(time);
        if (index == 0) return 0;
        if (index == tail.instalments) return debt;
        uint256 since = Math.min(time - dueAt(tail, index), tail.interval);
        uint256 base = outstandingAfter(tail, index - 1);
        uint256 running = LoanMath.interestUp(base, loan.rateBps, since);
        return Math.saturatingSub(debt, outstandingAfter(tail, index) + running);
    }

    /// @notice Why a due date bears no late fee, or `None` when it does: it is missed beyond grace
    /// and bore none (rules S1, D2).
    function chargeable(LoanTail memory tail, LoanState memory loan, uint256 index, uint256 time)
        internal
        pure
        returns (OperationFailure)
    {
        if (index == 0 || index > tail.instalments) return OperationFailure.NothingDue;
        if (index <= tail.chargedThrough) return OperationFailure.AlreadyCharged;
        bool missed =
            time >= dueAt(tail, index) + tail.gracePeriod && isMissed(tail, loan, index, time);
        return missed ? OperationFailure.None : OperationFailure.NothingDue;
    }

    /// @notice Fee of one missed due date, rounded up for the pool.
    function lateFee(LoanTail memory tail) internal pure returns (uint256) {
        uint256 scaled = uint256(tail.basePrincipal) * tail.lateFeeBps;
        return Math.ceilDiv(scaled, 10_000 * uint256(tail.instalments));
    }
}
