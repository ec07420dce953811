// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {AssetStatus} from "../../src/interfaces/IAssetRegistry.sol";
import "../../src/interfaces/ILoanBook.sol";
import {IPause} from "../../src/interfaces/IPause.sol";
import {IValuationOracle, ValueProof} from "../../src/interfaces/IValuationOracle.sol";
import {AuctionBase} from "./Auction.t.sol";
import {Carded} from "../support/Carded.sol";
import {IAuctionHouse} from "../../src/interfaces/IAuctionHouse.sol";

using Carded for ILoanBook;
using Carded for IAuctionHouse;

/// @dev Class 19 of the vulnerabilities: whoever cannot act is not sold out meanwhile.
contract PauseTest is AuctionBase {
    uint64 internal constant PAUSE = 7 days;

    function _pause() private {
        oracle.setPaused(uint64(block.timestamp) + PAUSE);
    }

    /// @dev The pause has lapsed: so long the oracle's clock stood still.
    function _lapse() private {
        vm.warp(block.timestamp + PAUSE);
        oracle.setSilent(false, oracle.stoppedSeconds() + PAUSE);
    }

    function _expectPaused() private {
        vm.expectRevert(
            abi.encodeWithSelector(IPause.ProtocolIsPaused.selector, oracle.pausedUntil())
        );
    }

    function _callHouse() private {
        loanId = _openHouse();
        _setPrice(HOUSE, 140_000 * USD);
        book.call(loanId, _proofs(loanId, 2), _proofs(loanId, 1));
    }

    /// @custom:invariant C5b
    function test_a_pause_stops_new_loans_and_lapses() public {
        LoanTerms memory terms = _terms(HOUSE, 100_000 * USD);
        terms.deadline += PAUSE;
        bytes memory signature = _sign(BORROWER_KEY, terms);
        ValueProof[] memory proofs = _proofsFor(terms.assets, terms.lrt, 2);
        _pause();

        _expectPaused();
        book.open(terms, signature, proofs);
        _lapse();
        book.open(terms, signature, proofs);
    }

    /// @custom:invariant C5 C5b
    function test_class_19_a_pause_stops_auction_starts_and_lengthens_the_cure_window() public {
        _callHouse();
        vm.warp(START + 10 days);
        _pause();
        vm.warp(START + 14 days);
        ValueProof[] memory newest = _proofs(loanId, 2);
        _expectPaused();
        house.open(loanId, newest);
        vm.warp(START + 10 days);
        _lapse();

        uint64 until = uint64(START + 14 days + PAUSE);
        vm.warp(until - 1);
        vm.expectRevert(abi.encodeWithSelector(ILoanBook.CureWindowOpen.selector, loanId, until));
        house.open(loanId, newest);
        vm.warp(until);
        house.open(loanId, newest);
    }

    function test_class_19_a_pause_stops_the_auction_of_a_call_that_needed_no_oracle_too() public {
        loanId = _openCalled();
        oracle.setSilent(true, 0);
        vm.warp(START + 59 days);
        _pause();

        _expectPaused();
        house.open(loanId, new ValueProof[](0));
        vm.warp(START + 59 days + PAUSE);
        house.open(loanId, new ValueProof[](0));
    }

    /// @custom:invariant D7 D7b I-14
    function test_repaying_and_prefunding_are_never_paused() public {
        loanId = _openHouse();
        _pause();

        vm.prank(borrower);
        book.prefund(loanId, 1_000 * USD);
        vm.prank(borrower);
        book.withdrawPrefunded(loanId, 1_000 * USD);
        vm.prank(other);
        book.repay(loanId, type(uint64).max);
        book.close(loanId);

        _assertStatus(loanId, LoanStatus.Closed);
        vm.assertEq(registry.ownerOf(HOUSE), borrower);
    }

    /// @custom:invariant D7
    function test_topping_up_and_curing_are_never_paused() public {
        loanId = _openBasket();
        _setPrice(HOUSE, 60_000 * USD);
        book.call(loanId, _proofs(loanId, 2), _proofs(loanId, 1));
        _pause();

        vm.prank(borrower);
        book.topUp(loanId, 1e18);
        ValueProof[] memory newest = _proofs(loanId, 2);
        vm.prank(borrower);
        book.cure(loanId, 60_000 * USD, newest);

        _assertStatus(loanId, LoanStatus.Open);
    }

    /// @custom:invariant C5
    function test_buying_is_never_paused() public {
        _callHouse();
        vm.warp(START + 14 days);
        house.open(loanId, _proofs(loanId, 2));
        _pause();

        uint64 paid = _buy();

        vm.assertGt(paid, 0);
        vm.assertEq(registry.ownerOf(HOUSE), buyer);
    }

    /// @custom:invariant C5b
    function test_calling_is_never_paused() public {
        loanId = _openHouse();
        _setPrice(HOUSE, 140_000 * USD);
        _pause();

        book.call(loanId, _proofs(loanId, 2), _proofs(loanId, 1));

        _assertStatus(loanId, LoanStatus.Called);
    }
}

