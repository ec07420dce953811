// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {AssetStatus} from "../../src/interfaces/IAssetRegistry.sol";
import "../../src/interfaces/ILoanBook.sol";
import {
    IValuationOracle,
    ValueProof,
    ValueStatus
} from "../../src/interfaces/IValuationOracle.sol";
import {LoanMath} from "../../src/libraries/LoanMath.sol";
import {BookBase} from "./support/BookBase.sol";
import {Carded, LoanTail} from "../support/Carded.sol";

using Carded for ILoanBook;

contract CallTest is BookBase {
    /// @dev 100,000 USD of debt is callable below a value of 142,857.142858 at 70 %.
    uint64 private constant UNHEALTHY = 142_857_142_857;
    uint64 private constant HEALTHY = 142_857_142_858;

    function test_an_unhealthy_loan_is_called() public {
        uint64 loanId = _openHouse();
        _setPrice(HOUSE, UNHEALTHY);

        _call(loanId);

        LoanTail memory tail = book.tailOf(loanId);
        _assertStatus(loanId, LoanStatus.Called);
        vm.assertEq(book.loanOf(loanId).lastAccrual, START);
        vm.assertEq(uint256(tail.callReason), uint256(CallReason.Health));
        vm.assertEq(tail.impaired, uint256(UNHEALTHY) * 6_000 / 10_000);
        vm.assertEq(book.cureUntilOf(loanId), START + 14 days);
    }

    /// @custom:invariant C1
    function test_a_called_loan_leaves_the_sums_for_the_carrying_value() public {
        uint64 loanId = _openHouse();
        _setPrice(HOUSE, UNHEALTHY);

        _call(loanId);

        LaneState memory lane = book.laneOf(0);
        vm.assertEq(int256(lane.a), 0);
        vm.assertEq(lane.b, 0);
        vm.assertEq(lane.impaired, uint256(UNHEALTHY) * 6_000 / 10_000);
    }

    /// @custom:invariant D6
    function test_prefunded_cash_is_set_off() public {
        uint64 loanId = _openHouse();
        book.prefund(loanId, 10_000 * USD);
        _setPrice(HOUSE, 100_000 * USD);

        _call(loanId);

        vm.assertEq(book.loanOf(loanId).prefunded, 0);
        vm.assertEq(book.laneOf(0).owed, 0);
        vm.assertEq(book.debtOf(loanId), 90_000 * USD);
        vm.assertEq(book.laneOf(0).impaired, 60_000 * USD);
    }

    function test_prefunded_cash_that_covers_the_debt_repays_it() public {
        uint64 loanId = _openHouse();
        book.prefund(loanId, 110_000 * USD);
        _setPrice(HOUSE, 100_000 * USD);

        _call(loanId);

        _assertStatus(loanId, LoanStatus.Repaid);
        vm.assertEq(book.loanOf(loanId).prefunded, 10_000 * USD);
        vm.assertEq(book.laneOf(0).owed, 10_000 * USD);
        vm.assertEq(book.laneOf(0).impaired, 0);
    }

    function test_the_call_says_what_it_found() public {
        uint64 loanId = _openHouse();
        book.prefund(loanId, 10_000 * USD);
        _setPrice(HOUSE, 100_000 * USD);
        ValueProof[] memory newest = _proofs(loanId, 2);
        ValueProof[] memory previous = _proofs(loanId, 1);
        uint32 sequence = book.laneOf(0).sequence;

        vm.expectEmit(address(book));
        emit ILoanBook.LoanCalled(
            loanId,
            sequence + 1,
            CallReason.Health,
            90_000 * USD,
            60_000 * USD,
            uint64(START + 14 days),
            10_000 * USD
        );
        book.call(loanId, newest, previous);
    }

    /// @custom:invariant I-12
    function test_a_loan_at_the_limit_is_not_callable() public {
        uint64 loanId = _openHouse();
        _setPrice(HOUSE, HEALTHY);

        _assertRefused(
            loanId,
            abi.encodeWithSelector(
                ILoanBook.NotCallable.selector, loanId, 100_000 * USD, 100_000 * USD
            )
        );
    }

    /// @custom:invariant V1
    function test_the_higher_of_both_rounds_counts() public {
        uint64 loanId = _openHouse();
        oracle.setValue(1, HOUSE, HEALTHY);
        oracle.setValue(2, HOUSE, HEALTHY - 10_000 * USD);

        _assertRefused(
            loanId,
            abi.encodeWithSelector(
                ILoanBook.NotCallable.selector, loanId, 100_000 * USD, 100_000 * USD
            )
        );
    }

    /// @custom:invariant V2
    function test_ageing_alone_never_makes_a_loan_callable() public {
        LoanTerms memory terms = _terms(HOUSE, 240_000 * USD);
        terms.schedule = ScheduleKind.InterestOnly;
        uint64 loanId = _open(terms);
        vm.warp(START + 360 days);
        uint64 debt = book.debtOf(loanId);

        _assertRefused(
            loanId,
            abi.encodeWithSelector(ILoanBook.NotCallable.selector, loanId, debt, 280_000 * USD)
        );
    }

    /// @custom:invariant V3 I-25
    function test_a_jump_waits_for_the_void_window() public {
        uint64 loanId = _openHouse();
        oracle.setValue(1, HOUSE, 130_000 * USD);
        oracle.setValue(2, HOUSE, 116_999_999_999);
        oracle.setVoidWindowPassed(false);
        _assertRefused(
            loanId,
            abi.encodeWithSelector(
                ILoanBook.MoveUnconfirmed.selector, HOUSE, 130_000 * USD, 116_999_999_999
            )
        );
        oracle.setVoidWindowPassed(true);

        _call(loanId);

        _assertStatus(loanId, LoanStatus.Called);
    }

    function test_a_move_within_the_limit_does_not_wait() public {
        uint64 loanId = _openHouse();
        oracle.setValue(1, HOUSE, 130_000 * USD);
        oracle.setValue(2, HOUSE, 117_000 * USD);
        oracle.setVoidWindowPassed(false);

        _call(loanId);

        _assertStatus(loanId, LoanStatus.Called);
    }

    function test_restaking_tokens_need_no_void_window() public {
        LoanTerms memory terms = _terms(0, 20_000 * USD);
        (terms.lrt, terms.lrtAmount) = (address(lrt), 10e18);
        uint64 loanId = _open(terms);
        oracle.setValue(1, uint160(address(lrt)), 2_600 * USD);
        oracle.setValue(2, uint160(address(lrt)), 1_600 * USD);
        oracle.setVoidWindowPassed(false);

        _call(loanId);

        _assertStatus(loanId, LoanStatus.Called);
        vm.assertEq(book.laneOf(0).impaired, 20_000 * USD);
    }

    /// @custom:invariant I-26
    function test_a_stale_round_calls_nothing() public {
        uint64 loanId = _openHouse();
        _setPrice(HOUSE, UNHEALTHY);
        oracle.setSilent(true, 0);

        _assertRefused(
            loanId, abi.encodeWithSelector(IValuationOracle.RoundStale.selector, 2, START)
        );
    }

    /// @custom:invariant V1
    function test_both_rounds_must_be_proven() public {
        uint64 loanId = _openHouse();
        ValueProof[] memory newest = _proofs(loanId, 2);
        ValueProof[] memory none = new ValueProof[](0);

        vm.expectRevert(abi.encodeWithSelector(ILoanBook.ProofMismatch.selector, 1, 0));
        book.call(loanId, newest, none);
        vm.expectRevert(abi.encodeWithSelector(ILoanBook.ProofMismatch.selector, 1, 0));
        book.call(loanId, none, none);
    }

    function test_without_proofs_a_silent_oracle_calls_nothing_for_health() public {
        uint64 loanId = _openHouse();
        oracle.setSilent(true, 0);
        ValueProof[] memory none = new ValueProof[](0);

        vm.expectRevert(abi.encodeWithSelector(ILoanBook.ProofMismatch.selector, 1, 0));
        book.call(loanId, none, none);
    }

    /// @custom:invariant S4
    function test_a_called_loan_is_not_called_again() public {
        uint64 loanId = _openHouse();
        _setPrice(HOUSE, UNHEALTHY);
        _call(loanId);

        _assertRefused(
            loanId,
            abi.encodeWithSelector(ILoanBook.WrongStatus.selector, loanId, LoanStatus.Called)
        );
    }

    /// @custom:invariant C5
    function test_the_cure_window_stands_still_with_the_oracle() public {
        uint64 loanId = _openHouse();
        oracle.setSilent(false, 100);
        _setPrice(HOUSE, UNHEALTHY);
        _call(loanId);

        oracle.setSilent(true, 100 + 3 days);

        vm.assertEq(book.cureUntilOf(loanId), START + 17 days);
    }

    function _call(uint64 loanId) private {
        book.call(loanId, _proofs(loanId, 2), _proofs(loanId, 1));
    }

    function _assertRefused(uint64 loanId, bytes memory reason) private {
        ValueProof[] memory newest = _proofs(loanId, 2);
        ValueProof[] memory previous = _proofs(loanId, 1);
        vm.expectRevert(reason);
        book.call(loanId, newest, previous);
    }
}

