// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {AssetStatus} from "../../src/interfaces/IAssetRegistry.sol";
import {IAuctionHouse} from "../../src/interfaces/IAuctionHouse.sol";
import "../../src/interfaces/ILoanBook.sol";
import {ValueProof} from "../../src/interfaces/IValuationOracle.sol";
import {AuctionBase} from "./Auction.t.sol";
import {Carded} from "../support/Carded.sol";

using Carded for ILoanBook;
using Carded for IAuctionHouse;

/// @title Values that a speaking oracle leaves out never shelter a debtor (rule V4)
contract WithheldTest is AuctionBase {
    uint256 private constant OVERDUE = START + 45 days;
    uint256 private constant WAIT = 2 days;

    function setUp() public override {
        super.setUp();
        loanId = _openHouse();
    }

    /// @custom:invariant V4
    function test_an_overdue_loan_is_called_from_its_appraisal_two_days_later() public {
        vm.warp(OVERDUE + WAIT - 1);
        _assertProofNeeded(abi.encodeCall(ILoanBook.callOverdue, (loanId, _none(), book.wordsOf(loanId))), address(book));

        vm.warp(OVERDUE + WAIT);
        book.callOverdue(loanId, _none());

        _assertStatus(loanId, LoanStatus.Called);
        vm.assertEq(book.loanOf(loanId).impaired, book.debtOf(loanId));
    }

    /// @custom:invariant V4
    function test_a_proof_that_there_is_can_be_brought_at_once() public {
        vm.warp(OVERDUE);

        book.callOverdue(loanId, _proofs(loanId, 2));

        _assertStatus(loanId, LoanStatus.Called);
    }

    /// @custom:invariant V4
    function test_its_auction_starts_from_the_appraisal_two_days_after_the_window() public {
        vm.warp(OVERDUE + WAIT);
        book.callOverdue(loanId, _none());
        uint256 until = book.cureUntilOf(loanId);
        vm.warp(until + WAIT - 1);
        _assertProofNeeded(abi.encodeCall(IAuctionHouse.open, (loanId, _none(), book.wordsOf(loanId))), address(house));

        vm.warp(until + WAIT);
        house.open(loanId, _none());

        vm.assertEq(house.lotOf(loanId).startPrice, 460_000 * USD);
        vm.assertFalse(house.lotOf(loanId).silent);
    }

    /// @custom:invariant V4
    function test_a_loan_called_for_its_health_is_auctioned_too() public {
        _setPrice(HOUSE, 140_000 * USD);
        book.call(loanId, _proofs(loanId, 2), _proofs(loanId, 1));

        vm.warp(book.cureUntilOf(loanId) + WAIT);
        house.open(loanId, _none());

        _assertStatus(loanId, LoanStatus.Auctioned);
    }

    /// @custom:invariant V4
    function test_a_healthy_loan_is_not_called_without_proofs() public {
        vm.warp(OVERDUE + WAIT);
        book.repay(loanId, 30_000 * USD);

        _assertProofNeeded(abi.encodeCall(ILoanBook.callOverdue, (loanId, _none(), book.wordsOf(loanId))), address(book));
    }

    /// @custom:invariant V4
    function test_a_revoked_asset_needs_no_proof_and_no_wait() public {
        registry.setStatus(HOUSE, AssetStatus.Revoked);

        book.callOverdue(loanId, _none());

        _assertStatus(loanId, LoanStatus.Called);
        vm.warp(book.cureUntilOf(loanId));
        house.open(loanId, _none());
        vm.assertEq(house.lotOf(loanId).startPrice, 460_000 * USD);
    }

    /// @custom:invariant V4
    function test_what_has_a_value_in_a_basket_is_still_proven() public {
        book.repay(loanId, type(uint64).max);
        book.close(loanId);
        loanId = _openBasket();
        vm.warp(OVERDUE);
        ValueProof[] memory newest = _proofs(loanId, 2);
        delete newest[1];
        newest[0].leaf.lower += 1;

        vm.warp(OVERDUE + WAIT);
        (bool done,) = address(book).call(abi.encodeCall(ILoanBook.callOverdue, (loanId, newest, book.wordsOf(loanId))));
        vm.assertFalse(done);
        newest[0].leaf.lower -= 1;
        book.callOverdue(loanId, newest);
        _assertStatus(loanId, LoanStatus.Called);
    }

    /// @custom:invariant V4 V1
    function test_a_call_for_health_and_a_cure_need_every_proof() public {
        _assertProofNeeded(
            abi.encodeCall(
                ILoanBook.call, (loanId, _none(), _proofs(loanId, 1), book.wordsOf(loanId))
            ), address(book)
        );
        vm.warp(OVERDUE);
        book.callOverdue(loanId, _proofs(loanId, 2));
        vm.warp(OVERDUE + 100 days);

        _assertProofNeeded(
            abi.encodeCall(
                ILoanBook.cure, (loanId, 60_000 * USD, _none(), book.wordsOf(loanId))
            ), address(book)
        );
    }

    function _none() private pure returns (ValueProof[] memory) {
        return new ValueProof[](1);
    }

    function _assertProofNeeded(bytes memory call, address target) private {
        (bool done, bytes memory reason) = target.call(call);
        vm.assertFalse(done);
        bytes memory mismatch =
            abi.encodeWithSelector(ILoanBook.ProofMismatch.selector, HOUSE, uint256(0));
        vm.assertEq(keccak256(reason), keccak256(mismatch));
    }
}
