// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IAuctionHouse, Lot} from "../../src/interfaces/IAuctionHouse.sol";
import "../../src/interfaces/ILoanBook.sol";
import {ClassTerms} from "../../src/interfaces/IRiskTerms.sol";
import {ValueProof} from "../../src/interfaces/IValuationOracle.sol";
import {BookBase} from "./support/BookBase.sol";
import {Carded} from "../support/Carded.sol";

using Carded for ILoanBook;
using Carded for IAuctionHouse;

abstract contract AuctionBase is BookBase {
    address internal buyer;
    uint64 internal loanId;

    function setUp() public virtual override {
        super.setUp();
        buyer = named("buyer");
        _allow(buyer);
    }

    /// @dev The house loan, unhealthy at 140,000 USD, after its cure window.
    function _startHouse() internal {
        loanId = _openHouse();
        _setPrice(HOUSE, 140_000 * USD);
        book.call(loanId, _proofs(loanId, 2), _proofs(loanId, 1));
        vm.warp(START + 14 days);
        house.open(loanId, _proofs(loanId, 2));
    }

    /// @dev House, car and 10 LRT, all worth little; after the cure window.
    function _startBasket() internal {
        loanId = _openBasket();
        _setPrice(HOUSE, 60_000 * USD);
        _setPrice(CAR, 10_000 * USD);
        _setPrice(uint160(address(lrt)), 1_000 * USD);
        book.call(loanId, _proofs(loanId, 2), _proofs(loanId, 1));
        vm.warp(START + 1 days);
        house.open(loanId, _proofs(loanId, 2));
    }

    function _buy() internal returns (uint64 paid) {
        vm.prank(buyer);
        return house.buy(loanId, type(uint64).max);
    }
}

contract OpenAuctionTest is AuctionBase {
    function test_a_called_loan_goes_to_auction_after_its_cure_window() public {
        _startHouse();

        Lot memory lot = house.lotOf(loanId);

        _assertStatus(loanId, LoanStatus.Auctioned);
        vm.assertEq(lot.tokenId, HOUSE);
        vm.assertEq(lot.startPrice, 161_000 * USD);
        vm.assertEq(lot.floorPrice, 84_000 * USD);
        vm.assertEq(lot.startedAt, START + 14 days);
        vm.assertEq(lot.duration, 7 days);
        vm.assertEq(lot.lotsLeft, 0);
        vm.assertFalse(lot.silent);
    }

    function test_the_lot_is_announced() public {
        loanId = _openCalled();
        vm.warp(START + 59 days);
        ValueProof[] memory newest = _proofs(loanId, 2);

        vm.expectEmit(address(house));
        emit IAuctionHouse.LotOffered(
            loanId, HOUSE, 1, 460_000 * USD, 240_000 * USD, uint64(START + 59 days), 7 days, 0
        );
        house.open(loanId, newest);
    }

    /// @custom:invariant I-18
    function test_within_the_cure_window_nothing_is_sold() public {
        loanId = _openCalled();
        ValueProof[] memory newest = _proofs(loanId, 2);
        vm.warp(START + 59 days - 1);

        vm.expectRevert(
            abi.encodeWithSelector(ILoanBook.CureWindowOpen.selector, loanId, START + 59 days)
        );
        house.open(loanId, newest);
    }

    /// @custom:invariant I-18 S4
    function test_an_open_loan_and_an_auctioned_one_are_refused() public {
        uint64 open = _open(_terms(CAR, 1_000 * USD));
        ValueProof[] memory proofs = _proofs(open, 2);
        vm.expectRevert(
            abi.encodeWithSelector(ILoanBook.WrongStatus.selector, open, LoanStatus.Open)
        );
        house.open(open, proofs);
        _startHouse();
        proofs = _proofs(loanId, 2);

        vm.expectRevert(
            abi.encodeWithSelector(ILoanBook.WrongStatus.selector, loanId, LoanStatus.Auctioned)
        );
        house.open(loanId, proofs);
    }

    /// @custom:invariant V4
    function test_a_silent_oracle_starts_from_the_appraisals() public {
        loanId = _openBasket();
        vm.warp(START + 45 days);
        oracle.setSilent(true, 0);
        book.callOverdue(loanId, new ValueProof[](0));
        vm.warp(START + 46 days);

        house.open(loanId, new ValueProof[](0));

        Lot memory lot = house.lotOf(loanId);
        vm.assertTrue(lot.silent);
        // 105 % of the LRT's price at opening.
        vm.assertEq(lot.startPrice, 3_150 * USD);
    }

    function test_without_proofs_a_speaking_oracle_is_asked() public {
        loanId = _openCalled();
        vm.warp(START + 59 days);

        vm.expectRevert(abi.encodeWithSelector(ILoanBook.ProofMismatch.selector, 1, 0));
        house.open(loanId, new ValueProof[](0));
    }

    function test_only_the_auction_house_starts_and_books() public {
        loanId = _openCalled();

        vm.expectRevert(abi.encodeWithSelector(ILoanBook.NotAuctionHouse.selector, address(this)));
        book.startAuction(loanId, 0, book.wordsOf(loanId));
        vm.expectRevert(abi.encodeWithSelector(ILoanBook.NotAuctionHouse.selector, address(this)));
        book.applySale(loanId, HOUSE, 0, buyer, 1, 0, book.wordsOf(loanId));
    }

    function test_the_book_refuses_a_sale_out_of_order() public {
        _startBasket();

        vm.expectRevert(abi.encodeWithSelector(ILoanBook.ProofMismatch.selector, HOUSE, CAR));
        vm.prank(address(house));
        book.applySale(loanId, CAR, 0, buyer, 1, 1, book.wordsOf(loanId));
    }

    function test_the_book_hands_over_no_more_restaking_tokens_than_there_are() public {
        _startBasket();

        vm.expectRevert(
            abi.encodeWithSelector(ILoanBook.ProofMismatch.selector, 10e18, 10e18 + 1)
        );
        vm.prank(address(house));
        book.applySale(loanId, 0, 10e18 + 1, buyer, 1, 2, book.wordsOf(loanId));
    }

    function test_the_book_refuses_a_sale_of_a_loan_that_is_not_auctioned() public {
        loanId = _openHouse();

        vm.expectRevert(
            abi.encodeWithSelector(ILoanBook.WrongStatus.selector, loanId, LoanStatus.Open)
        );
        vm.prank(address(house));
        book.applySale(loanId, HOUSE, 0, buyer, 1, 0, book.wordsOf(loanId));
    }
}

