// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import "../../src/interfaces/ILoanBook.sol";
import {ValueProof} from "../../src/interfaces/IValuationOracle.sol";
import {AmendBase} from "./support/AmendBase.sol";
import {Carded} from "../support/Carded.sol";

using Carded for ILoanBook;

/// @title Grace stands still while the protocol is paused (rule C5), at every door that asks for it
/// @dev The first instalment is due on day 30, its grace takes 15 days, and a pause 7 of them.
contract GraceTest is AmendBase {
    uint256 private constant PAUSE = 7 days;
    uint256 private constant ENDS = START + 45 days + PAUSE;
    uint64 private loanId;

    function setUp() public override {
        super.setUp();
        loanId = _openHouse();
        vm.warp(START + 35 days);
        oracle.pauseGrace(PAUSE);
    }

    /// @custom:invariant C5c
    function test_a_loan_is_overdue_when_its_grace_and_the_pause_have_passed() public {
        vm.warp(ENDS - 1);
        vm.assertFalse(book.isOverdue(loanId));

        vm.warp(ENDS);
        vm.assertTrue(book.isOverdue(loanId));
    }

    /// @custom:invariant C5c
    function test_a_call_for_arrears_waits_for_the_longer_grace() public {
        ValueProof[] memory newest = _proofs(loanId, 2);
        vm.warp(ENDS - 1);
        vm.expectRevert(abi.encodeWithSelector(ILoanBook.NotOverdue.selector, loanId));
        book.callOverdue(loanId, newest);

        vm.warp(ENDS);
        book.callOverdue(loanId, newest);

        _assertStatus(loanId, LoanStatus.Called);
    }

    /// @custom:invariant C5c
    function test_values_count_as_withheld_two_days_without_a_pause_later() public {
        vm.warp(ENDS + 1 days);
        oracle.pauseGrace(PAUSE);
        ValueProof[] memory none = new ValueProof[](1);
        vm.warp(ENDS + 2 days + PAUSE - 1);
        vm.expectRevert(abi.encodeWithSelector(ILoanBook.ProofMismatch.selector, HOUSE, 0));
        book.callOverdue(loanId, none);

        vm.warp(ENDS + 2 days + PAUSE);
        book.callOverdue(loanId, none);

        _assertStatus(loanId, LoanStatus.Called);
    }

    /// @custom:invariant C5c S1
    function test_a_late_fee_waits_for_the_longer_grace() public {
        vm.warp(ENDS - 1);
        vm.expectRevert(
            abi.encodeWithSelector(
                ILoanBook.OperationRefused.selector, loanId, OperationFailure.NothingDue
            )
        );
        book.charge(loanId, 1);

        vm.warp(ENDS);
        book.charge(loanId, 1);

        vm.assertEq(book.tailOf(loanId).chargedThrough, 1);
    }

    /// @custom:invariant C5c S1
    function test_a_relayers_late_fee_waits_for_the_longer_grace() public {
        vm.warp(ENDS - 1);
        _settle(_word(OperationKind.Charge, 1, loanId, 1));
        vm.assertEq(uint256(book.resultOf(1)), uint256(OperationResult.Failed));

        vm.warp(ENDS);
        _settle(_word(OperationKind.Charge, 2, loanId, 1));

        vm.assertEq(uint256(book.resultOf(2)), uint256(OperationResult.Applied));
        vm.assertEq(book.tailOf(loanId).chargedThrough, 1);
    }

    /// @custom:invariant C5c D8
    function test_within_the_longer_grace_a_loan_is_extended() public {
        vm.warp(ENDS - 1);

        _amend(_extension());

        vm.assertEq(book.tailOf(loanId).openedAt, ENDS - 1);
    }

    /// @custom:invariant C5c D8
    function test_beyond_the_longer_grace_a_loan_is_not_extended() public {
        vm.warp(ENDS);

        _assertAmendFails(
            _extension(), abi.encodeWithSelector(ILoanBook.InstalmentMissed.selector, loanId, 1)
        );
    }

    /// @custom:invariant C5c C2
    function test_within_the_longer_grace_a_missed_instalment_hinders_no_cure() public {
        _callForHealth();
        ValueProof[] memory newest = _proofs(loanId, 2);
        vm.warp(ENDS - 1);

        book.cure(loanId, 0, newest);

        _assertStatus(loanId, LoanStatus.Open);
    }

    /// @custom:invariant C5c C2
    function test_beyond_the_longer_grace_a_missed_instalment_hinders_a_cure() public {
        _callForHealth();
        ValueProof[] memory newest = _proofs(loanId, 2);
        uint64 debt = book.debtOf(loanId);
        vm.warp(ENDS);

        vm.expectRevert(
            abi.encodeWithSelector(ILoanBook.NotCured.selector, loanId, debt, 240_000 * USD)
        );
        book.cure(loanId, 0, newest);
    }

    /// @dev Only the pause counts: silence shelters no debtor in arrears.
    /// @custom:invariant C5c V4
    function test_grace_runs_on_while_rounds_are_late() public {
        oracle.setSilent(true, 40 days);
        vm.warp(ENDS);

        book.callOverdue(loanId, new ValueProof[](0));

        _assertStatus(loanId, LoanStatus.Called);
    }

    function _callForHealth() private {
        _setPrice(HOUSE, 140_000 * USD);
        book.call(loanId, _proofs(loanId, 2), _proofs(loanId, 1));
        _setPrice(HOUSE, 400_000 * USD);
    }

    function _extension() private returns (LoanChange memory change) {
        oracle.setRound(2);
        change = _change(loanId);
        (change.schedule, change.instalments) = (ScheduleKind.InterestOnly, 10);
        change.interval = 20 days;
    }
}
