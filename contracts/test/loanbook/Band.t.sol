// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IAuctionHouse, Lot} from "../../src/interfaces/IAuctionHouse.sol";
import "../../src/interfaces/ILoanBook.sol";
import {
    ValueProof,
    ValueStatus
} from "../../src/interfaces/IValuationOracle.sol";
import {AuctionBase} from "./Auction.t.sol";
import {Carded} from "../support/Carded.sol";

using Carded for ILoanBook;
using Carded for IAuctionHouse;

/// @title Restaking tokens whose market and NAV are too far apart (rule V6): 40 at 3,000 USD
contract BandTest is AuctionBase {
    uint256 private tokenId;

    function setUp() public override {
        super.setUp();
        tokenId = uint160(address(lrt));
    }

    /// @custom:invariant V6
    function test_a_broken_band_makes_restaking_tokens_callable_on_one_round() public {
        loanId = _openLrt();
        _breakBand();
        ValueProof[] memory newest = _proofs(loanId, 2);
        ValueProof[] memory none = new ValueProof[](1);

        vm.expectEmit(address(book));
        emit ILoanBook.LoanCalled(
            loanId,
            4,
            CallReason.Band,
            70_000 * USD,
            70_000 * USD,
            uint64(block.timestamp + 1 days),
            0
        );
        book.call(loanId, newest, none);

        _assertStatus(loanId, LoanStatus.Called);
    }

    /// @custom:invariant V6
    function test_a_band_broken_for_borrowing_only_calls_nothing() public {
        loanId = _openLrt();
        oracle.setStatus(2, tokenId, ValueStatus.Challenged);

        _assertNotCallable(90_000 * USD);
    }

    /// @custom:invariant V6
    function test_a_band_broken_a_round_ago_calls_nothing() public {
        loanId = _openLrt();
        oracle.setStatus(1, tokenId, ValueStatus.Frozen);

        _assertNotCallable(90_000 * USD);
    }

    /// @custom:invariant V6
    function test_without_a_broken_band_the_round_before_is_needed() public {
        loanId = _openLrt();
        _setPrice(tokenId, 1_000 * USD);
        ValueProof[] memory none = new ValueProof[](1);
        ValueProof[] memory newest = _proofs(loanId, 2);

        vm.expectRevert(abi.encodeWithSelector(ILoanBook.ProofMismatch.selector, tokenId, 0));
        book.call(loanId, newest, none);
    }

    /// @custom:invariant V6 I-12
    function test_a_loan_that_its_assets_bear_alone_is_not_called() public {
        loanId = _openBasket();
        _breakBand();

        _assertNotCallable(292_400 * USD);
    }

    /// @custom:invariant V6
    function test_the_tokens_are_for_sale_at_once() public {
        _callLrt();

        house.open(loanId, _proofs(loanId, 2));

        vm.assertEq(house.lotOf(loanId).startedAt, block.timestamp);
        _buy();
        _assertStatus(loanId, LoanStatus.Repaid);
    }

    /// @custom:invariant V6 C3
    function test_the_assets_behind_them_keep_their_cure_window() public {
        _callMixed();
        house.open(loanId, _proofs(loanId, 2));

        _buy();

        uint64 from = uint64(START + 1 days);
        Lot memory lot = house.lotOf(loanId);
        vm.assertEq(lot.tokenId, HOUSE);
        vm.assertEq(lot.startedAt, from);
        vm.warp(from - 1);
        vm.expectRevert(
            abi.encodeWithSelector(IAuctionHouse.NotYetForSale.selector, loanId, from)
        );
        vm.prank(buyer);
        house.buy(loanId, type(uint64).max);
        vm.warp(from);
        vm.assertEq(_buy(), lot.startPrice);
    }

    /// @custom:invariant V6 C2
    function test_meanwhile_the_rest_can_be_cured() public {
        _callMixed();
        house.open(loanId, _proofs(loanId, 2));
        _buy();
        uint64 debt = book.debtOf(loanId);

        book.cure(loanId, debt - 60_000 * USD, _proofs(loanId, 2));

        _assertStatus(loanId, LoanStatus.Open);
        (uint32 lots,,) = house.atAuctionOf(0);
        vm.assertEq(lots, 0);
    }

    /// @custom:invariant V6
    function test_tokens_out_of_their_band_cure_nothing() public {
        _callLrt();
        ValueProof[] memory newest = _proofs(loanId, 2);

        vm.expectRevert(
            abi.encodeWithSelector(ILoanBook.NotCured.selector, loanId, 60_000 * USD, 0)
        );
        book.cure(loanId, 10_000 * USD, newest);

        oracle.setStatus(2, tokenId, ValueStatus.Valid);
        book.cure(loanId, 10_000 * USD, _proofs(loanId, 2));
        _assertStatus(loanId, LoanStatus.Open);
    }

    /// @custom:invariant V6 C5
    function test_the_assets_wait_longer_while_clocks_stand_still() public {
        _callMixed();
        house.open(loanId, _proofs(loanId, 2));
        _buy();
        vm.warp(START + 1 days);
        oracle.setSilent(false, 1 hours);
        uint64 from = uint64(START + 1 days + 1 hours);

        vm.expectRevert(
            abi.encodeWithSelector(IAuctionHouse.NotYetForSale.selector, loanId, from)
        );
        vm.prank(buyer);
        house.buy(loanId, type(uint64).max);

        vm.warp(from);
        _buy();
    }

    function _openLrt() private returns (uint64) {
        LoanTerms memory terms = _terms(0, 70_000 * USD);
        (terms.lrt, terms.lrtAmount) = (address(lrt), 40e18);
        return _open(terms);
    }

    function _breakBand() private {
        oracle.setStatus(2, tokenId, ValueStatus.Frozen);
    }

    function _callLrt() private {
        loanId = _openLrt();
        _breakBand();
        book.call(loanId, _proofs(loanId, 2), new ValueProof[](1));
    }

    /// @dev A house now worth 100,000 USD and 40 tokens of 3,000 bear 200,000 USD of debt: called
    /// because the tokens count for nothing.
    function _callMixed() private {
        LoanTerms memory terms = _terms(HOUSE, 200_000 * USD);
        (terms.lrt, terms.lrtAmount) = (address(lrt), 40e18);
        loanId = _open(terms);
        _setPrice(HOUSE, 100_000 * USD);
        _breakBand();
        book.call(loanId, _proofs(loanId, 2), _proofs(loanId, 1));
    }

    function _assertNotCallable(uint64 limit) private {
        ValueProof[] memory newest = _proofs(loanId, 2);
        ValueProof[] memory previous = _proofs(loanId, 1);
        uint64 debt = book.debtOf(loanId);
        vm.expectRevert(
            abi.encodeWithSelector(ILoanBook.NotCallable.selector, loanId, debt, limit)
        );
        book.call(loanId, newest, previous);
    }
}
