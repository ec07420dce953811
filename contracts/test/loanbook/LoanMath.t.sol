// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {
    LaneState,
    LoanState,
    LoanStatus,
    Card,
    ScheduleKind
} from "../../src/interfaces/ILoanBook.sol";
import {LoanMath} from "../../src/libraries/LoanMath.sol";
import {Pauses} from "../../src/libraries/Pauses.sol";
import {Schedule} from "../../src/libraries/Schedule.sol";
import {Valuation} from "../../src/libraries/Valuation.sol";
import {Test} from "../support/Test.sol";

/// @title The vectors that Python and Solidity share: `tests/vectors/loan_math.json`
contract LoanMathVectorsTest is Test {
    using LoanMath for LoanState;
    using Pauses for uint256[];
    using Schedule for Card;

    string private json;
    mapping(uint256 row => uint256[]) private _logs;

    function setUp() public {
        json = vm.readFile("tests/vectors/loan_math.json");
    }

    /// @custom:invariant I-07
    function test_interest_is_what_the_vectors_say() public view {
        for (uint256 i = 0; i < _count("interest"); ++i) {
            int256[] memory row = _row("interest", i);
            LoanState memory loan = _loan(row, 0);
            vm.assertEq(loan.interestScaled(uint256(row[4])), uint256(row[5]));
            vm.assertEq(loan.debtUp(uint256(row[4])), uint256(row[6]));
        }
    }

    function test_a_payment_leaves_what_the_vectors_say() public view {
        for (uint256 i = 0; i < _count("payment"); ++i) {
            int256[] memory row = _row("payment", i);
            LoanState memory loan = _loan(row, 0);
            loan.pay(uint256(row[5]), uint256(row[4]));
            vm.assertEq(loan.principal, uint256(row[6]));
            vm.assertEq(loan.accruedScaled, uint256(row[7]));
        }
    }

    function test_a_loan_adds_to_its_lane_what_the_vectors_say() public view {
        for (uint256 i = 0; i < _count("lane_part"); ++i) {
            int256[] memory row = _row("lane_part", i);
            LaneState memory lane;
            LoanMath.include(lane, _loan(row, 0));
            vm.assertEq(int256(lane.a), row[4]);
            vm.assertEq(lane.b, uint256(row[5]));
        }
    }

    function test_due_dates_leave_outstanding_what_the_vectors_say() public view {
        for (uint256 i = 0; i < _count("outstanding"); ++i) {
            int256[] memory row = _row("outstanding", i);
            Card memory tail;
            tail.schedule = ScheduleKind(uint256(row[0]));
            tail.basePrincipal = uint56(uint256(row[1]));
            tail.instalments = uint16(uint256(row[2]));
            vm.assertEq(tail.outstandingAfter(uint256(row[3])), uint256(row[4]));
        }
    }

    function test_a_loan_is_overdue_when_the_vectors_say_so() public view {
        for (uint256 i = 0; i < _count("overdue"); ++i) {
            int256[] memory row = _row("overdue", i);
            Card memory tail;
            tail.schedule = ScheduleKind(uint256(row[0]));
            tail.basePrincipal = uint56(uint256(row[1]));
            tail.instalments = uint16(uint256(row[3]));
            tail.interval = uint32(uint256(row[4]));
            tail.openedAt = uint32(uint256(row[5]));
            tail.gracePeriod = uint24(uint256(row[6]));
            LoanState memory loan;
            loan.rateBps = uint16(uint256(row[2]));
            loan.principal = uint56(uint256(row[7]));
            loan.accruedScaled = uint88(uint256(row[8]));
            loan.lastAccrual = uint32(uint256(row[9]));
            loan.prefunded = uint56(uint256(row[10]));
            loan.status = LoanStatus.Open;
            uint256 time = uint256(row[11]);
            vm.assertEq(tail.reached(time - tail.gracePeriod), uint256(row[12]));
            vm.assertEq(tail.isOverdue(loan, time - tail.gracePeriod, time), row[13] == 1);
        }
    }

    /// @custom:invariant C5c
    function test_grace_ends_when_the_vectors_say_so() public {
        for (uint256 i = 0; i < _count("grace_cutoff"); ++i) {
            int256[] memory row = _row("grace_cutoff", i);
            uint256[] storage log = _logs[i];
            for (uint256 j = 2; j < row.length - 1; j += 2) {
                uint256 began = uint256(row[j]);
                if (began != 0) log.book(uint256(row[j + 1]) - began, began);
            }
            uint256 cutoff = log.cutoff(uint256(row[1]), uint256(row[0]));
            vm.assertEq(cutoff, uint256(row[row.length - 1]));
        }
    }

    /// @custom:invariant I-07
    function test_late_fees_are_what_the_vectors_say() public view {
        for (uint256 i = 0; i < _count("late_fee"); ++i) {
            int256[] memory row = _row("late_fee", i);
            Card memory tail;
            tail.basePrincipal = uint56(uint256(row[0]));
            tail.lateFeeBps = uint16(uint256(row[1]));
            tail.instalments = uint16(uint256(row[2]));
            vm.assertEq(tail.lateFee(), uint256(row[3]));
        }
    }

    function test_freshness_is_what_the_vectors_say() public view {
        for (uint256 i = 0; i < _count("freshness"); ++i) {
            int256[] memory row = _row("freshness", i);
            uint256 bps = Valuation.freshnessBps(
                uint256(row[0]), uint256(row[1]), uint256(row[2]), uint256(row[3])
            );
            vm.assertEq(bps, uint256(row[4]));
        }
    }

    /// @custom:invariant I-07 I-19
    function test_auction_prices_are_what_the_vectors_say() public view {
        for (uint256 i = 0; i < _count("price"); ++i) {
            int256[] memory row = _row("price", i);
            uint256 start = Valuation.startPrice(uint256(row[0]), uint256(row[1]));
            uint256 floor = Valuation.share(uint256(row[0]), uint256(row[2]));
            vm.assertEq(start, uint256(row[5]));
            vm.assertEq(floor, uint256(row[6]));
            uint256 price = Valuation.priceAt(start, floor, uint256(row[3]), uint256(row[4]));
            vm.assertEq(price, uint256(row[7]));
        }
    }

    function test_the_lrt_lot_is_what_the_vectors_say() public view {
        for (uint256 i = 0; i < _count("lrt_lot"); ++i) {
            int256[] memory row = _row("lrt_lot", i);
            (uint256 sold, uint256 due) =
                Valuation.lrtLot(uint256(row[0]), uint256(row[1]), uint256(row[2]));
            vm.assertEq(sold, uint256(row[3]));
            vm.assertEq(due, uint256(row[4]));
        }
    }

    function test_values_moved_too_far_when_the_vectors_say_so() public view {
        for (uint256 i = 0; i < _count("moved"); ++i) {
            int256[] memory row = _row("moved", i);
            bool moved = Valuation.movedTooFar(uint256(row[0]), uint256(row[1]), uint256(row[2]));
            vm.assertEq(moved, row[3] == 1);
        }
    }

    function _loan(int256[] memory row, uint256 from) private pure returns (LoanState memory loan) {
        loan.principal = uint56(uint256(row[from]));
        loan.rateBps = uint16(uint256(row[from + 1]));
        loan.accruedScaled = uint88(uint256(row[from + 2]));
        loan.lastAccrual = uint32(uint256(row[from + 3]));
        loan.status = LoanStatus.Open;
    }

    function _count(string memory group) private view returns (uint256 count) {
        count = vm.parseJsonUint(json, string.concat(".", group, ".count"));
        vm.assertGt(count, 3);
    }

    function _row(string memory group, uint256 i) private view returns (int256[] memory) {
        string memory index = vm.toString(i);
        return vm.parseJsonIntArray(json, string.concat(".", group, ".cases[", index, "]"));
    }
}

