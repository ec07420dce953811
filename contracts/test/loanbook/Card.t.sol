// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IAuctionHouse} from "../../src/interfaces/IAuctionHouse.sol";
import "../../src/interfaces/ILoanBook.sol";
import {ISales} from "../../src/interfaces/ISales.sol";
import {ValueProof} from "../../src/interfaces/IValuationOracle.sol";
import {Carded} from "../support/Carded.sol";
import {BookBase} from "./support/BookBase.sol";

using Carded for ILoanBook;
using Carded for IAuctionHouse;

/// @title Whoever acts on a loan brings its own, present card
contract CardTest is BookBase {
    uint64 private loanId;
    bytes32[] private others;

    function setUp() public override {
        super.setUp();
        loanId = _openHouse();
        others = book.wordsOf(_open(_terms(CAR, 5_000 * USD)));
    }

    /// @custom:invariant I-11 D9
    function test_an_open_loan_takes_no_other_card() public {
        ValueProof[] memory proofs = _proofs(loanId, 2);
        LoanChange memory change;
        change.loanId = loanId;

        _refuse(abi.encodeCall(ILoanBook.withdrawPrefunded, (loanId, 1, others)));
        _refuse(abi.encodeCall(ILoanBook.pay, (loanId, USD, others)));
        _refuse(abi.encodeCall(ILoanBook.sweep, (loanId, others)));
        _refuse(abi.encodeCall(ILoanBook.collect, (loanId, USD, others)));
        _refuse(abi.encodeCall(ILoanBook.charge, (loanId, 1, others)));
        _refuse(abi.encodeCall(ILoanBook.topUp, (loanId, 1, others)));
        _refuse(abi.encodeCall(ILoanBook.topUpAsset, (loanId, proofs[0], others)));
        _refuse(abi.encodeCall(ILoanBook.amend, (change, "", proofs, others)));
        _refuse(abi.encodeCall(ILoanBook.call, (loanId, proofs, proofs, others)));
        _refuse(abi.encodeCall(ILoanBook.callOverdue, (loanId, proofs, others)));
        _refuse(abi.encodeCall(ILoanViews.readCard, (loanId, others)));
        _refuse(abi.encodeCall(ILoanViews.isOverdue, (loanId, others)));
    }

    /// @custom:invariant I-15 D9
    function test_a_repaid_loan_takes_no_other_card() public {
        book.repay(loanId, type(uint64).max);

        _refuse(abi.encodeCall(ILoanBook.close, (loanId, others)));
    }

    /// @custom:invariant I-20
    function test_a_called_and_an_auctioned_loan_take_no_other_card() public {
        vm.warp(START + 45 days);
        book.callOverdue(loanId, _proofs(loanId, 2));
        ValueProof[] memory proofs = _proofs(loanId, 2);

        _refuse(abi.encodeCall(ILoanBook.cure, (loanId, USD, proofs, others)));
        _refuse(abi.encodeCall(ILoanViews.cureUntilOf, (loanId, others)));
        vm.warp(START + 60 days);
        _refuse(address(house), abi.encodeCall(IAuctionHouse.open, (loanId, proofs, others)));
        house.open(loanId, proofs);
        _refuse(address(house), abi.encodeCall(IAuctionHouse.buy, (loanId, USD, others)));
        _refuse(address(house), abi.encodeCall(IAuctionHouse.takeForReserve, (loanId, others)));
        _refuse(abi.encodeCall(ISales.forSaleOf, (loanId, others)));
    }

    function test_what_is_not_in_auction_is_told_without_a_card() public view {
        (LoanStatus status, uint64 debt, address escrow) = book.forSaleOf(loanId, others);

        vm.assertTrue(status == LoanStatus.Open);
        vm.assertEq(debt, 100_000 * USD);
        vm.assertEq(escrow, book.escrowOf(0));
    }

    function test_a_card_from_before_an_amendment_is_no_longer_the_loans() public {
        uint64 second = _openTokens();
        bytes32[] memory before = book.wordsOf(second);
        vm.prank(borrower);
        book.topUp(second, 1);

        vm.expectRevert(abi.encodeWithSelector(ILoanBook.CardMismatch.selector, second));
        book.topUp(second, 1, before);
    }

    function test_what_a_called_loan_is_carried_at_is_nobodys_to_withdraw() public {
        vm.warp(START + 45 days);
        book.callOverdue(loanId, _proofs(loanId, 2));
        vm.assertGt(book.loanOf(loanId).impaired, 0);

        vm.expectRevert(abi.encodeWithSelector(ILoanBook.AmountTooLarge.selector, 1, 0));
        vm.prank(borrower);
        book.withdrawPrefunded(loanId, 1);
    }

    function test_a_card_one_word_short_or_long_is_none() public {
        bytes32[] memory card = book.wordsOf(loanId);
        bytes32[] memory longer = new bytes32[](card.length + 1);
        bytes32[] memory shorter = new bytes32[](card.length - 1);
        for (uint256 i = 0; i < card.length; ++i) {
            longer[i] = card[i];
            if (i < shorter.length) shorter[i] = card[i];
        }

        _refuse(abi.encodeCall(ILoanViews.readCard, (loanId, longer)));
        _refuse(abi.encodeCall(ILoanViews.readCard, (loanId, shorter)));
        _refuse(abi.encodeCall(ILoanViews.readCard, (loanId, new bytes32[](0))));
    }

    function _openTokens() private returns (uint64) {
        LoanTerms memory terms = _terms(0, 20_000 * USD);
        (terms.lrt, terms.lrtAmount) = (address(lrt), 10e18);
        return _open(terms);
    }

    function _refuse(bytes memory call) private {
        _refuse(address(book), call);
    }

    function _refuse(address target, bytes memory call) private {
        vm.prank(borrower);
        (bool done, bytes memory reason) = target.call(call);
        vm.assertFalse(done);
        vm.assertEq(reason, abi.encodeWithSelector(ILoanBook.CardMismatch.selector, loanId));
    }
}
