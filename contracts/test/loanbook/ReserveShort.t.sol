// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {ILendingPool} from "../../src/interfaces/ILendingPool.sol";
import {IAuctionHouse} from "../../src/interfaces/IAuctionHouse.sol";
import "../../src/interfaces/ILoanBook.sol";
import {AuctionBase} from "./Auction.t.sol";
import {Carded} from "../support/Carded.sol";

using Carded for ILoanBook;
using Carded for IAuctionHouse;

/// @title `takeForReserve` by a reserve that cannot pay the floor
contract ReserveShortTest is AuctionBase {
    uint64 private constant FLOOR = 84_000 * USD;
    uint256 private constant END = START + 21 days;
    uint256 private constant LAST_CALL = END + 7 days;

    /// @custom:invariant C4
    function test_a_reserve_one_unit_short_takes_nothing_at_the_end() public {
        _startHouse();
        token.mint(address(pool), FLOOR - 1);
        vm.warp(END);

        _assertShort(FLOOR - 1);
    }

    function test_up_to_the_last_second_a_short_reserve_leaves_the_lot_to_bidders() public {
        _startHouse();
        vm.warp(LAST_CALL - 1);
        _assertShort(0);

        _buy();

        vm.assertEq(registry.ownerOf(HOUSE), buyer);
    }

    /// @custom:invariant I-23 I-21 C4
    function test_after_one_more_duration_the_reserve_takes_it_for_what_it_has() public {
        _startHouse();
        token.mint(address(pool), 50_000 * USD);
        vm.warp(LAST_CALL);

        house.takeForReserve(loanId);

        vm.assertEq(registry.ownerOf(HOUSE), pool.reserveHolder());
        vm.assertEq(token.balanceOf(address(pool)), 0);
        vm.assertEq(book.shortfallOf(borrower), 50_000 * USD);
        _assertWrittenOff();
    }

    /// @custom:invariant I-23
    function test_an_empty_reserve_takes_it_for_nothing() public {
        _startHouse();
        vm.warp(LAST_CALL);

        vm.expectEmit(address(house));
        emit IAuctionHouse.LotSold(loanId, HOUSE, 2, pool.reserveHolder(), 0, 0, true);
        house.takeForReserve(loanId);

        vm.assertEq(book.shortfallOf(borrower), 100_000 * USD);
        _assertWrittenOff();
    }

    /// @dev 40 tokens bear 70,000 USD; at the floor the debt needs 28 of them. Paid less than that, it
    /// needs them all: none stays in the escrow of a loan that has ended.
    /// @custom:invariant I-23 I-09 C3
    function test_restaking_tokens_that_are_not_paid_for_leave_all_together() public {
        _startTokens();
        vm.warp(house.lotOf(loanId).startedAt + 2 days);

        house.takeForReserve(loanId);

        vm.assertEq(lrt.balanceOf(pool.reserveHolder()), 40e18);
        vm.assertEq(lrt.balanceOf(book.escrowOf(0)), 0);
        _assertWrittenOff();
    }

    /// @custom:invariant I-21 C3
    function test_a_reserve_that_is_short_pays_what_it_has_for_all_tokens() public {
        _startTokens();
        uint64 debt = book.debtOf(loanId);
        token.mint(address(pool), debt - 1);
        vm.warp(house.lotOf(loanId).startedAt + 2 days);

        house.takeForReserve(loanId);

        vm.assertEq(lrt.balanceOf(pool.reserveHolder()), 40e18);
        vm.assertEq(book.shortfallOf(borrower), 1);
        _assertWrittenOff();
    }

    /// @custom:invariant C3
    function test_a_reserve_that_pays_the_debt_takes_no_more_tokens_than_that_needs() public {
        _startTokens();
        vm.warp(house.lotOf(loanId).startedAt + 2 days);
        token.mint(address(pool), house.priceOf(loanId));
        uint256 debt = book.debtOf(loanId);

        house.takeForReserve(loanId);

        uint256 sold = lrt.balanceOf(pool.reserveHolder());
        vm.assertEq(sold, (debt * 1e18 + 2_550 * USD - 1) / (2_550 * USD));
        vm.assertEq(lrt.balanceOf(book.escrowOf(0)), 40e18 - sold);
        _assertStatus(loanId, LoanStatus.Repaid);
    }

    function test_a_reserve_that_can_pays_the_floor_however_late() public {
        _startHouse();
        token.mint(address(pool), 1_000_000 * USD);
        vm.warp(LAST_CALL + 365 days);

        house.takeForReserve(loanId);

        vm.assertEq(token.balanceOf(address(pool)), 1_000_000 * USD - FLOOR);
    }

    function test_who_refills_the_reserve_in_time_saves_the_floor() public {
        _startHouse();
        vm.warp(END);
        _assertShort(0);
        token.mint(address(pool), FLOOR);

        house.takeForReserve(loanId);

        vm.assertEq(book.shortfallOf(borrower), 16_000 * USD);
    }

    function test_the_extra_duration_stands_still_with_the_oracle_too() public {
        _startHouse();
        vm.warp(LAST_CALL);
        oracle.setSilent(true, 1);
        _assertShort(0);

        vm.warp(LAST_CALL + 1);
        house.takeForReserve(loanId);

        _assertWrittenOff();
    }

    /// @dev Lot after lot, with a reserve that has nothing: by calls that anyone can make.
    /// @custom:invariant I-23 C3
    function test_class_15_anyone_brings_every_lot_to_the_write_off() public {
        _startBasket();
        for (uint256 i; i < 3; ++i) {
            uint256 duration = house.lotOf(loanId).duration;
            vm.warp(house.lotOf(loanId).startedAt + 2 * duration);
            vm.prank(named("anyone"));
            house.takeForReserve(loanId);
        }

        vm.assertEq(lrt.balanceOf(pool.reserveHolder()), 10e18);
        vm.assertEq(registry.ownerOf(CAR), pool.reserveHolder());
        vm.assertEq(book.shortfallOf(borrower), 100_000 * USD);
        _assertWrittenOff();
    }

    /// @dev Who settles gets nothing by it: the lot goes to the reserve, the surplus to the debtor.
    function test_class_15_who_settles_an_auction_gains_nothing() public {
        _startHouse();
        vm.warp(LAST_CALL);
        uint256 before = token.balanceOf(buyer);

        vm.prank(buyer);
        house.takeForReserve(loanId);

        vm.assertEq(token.balanceOf(buyer), before);
        vm.assertEq(registry.balanceOf(buyer), 0);
    }

    /// @dev Whatever nobody pays and whatever the reserve has: before the end nothing can be
    /// taken, between end and last call only for the floor, after it always.
    /// @custom:invariant I-23
    function testFuzz_every_lot_can_leave(uint64 funds, uint256 elapsed) public {
        _startHouse();
        funds = uint64(bound(funds, 0, 2 * FLOOR));
        token.mint(address(pool), funds);
        elapsed = bound(elapsed, 0, 30 days);
        vm.warp(START + 14 days + elapsed);
        bool can = elapsed >= 14 days || (elapsed >= 7 days && funds >= FLOOR);
        uint64 paid = funds < FLOOR ? funds : FLOOR;

        bytes32[] memory card = book.wordsOf(loanId);
        try house.takeForReserve(loanId, card) {
            vm.assertTrue(can);
            vm.assertEq(token.balanceOf(address(pool)), funds - paid);
            vm.assertEq(book.shortfallOf(borrower), 100_000 * USD - paid);
            _assertWrittenOff();
        } catch {
            vm.assertFalse(can);
            _assertStatus(loanId, LoanStatus.Auctioned);
        }
    }

    /// @dev The floor is anyone's, as long as nobody took the lot.
    /// @custom:invariant I-19 I-23
    function testFuzz_a_lot_stays_for_sale_at_its_floor(uint256 later) public {
        _startHouse();
        vm.warp(END + bound(later, 0, 3_650 days));

        vm.assertEq(_buy(), FLOOR);

        vm.assertEq(registry.ownerOf(HOUSE), buyer);
    }

    /// @dev 70,000 USD on 40 tokens of 3,000, an instalment missed, after the cure window.
    function _startTokens() private {
        LoanTerms memory terms = _terms(0, 70_000 * USD);
        (terms.lrt, terms.lrtAmount) = (address(lrt), 40e18);
        loanId = _open(terms);
        vm.warp(START + 40 days);
        book.callOverdue(loanId, _proofs(loanId, 2));
        vm.warp(START + 41 days);
        house.open(loanId, _proofs(loanId, 2));
    }

    function _assertShort(uint64 available) private {
        vm.expectRevert(
            abi.encodeWithSelector(ILendingPool.ReserveShort.selector, available, FLOOR)
        );
        house.takeForReserve(loanId);
    }

    function _assertWrittenOff() private view {
        _assertStatus(loanId, LoanStatus.WrittenOff);
        vm.assertEq(book.debtOf(loanId), 0);
        vm.assertEq(book.laneOf(0).impaired, 0);
        vm.assertEq(book.laneOf(0).cash, token.balanceOf(book.escrowOf(0)));
    }
}
