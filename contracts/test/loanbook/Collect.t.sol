// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import "../../src/interfaces/ILoanBook.sol";
import {BookBase} from "./support/BookBase.sol";
import {Carded} from "../support/Carded.sol";
import {Shelf} from "../support/Shelf.sol";

using Carded for ILoanBook;

/// @title What a relayer can submit for a party, that party can submit itself (rule S1)
contract CollectTest is BookBase {
    uint64 private loanId;

    function setUp() public override {
        super.setUp();
        loanId = _openHouse();
        book.prefund(loanId, 30_000 * USD);
        vm.warp(START + 30 days);
    }

    /// @custom:invariant S1
    function test_the_borrower_collects_as_a_relayer_would() public {
        Shelf.catchUp();
        uint256 snapshot = vm.snapshotState();
        _settle(_word(OperationKind.Collect, 1, loanId, 20_000 * USD));
        bytes memory settled = abi.encode(book.loanOf(loanId), book.laneOf(0));
        vm.revertToState(snapshot);

        vm.prank(borrower);
        book.collect(loanId, 20_000 * USD);

        vm.assertEq(abi.encode(book.loanOf(loanId), book.laneOf(0)), settled);
    }

    /// @custom:invariant I-33
    function test_a_collection_says_so() public {
        uint32 sequence = book.laneOf(0).sequence;

        vm.expectEmit(address(book));
        emit ILoanBook.Collected(loanId, sequence + 1, 20_000 * USD);
        vm.prank(borrower);
        book.collect(loanId, 20_000 * USD);
    }

    function test_nobody_else_collects() public {
        vm.expectRevert(abi.encodeWithSelector(ILoanBook.NotBorrower.selector, loanId, other));
        vm.prank(other);
        book.collect(loanId, USD);
    }

    function test_no_more_than_is_prefunded() public {
        _assertRefused(30_000 * USD + 1, OperationFailure.MoreThanPrefunded);
        vm.prank(borrower);
        book.collect(loanId, 30_000 * USD);
    }

    function test_no_more_than_the_debt() public {
        book.prefund(loanId, 200_000 * USD);
        uint64 debt = book.debtOf(loanId);
        _assertRefused(debt + 1, OperationFailure.MoreThanDebt);
        vm.prank(borrower);
        book.collect(loanId, debt);

        _assertStatus(loanId, LoanStatus.Repaid);
    }

    function test_no_dust() public {
        _assertRefused(MINIMUM - 1, OperationFailure.BelowMinimum);
        vm.prank(borrower);
        book.collect(loanId, MINIMUM);
    }

    function _assertRefused(uint64 amount, OperationFailure failure) private {
        vm.expectRevert(
            abi.encodeWithSelector(ILoanBook.OperationRefused.selector, loanId, failure)
        );
        vm.prank(borrower);
        book.collect(loanId, amount);
    }
}

contract ChargeTest is BookBase {
    uint64 private loanId;

    function setUp() public override {
        super.setUp();
        loanId = _openHouse();
        vm.warp(START + 45 days);
    }

    /// @custom:invariant S1
    function test_anyone_charges_as_a_relayer_would() public {
        Shelf.catchUp();
        uint256 snapshot = vm.snapshotState();
        _settle(_word(OperationKind.Charge, 1, loanId, 1));
        bytes memory settled = abi.encode(book.loanOf(loanId), book.laneOf(0), book.tailOf(loanId));
        vm.revertToState(snapshot);

        vm.prank(other);
        book.charge(loanId, 1);

        vm.assertEq(abi.encode(book.loanOf(loanId), book.laneOf(0), book.tailOf(loanId)), settled);
    }

    /// @custom:invariant I-33
    function test_a_charge_says_so() public {
        uint32 sequence = book.laneOf(0).sequence;

        vm.expectEmit(address(book));
        emit ILoanBook.Charged(loanId, sequence + 1, 1);
        book.charge(loanId, 1);
    }

    function test_once_for_each_due_date() public {
        book.charge(loanId, 1);

        _assertRefused(1, OperationFailure.AlreadyCharged);
    }

    function test_not_within_grace() public {
        vm.warp(START + 45 days - 1);

        _assertRefused(1, OperationFailure.NothingDue);
    }

    function test_not_for_due_dates_that_do_not_exist() public {
        vm.warp(START + 900 days);
        _assertRefused(0, OperationFailure.NothingDue);
        _assertRefused(7, OperationFailure.NothingDue);

        book.charge(loanId, 6);
    }

    function _assertRefused(uint16 index, OperationFailure failure) private {
        vm.expectRevert(
            abi.encodeWithSelector(ILoanBook.OperationRefused.selector, loanId, failure)
        );
        book.charge(loanId, index);
    }
}
