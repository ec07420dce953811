// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import "../../src/interfaces/ILoanBook.sol";
import {ClassTerms} from "../../src/interfaces/IRiskTerms.sol";
import {ValueProof} from "../../src/interfaces/IValuationOracle.sol";
import {AmendBase} from "./support/AmendBase.sol";
import {Carded} from "../support/Carded.sol";
import {Shelf} from "../support/Shelf.sol";

using Carded for ILoanBook;

/// @title Releasing part of the collateral: the rest carries the debt at the opening limit
/// @dev House 240,000, car 10,000, ten restaking tokens 21,000 of limit; 100,000 owed.
contract ReleaseTest is AmendBase {
    uint64 private loanId;

    function setUp() public override {
        super.setUp();
        loanId = _openBasket();
    }

    function test_an_asset_goes_back_to_its_owner() public {
        LoanChange memory change = _change(loanId);
        change.assets = _one(CAR);

        _amend(change);

        vm.assertEq(registry.ownerOf(CAR), borrower);
        (uint256[] memory left,,) = book.collateralOf(loanId);
        vm.assertEq(abi.encode(left), abi.encode(_one(HOUSE)));
    }

    /// @dev What a vote asks of new borrowing keeps nobody's collateral.
    function test_a_class_that_is_closed_to_new_loans_gives_back() public {
        ClassTerms memory closed = _houseTerms();
        closed.enabled = false;
        risk.setTerms(HOUSE_CLASS, closed);
        LoanChange memory change = _change(loanId);
        change.assets = _one(CAR);

        _amend(change);

        vm.assertEq(registry.ownerOf(CAR), borrower);
    }

    function test_the_first_of_several_leaves_the_order_of_the_rest() public {
        book.repay(loanId, 95_000 * USD);
        LoanChange memory change = _change(loanId);
        change.assets = _one(HOUSE);

        _amend(change);

        (uint256[] memory left,,) = book.collateralOf(loanId);
        vm.assertEq(abi.encode(left), abi.encode(_one(CAR)));
        vm.assertEq(registry.ownerOf(HOUSE), borrower);
    }

    function test_restaking_tokens_go_back() public {
        LoanChange memory change = _change(loanId);
        change.lrtAmount = 4e18;

        _amend(change);

        vm.assertEq(lrt.balanceOf(borrower), 94e18);
        (,, uint128 left) = book.collateralOf(loanId);
        vm.assertEq(left, 6e18);
    }

    function test_all_in_one_change_and_the_close_returns_the_rest() public {
        LoanChange memory change = _change(loanId);
        (change.assets, change.lrtAmount) = (_one(CAR), 10e18);
        _amend(change);
        book.repay(loanId, type(uint64).max);

        book.close(loanId);

        vm.assertEq(registry.ownerOf(HOUSE), borrower);
        vm.assertEq(lrt.balanceOf(borrower), 100e18);
    }

    /// @custom:invariant I-33 A5
    function test_a_release_says_so() public {
        uint32 sequence = book.laneOf(0).sequence;
        LoanChange memory change = _change(loanId);
        (change.assets, change.lrtAmount) = (_one(CAR), 1e18);
        ValueProof[] memory proofs = _proofsLeft(change);

        vm.expectEmit(address(book));
        emit ILoanBook.Released(loanId, CAR, sequence + 1, borrower);
        vm.expectEmit(address(book));
        emit ILoanBook.LrtReleased(loanId, address(lrt), sequence + 2, 1e18, borrower);
        vm.prank(borrower);
        book.amend(change, "", proofs);
    }

    function test_what_is_left_carries_the_debt_to_the_unit() public {
        // The car and six tokens of 3,000 at 70 %: 10,000 and 12,600.
        book.repay(loanId, 77_400 * USD - 1);
        LoanChange memory change = _change(loanId);
        (change.assets, change.lrtAmount) = (_one(HOUSE), 4e18);
        _assertAmendFails(
            change,
            abi.encodeWithSelector(ILoanBook.AboveLtv.selector, 22_600 * USD + 1, 22_600 * USD)
        );
        book.repay(loanId, MINIMUM);

        _amend(change);

        vm.assertEq(registry.ownerOf(HOUSE), borrower);
    }

    /// @dev Rule V2: ageing lowers what may be released, by itself. The house alone would carry it.
    /// @custom:invariant V2
    function test_an_ageing_attestation_releases_less() public {
        _mint(HOUSE + 1, HOUSE_CLASS, borrower, 400_000 * USD);
        LoanTerms memory terms = _terms(HOUSE + 1, 228_000 * USD);
        (terms.instalments, terms.interval) = (1, 360 days);
        (terms.lrt, terms.lrtAmount) = (address(lrt), 10e18);
        loanId = _open(terms);
        LoanChange memory change = _change(loanId);
        change.lrtAmount = 10e18;
        change.deadline += 200 days;
        Shelf.catchUp();
        uint256 snapshot = vm.snapshotState();
        vm.warp(START + 180 days);
        oracle.setRound(2);
        _amend(change);
        vm.revertToState(snapshot);

        vm.warp(START + 200 days);
        oracle.setRound(2);
        // Twenty days of ageing out of 185: 5 % of 50 % less, rounded down.
        uint256 limit = (uint256(400_000 * USD) * 9_459 / 10_000) * 6_000 / 10_000;
        _assertAmendFails(
            change, abi.encodeWithSelector(ILoanBook.AboveLtv.selector, book.debtOf(loanId), limit)
        );
    }

    function test_what_is_not_pledged_is_not_released() public {
        LoanChange memory change = _change(loanId);
        change.assets = _one(CAR + 1);

        _assertAmendFails(
            change, abi.encodeWithSelector(ILoanBook.AssetNotPledged.selector, loanId, CAR + 1)
        );
    }

    function test_nothing_is_released_twice() public {
        LoanChange memory change = _change(loanId);
        change.assets = new uint256[](2);
        (change.assets[0], change.assets[1]) = (CAR, CAR);
        ValueProof[] memory proofs = _proofsFor(_one(HOUSE), address(lrt), 2);

        vm.expectRevert(abi.encodeWithSelector(ILoanBook.AssetNotPledged.selector, loanId, CAR));
        vm.prank(borrower);
        book.amend(change, "", proofs);
    }

    function test_more_tokens_than_pledged_are_not_released() public {
        LoanChange memory change = _change(loanId);
        change.lrtAmount = 10e18 + 1;
        ValueProof[] memory proofs = _proofs(loanId, 2);

        vm.expectRevert(
            abi.encodeWithSelector(ILoanBook.InvalidTerms.selector, bytes32("lrtAmount"))
        );
        vm.prank(borrower);
        book.amend(change, "", proofs);
    }

    function test_proofs_are_of_what_stays() public {
        LoanChange memory change = _change(loanId);
        change.assets = _one(CAR);
        ValueProof[] memory proofs = _proofs(loanId, 2);

        vm.expectRevert(abi.encodeWithSelector(ILoanBook.ProofMismatch.selector, 2, 3));
        vm.prank(borrower);
        book.amend(change, "", proofs);
    }

    function test_a_missed_instalment_comes_first() public {
        vm.warp(START + 31 days);
        oracle.setRound(2);
        LoanChange memory change = _change(loanId);
        change.assets = _one(CAR);

        _assertAmendFails(
            change, abi.encodeWithSelector(ILoanBook.InstalmentMissed.selector, loanId, 1)
        );
    }
}