contract BuyTest is AuctionBase {
    /// @custom:invariant I-19 C4
    function test_the_price_falls_to_the_floor_on_a_straight_line() public {
        _startHouse();
        vm.assertEq(house.priceOf(loanId), 161_000 * USD);

        vm.warp(block.timestamp + 7 days / 2);
        vm.assertEq(house.priceOf(loanId), 122_500 * USD);
        vm.warp(block.timestamp + 30 days);

        vm.assertEq(house.priceOf(loanId), 84_000 * USD);
    }

    /// @custom:invariant C5
    function test_the_clock_stands_still_with_the_oracle() public {
        _startHouse();

        vm.warp(block.timestamp + 7 days / 2);
        oracle.setSilent(true, uint64(7 days / 2));

        vm.assertEq(house.priceOf(loanId), 161_000 * USD);
    }

    /// @custom:invariant V4
    function test_a_clock_that_began_in_silence_runs_on() public {
        loanId = _openCalled();
        vm.warp(START + 59 days);
        oracle.setSilent(true, 0);
        house.open(loanId, new ValueProof[](0));

        vm.warp(block.timestamp + 7 days);
        oracle.setSilent(true, 7 days);

        vm.assertEq(house.priceOf(loanId), 240_000 * USD);
    }

    /// @custom:invariant C4 I-20
    function test_a_sale_above_the_debt_leaves_the_surplus_to_the_borrower() public {
        _startHouse();

        uint64 paid = _buy();

        vm.assertEq(paid, 161_000 * USD);
        vm.assertEq(registry.ownerOf(HOUSE), buyer);
        _assertStatus(loanId, LoanStatus.Repaid);
        vm.assertEq(book.claimableOf(0, borrower), 61_000 * USD);
        LaneState memory lane = book.laneOf(0);
        vm.assertEq(lane.cash, LANE_CASH + 61_000 * USD);
        vm.assertEq(lane.owed, 61_000 * USD);
        vm.assertEq(lane.impaired, 0);
        vm.assertEq(lane.cash, token.balanceOf(book.escrowOf(0)));
    }

    /// @custom:invariant C4
    function test_a_sale_below_the_debt_is_a_loss_and_a_shortfall() public {
        _startHouse();
        vm.warp(block.timestamp + 7 days);

        _buy();

        _assertStatus(loanId, LoanStatus.WrittenOff);
        vm.assertEq(book.shortfallOf(borrower), 16_000 * USD);
        vm.assertEq(book.debtOf(loanId), 0);
        vm.assertEq(book.laneOf(0).impaired, 0);
        vm.assertEq(book.laneOf(0).cash, LANE_CASH - 16_000 * USD);
    }

    function test_a_loss_is_announced_in_the_lanes_sequence() public {
        _startHouse();
        vm.warp(block.timestamp + 7 days);
        uint32 sequence = book.laneOf(0).sequence;

        vm.expectEmit(address(book));
        emit ILoanBook.SaleApplied(loanId, sequence + 1, 84_000 * USD, 84_000 * USD, 0);
        vm.expectEmit(address(book));
        emit ILoanBook.LoanWrittenOff(loanId, borrower, sequence + 2, 16_000 * USD);
        vm.expectEmit(address(book));
        emit ILoanBook.Released(loanId, HOUSE, sequence + 3, buyer);
        vm.expectEmit(address(house));
        emit IAuctionHouse.AuctionEnded(loanId, 3);
        _buy();
    }
}

