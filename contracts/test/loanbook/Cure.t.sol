// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {AssetStatus} from "../../src/interfaces/IAssetRegistry.sol";
import "../../src/interfaces/ILoanBook.sol";
import {IValuationOracle, ValueProof} from "../../src/interfaces/IValuationOracle.sol";
import {BookBase} from "./support/BookBase.sol";
import {Carded} from "../support/Carded.sol";

using Carded for ILoanBook;

contract CureTest is BookBase {
    function test_paying_the_arrears_puts_the_loan_back() public {
        uint64 loanId = _openCalled();
        uint64 debt = book.debtOf(loanId);
        int256 worth = _worth(0);

        book.cure(loanId, 20_000 * USD, _proofs(loanId, 2));

        LaneState memory lane = book.laneOf(0);
        _assertStatus(loanId, LoanStatus.Open);
        vm.assertEq(book.debtOf(loanId), debt - 20_000 * USD);
        vm.assertEq(lane.impaired, 0);
        vm.assertEq(_laneDebt(0) + 1, debt - 20_000 * USD);
        vm.assertLe(uint256(worth - _worth(0)), SCALE);
        vm.assertEq(book.loanOf(loanId).lastAccrual, block.timestamp);
        vm.assertEq(book.tailOf(loanId).cures, 1);
        vm.assertEq(book.tailOf(loanId).firstCureAt, block.timestamp);
    }

    function test_a_cured_loan_earns_again() public {
        uint64 loanId = _openCalled();
        book.cure(loanId, 20_000 * USD, _proofs(loanId, 2));
        uint64 debt = book.debtOf(loanId);

        vm.warp(block.timestamp + 10 days);

        vm.assertGt(book.debtOf(loanId), debt);
    }

    function test_the_cure_says_who_paid() public {
        uint64 loanId = _openCalled();
        ValueProof[] memory newest = _proofs(loanId, 2);
        uint32 sequence = book.laneOf(0).sequence;

        vm.expectEmit(address(book));
        emit ILoanBook.LoanCured(loanId, other, sequence + 1, 20_000 * USD);
        vm.prank(other);
        book.cure(loanId, 20_000 * USD, newest);
    }

    function test_a_cure_that_pays_all_needs_no_proofs() public {
        uint64 loanId = _openCalled();

        book.cure(loanId, type(uint64).max, new ValueProof[](0));

        _assertStatus(loanId, LoanStatus.Repaid);
        vm.assertEq(book.laneOf(0).impaired, 0);
        vm.assertEq(book.tailOf(loanId).cures, 0);
        vm.assertEq(book.laneOf(0).cash, token.balanceOf(book.escrowOf(0)));
    }

    function test_a_recovered_value_cures_without_payment() public {
        uint64 loanId = _openHouse();
        _setPrice(HOUSE, 140_000 * USD);
        book.call(loanId, _proofs(loanId, 2), _proofs(loanId, 1));
        _setPrice(HOUSE, 170_000 * USD);

        book.cure(loanId, 0, _proofs(loanId, 2));

        _assertStatus(loanId, LoanStatus.Open);
    }

    /// @custom:invariant C2
    function test_arrears_left_are_no_cure() public {
        uint64 loanId = _openCalled();
        uint64 debt = book.debtOf(loanId);
        ValueProof[] memory newest = _proofs(loanId, 2);

        vm.expectRevert(
            abi.encodeWithSelector(
                ILoanBook.NotCured.selector, loanId, debt - 10_000 * USD, 240_000 * USD
            )
        );
        book.cure(loanId, 10_000 * USD, newest);
    }

    /// @custom:invariant C2
    function test_a_cure_restores_the_opening_ltv() public {
        uint64 loanId = _openHouse();
        _setPrice(HOUSE, 140_000 * USD);
        book.call(loanId, _proofs(loanId, 2), _proofs(loanId, 1));
        ValueProof[] memory newest = _proofs(loanId, 2);
        vm.expectRevert(
            abi.encodeWithSelector(
                ILoanBook.NotCured.selector, loanId, 84_000 * USD + 1, 84_000 * USD
            )
        );
        book.cure(loanId, 16_000 * USD - 1, newest);

        book.cure(loanId, 16_000 * USD, newest);

        _assertStatus(loanId, LoanStatus.Open);
    }

    function test_an_asset_that_is_not_active_counts_for_nothing() public {
        uint64 loanId = _openHouse();
        registry.setStatus(HOUSE, AssetStatus.Frozen);
        book.callOverdue(loanId, _proofs(loanId, 2));
        ValueProof[] memory newest = _proofs(loanId, 2);

        vm.expectRevert(
            abi.encodeWithSelector(ILoanBook.NotCured.selector, loanId, 100_000 * USD, 0)
        );
        book.cure(loanId, 0, newest);
    }

    function test_dust_is_refused() public {
        uint64 loanId = _openCalled();
        ValueProof[] memory newest = _proofs(loanId, 2);

        vm.expectRevert(abi.encodeWithSelector(ILoanBook.AmountTooSmall.selector, 5, MINIMUM));
        book.cure(loanId, 5, newest);
    }

    function test_an_open_loan_needs_no_cure() public {
        uint64 loanId = _openHouse();
        ValueProof[] memory newest = _proofs(loanId, 2);

        vm.expectRevert(
            abi.encodeWithSelector(ILoanBook.WrongStatus.selector, loanId, LoanStatus.Open)
        );
        book.cure(loanId, USD, newest);
    }

    /// @custom:invariant D7
    function test_arrears_are_cured_on_appraisals_while_the_oracle_is_silent() public {
        uint64 loanId = _openCalled();
        oracle.setSilent(true, 0);

        book.cure(loanId, 20_000 * USD, new ValueProof[](0));

        _assertStatus(loanId, LoanStatus.Open);
    }

    function test_a_call_for_health_is_not_cured_on_appraisals() public {
        uint64 loanId = _openHouse();
        _setPrice(HOUSE, 140_000 * USD);
        book.call(loanId, _proofs(loanId, 2), _proofs(loanId, 1));
        oracle.setSilent(true, 0);
        ValueProof[] memory newest = _proofs(loanId, 2);

        vm.expectRevert(abi.encodeWithSelector(ILoanBook.ProofMismatch.selector, 1, 0));
        book.cure(loanId, 20_000 * USD, new ValueProof[](0));
        vm.expectRevert(abi.encodeWithSelector(IValuationOracle.RoundStale.selector, 2, START));
        book.cure(loanId, 20_000 * USD, newest);
    }

    function test_a_cure_that_needs_no_payment_moves_no_cash() public {
        uint64 loanId = _openHouse();
        _setPrice(HOUSE, 140_000 * USD);
        book.call(loanId, _proofs(loanId, 2), _proofs(loanId, 1));
        _setPrice(HOUSE, 400_000 * USD);
        uint64 cash = book.laneOf(0).cash;
        uint256 balance = token.balanceOf(address(this));

        book.cure(loanId, 0, _proofs(loanId, 2));

        vm.assertEq(book.laneOf(0).cash, cash);
        vm.assertEq(token.balanceOf(address(this)), balance);
    }

    /// @custom:invariant C2
    function test_after_two_cures_within_a_year_there_is_no_third_window() public {
        uint64 loanId = _openHouse();
        for (uint256 i = 0; i < 2; ++i) {
            _setPrice(HOUSE, 140_000 * USD);
            book.call(loanId, _proofs(loanId, 2), _proofs(loanId, 1));
            vm.assertEq(book.cureUntilOf(loanId), block.timestamp + 14 days);
            _setPrice(HOUSE, 400_000 * USD);
            book.cure(loanId, 0, _proofs(loanId, 2));
        }
        _setPrice(HOUSE, 140_000 * USD);

        book.call(loanId, _proofs(loanId, 2), _proofs(loanId, 1));

        vm.assertEq(book.cureUntilOf(loanId), block.timestamp);
        vm.assertTrue(book.loanOf(loanId).windowSpent);
        book.repay(loanId, 1_000 * USD);
        vm.assertTrue(book.loanOf(loanId).windowSpent);
        vm.assertEq(book.cureUntilOf(loanId), block.timestamp);
    }

    /// @custom:invariant C2
    function test_cures_are_counted_anew_a_year_after_the_first() public {
        LoanTerms memory terms = _terms(HOUSE, 100_000 * USD);
        (terms.instalments, terms.interval) = (1, 365 days);
        uint64 loanId = _open(terms);
        _callAndCure(loanId);
        vm.warp(START + 365 days - 1);
        _callAndCure(loanId);
        vm.assertEq(book.tailOf(loanId).cures, 2);
        vm.assertEq(book.tailOf(loanId).firstCureAt, START);
        vm.warp(START + 365 days);

        _callAndCure(loanId);

        vm.assertEq(book.tailOf(loanId).cures, 1);
        vm.assertEq(book.tailOf(loanId).firstCureAt, START + 365 days);
    }

    function test_a_year_later_the_window_is_back() public {
        LoanTerms memory terms = _terms(HOUSE, 100_000 * USD);
        (terms.instalments, terms.interval) = (1, 365 days);
        uint64 loanId = _open(terms);
        for (uint256 i = 0; i < 2; ++i) {
            _callAndCure(loanId);
        }
        vm.warp(START + 365 days);
        _setPrice(HOUSE, 140_000 * USD);

        book.call(loanId, _proofs(loanId, 2), _proofs(loanId, 1));

        vm.assertEq(book.cureUntilOf(loanId), block.timestamp + 14 days);
    }

    function _callAndCure(uint64 loanId) private {
        _setPrice(HOUSE, 140_000 * USD);
        book.call(loanId, _proofs(loanId, 2), _proofs(loanId, 1));
        _setPrice(HOUSE, 400_000 * USD);
        book.cure(loanId, 0, _proofs(loanId, 2));
    }
}
