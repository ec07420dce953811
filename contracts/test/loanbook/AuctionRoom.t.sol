// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IAuctionHouse} from "../../src/interfaces/IAuctionHouse.sol";
import "../../src/interfaces/ILoanBook.sol";
import {AuctionBase} from "./Auction.t.sol";
import {Carded} from "../support/Carded.sol";

using Carded for ILoanBook;
using Carded for IAuctionHouse;

/// @title Value at auction in one lane (rule L4): a house at 460,000 USD, a car at 23,000
contract AuctionRoomTest is AuctionBase {
    uint64 private constant HOUSE_WORTH = 460_000 * USD;
    uint64 private constant CAR_WORTH = 23_000 * USD;
    uint256 private constant OPENING = START + 60 days;
    uint64 private carLoan;

    /// @dev Two loans in arrears in lane 0, their cure windows past.
    function setUp() public override {
        super.setUp();
        loanId = _openHouse();
        carLoan = _open(_terms(CAR, 9_000 * USD));
        vm.warp(START + 45 days);
        book.callOverdue(loanId, _proofs(loanId, 2));
        book.callOverdue(carLoan, _proofs(carLoan, 2));
        vm.warp(OPENING);
    }

    /// @custom:invariant L4
    function test_a_lane_may_always_have_one_lot_open() public {
        _handOut(0);

        _start(loanId);

        _assertAtAuction(1, HOUSE_WORTH);
        _assertFull(carLoan, 0, CAR_WORTH);
    }

    /// @custom:invariant L4
    function test_a_second_lot_opens_within_the_allowance_to_the_unit() public {
        _handOut(HOUSE_WORTH + CAR_WORTH - 1);
        _start(loanId);
        _assertFull(carLoan, CAR_WORTH - 1, CAR_WORTH);

        _handOut(HOUSE_WORTH + CAR_WORTH);

        _start(carLoan);
        _assertAtAuction(2, HOUSE_WORTH + CAR_WORTH);
    }

    /// @custom:invariant L4
    function test_a_sale_makes_room_for_the_next() public {
        _handOut(0);
        _start(loanId);

        _buy();

        _assertAtAuction(0, 0);
        _start(carLoan);
    }

    /// @custom:invariant L4
    function test_a_cure_makes_room_and_takes_the_lot_off_the_market() public {
        _handOut(0);
        _start(loanId);

        vm.expectEmit(address(house));
        emit IAuctionHouse.AuctionEnded(loanId, 2);
        book.cure(loanId, 40_000 * USD, _proofs(loanId, 2));

        _assertAtAuction(0, 0);
        _start(carLoan);
    }

    /// @custom:invariant L4
    function test_repaying_and_income_make_room_too() public {
        _handOut(0);
        _start(loanId);
        book.repay(loanId, 1_000 * USD);
        _assertAtAuction(1, HOUSE_WORTH);

        book.repay(loanId, type(uint64).max);

        _assertAtAuction(0, 0);
        _start(carLoan);
        book.pay(carLoan, 20_000 * USD);
        _assertAtAuction(0, 0);
    }

    /// @custom:invariant L4
    function test_the_next_lot_of_an_auction_keeps_its_place() public {
        uint64 basket = _basketInArrears();
        _handOut(0);
        _start(basket);
        _assertAtAuction(1, 10 * 3_150 * USD);

        vm.prank(buyer);
        house.buy(basket, type(uint64).max);

        _assertAtAuction(1, HOUSE_WORTH);
        book.cure(basket, 60_000 * USD, _proofs(basket, 2));
        _assertAtAuction(0, 0);
    }

    /// @custom:invariant L4
    function test_a_cured_first_lot_of_restaking_tokens_gives_all_its_room_back() public {
        uint64 basket = _basketInArrears();
        _handOut(0);
        _start(basket);

        book.cure(basket, 60_000 * USD, _proofs(basket, 2));

        _assertAtAuction(0, 0);
    }

    function test_the_loan_book_alone_allows_and_withdraws() public {
        vm.expectRevert(abi.encodeWithSelector(IAuctionHouse.NotLoanBook.selector, address(this)));
        house.allow(1);

        vm.expectRevert(abi.encodeWithSelector(IAuctionHouse.NotLoanBook.selector, address(this)));
        house.withdraw(loanId);
    }

    /// @dev A house and 10 LRT of another borrower, in lane 0 and past its cure window.
    function _basketInArrears() private returns (uint64 basket) {
        _mint(3_003, HOUSE_CLASS, other, 400_000 * USD);
        lrt.mint(other, 10e18);
        LoanTerms memory terms = _terms(3_003, 100_000 * USD);
        terms.borrower = other;
        (terms.lrt, terms.lrtAmount) = (address(lrt), 10e18);
        basket = _open(terms);
        vm.warp(OPENING + 45 days);
        book.callOverdue(basket, _proofs(basket, 2));
        vm.warp(OPENING + 60 days);
    }

    function _start(uint64 id) private {
        house.open(id, _proofs(id, 2));
    }

    function _assertFull(uint64 id, uint64 room, uint64 needed) private {
        bytes memory full =
            abi.encodeWithSelector(IAuctionHouse.AuctionsFull.selector, 0, room, needed);
        bytes memory call = abi.encodeCall(IAuctionHouse.open, (id, _proofs(id, 2), book.wordsOf(id)));
        (bool done, bytes memory reason) = address(house).call(call);
        vm.assertFalse(done);
        vm.assertEq(keccak256(reason), keccak256(full));
    }

    function _assertAtAuction(uint32 lots, uint64 value) private view {
        (uint32 lotsNow, uint64 valueNow,) = house.atAuctionOf(0);
        vm.assertEq(lotsNow, lots, "lots");
        vm.assertEq(valueNow, value, "value");
    }
}
