// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import "../../src/interfaces/ILoanBook.sol";
import {BookBase} from "./support/BookBase.sol";
import {Carded} from "../support/Carded.sol";

using Carded for ILoanBook;

contract CloseTest is BookBase {
    /// @custom:invariant I-15 D9
    function test_a_repaid_loan_gives_everything_back() public {
        uint64 loanId = _openBasket();
        book.repay(loanId, type(uint64).max);

        vm.prank(other);
        book.close(loanId);

        _assertStatus(loanId, LoanStatus.Closed);
        vm.assertEq(registry.ownerOf(HOUSE), borrower);
        vm.assertEq(registry.ownerOf(CAR), borrower);
        vm.assertEq(lrt.balanceOf(borrower), 100e18);
    }

    /// @custom:invariant A5
    function test_each_return_is_an_event_of_the_lane() public {
        uint64 loanId = _openBasket();
        book.repay(loanId, type(uint64).max);
        uint32 sequence = book.laneOf(0).sequence;

        vm.expectEmit(address(book));
        emit ILoanBook.Released(loanId, HOUSE, sequence + 1, borrower);
        vm.expectEmit(address(book));
        emit ILoanBook.Released(loanId, CAR, sequence + 2, borrower);
        vm.expectEmit(address(book));
        emit ILoanBook.LrtReleased(loanId, address(lrt), sequence + 3, 10e18, borrower);
        vm.expectEmit(address(book));
        emit ILoanBook.LoanClosed(loanId, sequence + 4);
        book.close(loanId);

        vm.assertEq(book.laneOf(0).sequence, sequence + 4);
    }

    /// @custom:invariant I-10
    function test_a_loan_with_debt_stays() public {
        uint64 loanId = _openHouse();

        vm.expectRevert(
            abi.encodeWithSelector(ILoanBook.WrongStatus.selector, loanId, LoanStatus.Open)
        );
        book.close(loanId);
    }

    function test_a_loan_is_closed_once() public {
        uint64 loanId = _openHouse();
        book.repay(loanId, type(uint64).max);
        book.close(loanId);

        vm.expectRevert(
            abi.encodeWithSelector(ILoanBook.WrongStatus.selector, loanId, LoanStatus.Closed)
        );
        book.close(loanId);
    }

    function test_an_unknown_loan_is_not_closed() public {
        vm.expectRevert(abi.encodeWithSelector(ILoanBook.LoanNotFound.selector, 9));
        book.close(9);
    }

    function test_only_the_book_itself_releases() public {
        uint64 loanId = _openHouse();

        vm.expectRevert(abi.encodeWithSelector(ILoanBook.NotSelf.selector, other));
        vm.prank(other);
        book.release(loanId, 0);
    }
}