/// @dev What a silent oracle stops, and what it never stops.
contract OracleSilenceTest is AuctionBase {
    function _expectStale() private {
        vm.expectPartialRevert(IValuationOracle.RoundStale.selector);
    }

    /// @custom:invariant I-26
    function test_class_7_and_I_26_a_stale_round_stops_borrowing_and_not_repaying() public {
        loanId = _openHouse();
        LoanTerms memory terms = _terms(CAR, 5_000 * USD);
        bytes memory signature = _sign(BORROWER_KEY, terms);
        ValueProof[] memory proofs = _proofsFor(terms.assets, terms.lrt, 2);
        oracle.setSilent(true, 0);

        _expectStale();
        book.open(terms, signature, proofs);
        vm.prank(borrower);
        book.repay(loanId, type(uint64).max);
        book.close(loanId);
        _assertStatus(loanId, LoanStatus.Closed);
    }

    function test_class_7_a_value_of_zero_secures_nothing() public {
        LoanTerms memory terms = _terms(CAR, 5_000 * USD);
        bytes memory signature = _sign(BORROWER_KEY, terms);
        _setPrice(CAR, 0);
        ValueProof[] memory proofs = _proofsFor(terms.assets, terms.lrt, 2);

        vm.expectRevert(abi.encodeWithSelector(ILoanBook.AboveLtv.selector, 5_000 * USD, uint64(0)));
        book.open(terms, signature, proofs);
    }

    /// @custom:invariant I-26
    function test_I_26_a_stale_round_stops_the_auction_of_a_call_for_health() public {
        loanId = _openHouse();
        _setPrice(HOUSE, 140_000 * USD);
        book.call(loanId, _proofs(loanId, 2), _proofs(loanId, 1));
        vm.warp(START + 14 days);
        ValueProof[] memory newest = _proofs(loanId, 2);
        oracle.setSilent(true, 0);

        _expectStale();
        house.open(loanId, newest);
    }

    /// @dev While the chain or the reporters stand still so do the clocks: nobody is sold out by an
    /// outage in which nothing could be paid.
    /// @custom:invariant C5
    function test_class_8_an_outage_lengthens_the_cure_window_and_holds_the_price() public {
        _startHouse();
        vm.warp(block.timestamp + 1 days);
        uint64 before = house.priceOf(loanId);
        vm.warp(block.timestamp + 3 days);
        oracle.setSilent(true, 3 days);

        vm.assertEq(house.priceOf(loanId), before);
        vm.assertEq(_buy(), before);
    }

    /// @custom:invariant I-14 D7
    function test_a_stranger_pays_off_an_open_loan_while_everything_stands_still() public {
        loanId = _openHouse();

        _payOffByAStranger();
    }

    /// @custom:invariant I-14 D7
    function test_a_stranger_pays_off_a_called_loan_while_everything_stands_still() public {
        loanId = _openCalled();

        _payOffByAStranger();
    }

    /// @custom:invariant I-14 D7
    function test_a_stranger_pays_off_an_auctioned_loan_while_everything_stands_still() public {
        _startHouse();

        _payOffByAStranger();
    }

    /// @dev The oracle is silent, the protocol paused and the asset frozen.
    function _payOffByAStranger() private {
        oracle.setSilent(true, 0);
        oracle.setPaused(uint64(block.timestamp) + 7 days);
        registry.setStatus(HOUSE, AssetStatus.Frozen);
        uint64 debt = book.debtOf(loanId);

        vm.prank(other);
        uint64 paid = book.repay(loanId, type(uint64).max);
        book.close(loanId);

        vm.assertEq(paid, debt);
        vm.assertEq(book.debtOf(loanId), 0);
        _assertStatus(loanId, LoanStatus.Closed);
        vm.assertEq(registry.ownerOf(HOUSE), borrower);
    }
}