contract CallOverdueTest is BookBase {
    function test_an_instalment_missed_beyond_grace_is_called() public {
        uint64 loanId = _openHouse();
        vm.warp(START + 45 days);

        book.callOverdue(loanId, _proofs(loanId, 2));

        _assertStatus(loanId, LoanStatus.Called);
        vm.assertEq(uint256(book.tailOf(loanId).callReason), uint256(CallReason.Overdue));
    }

    /// @dev What the opening allows outgrows its place after fifty years, and not a second before.
    function test_interest_beyond_its_place_stops_a_call() public {
        (uint64 loanId, uint64 principal) = _openLargest();
        ValueProof[] memory proofs = _proofs(loanId, 2);
        uint256 before = vm.snapshotState();

        vm.warp(START + LONGEST_LIFE + 1);
        uint256 interest = uint256(principal) * 550 * (LONGEST_LIFE + 1);
        vm.expectRevert(abi.encodeWithSelector(LoanMath.InterestTooLarge.selector, interest));
        book.callOverdue(loanId, proofs);

        vm.revertToState(before);
        vm.warp(START + LONGEST_LIFE);
        book.callOverdue(loanId, proofs);
        _assertStatus(loanId, LoanStatus.Called);
    }

    /// @custom:invariant I-12
    function test_within_grace_nothing_is_overdue() public {
        uint64 loanId = _openHouse();
        vm.warp(START + 45 days - 1);
        ValueProof[] memory newest = _proofs(loanId, 2);

        vm.assertFalse(book.isOverdue(loanId));
        vm.expectRevert(abi.encodeWithSelector(ILoanBook.NotOverdue.selector, loanId));
        book.callOverdue(loanId, newest);
    }

    function test_a_funded_borrower_is_not_overdue() public {
        uint64 loanId = _openHouse();
        vm.warp(START + 30 days);
        // The first instalment: the sixth part of the principal and the interest.
        book.prefund(loanId, book.debtOf(loanId) - 83_333_333_334);
        vm.warp(START + 59 days);

        vm.assertFalse(book.isOverdue(loanId));
    }

    function test_a_borrower_funded_one_dollar_short_is_overdue() public {
        uint64 loanId = _openHouse();
        vm.warp(START + 30 days);
        book.prefund(loanId, book.debtOf(loanId) - 83_333_333_334 - USD);
        vm.warp(START + 45 days);

        vm.assertTrue(book.isOverdue(loanId));
    }

    /// @custom:invariant V4
    function test_a_silent_oracle_shields_nobody() public {
        uint64 loanId = _openBasket();
        vm.warp(START + 45 days);
        oracle.setSilent(true, 9 days);

        book.callOverdue(loanId, new ValueProof[](0));

        // Caps of 400,000 and 20,000 and the LRT's opening price cover the debt.
        vm.assertEq(book.laneOf(0).impaired, book.debtOf(loanId));
        oracle.setSilent(true, 19 days);
        vm.assertEq(book.cureUntilOf(loanId), block.timestamp + 1 days);
    }

    function test_without_proofs_a_speaking_oracle_is_asked() public {
        uint64 loanId = _openHouse();
        vm.warp(START + 45 days);

        vm.expectRevert(abi.encodeWithSelector(ILoanBook.ProofMismatch.selector, 1, 0));
        book.callOverdue(loanId, new ValueProof[](0));
    }

    /// @custom:invariant V4
    function test_a_loan_on_a_revoked_asset_is_called() public {
        uint64 loanId = _openHouse();
        registry.setStatus(HOUSE, AssetStatus.Revoked);

        book.callOverdue(loanId, _proofs(loanId, 2));

        vm.assertEq(uint256(book.tailOf(loanId).callReason), uint256(CallReason.Attestation));
    }

    /// @dev By the house alone, which bears 100,000 USD from a value of 142,857.142858 on.
    /// @custom:invariant I-12 V4
    function test_a_frozen_asset_calls_no_loan_that_the_others_bear() public {
        uint64 loanId = _openBasket();
        registry.setStatus(CAR, AssetStatus.Frozen);
        oracle.setStatus(2, uint160(address(lrt)), ValueStatus.Frozen);
        _setPrice(HOUSE, 142_857_142_858);
        ValueProof[] memory newest = _proofs(loanId, 2);
        vm.expectRevert(abi.encodeWithSelector(ILoanBook.NotOverdue.selector, loanId));
        book.callOverdue(loanId, newest);

        _setPrice(HOUSE, 142_857_142_857);
        book.callOverdue(loanId, _proofs(loanId, 2));

        vm.assertEq(uint256(book.tailOf(loanId).callReason), uint256(CallReason.Attestation));
    }

    /// @dev Anyone cures, so anyone could spend both windows and sell what was never in doubt.
    /// @custom:invariant C2 I-12
    function test_a_cure_leaves_no_loan_that_can_be_called_again_at_once() public {
        uint64 loanId = _openBasket();
        registry.setStatus(HOUSE, AssetStatus.Frozen);
        book.callOverdue(loanId, _proofs(loanId, 2));
        book.cure(loanId, 80_000 * USD, _proofs(loanId, 2));
        ValueProof[] memory newest = _proofs(loanId, 2);

        vm.expectRevert(abi.encodeWithSelector(ILoanBook.NotOverdue.selector, loanId));
        book.callOverdue(loanId, newest);
    }

    function test_only_open_loans_are_called() public {
        uint64 loanId = _openCalled();
        ValueProof[] memory newest = _proofs(loanId, 2);

        vm.expectRevert(
            abi.encodeWithSelector(ILoanBook.WrongStatus.selector, loanId, LoanStatus.Called)
        );
        book.callOverdue(loanId, newest);
    }

    function test_an_overdue_call_says_until_when_a_cure_is_awaited() public {
        uint64 loanId = _openHouse();
        vm.warp(START + 45 days);
        uint64 debt = book.debtOf(loanId);
        uint32 sequence = book.laneOf(0).sequence;
        ValueProof[] memory newest = _proofs(loanId, 2);
        bytes32[] memory card = book.wordsOf(loanId);

        vm.expectEmit(address(book));
        emit ILoanBook.LoanCalled(
            loanId, sequence + 1, CallReason.Overdue, debt, debt, uint64(START + 59 days), 0
        );
        ILoanBook(address(book)).callOverdue(loanId, newest, card);
    }

    function test_a_loan_that_nobody_opened_is_not_called() public {
        vm.expectRevert(abi.encodeWithSelector(ILoanBook.LoanNotFound.selector, 77));
        ILoanBook(address(book)).callOverdue(77, new ValueProof[](0), new bytes32[](0));
    }

    /// @dev An asset that is no longer active may come without a value; restaking tokens never.
    /// @custom:invariant V4
    function test_restaking_tokens_need_a_value_while_the_oracle_speaks() public {
        uint64 loanId = _openBasket();
        vm.warp(START + 40 days);
        ValueProof[] memory newest = _proofs(loanId, 2);
        newest[2].leaf.assetId = 0;

        vm.expectRevert(
            abi.encodeWithSelector(ILoanBook.ProofMismatch.selector, uint160(address(lrt)), 0)
        );
        book.callOverdue(loanId, newest);
    }

    /// @dev After the first round, and after a void, there is but one.
    /// @custom:invariant V1
    function test_one_round_alone_calls_nothing_for_health() public {
        uint64 loanId = _openHouse();
        _setPrice(HOUSE, 140_000 * USD);
        oracle.setRound(1);
        ValueProof[] memory newest = _proofs(loanId, 1);

        vm.expectRevert(abi.encodeWithSelector(IValuationOracle.RoundUnusable.selector, 0));
        book.call(loanId, newest, newest);
    }

    function test_an_unknown_loan_is_never_overdue() public view {
        vm.assertFalse(book.isOverdue(77));
    }
}
