// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import "../../src/interfaces/ILoanBook.sol";
import {BookBase} from "./support/BookBase.sol";
import {Carded} from "../support/Carded.sol";

using Carded for ILoanBook;

/// @title Cash that no loan can be credited with (rule D6)
contract DonationsTest is BookBase {
    /// @custom:invariant D6b
    function test_what_lies_in_an_escrow_beyond_its_books_goes_to_the_reserve() public {
        token.mint(book.escrowOf(0), 9 * USD);

        vm.expectEmit(address(book));
        emit IStewardship.DonationSwept(0, book.laneOf(0).sequence + 1, 9 * USD);
        uint64 amount = book.sweepLane(0);

        vm.assertEq(amount, 9 * USD);
        vm.assertEq(pool.swept(), 9 * USD);
        vm.assertEq(token.balanceOf(book.escrowOf(0)), book.laneOf(0).cash);
    }

    /// @custom:invariant D6b L3
    function test_what_is_booked_is_never_swept() public {
        uint64 loanId = _openHouse();
        book.prefund(loanId, 5_000 * USD);

        vm.expectRevert(abi.encodeWithSelector(ILoanBook.AmountTooSmall.selector, 0, 1));
        book.sweepLane(0);
    }

    /// @custom:invariant D6b
    function test_income_of_a_closed_loan_goes_to_the_reserve() public {
        uint64 loanId = _openHouse();
        book.repay(loanId, type(uint64).max);
        book.close(loanId);
        token.mint(book.incomeAddressOf(loanId), 9 * USD);

        uint64 amount = book.sweepEnded(loanId);

        vm.assertEq(amount, 9 * USD);
        vm.assertEq(pool.swept(), 9 * USD);
        token.mint(book.incomeAddressOf(loanId), 1);
        vm.assertEq(book.sweepEnded(loanId), 1);
    }

    /// @custom:invariant D6b D6
    function test_income_of_a_loan_that_runs_or_waits_is_its_own() public {
        uint64 loanId = _openHouse();
        token.mint(book.incomeAddressOf(loanId), 9 * USD);
        _assertNotEnded(loanId, LoanStatus.Open);
        book.repay(loanId, type(uint64).max);
        _assertNotEnded(loanId, LoanStatus.Repaid);
        _assertNotEnded(77, LoanStatus.None);
    }

    function test_an_unknown_lane_is_not_swept() public {
        vm.expectRevert(abi.encodeWithSelector(ILoanBook.LaneUnknown.selector, 2));
        book.sweepLane(2);
    }

    function _assertNotEnded(uint64 loanId, LoanStatus status) private {
        vm.expectRevert(
            abi.encodeWithSelector(ILoanBook.WrongStatus.selector, loanId, status)
        );
        book.sweepEnded(loanId);
    }
}
