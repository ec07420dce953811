// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {LaneState, LoanState, LoanStatus} from "../../src/interfaces/ILoanBook.sol";
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
        LoanState memory loan = LoanState(principal, 0, accrued, last, rate, LoanStatus.Open);
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
        LoanState memory loan = LoanState(principal, 0, accrued, 0, 900, LoanStatus.Called);
        assert(loan.interestScaled(later) == accrued);
    }

    /// @dev Rule D1: a fee is added whole, and nothing else changes.
    function check_a_fee_is_added_whole(uint56 principal, uint64 accrued, uint32 fee, uint32 now_)
        external
        pure
    {
        LoanState memory loan = LoanState(principal, 7, accrued, now_, 900, LoanStatus.Open);
        loan.charge(fee, now_);
        assert(loan.accruedScaled == accrued + uint256(fee) * LoanMath.SCALE);
        assert(loan.principal == principal && loan.prefunded == 7 && loan.rateBps == 900);
    }

    /// @dev What is packed into a loan's slot comes out of it again.
    function check_a_loan_is_unpacked_as_it_was_packed(
        uint56 principal,
        uint56 prefunded,
        uint88 accrued,
        uint32 last,
        uint16 rate,
        uint8 status
    ) external pure {
        if (status > uint8(type(LoanStatus).max)) return;
        LoanState memory loan = LoanState(
                principal, prefunded, accrued, last, rate, LoanStatus(status)
            ).pack().unpack();
        assert(loan.principal == principal && loan.prefunded == prefunded);
        assert(loan.accruedScaled == accrued && loan.lastAccrual == last);
        assert(loan.rateBps == rate && uint8(loan.status) == status);
    }

    /// @dev What is stored of a lane is read again, or the store is refused: nothing is cut.
    function check_a_lane_is_stored_as_it_is_read(
        int144 a,
        uint112 b,
        uint64 free,
        uint64 owed,
        uint64 impaired,
        uint32 sequence,
        uint32 loans
    ) external {
        unchecked {
            if (free + owed < free) return;
        }
        storedLane.store(LaneState(a, b, free + owed, owed, impaired, sequence, loans));
        LaneState memory lane = storedLane.load();
        assert(lane.a == a && lane.b == b && lane.cash == free + owed && lane.owed == owed);
        assert(lane.impaired == impaired && lane.sequence == sequence && lane.loans == loans);
        assert(storedLane.free() == free);
    }
}