/// @title What holds for every loan, payment and moment
contract LoanMathFuzzTest is Test {
    using LoanMath for LaneState;
    using LoanMath for LoanState;
    using Schedule for Card;

    uint256 private constant T0 = 1_700_000_000;

    /// @dev D1: an extra payment of nothing, or a payment in two parts, never costs more.
    /// @custom:invariant D1 I-16
    function testFuzz_touching_a_loan_never_makes_it_dearer(
        uint256 principal,
        uint256 rate,
        uint256 span,
        uint256 moment,
        uint256 amount
    ) public pure {
        LoanState memory untouched = _loan(principal, rate);
        LoanState memory touched = _loan(principal, rate);
        span = bound(span, 1, 5 * 365 days);
        moment = bound(moment, 0, span);
        amount = bound(amount, 0, touched.debtUp(T0 + moment) - 1);

        touched.pay(amount, T0 + moment);

        vm.assertLe(touched.debtUp(T0 + span) + amount, untouched.debtUp(T0 + span));
    }

    /// @dev Interest runs on principal only, so a touch that takes nothing changes nothing.
    /// @custom:invariant I-17
    function testFuzz_a_payment_of_nothing_changes_no_debt(
        uint256 principal,
        uint256 rate,
        uint256 span,
        uint256 moment
    ) public pure {
        LoanState memory untouched = _loan(principal, rate);
        LoanState memory touched = _loan(principal, rate);
        span = bound(span, 1, 5 * 365 days);

        touched.pay(0, T0 + bound(moment, 0, span));

        vm.assertEq(touched.interestScaled(T0 + span), untouched.interestScaled(T0 + span));
    }

    function testFuzz_paying_the_debt_leaves_nothing(uint256 principal, uint256 rate, uint256 span)
        public
        pure
    {
        LoanState memory loan = _loan(principal, rate);
        uint256 time = T0 + bound(span, 0, 5 * 365 days);

        loan.pay(loan.debtUp(time), time);

        vm.assertEq(loan.principal, 0);
        vm.assertEq(loan.accruedScaled, 0);
    }

    /// @custom:invariant I-06 I-12
    function testFuzz_a_payment_lowers_the_debt_by_itself(
        uint256 principal,
        uint256 rate,
        uint256 span,
        uint256 amount
    ) public pure {
        LoanState memory loan = _loan(principal, rate);
        uint256 time = T0 + bound(span, 0, 5 * 365 days);
        uint256 debt = loan.debtUp(time);
        amount = bound(amount, 0, debt);

        loan.pay(amount, time);

        vm.assertEq(loan.debtUp(time), debt - amount);
    }

    /// @dev D3: 0 ≤ Σ debt − lane sum < number of open loans.
    /// @custom:invariant I-03
    function testFuzz_lane_sums_are_exact(
        uint256[4] memory principals,
        uint256[4] memory rates,
        uint256[4] memory payments,
        uint256 span
    ) public pure {
        LaneState memory lane;
        LoanState[] memory loans = new LoanState[](4);
        for (uint256 i = 0; i < 4; ++i) {
            loans[i] = _loan(principals[i], rates[i]);
            lane.include(loans[i]);
            uint256 time = T0 + i * 17 days;
            lane.exclude(loans[i]);
            loans[i].pay(bound(payments[i], 0, loans[i].debtUp(time) - 1), time);
            lane.include(loans[i]);
        }
        uint256 end = T0 + 80 days + bound(span, 0, 5 * 365 days);

        uint256 sum = uint256(int256(lane.a) + int256(uint256(lane.b) * end));

        uint256 debts;
        for (uint256 i = 0; i < 4; ++i) {
            debts += loans[i].debtUp(end) * LoanMath.SCALE;
        }
        vm.assertGe(debts, sum);
        vm.assertLt(debts - sum, 4 * LoanMath.SCALE);
    }

    function testFuzz_a_loan_in_and_out_leaves_the_lane_as_it_was(
        int128 a,
        uint96 b,
        uint256 principal,
        uint256 rate
    ) public pure {
        LaneState memory lane;
        (lane.a, lane.b) = (a, b);
        LoanState memory loan = _loan(principal, rate);

        lane.include(loan);
        lane.exclude(loan);

        vm.assertEq(int256(lane.a), int256(a));
        vm.assertEq(lane.b, b);
    }

    /// @dev D5: paying never makes a loan overdue, and funding covers as well as paying does.
    /// @custom:invariant D5
    function testFuzz_paying_never_makes_a_loan_overdue(
        uint256 principal,
        uint256 rate,
        uint256 span,
        uint256 amount
    ) public pure {
        LoanState memory loan = _loan(principal, rate);
        Card memory tail = _tail(loan.principal);
        uint256 time = T0 + bound(span, 0, 400 days);
        amount = bound(amount, 0, loan.debtUp(time));
        uint256 until = time - tail.gracePeriod;
        bool before = tail.isOverdue(loan, until, time);

        loan.pay(amount, time);

        vm.assertTrue(before || !tail.isOverdue(loan, until, time));
    }

    /// @dev D5: a borrower funded to the schedule is not overdue, however late it is collected.
    /// @custom:invariant D5
    function testFuzz_late_collection_never_makes_a_funded_borrower_overdue(
        uint256 principal,
        uint256 rate,
        uint256 late
    ) public pure {
        LoanState memory loan = _loan(principal, rate);
        Card memory tail = _tail(loan.principal);
        late = bound(late, 0, tail.interval - 1);
        uint256 due = tail.dueAt(1);
        loan.prefunded = uint56(loan.debtUp(due) - tail.outstandingAfter(1));

        bool overdue = tail.isOverdue(loan, due + late - tail.gracePeriod, due + late);

        vm.assertFalse(overdue);
    }

    /// @custom:invariant I-19
    function testFuzz_the_price_only_falls(
        uint256 start,
        uint256 floor,
        uint256 earlier,
        uint256 later
    ) public pure {
        start = bound(start, 0, type(uint64).max);
        floor = bound(floor, 0, start);
        later = bound(later, 0, 8 days);
        earlier = bound(earlier, 0, later);

        uint256 first = Valuation.priceAt(start, floor, 7 days, earlier);
        uint256 second = Valuation.priceAt(start, floor, 7 days, later);

        vm.assertLe(second, first);
        vm.assertLe(first, start);
        vm.assertGe(second, floor);
    }

    function _loan(uint256 principal, uint256 rate) private pure returns (LoanState memory loan) {
        loan.principal = uint56(bound(principal, 1e6, 1e13));
        loan.rateBps = uint16(bound(rate, 0, 5_000));
        loan.lastAccrual = uint32(T0);
        loan.status = LoanStatus.Open;
    }

    function _tail(uint64 base) private pure returns (Card memory tail) {
        tail.basePrincipal = uint56(base);
        tail.instalments = 12;
        tail.interval = 30 days;
        tail.openedAt = uint32(T0);
        tail.gracePeriod = 10 days;
    }
}