contract LotsTest is AuctionBase {
    /// @custom:invariant C3
    function test_lots_are_sold_in_order_while_debt_remains() public {
        _startBasket();
        vm.assertEq(house.lotOf(loanId).tokenId, 0);
        vm.assertEq(house.lotOf(loanId).lotsLeft, 2);

        // 10 LRT at 1,050 USD.
        vm.assertEq(_buy(), 10_500 * USD);
        vm.assertEq(lrt.balanceOf(buyer), 10e18);
        vm.assertEq(house.lotOf(loanId).tokenId, HOUSE);
        // 115 % of 60,000 USD.
        vm.assertEq(_buy(), 69_000 * USD);
        vm.assertEq(house.lotOf(loanId).tokenId, CAR);
        vm.assertEq(_buy(), 11_500 * USD);

        vm.assertEq(registry.ownerOf(CAR), buyer);
        _assertStatus(loanId, LoanStatus.WrittenOff);
        vm.assertEq(book.shortfallOf(borrower), 100_000 * USD - 91_000 * USD);
    }

    function test_the_next_lot_is_offered_by_the_sale_on_a_clock_of_its_own() public {
        _startBasket();
        vm.warp(START + 1 days + 1 hours);

        vm.expectEmit(address(house));
        emit IAuctionHouse.LotOffered(
            loanId,
            HOUSE,
            3,
            69_000 * USD,
            36_000 * USD,
            uint64(START + 1 days + 1 hours),
            7 days,
            0
        );
        _buy();

        Lot memory lot = house.lotOf(loanId);
        vm.assertEq(lot.startPrice, 69_000 * USD);
        vm.assertEq(lot.floorPrice, 36_000 * USD);
        vm.assertEq(lot.startedAt, START + 1 days + 1 hours);
        vm.assertEq(lot.duration, 7 days);
        vm.assertEq(lot.lotsLeft, 1);
    }

    /// @dev Class 14 of the notes, rule C4: neither the lot on sale nor one that is yet to come moves.
    /// @custom:invariant C4
    function test_class_14_new_terms_leave_an_auction_that_has_begun_as_it_is() public {
        _startBasket();
        _setHarsher(HOUSE_CLASS);
        _setHarsher(LRT_CLASS);
        vm.assertEq(house.priceOf(loanId), 10_500 * USD);
        _setPrice(HOUSE, 1_000 * USD);

        vm.assertEq(_buy(), 10_500 * USD);
        Lot memory lot = house.lotOf(loanId);
        vm.assertEq(lot.startPrice, 69_000 * USD);
        vm.assertEq(lot.floorPrice, 36_000 * USD);
        vm.assertEq(lot.duration, 7 days);
        vm.warp(block.timestamp + 7 days / 2);
        vm.assertEq(_buy(), 52_500 * USD);
    }

    function _setHarsher(uint16 classId) private {
        ClassTerms memory terms = risk.termsOf(classId);
        (terms.auctionStartBps, terms.recoveryBps) = (10_000, 100);
        terms.auctionDuration = 1 hours;
        risk.setTerms(classId, terms);
    }

    function test_what_is_sold_carries_nothing_any_more() public {
        _startBasket();
        // 60 % of 60,000, 45 % of 10,000 and 85 % of 10,000.
        vm.assertEq(book.laneOf(0).impaired, 49_000 * USD);

        _buy();

        vm.assertEq(book.laneOf(0).impaired, 38_500 * USD);
        vm.assertEq(book.tailOf(loanId).impaired, 38_500 * USD);
    }

    /// @custom:invariant C3
    function test_only_as_many_restaking_tokens_are_sold_as_the_debt_needs() public {
        loanId = _openBasket();
        vm.warp(START + 45 days);
        book.callOverdue(loanId, _proofs(loanId, 2));
        book.repay(loanId, book.debtOf(loanId) - 6_300 * USD);
        vm.warp(block.timestamp + 1 days);
        house.open(loanId, _proofs(loanId, 2));

        uint64 paid = _buy();

        // 6,300 USD at 3,150 USD each.
        vm.assertEq(paid, 6_300 * USD);
        vm.assertEq(lrt.balanceOf(buyer), 2e18);
        _assertStatus(loanId, LoanStatus.Repaid);
        book.close(loanId);
        vm.assertEq(lrt.balanceOf(borrower), 98e18);
        vm.assertEq(registry.ownerOf(HOUSE), borrower);
    }

    function test_a_sale_that_covers_the_debt_leaves_the_other_lots() public {
        _startBasket();
        _buy();
        book.repay(loanId, 60_000 * USD);

        _buy();

        _assertStatus(loanId, LoanStatus.Repaid);
        book.close(loanId);
        vm.assertEq(registry.ownerOf(CAR), borrower);
        vm.assertEq(registry.ownerOf(HOUSE), buyer);
    }

    /// @custom:invariant I-22
    function test_a_cure_ends_the_auction_and_a_later_one_sells_the_rest() public {
        _startBasket();
        _buy();
        _setPrice(HOUSE, 400_000 * USD);
        _setPrice(CAR, 20_000 * USD);
        book.cure(loanId, 0, _proofs(loanId, 2));
        vm.expectRevert(abi.encodeWithSelector(IAuctionHouse.NoAuction.selector, loanId));
        house.priceOf(loanId);
        vm.warp(START + 45 days);
        book.callOverdue(loanId, _proofs(loanId, 2));
        vm.warp(START + 46 days);

        house.open(loanId, _proofs(loanId, 2));

        vm.assertEq(house.lotOf(loanId).tokenId, HOUSE);
        vm.assertEq(house.lotOf(loanId).lotsLeft, 1);
    }

    /// @custom:invariant I-20
    function test_a_price_above_the_buyers_limit_is_refused() public {
        _startHouse();

        vm.expectRevert(
            abi.encodeWithSelector(
                IAuctionHouse.PriceAboveMax.selector, 161_000 * USD, 161_000 * USD - 1
            )
        );
        vm.prank(buyer);
        house.buy(loanId, 161_000 * USD - 1);
    }

    /// @custom:invariant I-20 I-22
    function test_what_is_not_for_sale_is_refused() public {
        loanId = _openHouse();

        vm.expectRevert(abi.encodeWithSelector(IAuctionHouse.NoAuction.selector, loanId));
        _buy();
        vm.expectRevert(abi.encodeWithSelector(IAuctionHouse.NoAuction.selector, loanId));
        house.takeForReserve(loanId);
        vm.expectRevert(abi.encodeWithSelector(IAuctionHouse.NoAuction.selector, loanId));
        house.lotOf(loanId);
    }

    /// @custom:invariant I-21
    function testFuzz_a_sale_at_any_moment_books_every_unit(uint256 elapsed) public {
        _startHouse();
        vm.warp(block.timestamp + bound(elapsed, 0, 9 days));

        uint64 paid = _buy();

        LaneState memory lane = book.laneOf(0);
        vm.assertEq(lane.cash, token.balanceOf(book.escrowOf(0)));
        vm.assertEq(lane.cash, LANE_CASH - 100_000 * USD + paid);
        vm.assertEq(lane.owed, book.claimableOf(0, borrower));
        vm.assertEq(paid + book.shortfallOf(borrower), 100_000 * USD + lane.owed);
    }
}

