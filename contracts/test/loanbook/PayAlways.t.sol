// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import "../../src/interfaces/ILoanBook.sol";
import {AuctionBase} from "./Auction.t.sol";
import {Carded} from "../support/Carded.sol";

using Carded for ILoanBook;

/// @title A debt can always be paid: each status, with the oracle silent and the protocol paused
contract PayAlwaysTest is AuctionBase {
    address private stranger;

    function setUp() public override {
        super.setUp();
        stranger = named("stranger");
        _allow(stranger);
    }

    /// @custom:invariant I-14 I-15
    function test_an_open_loan_is_paid_in_full_by_a_stranger() public {
        loanId = _openHouse();

        _standStill();
        _payAll();
    }

    /// @custom:invariant I-14 I-15
    function test_an_overdue_loan_is_paid_in_full_by_a_stranger() public {
        loanId = _openHouse();
        vm.warp(START + 400 days);

        _standStill();
        _payAll();
    }

    /// @custom:invariant I-14 I-15
    function test_a_called_loan_is_paid_in_full_by_a_stranger() public {
        loanId = _openCalled();

        _standStill();
        _payAll();
    }

    /// @custom:invariant I-14 I-15
    function test_an_auctioned_loan_is_paid_in_full_by_a_stranger() public {
        _startHouse();

        _standStill();
        _payAll();
    }

    function _standStill() private {
        oracle.setSilent(true, 0);
        oracle.setPaused(uint64(block.timestamp) + 7 days);
    }

    /// @dev Exactly the debt is taken, nothing is left of it, and its owner has the house.
    function _payAll() private {
        uint64 debt = book.debtOf(loanId);
        uint256 before = token.balanceOf(stranger);

        vm.prank(stranger);
        book.repay(loanId, debt);
        book.close(loanId);

        vm.assertEq(before - token.balanceOf(stranger), debt);
        vm.assertEq(book.debtOf(loanId), 0);
        _assertStatus(loanId, LoanStatus.Closed);
        vm.assertEq(registry.ownerOf(HOUSE), borrower);
    }
}
