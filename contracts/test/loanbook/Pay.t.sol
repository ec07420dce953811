// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import "../../src/interfaces/ILoanBook.sol";
import {BookBase} from "./support/BookBase.sol";
import {Carded} from "../support/Carded.sol";

using Carded for ILoanBook;

contract PrefundTest is BookBase {
    /// @custom:invariant D6 L3
    function test_prefunded_cash_stays_the_borrowers() public {
        uint64 loanId = _openHouse();
        int256 worth = _worth(0);

        book.prefund(loanId, 20_000 * USD);

        LaneState memory lane = book.laneOf(0);
        vm.assertEq(book.loanOf(loanId).prefunded, 20_000 * USD);
        vm.assertEq(lane.cash, LANE_CASH - 80_000 * USD);
        vm.assertEq(lane.owed, 20_000 * USD);
        vm.assertEq(_worth(0), worth);
        vm.assertEq(token.balanceOf(book.escrowOf(0)), lane.cash);
    }

    /// @custom:invariant D1
    function test_prefunding_accrues_nothing() public {
        uint64 loanId = _openHouse();
        vm.warp(START + 10 days);

        book.prefund(loanId, 20_000 * USD);

        vm.assertEq(book.loanOf(loanId).lastAccrual, START);
        vm.assertEq(book.loanOf(loanId).accruedScaled, 0);
    }

    function test_prefund_says_who_paid() public {
        uint64 loanId = _openHouse();
        uint32 sequence = book.laneOf(0).sequence;

        vm.expectEmit(address(book));
        emit ILoanBook.Prefunded(loanId, other, sequence + 1, 5 * USD);
        vm.prank(other);
        book.prefund(loanId, 5 * USD);
    }

    function test_prefund_refuses_dust() public {
        uint64 loanId = _openHouse();

        vm.expectRevert(
            abi.encodeWithSelector(ILoanBook.AmountTooSmall.selector, MINIMUM - 1, MINIMUM)
        );
        book.prefund(loanId, MINIMUM - 1);
    }

    function test_prefund_refuses_more_than_a_loan_can_hold() public {
        uint64 loanId = _openHouse();
        book.prefund(loanId, 5 * USD);
        uint64 room = type(uint56).max - 5 * USD;
        token.mint(address(this), room);

        vm.expectRevert(
            abi.encodeWithSelector(ILoanBook.AmountTooLarge.selector, room + 1, room)
        );
        book.prefund(loanId, room + 1);
        book.prefund(loanId, room);

        vm.assertEq(book.loanOf(loanId).prefunded, type(uint56).max);
    }

    function test_prefund_refuses_a_called_loan_and_an_unknown_one() public {
        uint64 loanId = _openCalled();

        vm.expectRevert(
            abi.encodeWithSelector(ILoanBook.WrongStatus.selector, loanId, LoanStatus.Called)
        );
        book.prefund(loanId, USD);
        vm.expectRevert(abi.encodeWithSelector(ILoanBook.LoanNotFound.selector, 99));
        book.prefund(99, USD);
    }
}