contract TakeForReserveTest is AuctionBase {
    function setUp() public override {
        super.setUp();
        token.mint(address(pool), 1_000_000 * USD);
    }

    /// @custom:invariant I-23 C4
    function test_the_reserve_takes_a_lot_at_its_floor() public {
        _startHouse();
        vm.warp(block.timestamp + 7 days);

        house.takeForReserve(loanId);

        vm.assertEq(registry.ownerOf(HOUSE), pool.reserveHolder());
        vm.assertEq(token.balanceOf(address(pool)), 1_000_000 * USD - 84_000 * USD);
        _assertStatus(loanId, LoanStatus.WrittenOff);
        vm.assertEq(book.laneOf(0).cash, token.balanceOf(book.escrowOf(0)));
    }

    /// @custom:invariant I-23
    function test_while_the_price_falls_the_reserve_waits() public {
        _startHouse();
        uint256 end = START + 21 days;
        vm.warp(end - 1);

        vm.expectRevert(abi.encodeWithSelector(IAuctionHouse.StillFalling.selector, loanId, end));
        house.takeForReserve(loanId);
    }

    function test_the_reserve_waits_out_a_silent_oracle() public {
        _startHouse();
        uint256 end = START + 21 days;
        vm.warp(end);
        oracle.setSilent(true, 2 days);

        vm.expectRevert(
            abi.encodeWithSelector(IAuctionHouse.StillFalling.selector, loanId, end + 2 days)
        );
        house.takeForReserve(loanId);
    }
}

