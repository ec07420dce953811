// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {CallReason, LaneState, LoanState, LoanStatus} from "../../src/interfaces/ILoanBook.sol";
import {LoanMath} from "../../src/libraries/LoanMath.sol";
import {LoanWord} from "../../src/libraries/Payments.sol";
import {LaneWords, Slots} from "../../src/libraries/Slots.sol";

/// @title Accounting that holds for every number that fits, proved by halmos
/// @notice Functions named `check_` are for halmos; forge runs none of them.
contract AccountingProofs {
    using LoanMath for LaneState;
    using LoanMath for LoanState;
    using Slots for LoanState;
    using Slots for LoanWord;

    LaneWords private storedLane;

    /// @dev Rule D3: what a loan adds to its lane's sums, it takes out of them again.
    function check_a_loan_in_and_out_leaves_the_lane(
        uint56 principal,
        uint88 accrued,
        uint32 last,
        uint16 rate,
        int128 a,
        uint104 b
    ) external pure {
        LoanState memory loan = _loan(principal, 0, accrued, last, rate, LoanStatus.Open);
        LaneState memory lane;
        (lane.a, lane.b) = (a, b);
        lane.include(loan);
        lane.exclude(loan);
        assert(lane.a == a && lane.b == b);
    }

    /// @dev Rule D3: a loan that is not open is in no sum.
    function check_only_open_loans_are_in_the_sums(uint56 principal, uint16 rate, uint8 status)
        external
        pure
    {
        LoanState memory loan;
        (loan.principal, loan.rateBps) = (principal, rate);
        if (status > uint8(type(LoanStatus).max) || status == uint8(LoanStatus.Open)) return;
        loan.status = LoanStatus(status);
        LaneState memory lane;
        lane.include(loan);
        assert(lane.a == 0 && lane.b == 0);
    }

    /// @dev Rule C1: what a called loan owes stands still.
    function check_a_called_debt_stands_still(uint56 principal, uint88 accrued, uint32 later)
        external
        pure
    {
        LoanState memory loan = _loan(principal, 0, accrued, 0, 900, LoanStatus.Called);
        assert(loan.interestScaled(later) == accrued);
    }

    /// @dev Rule D1: a fee is added whole, and nothing else changes.
    function check_a_fee_is_added_whole(uint56 principal, uint64 accrued, uint32 fee, uint32 now_)
        external
        pure
    {
        LoanState memory loan = _loan(principal, 7, accrued, now_, 900, LoanStatus.Open);
        loan.charge(fee, now_);
        assert(loan.accruedScaled == accrued + uint256(fee) * LoanMath.SCALE);
        assert(loan.principal == principal && loan.prefunded == 7 && loan.rateBps == 900);
    }

    /// @dev What is packed into a loan's slot comes out of it again: prefunded cash of a loan that
    /// was not called, the carrying value of one that was.
    function check_a_loan_is_unpacked_as_it_was_packed(
        uint56 principal,
        uint56 prefunded,
        uint88 accrued,
        uint32 last,
        uint16 rate,
        uint8 status,
        uint8 reason,
        bool spent
    ) external pure {
        if (status > uint8(type(LoanStatus).max)) return;
        if (reason > uint8(type(CallReason).max)) return;
        LoanState memory loan =
            _loan(principal, prefunded, accrued, last, rate, LoanStatus(status));
        bool called = loan.status == LoanStatus.Called || loan.status == LoanStatus.Auctioned;
        if (called) (loan.prefunded, loan.impaired) = (0, prefunded);
        (loan.callReason, loan.windowSpent) = (CallReason(reason), spent);
        LoanState memory found = loan.pack().unpack();
        assert(found.principal == principal && found.accruedScaled == accrued);
        assert(found.prefunded == loan.prefunded && found.impaired == loan.impaired);
        assert(found.lastAccrual == last && found.rateBps == rate);
        assert(found.status == loan.status && found.callReason == loan.callReason);
        assert(found.windowSpent == spent);
    }

    function _loan(
        uint56 principal,
        uint56 prefunded,
        uint88 accrued,
        uint32 last,
        uint16 rate,
        LoanStatus status
    ) private pure returns (LoanState memory loan) {
        (loan.principal, loan.prefunded, loan.accruedScaled) = (principal, prefunded, accrued);
        (loan.lastAccrual, loan.rateBps, loan.status) = (last, rate, status);
    }

    /// @dev What is stored of a lane is read again, or the store is refused: nothing is cut.
    function check_a_lane_is_stored_as_it_is_read(
        int144 a,
        uint112 b,
        uint64 free,
        uint64 owed,
        uint64 impaired,
        uint32 sequence,
        uint64 aside,
        bool till,
        bool listed
    ) external {
        unchecked {
            if (free + owed < free) return;
        }
        storedLane.store(LaneState(a, b, free + owed, owed, impaired, sequence, aside, till ? 1 : 0, listed));
        LaneState memory lane = storedLane.load();
        assert(lane.a == a && lane.b == b && lane.cash == free + owed && lane.owed == owed);
        assert(lane.impaired == impaired && lane.sequence == sequence);
        assert(lane.aside == aside && lane.till == (till ? 1 : 0) && lane.listed == listed);
        assert(storedLane.free() == (free > aside ? free - aside : 0));
    }
}
