// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {CallReason, ILoanBook, LoanStatus, OperationFailure} from "../interfaces/ILoanBook.sol";
import {LoanMath} from "./LoanMath.sol";

/// @notice A loan's hot slot as one word: `principal (56) | prefunded (56) | accruedScaled (88) |
/// lastAccrual (32) | rateBps (16) | status (3) | callReason (2) | windowSpent (1)`, first field
/// lowest. The second field is the carrying value of a loan that is called or in auction.
type LoanWord is uint256;

/// @notice What a run of payments and charges on open loans does to their lane.
/// @param paid Ledger units taken off debts.
/// @param slopes `Σ Δp·r`: what leaves the lane's `b`.
/// @param added Late fees, and the fractions that paying a rounded debt gave back; times SCALE.
struct Tally {
    uint256 paid;
    uint256 slopes;
    uint256 added;
}

using Payments for LoanWord global;

/// @title Payments on a hot slot that is on the stack
/// @notice The same maths as `LoanMath`, on the raw word: what `repay` and `settle` run on.
/// @dev Nothing here can overflow: principal and prefunded cash are below 2^56, rates below 2^16,
/// times below 2^32, accrued interest below 2^88.
library Payments {
    uint256 private constant BITS_56 = type(uint56).max;
    uint256 private constant PREFUNDED = 56;
    uint256 private constant ACCRUED = 112;
    uint256 private constant LAST_ACCRUAL = 200;
    uint256 private constant RATE = 232;
    uint256 private constant STATUS = 248;
    uint256 private constant STATUS_BITS = 7;
    uint256 private constant CALL_REASON = 251;
    /// @dev What a payment or a charge leaves: prefunded cash, rate and status.
    uint256 private constant KEPT =
        uint256(type(uint56).max) << PREFUNDED | uint256(type(uint24).max) << RATE;

    function principal(LoanWord loan) internal pure returns (uint256) {
        return LoanWord.unwrap(loan) & BITS_56;
    }

    function prefunded(LoanWord loan) internal pure returns (uint256) {
        return LoanWord.unwrap(loan) >> PREFUNDED & BITS_56;
    }

    function accruedScaled(LoanWord loan) internal pure returns (uint256) {
        return LoanWord.unwrap(loan) >> ACCRUED & type(uint88).max;
    }

    function lastAccrual(LoanWord loan) internal pure returns (uint256) {
        return LoanWord.unwrap(loan) >> LAST_ACCRUAL & type(uint32).max;
    }

    function rateBps(LoanWord loan) internal pure returns (uint256) {
        return LoanWord.unwrap(loan) >> RATE & type(uint16).max;
    }

    function status(LoanWord loan) internal pure returns (LoanStatus) {
        return LoanStatus(LoanWord.unwrap(loan) >> STATUS & STATUS_BITS);
    }

    /// @dev An open loan was not called, or forgot why when it was cured.
    function isOpen(LoanWord loan) internal pure returns (bool) {
        return LoanWord.unwrap(loan) >> STATUS == uint256(LoanStatus.Open);
    }

    /// @notice When the cure window of a called loan ends (rules C2, C5).
    /// @param stopped The oracle's stopped seconds. A call that needed no oracle runs on without it
    /// (rule V4).
    function cureUntil(LoanWord loan, uint256 cureWindow, uint256 stopped)
        internal
        pure
        returns (uint256 until)
    {
        unchecked {
            uint256 marks = LoanWord.unwrap(loan) >> CALL_REASON;
            until = lastAccrual(loan);
            if (marks >> 2 == 0) until += cureWindow;
            uint256 reason = marks & 3;
            bool neededOracle =
                reason == uint256(CallReason.Health) || reason == uint256(CallReason.Band);
            if (neededOracle) until += stopped;
        }
    }

    /// @notice Interest and fees that an open loan owes, ledger units times SCALE.
    function interestScaled(LoanWord loan, uint256 time) internal pure returns (uint256) {
        unchecked {
            uint256 word = LoanWord.unwrap(loan);
            uint256 since = time - (word >> LAST_ACCRUAL & type(uint32).max);
            uint256 accrued = word >> ACCRUED & type(uint88).max;
            return accrued + (word & BITS_56) * (word >> RATE & type(uint16).max) * since;
        }
    }

    /// @notice The same now, of a loan in any status: only an open one earns.
    function interestNow(LoanWord loan) internal view returns (uint256) {
        return isOpen(loan) ? interestScaled(loan, block.timestamp) : accruedScaled(loan);
    }

    /// @notice Debt of a loan that owes `interest`, rounded up to ledger units.
    function debtUp(LoanWord loan, uint256 interest) internal pure returns (uint256) {
        unchecked {
            return principal(loan) + (interest + LoanMath.SCALE - 1) / LoanMath.SCALE;
        }
    }

    function differs(LoanWord loan, LoanWord other) internal pure returns (bool) {
        return LoanWord.unwrap(loan) != LoanWord.unwrap(other);
    }

    function withStatus(LoanWord loan, LoanStatus status_) internal pure returns (LoanWord) {
        uint256 kept = LoanWord.unwrap(loan) & ~(STATUS_BITS << STATUS);
        return LoanWord.wrap(kept | uint256(status_) << STATUS);
    }

    function withPrefunded(LoanWord loan, uint64 amount) internal pure returns (LoanWord) {
        uint256 room = BITS_56 - prefunded(loan);
        if (amount > room) revert ILoanBook.AmountTooLarge(amount, uint64(room));
        return LoanWord.wrap(LoanWord.unwrap(loan) + (uint256(amount) << PREFUNDED));
    }

    /// @notice Pays the debt of an open loan out of its prefunded cash, or says why not: it can
    /// only lower the debt (rule S1). A debt of zero makes the loan repaid.
    /// @return The loan after it, and the `OperationFailure`.
    function collect(LoanWord loan, Tally memory tally, uint256 amount, uint256 minimum)
        internal
        view
        returns (LoanWord, OperationFailure)
    {
        unchecked {
            if (amount > prefunded(loan)) {
                return (loan, OperationFailure.MoreThanPrefunded);
            }
            (LoanWord whole, uint256 interest) = due(loan);
            if (amount >= principal(whole)) {
                if (amount > principal(whole) + (_fraction(whole) == 0 ? 0 : 1)) {
                    return (loan, OperationFailure.MoreThanDebt);
                }
                return (_collectLast(whole, tally, amount, interest), OperationFailure.None);
            }
            if (amount < minimum) return (loan, OperationFailure.BelowMinimum);
            return (lessPayment(whole, tally, amount, interest), OperationFailure.None);
        }
    }

    /// @notice An open loan as if its interest had been made principal now, whole units of it.
    /// @return loan The loan so; zero for a loan that is not open.
    /// @return interest Those units.
    function due(LoanWord before) internal view returns (LoanWord loan, uint256 interest) {
        unchecked {
            uint256 word = LoanWord.unwrap(before);
            uint256 since = block.timestamp - (word >> LAST_ACCRUAL & type(uint32).max);
            uint256 accrued = word >> ACCRUED & type(uint88).max;
            accrued += (word & BITS_56) * (word >> RATE & type(uint16).max) * since;
            interest = accrued / LoanMath.SCALE;
            accrued %= LoanMath.SCALE;
            bool open = isOpen(before);
            word = (word & (KEPT | BITS_56)) + interest + (accrued << ACCRUED)
                + (block.timestamp << LAST_ACCRUAL);
            assembly ("memory-safe") {
                loan := mul(word, open)
            }
        }
    }

    /// @notice Negative when so much is more than its prefunded cash, or would end its debt but for
    /// a fraction of a unit.
    function signOf(LoanWord loan, uint256 paid) internal pure returns (uint256) {
        unchecked {
            uint256 word = LoanWord.unwrap(loan);
            return (word >> PREFUNDED & BITS_56) - paid | ~(paid - (word & BITS_56));
        }
    }

    /// @notice The loan that `due` gave less a payment that leaves a unit of its debt: interest
    /// first, then principal. Payments of one moment come to the same as one of their sum.
    function lessPayment(LoanWord loan, Tally memory tally, uint256 paid, uint256 interest)
        internal
        pure
        returns (LoanWord)
    {
        unchecked {
            if (paid < interest) {
                // What is left of the interest is no principal.
                uint256 left = interest - paid;
                uint256 word = LoanWord.unwrap(loan);
                uint256 scaled = (word >> ACCRUED & type(uint88).max) + left * LoanMath.SCALE;
                if (scaled > type(uint88).max) revert LoanMath.InterestTooLarge(scaled);
                loan = LoanWord.wrap(word - left + (left * LoanMath.SCALE << ACCRUED));
                interest = paid;
            }
            tally.paid += paid;
            tally.slopes += (paid - interest) * rateBps(loan);
            return lessPaid(loan, paid);
        }
    }

    /// @notice The same where all interest is paid, and the lane's part is booked elsewhere.
    function lessPaid(LoanWord loan, uint256 paid) internal pure returns (LoanWord) {
        unchecked {
            return LoanWord.wrap(LoanWord.unwrap(loan) - paid - (paid << PREFUNDED));
        }
    }

    /// @dev A payment of the whole debt, or of all but a fraction of a unit.
    function _collectLast(LoanWord loan, Tally memory tally, uint256 amount, uint256 interest)
        private
        pure
        returns (LoanWord)
    {
        unchecked {
            (uint256 debt, uint256 left) = (principal(loan), _fraction(loan));
            tally.paid += amount;
            tally.slopes += (debt - interest) * rateBps(loan);
            loan = LoanWord.wrap(LoanWord.unwrap(loan) - debt - (amount << PREFUNDED));
            if (left != 0) {
                if (amount == debt) return loan;
                // The unit that was rounded up for the pool is more than the fraction.
                tally.added += LoanMath.SCALE - left;
                loan = LoanWord.wrap(LoanWord.unwrap(loan) - (left << ACCRUED));
            }
            return withStatus(loan, LoanStatus.Repaid);
        }
    }

    /// @dev What is owed beyond whole units, times SCALE, of a loan that `due` gave.
    function _fraction(LoanWord loan) private pure returns (uint256) {
        return LoanWord.unwrap(loan) >> ACCRUED & type(uint88).max;
    }

    /// @notice Adds a late fee, ledger units, to an open loan.
    function charge(LoanWord loan, Tally memory tally, uint256 fee)
        internal
        view
        returns (LoanWord)
    {
        uint256 added = fee * LoanMath.SCALE;
        uint256 accrued = interestScaled(loan, block.timestamp) + added;
        if (accrued > type(uint88).max) revert LoanMath.InterestTooLarge(accrued);
        tally.added += added;
        uint256 word = LoanWord.unwrap(loan) & (KEPT | BITS_56);
        return LoanWord.wrap(word | accrued << ACCRUED | block.timestamp << LAST_ACCRUAL);
    }
}
