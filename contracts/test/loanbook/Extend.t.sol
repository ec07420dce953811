// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import "../../src/interfaces/ILoanBook.sol";
import {ClassTerms} from "../../src/interfaces/IRiskTerms.sol";
import {ValueProof} from "../../src/interfaces/IValuationOracle.sol";
import {AmendBase} from "./support/AmendBase.sol";
import {Carded, LoanTail} from "../support/Carded.sol";

using Carded for ILoanBook;

/// @title Extending and refinancing on the present table's terms (rule D8)
contract ExtendTest is AmendBase {
    uint64 private loanId;

    function setUp() public override {
        super.setUp();
        loanId = _openHouse();
        vm.warp(START + 20 days);
        oracle.setRound(2);
    }

    function test_a_new_schedule_counts_from_now() public {
        _amend(_extension());

        LoanTail memory tail = book.tailOf(loanId);
        vm.assertEq(tail.openedAt, START + 20 days);
        vm.assertEq(tail.instalments, 10);
        vm.assertEq(tail.interval, 20 days);
        vm.assertEq(tail.basePrincipal, 100_000 * USD);
        vm.assertEq(uint256(tail.schedule), uint256(ScheduleKind.InterestOnly));
    }

    /// @custom:invariant D8
    function test_the_present_table_gives_rate_fee_and_patience() public {
        ClassTerms memory table = _houseTerms();
        (table.baseRateBps, table.lateFeeBps) = (700, 400);
        (table.gracePeriod, table.cureWindow) = (5 days, 6 days);
        risk.setTerms(HOUSE_CLASS, table);
        uint64 debt = book.debtOf(loanId);

        _amend(_extension());

        LoanTail memory tail = book.tailOf(loanId);
        vm.assertEq(book.loanOf(loanId).rateBps, 700);
        vm.assertEq(tail.lateFeeBps, 400);
        vm.assertEq(tail.gracePeriod, 5 days);
        vm.assertEq(tail.cureWindow, 6 days);
        vm.assertEq(book.debtOf(loanId), debt);
    }

    function test_the_lanes_sums_follow() public {
        int256 worth = _worth(0);

        _amend(_extension());

        vm.assertEq(_worth(0), worth);
        vm.warp(START + 50 days);
        vm.assertLe(book.debtOf(loanId) - _laneDebt(0), 1);
    }

    /// @custom:invariant I-33
    function test_an_extension_says_so() public {
        uint32 sequence = book.laneOf(0).sequence;
        LoanChange memory change = _extension();
        ValueProof[] memory proofs = _proofs(loanId, 2);

        vm.expectEmit(address(book));
        emit ILoanBook.LoanExtended(
            loanId, sequence + 1, 550, ScheduleKind.InterestOnly, 10, 20 days, 15 days, 14 days, 300
        );
        vm.prank(borrower);
        book.amend(change, "", proofs);
    }

    function test_within_grace_arrears_are_spread_anew() public {
        vm.warp(START + 45 days - 1);
        _amend(_extension());

        vm.warp(START + 45 days);
        vm.assertFalse(book.isOverdue(loanId));
    }

    /// @custom:invariant D8
    function test_an_overdue_loan_is_not_extended() public {
        vm.warp(START + 45 days);

        _assertAmendFails(
            _extension(), abi.encodeWithSelector(ILoanBook.InstalmentMissed.selector, loanId, 1)
        );
    }

    /// @custom:invariant D8
    function test_a_called_loan_is_not_extended() public {
        vm.warp(START + 45 days);
        book.callOverdue(loanId, _proofs(loanId, 2));

        _assertAmendFails(
            _extension(),
            abi.encodeWithSelector(ILoanBook.WrongStatus.selector, loanId, LoanStatus.Called)
        );
    }

    /// @custom:invariant D8
    function test_an_unhealthy_loan_is_not_extended() public {
        uint64 debt = book.debtOf(loanId);
        // 60 % of it is one unit short of the debt.
        uint64 value = (debt - 1) * 10 / 6;
        _setPrice(HOUSE, value);

        _assertAmendFails(
            _extension(),
            abi.encodeWithSelector(ILoanBook.AboveLtv.selector, debt, uint256(value) * 6 / 10)
        );
        _setPrice(HOUSE, value + 3);

        _amend(_extension());
    }

    function test_the_signed_rate_holds() public {
        LoanChange memory change = _extension();
        change.maxRateBps = 549;

        _assertAmendFails(change, abi.encodeWithSelector(ILoanBook.RateTooHigh.selector, 550, 549));
    }

    function test_an_extension_has_a_shape() public {
        LoanChange memory change = _extension();
        change.interval = 1 days - 1;
        _assertAmendFails(change, _invalid("interval"));
        (change.interval, change.instalments) = (30 days, 61);
        _assertAmendFails(change, _invalid("tenor"));
    }

    function test_a_class_that_must_amortise_amortises() public {
        loanId = _open(_terms(CAR, 5_000 * USD));

        _assertAmendFails(_extension(), _invalid("schedule"));
    }

    /// @custom:invariant A4
    function test_an_extension_ends_before_the_attestation() public {
        LoanChange memory change = _extension();
        (change.instalments, change.interval) = (1, uint32(345 days));
        _amend(change);
        change = _extension();
        (change.instalments, change.interval) = (1, uint32(345 days + 1));

        _assertAmendFails(
            change,
            abi.encodeWithSelector(
                ILoanBook.MaturityBeyondAttestation.selector, HOUSE, uint64(START + 365 days)
            )
        );
    }

    /// @dev The first due date bore its fee before; the first of the new schedule may bear one too.
    /// @custom:invariant D2
    function test_late_fees_begin_anew_with_the_new_due_dates() public {
        vm.warp(START + 45 days);
        book.charge(loanId, 1);
        oracle.setRound(2);
        book.repay(loanId, 30_000 * USD);
        _amend(_extension());
        vm.assertEq(book.tailOf(loanId).chargedThrough, 0);

        // Twenty days to the due date and fifteen of grace.
        vm.warp(START + 80 days);
        book.charge(loanId, 1);

        vm.assertEq(book.tailOf(loanId).chargedThrough, 1);
    }

    /// @dev Class 24 of the notes: nobody refinances without the borrower.
    /// @custom:invariant D8
    function test_class_24_a_refinance_needs_the_borrowers_consent() public {
        LoanChange memory change = _extension();
        ValueProof[] memory proofs = _proofs(loanId, 2);
        bytes memory forged = _signChange(OTHER_KEY, change);

        vm.expectRevert(abi.encodeWithSelector(ILoanBook.InvalidSignature.selector, borrower));
        vm.prank(relayer);
        book.amend(change, forged, proofs);
    }

    function _extension() private returns (LoanChange memory change) {
        change = _change(loanId);
        (change.instalments, change.interval) = (10, 20 days);
        change.schedule = ScheduleKind.InterestOnly;
    }

    function _invalid(bytes32 what) private pure returns (bytes memory) {
        return abi.encodeWithSelector(ILoanBook.InvalidTerms.selector, what);
    }
}
