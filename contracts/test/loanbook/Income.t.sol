// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {ILane} from "../../src/interfaces/ILane.sol";
import "../../src/interfaces/ILoanBook.sol";
import {BookBase} from "./support/BookBase.sol";
import {Carded} from "../support/Carded.sol";

using Carded for ILoanBook;

/// @title A device's income: due instalments first, the rest prefunds (rule D6)
contract IncomeTest is BookBase {
    uint64 private loanId;

    function setUp() public override {
        super.setUp();
        loanId = _openHouse();
    }

    /// @custom:invariant D6
    function test_before_the_first_due_date_income_prefunds() public {
        vm.prank(other);
        book.pay(loanId, 5_000 * USD);

        vm.assertEq(book.loanOf(loanId).prefunded, 5_000 * USD);
        vm.assertEq(book.loanOf(loanId).principal, 100_000 * USD);
        vm.assertEq(book.laneOf(0).owed, 5_000 * USD);
    }

    /// @custom:invariant D6
    function test_a_due_instalment_is_paid_first() public {
        vm.warp(START + 30 days);
        uint64 debt = book.debtOf(loanId);
        // A sixth of the principal and thirty days of interest.
        uint64 due = debt - 83_333_333_334;
        int256 worth = _worth(0);

        book.pay(loanId, 20_000 * USD);

        vm.assertEq(book.debtOf(loanId), debt - due);
        vm.assertEq(book.loanOf(loanId).prefunded, 20_000 * USD - due);
        vm.assertEq(_worth(0), worth);
    }

    function test_less_than_is_due_pays_what_there_is() public {
        vm.warp(START + 30 days);
        uint64 debt = book.debtOf(loanId);

        book.pay(loanId, 1_000 * USD);

        vm.assertEq(book.debtOf(loanId), debt - 1_000 * USD);
        vm.assertEq(book.loanOf(loanId).prefunded, 0);
    }

    function test_at_the_last_due_date_everything_is_due() public {
        vm.warp(START + 180 days);
        uint64 debt = book.debtOf(loanId);

        book.pay(loanId, debt + 5 * USD);

        _assertStatus(loanId, LoanStatus.Repaid);
        vm.assertEq(book.loanOf(loanId).prefunded, 5 * USD);
    }

    function test_after_the_last_due_date_interest_waits_for_no_other() public {
        vm.warp(START + 181 days);
        uint64 debt = book.debtOf(loanId);

        book.pay(loanId, debt);

        _assertStatus(loanId, LoanStatus.Repaid);
    }

    function test_a_last_unit_of_debt_is_paid_too() public {
        vm.warp(START + 180 days);
        book.repay(loanId, book.debtOf(loanId) - 1);

        book.pay(loanId, 5 * USD);

        _assertStatus(loanId, LoanStatus.Repaid);
        vm.assertEq(book.loanOf(loanId).prefunded, 5 * USD - 1);
    }

    function test_income_of_a_called_loan_pays_its_debt_and_the_rest_waits() public {
        vm.warp(START + 45 days);
        book.callOverdue(loanId, _proofs(loanId, 2));
        uint64 debt = book.debtOf(loanId);

        book.pay(loanId, debt + 7 * USD);

        _assertStatus(loanId, LoanStatus.Repaid);
        vm.assertEq(book.claimableOf(0, borrower), 7 * USD);
        vm.assertEq(book.laneOf(0).impaired, 0);
        vm.prank(borrower);
        vm.assertEq(book.claim(0), 7 * USD);
    }

    function test_income_that_pays_a_called_loan_says_who_paid() public {
        vm.warp(START + 45 days);
        book.callOverdue(loanId, _proofs(loanId, 2));
        uint32 sequence = book.laneOf(0).sequence;

        vm.expectEmit(address(book));
        emit ILoanBook.Repaid(loanId, other, sequence + 1, 5_000 * USD);
        vm.prank(other);
        book.pay(loanId, 5_000 * USD);

        vm.assertEq(book.claimableOf(0, borrower), 0);
    }

    /// @custom:invariant I-33
    function test_income_of_a_repaid_loan_waits_for_its_borrower() public {
        book.repay(loanId, type(uint64).max);
        uint32 sequence = book.laneOf(0).sequence;

        vm.expectEmit(address(book));
        emit ILoanBook.IncomeKept(loanId, borrower, sequence + 1, 9 * USD);
        book.pay(loanId, 9 * USD);

        vm.assertEq(book.claimableOf(0, borrower), 9 * USD);
    }

    function test_a_closed_loan_takes_no_income() public {
        book.repay(loanId, type(uint64).max);
        book.close(loanId);

        vm.expectRevert(
            abi.encodeWithSelector(ILoanBook.WrongStatus.selector, loanId, LoanStatus.Closed)
        );
        book.pay(loanId, 9 * USD);
    }

    function test_income_without_a_loan_is_refused() public {
        vm.expectRevert(abi.encodeWithSelector(ILoanBook.LoanNotFound.selector, 77));
        book.pay(77, 9 * USD);
    }

    function test_dust_is_refused() public {
        vm.expectRevert(
            abi.encodeWithSelector(ILoanBook.AmountTooSmall.selector, MINIMUM - 1, MINIMUM)
        );
        book.pay(loanId, MINIMUM - 1);

        book.pay(loanId, MINIMUM);
    }

    /// @custom:invariant D6
    function test_what_came_to_the_income_address_is_swept_by_anyone_ever_again() public {
        address income = book.incomeAddressOf(loanId);
        token.mint(income, 5_000 * USD);
        vm.prank(other);
        vm.assertEq(book.sweep(loanId), 5_000 * USD);
        token.mint(income, 2_000 * USD);

        vm.assertEq(book.sweep(loanId), 2_000 * USD);

        vm.assertEq(book.loanOf(loanId).prefunded, 7_000 * USD);
        vm.assertEq(token.balanceOf(income), 0);
        vm.assertEq(token.balanceOf(book.escrowOf(0)), book.laneOf(0).cash);
    }

    /// @custom:invariant L6
    function test_an_income_address_obeys_the_book_only() public {
        (address income, address maker) = (book.incomeAddressOf(loanId), book.escrowOf(0));
        token.mint(income, 5_000 * USD);
        book.sweep(loanId);

        vm.assertEq(ILane(income).owner(), address(book));
        vm.expectRevert(abi.encodeWithSelector(ILane.NotOwner.selector, maker));
        vm.prank(maker);
        ILane(income).sendToken(address(token), address(this), 1);
    }

    function test_an_empty_income_address_is_not_swept() public {
        vm.expectRevert(abi.encodeWithSelector(ILoanBook.AmountTooSmall.selector, 0, MINIMUM));
        book.sweep(loanId);
    }

    function test_each_loan_has_an_income_address_of_its_own() public {
        uint64 second = _open(_terms(CAR, 5_000 * USD));

        vm.assertTrue(book.incomeAddressOf(loanId) != book.incomeAddressOf(second));
        vm.assertTrue(book.incomeAddressOf(0) != book.escrowOf(0));
    }

    function testFuzz_income_is_never_lost(uint64 amount, uint256 span) public {
        amount = uint64(bound(amount, MINIMUM, 500_000 * USD));
        vm.warp(START + bound(span, 0, 200 days));
        int256 worth = _worth(0);
        uint64 before = book.loanOf(loanId).prefunded + amount;
        uint64 debt = book.debtOf(loanId);

        book.pay(loanId, amount);

        uint64 paid = debt - book.debtOf(loanId);
        vm.assertEq(before, book.loanOf(loanId).prefunded + paid);
        vm.assertTrue(_worth(0) >= worth);
    }
}
