// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {LaneState, LoanState, LoanStatus} from "../interfaces/ILoanBook.sol";

/// @title Simple interest on principal, ACT/365 in seconds (rule D1)
/// @notice Interest is kept times SCALE, so that nothing is rounded until a debt is shown: for `t`
/// seconds at `r` basis points a year a principal `p` bears `p·r·t / SCALE` ledger units.
/// @dev Nothing here can overflow: principal is below 2^56, rates below 2^16, times below 2^32 and
/// not before the last accrual, interest below 2^88. A debt fits 64 bits because
/// `Underwriter.checkSize` bounds what fifty years of interest come to.
library LoanMath {
    using SafeCast for uint256;

    /// @dev Basis points in one, times seconds of a year.
    uint256 internal constant SCALE = 10_000 * 365 days;

    /// @notice Interest and fees of a loan would outgrow the 88 bits that the hot slot has for
    /// them.
    /// @param scaled What they would be, ledger units times SCALE.
    error InterestTooLarge(uint256 scaled);

    /// @notice Interest and fees owed, ledger units times SCALE, exact. Only an open loan earns
    /// (C1).
    function interestScaled(LoanState memory loan, uint256 time) internal pure returns (uint256) {
        if (loan.status != LoanStatus.Open) return loan.accruedScaled;
        unchecked {
            uint256 slope = uint256(loan.principal) * loan.rateBps;
            return loan.accruedScaled + slope * (time - loan.lastAccrual);
        }
    }

    /// @notice Debt in ledger units, rounded up: a debtor never owes less than is shown. Prefunded
    /// cash is not set against it.
    function debtUp(LoanState memory loan, uint256 time) internal pure returns (uint64) {
        unchecked {
            return uint64(loan.principal + (interestScaled(loan, time) + SCALE - 1) / SCALE);
        }
    }

    /// @notice Interest of a span of seconds in ledger units, rounded up.
    function interestUp(uint256 principal, uint256 rateBps, uint256 span)
        internal
        pure
        returns (uint256)
    {
        return Math.ceilDiv(principal * rateBps * span, SCALE);
    }

    /// @notice Principal and interest after a payment of at most the debt: whole units of interest
    /// first, then principal. Paying the whole debt also ends the fraction that rounding up added.
    /// @param principal Ledger units.
    /// @param interest Ledger units times SCALE, brought up to date.
    /// @param amount Ledger units, at most what `debtUp` gives: the payer would lose what is above.
    /// @return Principal left, and interest left in its scale; both are zero only when the debt is.
    function afterPayment(uint256 principal, uint256 interest, uint256 amount)
        internal
        pure
        returns (uint256, uint256)
    {
        // Nothing falls below zero: each branch takes no more than it has compared.
        unchecked {
            uint256 whole = interest / SCALE;
            if (amount < whole) return (principal, interest - amount * SCALE);
            if (amount - whole > principal) return (0, 0);
            return (principal - (amount - whole), interest - whole * SCALE);
        }
    }

    /// @notice Takes `amount`, at most the debt. The clock of a loan that does not earn stands: its
    /// `lastAccrual` says when it was called. The status stays, also at debt zero.
    /// @dev Reverts in SafeCast when the interest that is left outgrows its 88 bits. The lane's
    /// sums are the caller's part: `exclude` before, `include` after.
    function pay(LoanState memory loan, uint256 amount, uint256 time) internal pure {
        (uint256 principal, uint256 interest) =
            afterPayment(loan.principal, interestScaled(loan, time), amount);
        (loan.principal, loan.accruedScaled) = (uint56(principal), interest.toUint88());
        if (loan.status == LoanStatus.Open) loan.lastAccrual = uint32(time);
    }

    /// @notice Adds a late fee, ledger units, to an open loan after bringing interest up to date. A
    /// fee bears no interest.
    function charge(LoanState memory loan, uint256 fee, uint256 time) internal pure {
        loan.accruedScaled = (interestScaled(loan, time) + fee * SCALE).toUint88();
        loan.lastAccrual = uint32(time);
    }

    /// @notice Puts an open loan into the lane's sums; any other status adds nothing.
    function include(LaneState memory lane, LoanState memory loan) internal pure {
        (int144 a, uint112 b) = _partOf(loan);
        lane.a += a;
        lane.b += b;
    }

    /// @notice Takes the loan, as it was put in, out of the lane's sums: before principal, rate,
    /// interest, clock or status change, so that `A` stays the exact sum over the loans (I-03).
    function exclude(LaneState memory lane, LoanState memory loan) internal pure {
        (int144 a, uint112 b) = _partOf(loan);
        lane.a -= a;
        lane.b -= b;
    }

    /// @notice Cash of a lane that is the pool's own and at hand, ledger units (rules L3, L5): what
    /// others own, at most the cash, is never paid out for cash that lies aside.
    function available(LaneState memory lane) internal pure returns (uint64) {
        return uint64(Math.saturatingSub(lane.cash - lane.owed, lane.aside));
    }

    /// @dev What a loan adds to `A` and `B`: `p·SCALE − p·r·t + u`, with its last accrual `t` and
    /// what it owed then in `u`, and `p·r`. The casts cannot cut: principal is below 2^56, rate
    /// 2^16, time 2^32, interest 2^88.
    function _partOf(LoanState memory loan) private pure returns (int144 a, uint112 b) {
        if (loan.status != LoanStatus.Open) return (0, 0);
        unchecked {
            uint256 slope = uint256(loan.principal) * loan.rateBps;
            uint256 plus = uint256(loan.principal) * SCALE + loan.accruedScaled;
            a = int144(int256(plus) - int256(slope * loan.lastAccrual));
            b = uint112(slope);
        }
    }
}
