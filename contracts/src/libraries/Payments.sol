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
/// @param slopes `Σ Δp·r`: what leaves the lane's `b`, ledger units times basis points.
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
/// times below 2^32, accrued interest below 2^88. Nor does a field run into the next: a principal
/// is at most half of its width and its interest of fifty years fits the hot slot
/// (`Underwriter.checkSize`).
library Payments {
    /// @dev Width of an amount, then the lowest bits of the fields.
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

    /// @notice Outstanding principal, ledger units.
    function principal(LoanWord loan) internal pure returns (uint256) {
        return LoanWord.unwrap(loan) & BITS_56;
    }

    /// @notice Cash set aside for instalments, ledger units; of a called loan what it is carried
    /// at.
    function prefunded(LoanWord loan) internal pure returns (uint256) {
        return LoanWord.unwrap(loan) >> PREFUNDED & BITS_56;
    }

    /// @notice Interest and fees owed as of the last accrual, ledger units times SCALE.
    function accruedScaled(LoanWord loan) internal pure returns (uint256) {
        return LoanWord.unwrap(loan) >> ACCRUED & type(uint88).max;
    }

    /// @notice Unix seconds of the last accrual; see `LoanState` for a called loan.
    function lastAccrual(LoanWord loan) internal pure returns (uint256) {
        return LoanWord.unwrap(loan) >> LAST_ACCRUAL & type(uint32).max;
    }

    /// @notice Rate, basis points a year.
    function rateBps(LoanWord loan) internal pure returns (uint256) {
        return LoanWord.unwrap(loan) >> RATE & type(uint16).max;
    }

    /// @notice Where the loan stands; `None` for a slot that was never written.
    function status(LoanWord loan) internal pure returns (LoanStatus) {
        return LoanStatus(LoanWord.unwrap(loan) >> STATUS & STATUS_BITS);
    }

    /// @notice Whether the loan is open.
    /// @dev One comparison will do: an open loan was not called, or forgot why when it was cured,
    /// so that nothing stands above its status.
    function isOpen(LoanWord loan) internal pure returns (bool) {
        return LoanWord.unwrap(loan) >> STATUS == uint256(LoanStatus.Open);
    }

    /// @notice When the cure window of a called loan ends, unix seconds (rules C2, C5).
    /// @dev A call for health or a broken band wrote its time less the stopped seconds of then, so
    /// that adding those of now moves the end by what has stopped since.
    /// @param loan A loan that is called or in auction.
    /// @param cureWindow Of its card, seconds; not added when the call left no window.
    /// @param stopped The oracle's stopped seconds. A call that needed no oracle runs on without it
    /// (rule V4).
    /// @return until First second in which its auction may begin.
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
    /// @param loan An open loan: of others nothing runs.
    /// @param time Unix seconds, not before the last accrual.
    /// @return Exact: nothing is rounded.
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
    /// @param interest Ledger units times SCALE, brought up to date.
    function debtUp(LoanWord loan, uint256 interest) internal pure returns (uint256) {
        unchecked {
            return principal(loan) + (interest + LoanMath.SCALE - 1) / LoanMath.SCALE;
        }
    }

    /// @notice Whether two states of a loan differ, so that it must be written.
    function differs(LoanWord loan, LoanWord other) internal pure returns (bool) {
        return LoanWord.unwrap(loan) != LoanWord.unwrap(other);
    }

    /// @notice The loan in another status; reason and window of a call stay.
    function withStatus(LoanWord loan, LoanStatus status_) internal pure returns (LoanWord) {
        uint256 kept = LoanWord.unwrap(loan) & ~(STATUS_BITS << STATUS);
        return LoanWord.wrap(kept | uint256(status_) << STATUS);
    }

    /// @notice The loan with more prefunded cash.
    /// @dev Reverts with `AmountTooLarge` when the field has no room for it.
    /// @param loan An open loan: of a called one the field means something else.
    /// @param amount Ledger units.
    function withPrefunded(LoanWord loan, uint64 amount) internal pure returns (LoanWord) {
        uint256 room = BITS_56 - prefunded(loan);
        if (amount > room) revert ILoanBook.AmountTooLarge(amount, uint64(room));
        return LoanWord.wrap(LoanWord.unwrap(loan) + (uint256(amount) << PREFUNDED));
    }

    /// @notice Pays the debt of an open loan out of its prefunded cash, or says why not: it can
    /// only lower the debt (rule S1). A debt of zero makes the loan repaid.
    /// @dev What would leave only a fraction of a unit is not refused as dust. May revert with
    /// `InterestTooLarge`, which the interest of fifty years does not reach.
    /// @param loan An open loan.
    /// @param tally What it does to the lane is added here, unless it fails.
    /// @param amount Ledger units to be taken.
    /// @param minimum Smallest payment that does not end a debt, ledger units (rule D1).
    /// @return The loan after it; as it was, when it fails.
    /// @return `None`, or `MoreThanPrefunded`, `MoreThanDebt`, `BelowMinimum`.
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

    /// @notice An open loan as if its interest had been made principal now, whole units of it. What
    /// is left of a payment is then one subtraction; `lessPayment` sets unpaid interest apart
    /// again.
    /// @param before The loan as it was last written, in any status.
    /// @return loan The loan so, accrued to this block; zero for a loan that is not open.
    /// @return interest Those units, rounded down; the fraction stays accrued.
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

    /// @notice Negative, as a signed number, when so much is more than its prefunded cash, or would
    /// end its debt but for a fraction of a unit: then the quick way of `settle` looks closer.
    /// @param loan What `due` gave; for the zero of a loan that is not open the result is negative.
    /// @param paid Ledger units, below 2^64.
    /// @return Only the highest bit means something.
    function signOf(LoanWord loan, uint256 paid) internal pure returns (uint256) {
        unchecked {
            uint256 word = LoanWord.unwrap(loan);
            return (word >> PREFUNDED & BITS_56) - paid | ~(paid - (word & BITS_56));
        }
    }

    /// @notice The loan that `due` gave less a payment that leaves a unit of its debt: interest
    /// first, then principal. Payments of one moment come to the same as one of their sum.
    /// @dev Reverts with `InterestTooLarge` when the interest left unpaid outgrows 88 bits.
    /// @param loan What `due` gave.
    /// @param tally What is paid, and the slope of the principal that it pays, are added here.
    /// @param paid Ledger units, at most the prefunded cash and below the whole units of the debt.
    /// @param interest What `due` gave: units of `loan`'s principal that are interest.
    /// @return The loan to be written.
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
    /// @dev Principal and prefunded cash fall together, in one subtraction each, neither below
    /// zero.
    /// @param loan What `due` gave.
    /// @param paid Ledger units, within the bounds of `lessPayment` and not below the interest.
    /// @return The loan to be written.
    function lessPaid(LoanWord loan, uint256 paid) internal pure returns (LoanWord) {
        unchecked {
            return LoanWord.wrap(LoanWord.unwrap(loan) - paid - (paid << PREFUNDED));
        }
    }

    /// @dev A payment of the whole debt, or of all but a fraction of a unit.
    /// @param loan What `due` gave.
    /// @param tally See `collect`.
    /// @param amount Whole units of the debt, or one more when a fraction is owed beside them.
    /// @param interest Units of it that are interest.
    /// @return The loan, repaid unless the fraction is left.
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

    /// @notice Adds a late fee to an open loan, whose interest is brought up to date.
    /// @dev Reverts with `InterestTooLarge`. That the fee is due has been checked (rule D2).
    /// @param loan An open loan.
    /// @param tally The fee is added to what the lane's loans owe.
    /// @param fee Ledger units.
    /// @return The loan to be written.
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