contract WithdrawPrefundedTest is BookBase {
    /// @custom:invariant D6
    function test_the_borrower_takes_prefunded_cash_back() public {
        uint64 loanId = _openHouse();
        book.prefund(loanId, 20_000 * USD);
        uint256 before = token.balanceOf(borrower);
        uint32 sequence = book.laneOf(0).sequence;

        vm.expectEmit(address(book));
        emit ILoanBook.PrefundWithdrawn(loanId, sequence + 1, 15_000 * USD);
        this.withdraw(loanId, 15_000 * USD);

        vm.assertEq(token.balanceOf(borrower) - before, 15_000 * USD);
        vm.assertEq(book.loanOf(loanId).prefunded, 5_000 * USD);
        vm.assertEq(book.laneOf(0).owed, 5_000 * USD);
        vm.assertEq(book.laneOf(0).cash, token.balanceOf(book.escrowOf(0)));
    }

    /// @dev A call of its own, so that what it asks for its card comes after what is expected.
    function withdraw(uint64 loanId, uint64 amount) external {
        bytes32[] memory card = book.wordsOf(loanId);
        vm.prank(borrower);
        ILoanBook(address(book)).withdrawPrefunded(loanId, amount, card);
    }

    function test_what_is_left_after_repaying_can_be_withdrawn() public {
        uint64 loanId = _openHouse();
        book.prefund(loanId, 20_000 * USD);
        book.repay(loanId, type(uint64).max);
        book.close(loanId);

        vm.prank(borrower);
        book.withdrawPrefunded(loanId, 20_000 * USD);

        vm.assertEq(book.laneOf(0).owed, 0);
    }

    /// @custom:invariant D6 I-12
    function test_nobody_else_withdraws() public {
        uint64 loanId = _openHouse();
        book.prefund(loanId, 20_000 * USD);

        vm.expectRevert(abi.encodeWithSelector(ILoanBook.NotBorrower.selector, loanId, other));
        vm.prank(other);
        book.withdrawPrefunded(loanId, USD);
    }

    function test_withdrawing_more_than_prefunded_or_nothing_is_refused() public {
        uint64 loanId = _openHouse();
        book.prefund(loanId, 20_000 * USD);
        vm.startPrank(borrower);

        vm.expectRevert(
            abi.encodeWithSelector(
                ILoanBook.AmountTooLarge.selector, 20_000 * USD + 1, 20_000 * USD
            )
        );
        book.withdrawPrefunded(loanId, 20_000 * USD + 1);
        vm.expectRevert(abi.encodeWithSelector(ILoanBook.AmountTooSmall.selector, 0, 1));
        book.withdrawPrefunded(loanId, 0);
    }
}

contract RepayTest is BookBase {
    /// @custom:invariant D1
    function test_of_a_called_loan_the_least_payment_and_the_last_are_taken() public {
        uint64 loanId = _openCalled();

        vm.assertEq(book.repay(loanId, MINIMUM), MINIMUM);
        book.repay(loanId, book.debtOf(loanId) - MINIMUM / 2);
        vm.assertEq(book.repay(loanId, type(uint64).max), MINIMUM / 2);

        _assertStatus(loanId, LoanStatus.Repaid);
    }

    function test_repaying_takes_interest_first() public {
        uint64 loanId = _openHouse();
        vm.warp(START + 30 days);
        uint64 interest = book.debtOf(loanId) - 100_000 * USD;

        uint64 paid = book.repay(loanId, 10_000 * USD);

        vm.assertEq(paid, 10_000 * USD);
        // The debt is rounded up, so the whole units taken are one fewer.
        vm.assertEq(book.loanOf(loanId).principal, 90_000 * USD + interest - 1);
        vm.assertEq(book.debtOf(loanId), 90_000 * USD + interest);
    }

    /// @custom:invariant I-06
    function test_repaying_changes_no_worth() public {
        uint64 loanId = _openHouse();
        vm.warp(START + 30 days);
        int256 worth = _worth(0);

        book.repay(loanId, 10_000 * USD);

        vm.assertEq(_worth(0), worth);
        vm.assertEq(book.laneOf(0).cash, token.balanceOf(book.escrowOf(0)));
    }

    function test_repaying_all_makes_the_loan_repaid_and_the_sums_empty() public {
        uint64 loanId = _openHouse();
        vm.warp(START + 30 days);
        uint64 debt = book.debtOf(loanId);

        uint64 paid = book.repay(loanId, type(uint64).max);

        vm.assertEq(paid, debt);
        _assertStatus(loanId, LoanStatus.Repaid);
        vm.assertEq(book.debtOf(loanId), 0);
        vm.assertEq(int256(book.laneOf(0).a), 0);
        vm.assertEq(book.laneOf(0).b, 0);
    }

    /// @custom:invariant D7
    function test_anyone_repays_any_loan() public {
        uint64 loanId = _openHouse();
        uint32 sequence = book.laneOf(0).sequence;

        vm.expectEmit(address(book));
        emit ILoanBook.Repaid(loanId, other, sequence + 1, 2 * USD);
        vm.prank(other);
        book.repay(loanId, 2 * USD);
    }

    /// @custom:invariant D1
    function test_dust_is_refused_unless_it_ends_the_debt() public {
        uint64 loanId = _openHouse();
        vm.expectRevert(
            abi.encodeWithSelector(ILoanBook.AmountTooSmall.selector, MINIMUM - 1, MINIMUM)
        );
        book.repay(loanId, MINIMUM - 1);
        book.repay(loanId, 100_000 * USD - 5);

        uint64 paid = book.repay(loanId, 5);

        vm.assertEq(paid, 5);
        _assertStatus(loanId, LoanStatus.Repaid);
    }

    function test_repaying_a_called_loan_lowers_what_it_is_carried_at() public {
        uint64 loanId = _openCalled();
        uint64 debt = book.debtOf(loanId);
        vm.assertEq(book.laneOf(0).impaired, debt);
        int256 worth = _worth(0);

        book.repay(loanId, 40_000 * USD);

        vm.assertEq(book.laneOf(0).impaired, debt - 40_000 * USD);
        vm.assertEq(book.tailOf(loanId).impaired, debt - 40_000 * USD);
        vm.assertEq(_worth(0), worth);
        vm.assertEq(book.laneOf(0).cash, token.balanceOf(book.escrowOf(0)));
    }

    function test_dust_is_refused_of_a_called_loan_too() public {
        uint64 loanId = _openCalled();

        vm.expectRevert(
            abi.encodeWithSelector(ILoanBook.AmountTooSmall.selector, MINIMUM - 1, MINIMUM)
        );
        book.repay(loanId, MINIMUM - 1);
    }

    /// @custom:invariant C1
    function test_a_called_debt_is_frozen() public {
        uint64 loanId = _openCalled();
        uint64 debt = book.debtOf(loanId);

        vm.warp(block.timestamp + 100 days);

        vm.assertEq(book.debtOf(loanId), debt);
    }

    function test_a_repaid_loan_takes_no_more() public {
        uint64 loanId = _openHouse();
        book.repay(loanId, type(uint64).max);

        vm.expectRevert(
            abi.encodeWithSelector(ILoanBook.WrongStatus.selector, loanId, LoanStatus.Repaid)
        );
        book.repay(loanId, USD);
    }

    function test_an_unknown_loan_takes_nothing() public {
        vm.expectRevert(abi.encodeWithSelector(ILoanBook.LoanNotFound.selector, 5));
        book.repay(5, USD);
    }

    /// @custom:invariant D3
    function testFuzz_any_payments_leave_lane_and_loan_in_step(uint64[5] memory amounts) public {
        uint64 loanId = _openHouse();
        for (uint256 i = 0; i < 5 && _statusOf(loanId) == LoanStatus.Open; ++i) {
            vm.warp(block.timestamp + 1 + amounts[i] % 90 days);
            uint64 debt = book.debtOf(loanId);
            uint64 least = debt < MINIMUM ? debt : MINIMUM;
            book.repay(loanId, uint64(bound(amounts[i], least, debt)));
            uint64 left = book.debtOf(loanId);
            vm.assertGe(left, _laneDebt(0));
            vm.assertLe(left - _laneDebt(0), 1);
        }
    }
}