contract ClaimTest is AuctionBase {
    function test_the_borrower_claims_the_surplus() public {
        _startHouse();
        _buy();
        uint256 before = token.balanceOf(borrower);

        vm.prank(borrower);
        uint64 amount = book.claim(0);

        vm.assertEq(amount, 61_000 * USD);
        vm.assertEq(token.balanceOf(borrower) - before, 61_000 * USD);
        vm.assertEq(book.laneOf(0).owed, 0);
        vm.assertEq(book.laneOf(0).cash, LANE_CASH);
        vm.assertEq(book.claimableOf(0, borrower), 0);
    }

    function test_nothing_is_claimed_twice_or_by_others() public {
        _startHouse();
        _buy();
        vm.prank(borrower);
        book.claim(0);

        vm.expectRevert(abi.encodeWithSelector(ILoanBook.NothingToClaim.selector, 0, borrower));
        vm.prank(borrower);
        book.claim(0);
        vm.expectRevert(abi.encodeWithSelector(ILoanBook.NothingToClaim.selector, 0, other));
        vm.prank(other);
        book.claim(0);
    }
}

contract PayShortfallTest is AuctionBase {
    function setUp() public override {
        super.setUp();
        _startHouse();
        vm.warp(block.timestamp + 7 days);
        _buy();
    }

    /// @custom:invariant C4
    function test_a_paid_shortfall_lets_the_borrower_borrow_again() public {
        book.payShortfall(borrower, 0, 6_000 * USD);
        vm.assertEq(book.shortfallOf(borrower), 10_000 * USD);
        book.payShortfall(borrower, 1, 10_000 * USD);

        uint64 again = _open(_terms(CAR, 1_000 * USD));

        _assertStatus(again, LoanStatus.Open);
        vm.assertEq(book.laneOf(1).cash, LANE_CASH + 10_000 * USD);
    }

    function test_more_than_the_shortfall_nothing_and_no_lane_are_refused() public {
        vm.expectRevert(
            abi.encodeWithSelector(
                ILoanBook.AmountTooLarge.selector, 16_000 * USD + 1, 16_000 * USD
            )
        );
        book.payShortfall(borrower, 0, 16_000 * USD + 1);
        vm.expectRevert(abi.encodeWithSelector(ILoanBook.AmountTooSmall.selector, 0, 1));
        book.payShortfall(borrower, 0, 0);
        vm.expectRevert(abi.encodeWithSelector(ILoanBook.LaneUnknown.selector, 2));
        book.payShortfall(borrower, 2, USD);
    }
}
