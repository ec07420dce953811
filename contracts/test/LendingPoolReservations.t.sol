// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {ILendingPool} from "../src/interfaces/ILendingPool.sol";
import {PoolBase} from "./support/PoolBase.sol";

/// @dev Rule L2. After `_start` each lane has 237,500 dollars and 950,000 are spare.
contract LendingPoolReservationsTest is PoolBase {
    uint64 internal constant AMOUNT = 400_000 * USD;
    uint64 internal constant DEPOSIT = 4_000 * USD;
    uint32 internal constant LANE = 1;
    uint64 internal constant LOAN = (uint64(LANE) << 40) | 1;

    function setUp() public override {
        super.setUp();
        _start();
    }

    function _reserve(address borrower, uint32 lane, uint64 amount) internal {
        coin.mint(borrower, amount);
        vm.startPrank(borrower);
        coin.approve(address(pool), amount);
        pool.reserveDraw(lane, amount);
        vm.stopPrank();
    }

    function _end(address borrower, uint64 loanId) internal {
        vm.prank(borrower);
        pool.endReservation(LANE, borrower, loanId, new bytes32[](0));
    }

    function _expectEnd(uint64 refunded, uint64 forfeited) internal {
        vm.expectEmit(address(pool));
        emit ILendingPool.ReservationEnded(LANE, alice, refunded, forfeited);
    }

    /// @custom:invariant L2
    function test_a_reservation_takes_its_deposit_and_waits() public {
        coin.mint(alice, DEPOSIT);
        vm.startPrank(alice);
        coin.approve(address(pool), DEPOSIT);
        vm.expectEmit(address(pool));
        emit ILendingPool.DrawReserved(LANE, alice, 2, AMOUNT, DEPOSIT);
        pool.reserveDraw(LANE, AMOUNT);

        vm.assertEq(coin.balanceOf(alice), 0);
        vm.assertEq(pool.held(), DEPOSIT);
        (uint64 amount, uint64 deposit, uint32 epoch) = pool.reservationOf(LANE, alice);
        vm.assertEq(amount, AMOUNT);
        vm.assertEq(deposit, DEPOSIT);
        vm.assertEq(epoch, 2);
        vm.assertEq(pool.reservable(), 950_000 * USD - AMOUNT);
    }

    /// @custom:invariant L2
    function test_the_next_close_brings_the_cash_and_levels_the_rest() public {
        _reserve(alice, LANE, AMOUNT);

        _close();

        vm.assertEq(_free(LANE), AMOUNT + 550_000 * USD / 4);
        vm.assertEq(_free(0), 550_000 * USD / 4);
        vm.assertEq(pool.cash(), 50_000 * USD);
        _close();
        vm.assertEq(_free(LANE), 237_500 * USD);
    }

    /// @custom:invariant L2
    function test_a_draw_brings_the_deposit_back() public {
        _reserve(alice, LANE, AMOUNT);
        _close();
        vm.warp(block.timestamp + 1);
        book.open(LOAN, alice, AMOUNT);
        uint256 before = coin.balanceOf(alice);

        _expectEnd(DEPOSIT, 0);
        _end(alice, LOAN);

        vm.assertEq(coin.balanceOf(alice) - before, DEPOSIT);
        vm.assertEq(pool.held(), 0);
    }

    function test_a_draw_counts_also_when_it_is_named_after_the_epoch() public {
        _reserve(alice, LANE, AMOUNT);
        _close();
        vm.warp(block.timestamp + DAY);
        book.open(LOAN, alice, AMOUNT);
        _close();

        _expectEnd(DEPOSIT, 0);
        _end(alice, LOAN);
    }

    function test_cash_that_lay_idle_costs_half_the_deposit() public {
        _reserve(alice, LANE, AMOUNT);
        _close();
        vm.expectRevert(abi.encodeWithSelector(ILendingPool.ReservationRunning.selector, 3));
        pool.endReservation(LANE, alice, 0, new bytes32[](0));
        _close();

        _expectEnd(DEPOSIT / 2, DEPOSIT / 2);
        _end(alice, 0);

        vm.assertEq(pool.reserve(), DEPOSIT / 2);
        vm.assertEq(pool.nav(), 1_000_000 * USD);
        _checkBooks();
    }

    function test_cash_that_others_drew_costs_nothing() public {
        _reserve(alice, LANE, AMOUNT);
        _close();
        book.lend(LANE, _free(LANE), 0);
        _close();

        _expectEnd(DEPOSIT, 0);
        _end(alice, 0);
    }

    function test_cash_that_others_drew_in_part_costs_the_part_that_lay_idle() public {
        _reserve(alice, LANE, AMOUNT);
        _close();
        book.lend(LANE, _free(LANE) - AMOUNT / 4, 0);
        _close();

        _expectEnd(DEPOSIT - DEPOSIT / 8, DEPOSIT / 8);
        _end(alice, 0);
    }

    /// @dev Else whoever pulls all spare cash into one lane, off the others, would pay nothing.
    function test_a_draw_of_a_unit_does_not_spare_the_deposit_of_all_that_lay_idle() public {
        uint64 all = 950_000 * USD;
        _reserve(alice, LANE, all);
        _close();
        vm.assertEq(_free(0), 0);
        book.lend(LANE, 1, 0);
        _close();

        _expectEnd(4_750 * USD + 1, 4_750 * USD - 1);
        _end(alice, 0);
    }

    function test_cash_that_is_just_left_lay_idle() public {
        _reserve(alice, LANE, AMOUNT);
        _close();
        book.lend(LANE, _free(LANE) - AMOUNT, 0);
        _close();

        _expectEnd(DEPOSIT / 2, DEPOSIT / 2);
        _end(alice, 0);
    }

    function test_cash_that_did_not_come_costs_nothing() public {
        _reserve(alice, LANE, AMOUNT);
        for (uint32 lane = 0; lane < LANES; ++lane) {
            book.lend(lane, 200_000 * USD, 0);
        }
        _close();
        vm.assertLt(_free(LANE), AMOUNT);

        _expectEnd(DEPOSIT, 0);
        _end(alice, 0);
    }

    function test_what_was_not_served_is_not_asked_for_again() public {
        _reserve(alice, LANE, AMOUNT);
        for (uint32 lane = 0; lane < LANES; ++lane) {
            book.lend(lane, 200_000 * USD, 0);
        }
        _close();
        vm.assertEq(book.reservedRooms(LANE), AMOUNT);

        _close();

        vm.assertEq(book.reservedRooms(LANE), 0);
    }

    function test_a_stuck_lane_serves_nobody_and_forfeits_nothing() public {
        book.setBroken(LANE, true);
        _reserve(alice, LANE, AMOUNT);
        // The lane turns out to be stuck when its cash should come, after the tranches' values.
        vm.warp(block.timestamp + DAY);
        pool.closeEpoch();
        vm.assertTrue(_isStuck(LANE));
        _close();

        _expectEnd(DEPOSIT, 0);
        _end(alice, 0);
    }

    function test_a_lane_that_breaks_later_forfeits_nothing() public {
        _reserve(alice, LANE, AMOUNT);
        _close();
        book.lend(0, _free(0), 0);
        book.setBroken(LANE, true);
        vm.warp(block.timestamp + DAY);
        pool.closeEpoch();
        vm.assertTrue(_isStuck(LANE));
        _close();

        // The verdict fell at a close that still believed in the lane.
        _expectEnd(DEPOSIT / 2, DEPOSIT / 2);
        _end(alice, 0);
    }

    function test_anyone_ends_what_its_borrower_left_for_an_epoch() public {
        _reserve(alice, LANE, AMOUNT);
        _close();
        _close();
        vm.expectRevert(abi.encodeWithSelector(ILendingPool.ReservationRunning.selector, 4));
        pool.endReservation(LANE, alice, 0, new bytes32[](0));
        _close();

        _expectEnd(DEPOSIT / 2, DEPOSIT / 2);
        pool.endReservation(LANE, alice, 0, new bytes32[](0));
    }

    function test_a_reservation_holds_until_its_close() public {
        _reserve(alice, LANE, AMOUNT);

        vm.expectRevert(abi.encodeWithSelector(ILendingPool.ReservationRunning.selector, 2));
        _end(alice, 0);
    }

    function test_the_loan_must_be_the_reservations() public {
        _reserve(alice, LANE, AMOUNT);
        book.open(LOAN, alice, AMOUNT);
        _close();
        _refuses(LOAN);
        vm.warp(block.timestamp + 1);
        book.open(LOAN, bob, AMOUNT);
        _refuses(LOAN);
        book.open(LOAN, alice, AMOUNT - 1);
        _refuses(LOAN);
        book.open(1, alice, AMOUNT);
        _refuses(1);
        _close();
        vm.warp(block.timestamp + 1);
        book.open(LOAN, alice, AMOUNT);
        _refuses(LOAN);
    }

    function _refuses(uint64 loanId) private {
        vm.expectRevert(abi.encodeWithSelector(ILendingPool.DrawNotOfReservation.selector, loanId));
        pool.endReservation(LANE, alice, loanId, new bytes32[](0));
    }

    function test_two_borrowers_of_a_lane_are_judged_apart() public {
        _reserve(alice, LANE, AMOUNT);
        _reserve(bob, LANE, 2 * USD);
        _close();
        vm.warp(block.timestamp + 1);
        book.open(LOAN, alice, AMOUNT);
        book.lend(LANE, AMOUNT, 0);
        _end(alice, LOAN);
        _close();

        vm.expectEmit(address(pool));
        emit ILendingPool.ReservationEnded(LANE, bob, USD / 100, USD / 100);
        _end(bob, 0);
    }

    function test_no_more_is_reserved_than_the_last_close_had_to_spare() public {
        uint64 most = 950_000 * USD;
        coin.mint(alice, most);
        vm.startPrank(alice);
        coin.approve(address(pool), most);
        vm.expectRevert(
            abi.encodeWithSelector(ILendingPool.ReservationTooLarge.selector, most, most + 1)
        );
        pool.reserveDraw(LANE, most + 1);
        vm.expectRevert(ILendingPool.ZeroAmount.selector);
        pool.reserveDraw(LANE, 0);
        vm.expectRevert(abi.encodeWithSelector(ILendingPool.LaneUnknown.selector, LANES));
        pool.reserveDraw(LANES, 1);
        pool.reserveDraw(LANE, most);
        vm.stopPrank();
        _close();
        vm.assertEq(_free(LANE), most);
        vm.assertEq(_free(0), 0);
    }

    function test_what_is_brought_to_the_unit_was_served() public {
        uint64 most = 950_000 * USD;
        _reserve(alice, LANE, most);
        _close();
        vm.assertEq(_free(LANE), most);
        _close();

        _expectEnd(4_750 * USD, 4_750 * USD);
        _end(alice, 0);
    }

    function test_one_reservation_at_a_time_and_none_ends_twice() public {
        _reserve(alice, LANE, AMOUNT);
        vm.prank(alice);
        vm.expectRevert(abi.encodeWithSelector(ILendingPool.ReservationOpen.selector, LANE, 2));
        pool.reserveDraw(LANE, 1);
        vm.expectRevert(abi.encodeWithSelector(ILendingPool.ReservationMissing.selector, LANE, bob));
        pool.endReservation(LANE, bob, 0, new bytes32[](0));
        _close();
        _close();
        _end(alice, 0);

        vm.expectRevert(
            abi.encodeWithSelector(ILendingPool.ReservationMissing.selector, LANE, alice)
        );
        pool.endReservation(LANE, alice, 0, new bytes32[](0));
        _reserve(alice, LANE, AMOUNT);
    }

    /// @dev The deposit is rounded up, the forfeit down.
    function test_a_reservation_of_one_unit_has_a_deposit_of_one() public {
        _reserve(alice, LANE, 1);
        _close();
        _close();

        _expectEnd(1, 0);
        _end(alice, 0);
    }
}
