// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {
    LaneState,
    LoanState,
    LoanStatus,
    OperationFailure
} from "../../src/interfaces/ILoanBook.sol";
import {LoanMath} from "../../src/libraries/LoanMath.sol";
import {LoanWord, Tally} from "../../src/libraries/Payments.sol";
import {LaneWords, Slots} from "../../src/libraries/Slots.sol";
import {Test} from "../support/Test.sol";

/// @title The packed payment against the plain one: same loan, same lane, to the unit
contract PaymentsTest is Test {
    using LoanMath for LaneState;
    using LoanMath for LoanState;
    using Slots for LoanState;
    using Slots for LoanWord;

    uint64 private constant MINIMUM = 1e6;
    LaneWords private lane;

    function setUp() public {
        vm.warp(1_700_000_000);
    }

    function testFuzz_collecting_a_word_is_paying_a_struct(
        uint256 seed,
        uint256 span,
        uint256 amount
    ) public {
        LoanState memory loan = _loan(seed, span);
        uint64 debt = loan.debtUp(block.timestamp);
        amount = bound(amount, debt < MINIMUM ? debt : MINIMUM, debt);
        loan.prefunded = type(uint56).max;
        LaneState memory expected = _laneOf(loan);
        Tally memory tally;

        (LoanWord word, OperationFailure failure) = loan.pack().collect(tally, amount, MINIMUM);
        lane.book(tally, block.timestamp, 8);

        _payPlainly(loan, expected, amount);
        vm.assertEq(uint256(failure), 0);
        vm.assertEq(abi.encode(word.unpack()), abi.encode(loan));
        vm.assertEq(abi.encode(Slots.load(lane)), abi.encode(expected));
    }

    function testFuzz_a_charged_word_is_a_charged_struct(uint256 seed, uint256 span, uint32 fee)
        public
    {
        LoanState memory loan = _loan(seed, span);
        LaneState memory expected = _laneOf(loan);
        Tally memory tally;

        LoanWord word = loan.pack().charge(tally, fee);
        lane.book(tally, block.timestamp, 8);

        expected.exclude(loan);
        loan.charge(fee, block.timestamp);
        expected.include(loan);
        expected.sequence = 8;
        vm.assertEq(abi.encode(word.unpack()), abi.encode(loan));
        vm.assertEq(abi.encode(Slots.load(lane)), abi.encode(expected));
    }

    function testFuzz_a_lent_word_is_an_included_struct(
        uint256 seed,
        uint256 principal,
        uint8 count
    ) public {
        LoanState memory other = _loan(seed, 0);
        LaneState memory expected = _laneOf(other);
        LoanState memory loan;
        loan.principal = uint56(bound(principal, 1, 4e12));
        (loan.rateBps, loan.lastAccrual) = (other.rateBps, uint32(block.timestamp));
        loan.status = LoanStatus.Open;

        lane.sums = Slots.lent(lane.sums, loan.pack(), count);

        expected.include(loan);
        expected.cash -= loan.principal;
        expected.sequence += count;
        vm.assertEq(abi.encode(Slots.load(lane)), abi.encode(expected));
    }

    /// @custom:invariant L3 L5b
    function test_a_draw_may_take_what_is_the_lanes_own_and_at_hand() public {
        LaneState memory state;
        (state.cash, state.owed) = (100, 30);
        _assertDrawable(state, 70, false);

        state.aside = 20;
        _assertDrawable(state, 50, false);

        state.aside = 71;
        _assertDrawable(state, 0, false);

        (state.aside, state.listed) = (0, true);
        _assertDrawable(state, 70, true);
    }

    function testFuzz_what_is_packed_comes_back(uint256 word) public pure {
        // Status and reason are of few values; the bits above them are not used.
        uint256 marks = (word % 7) | word / 7 % 3 << 3 | (word >> 128 & 1) << 5;
        LoanState memory loan = LoanWord.wrap(word >> 8 | marks << 248).unpack();

        vm.assertEq(abi.encode(loan.pack().unpack()), abi.encode(loan));
    }

    function testFuzz_more_than_the_debt_is_refused(uint256 seed, uint256 span) public view {
        LoanState memory loan = _loan(seed, span);
        Tally memory tally;
        uint256 debt = loan.debtUp(block.timestamp);
        loan.prefunded = type(uint56).max;

        (, OperationFailure failure) = loan.pack().collect(tally, debt + 1, MINIMUM);

        vm.assertEq(uint256(failure), uint256(OperationFailure.MoreThanDebt));
        vm.assertEq(tally.paid, 0);
    }

    function test_a_lane_that_would_not_fit_its_widths_is_full() public {
        LaneState memory state;
        state.cash = (1 << 55) - 1;
        this.storeLane(state);
        state.cash += 1;
        vm.expectRevert(Slots.LaneFull.selector);
        this.storeLane(state);

        state.cash = 0;
        state.b = (1 << 67) - 1;
        this.storeLane(state);
        state.b += 1;
        vm.expectRevert(Slots.LaneFull.selector);
        this.storeLane(state);

        state.b = 0;
        state.a = -(1 << 99);
        this.storeLane(state);
        vm.assertEq(int256(Slots.load(lane).a), -(1 << 99));
        state.a -= 1;
        vm.expectRevert(Slots.LaneFull.selector);
        this.storeLane(state);
    }

    function test_what_is_impaired_in_a_lane_stays_within_its_width() public {
        LoanState memory loan;
        (loan.principal, loan.status) = (1_000, LoanStatus.Open);
        loan.lastAccrual = uint32(block.timestamp);
        LaneState memory state;
        state.include(loan);
        state.include(loan);
        state.impaired = type(uint64).max - 5;
        Slots.store(lane, state);

        this.impairLane(loan.pack(), 5);

        vm.assertEq(Slots.load(lane).impaired, type(uint64).max);
        vm.expectRevert(Slots.LaneFull.selector);
        this.impairLane(loan.pack(), 1);
    }

    function test_a_lane_numbers_no_event_after_the_last_number() public {
        LaneState memory state;
        state.sequence = type(uint32).max - 1;
        Slots.store(lane, state);

        vm.assertEq(this.nextNumber(), type(uint32).max);
        vm.expectRevert(Slots.LaneFull.selector);
        this.nextNumber();
    }

    function nextNumber() external returns (uint32) {
        return lane.nextSequence();
    }

    function impairLane(LoanWord loan, uint256 carried) external {
        lane.impair(loan, 0, carried);
    }

    function storeLane(LaneState memory state) external {
        Slots.store(lane, state);
    }

    function _assertDrawable(LaneState memory state, uint256 expected, bool expectedListed)
        private
    {
        Slots.store(lane, state);

        (uint256 cash, bool listed) = lane.drawable(lane.sums);

        vm.assertEq(cash, expected);
        vm.assertEq(listed, expectedListed);
    }

    /// @dev A loan that has run for a while; its numbers as large as the underwriter lets them be.
    function _loan(uint256 seed, uint256 span) private view returns (LoanState memory loan) {
        loan = LoanWord.wrap(seed >> 8).unpack();
        loan.principal = uint56(bound(loan.principal, 2, 1 << 50));
        loan.prefunded >>= 1;
        loan.rateBps = uint16(bound(loan.rateBps, 0, 5_000));
        loan.accruedScaled >>= 4;
        loan.lastAccrual = uint32(block.timestamp - bound(span, 0, 365 days));
        loan.status = LoanStatus.Open;
    }

    function _laneOf(LoanState memory loan) private returns (LaneState memory state) {
        (state.cash, state.owed, state.sequence) = (5e12, 1e12, 7);
        (state.impaired, state.b) = (9, 1 << 60);
        (state.aside, state.till, state.listed) = (3, 1, true);
        state.include(loan);
        Slots.store(lane, state);
    }

    function _payPlainly(LoanState memory loan, LaneState memory expected, uint256 amount)
        private
        view
    {
        expected.exclude(loan);
        loan.prefunded -= uint56(amount);
        loan.pay(amount, block.timestamp);
        if (loan.principal == 0 && loan.accruedScaled == 0) loan.status = LoanStatus.Repaid;
        expected.include(loan);
        // What was set aside is the pool's now; `collect` leaves that part to its caller.
        expected.cash += uint64(amount);
        expected.sequence = 8;
    }
}