contract TopUpTest is BookBase {
    /// @custom:invariant D7 D7b
    function test_anyone_adds_restaking_tokens() public {
        uint64 loanId = _openBasket();
        lrt.mint(other, 1e18);
        uint32 sequence = book.laneOf(0).sequence;

        vm.expectEmit(address(book));
        emit ILoanBook.LrtPledged(loanId, address(lrt), sequence + 1, 1e18);
        vm.prank(other);
        book.topUp(loanId, 1e18);

        (,, uint128 amount) = book.collateralOf(loanId);
        vm.assertEq(amount, 11e18);
        vm.assertEq(lrt.balanceOf(book.escrowOf(0)), 11e18);
    }

    function test_a_loan_without_restaking_tokens_takes_none() public {
        uint64 loanId = _openHouse();

        vm.expectRevert(abi.encodeWithSelector(ILoanBook.InvalidTerms.selector, bytes32("lrt")));
        book.topUp(loanId, 1e18);
    }

    function test_nothing_is_no_top_up() public {
        uint64 loanId = _openBasket();

        vm.expectRevert(
            abi.encodeWithSelector(ILoanBook.InvalidTerms.selector, bytes32("lrtAmount"))
        );
        book.topUp(loanId, 0);
    }

    function test_a_repaid_loan_takes_no_top_up() public {
        uint64 loanId = _openBasket();
        book.repay(loanId, type(uint64).max);

        vm.expectRevert(
            abi.encodeWithSelector(ILoanBook.WrongStatus.selector, loanId, LoanStatus.Repaid)
        );
        book.topUp(loanId, 1e18);
    }
}
