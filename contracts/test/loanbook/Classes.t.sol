// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import "../../src/interfaces/ILoanBook.sol";
import {ClassTerms} from "../../src/interfaces/IRiskTerms.sol";
import {ValueProof} from "../../src/interfaces/IValuationOracle.sol";
import {AmendBase} from "./support/AmendBase.sol";
import {GreedyWallet, OddToken} from "./support/Tokens.sol";
import {Carded} from "../support/Carded.sol";
import {Shelf} from "../support/Shelf.sol";
import {IAuctionHouse} from "../../src/interfaces/IAuctionHouse.sol";

using Carded for ILoanBook;
using Carded for IAuctionHouse;

/// @title Known classes of vulnerabilities of lending protocols, one named test each
contract ClassesTest is AmendBase {
    function test_class_01_no_hook_of_the_owner_runs_when_collateral_returns() public {
        GreedyWallet wallet = new GreedyWallet();
        _mint(7, HOUSE_CLASS, address(wallet), 400_000 * USD);
        LoanTerms memory terms = _terms(7, 10_000 * USD);
        terms.borrower = address(wallet);
        uint64 loanId = book.open(terms, "", _proofsFor(terms.assets, address(0), 2));
        book.repay(loanId, type(uint64).max);

        book.close(loanId);

        vm.assertEq(registry.ownerOf(7), address(wallet));
        vm.assertEq(wallet.hooks(), 0);
    }

    function test_class_01_a_token_that_calls_back_finds_the_book_locked() public {
        (OddToken odd, uint64 loanId) = _openOnOddToken();
        book.repay(loanId, type(uint64).max);
        odd.setHook(address(book), abi.encodeCall(ILoanBook.close, (loanId, book.wordsOf(loanId))));

        book.close(loanId);

        _assertLocked(odd);
        vm.assertEq(odd.balanceOf(borrower), 10e18);
    }

    function test_class_02_a_token_cannot_repay_inside_a_refinance() public {
        (OddToken odd, uint64 loanId) = _openOnOddToken();
        odd.setHook(address(book), abi.encodeCall(ILoanBook.repay, (loanId, USD)));
        LoanChange memory change = _change(loanId);
        (change.lrtAmount, change.instalments, change.interval) = (1e18, 3, 30 days);
        ValueProof[] memory proofs = _proofs(loanId, 2);

        vm.prank(borrower);
        book.amend(change, "", proofs);

        _assertLocked(odd);
        vm.assertEq(book.loanOf(loanId).principal, 10_000 * USD);
    }

    function test_class_03_a_signature_counts_once() public {
        LoanTerms memory terms = _terms(HOUSE, 10_000 * USD);
        uint64 loanId = _open(terms);
        book.repay(loanId, type(uint64).max);
        book.close(loanId);
        bytes memory signature = _sign(BORROWER_KEY, terms);
        ValueProof[] memory proofs = _proofsFor(terms.assets, address(0), 2);

        vm.expectRevert(
            abi.encodeWithSelector(ILoanBook.NonceUsed.selector, borrower, 0, terms.nonce)
        );
        book.open(terms, signature, proofs);
    }

    function test_class_03_a_signature_counts_on_its_chain_and_book_only() public {
        LoanTerms memory terms = _terms(HOUSE, 10_000 * USD);
        bytes memory signature = _sign(BORROWER_KEY, terms);
        ValueProof[] memory proofs = _proofsFor(terms.assets, address(0), 2);
        (ILoanBook second,) = _deployBook(token);
        second.addLane();
        vm.expectRevert(abi.encodeWithSelector(ILoanBook.InvalidSignature.selector, borrower));
        second.open(terms, signature, proofs);

        vm.chainId(block.chainid + 1);
        vm.expectRevert(abi.encodeWithSelector(ILoanBook.InvalidSignature.selector, borrower));
        book.open(terms, signature, proofs);
    }

    function test_class_04_every_field_of_the_terms_is_signed() public {
        LoanTerms memory terms = _terms(HOUSE, 10_000 * USD);
        terms.limit = 20_000 * USD;
        bytes memory signature = _sign(BORROWER_KEY, terms);
        ValueProof[] memory proofs = _proofsFor(terms.assets, address(0), 2);
        for (uint256 field = 0; field < 12; ++field) {
            LoanTerms memory forged = abi.decode(abi.encode(terms), (LoanTerms));
            if (field == 0) forged.borrower = other;
            if (field == 1) forged.lane = 1;
            if (field == 2) forged.principal += 1;
            if (field == 3) forged.limit += 1;
            if (field == 4) forged.maxRateBps += 1;
            if (field == 5) forged.schedule = ScheduleKind.InterestOnly;
            if (field == 6) forged.instalments += 1;
            if (field == 7) forged.interval += 1;
            if (field == 8) forged.assets = _one(CAR);
            if (field == 9) (forged.lrt, forged.lrtAmount) = (address(lrt), 1);
            if (field == 10) forged.nonce += 1;
            if (field == 11) forged.deadline += 1;
            vm.expectRevert(
                abi.encodeWithSelector(ILoanBook.InvalidSignature.selector, forged.borrower)
            );
            book.open(forged, signature, proofs);
        }
    }

    function test_class_09_the_largest_loan_cannot_be_called_in_its_block() public {
        uint64 loanId = _open(_terms(HOUSE, 240_000 * USD));
        ValueProof[] memory newest = _proofs(loanId, 2);
        ValueProof[] memory previous = _proofs(loanId, 1);

        vm.expectRevert(
            abi.encodeWithSelector(
                ILoanBook.NotCallable.selector, loanId, 240_000 * USD, 280_000 * USD
            )
        );
        book.call(loanId, newest, previous);
    }

    /// @dev Buying the own lot costs what any buyer pays: all of the debt comes in, or the rest is
    /// a loss that stands against the borrower.
    function testFuzz_class_10_buying_the_own_collateral_gains_nothing(uint64 value, uint256 wait)
        public
    {
        uint64 loanId = _open(_terms(HOUSE, 240_000 * USD));
        value = uint64(bound(value, 100_000 * USD, 340_000 * USD));
        _setPrice(HOUSE, value);
        book.call(loanId, _proofs(loanId, 2), _proofs(loanId, 1));
        vm.warp(START + 14 days);
        house.open(loanId, _proofs(loanId, 2));
        vm.warp(block.timestamp + bound(wait, 0, 8 days));
        uint64 debt = book.debtOf(loanId);

        vm.prank(borrower);
        uint64 paid = house.buy(loanId, type(uint64).max);

        uint256 net = uint256(paid) - book.claimableOf(0, borrower) + book.shortfallOf(borrower);
        vm.assertEq(net, debt);
    }

    function test_class_11_interest_of_fifty_years_at_the_highest_rate_can_be_paid() public {
        risk.setTerms(HOUSE_CLASS, _steep());
        LoanTerms memory terms = _terms(HOUSE, 200_000 * USD);
        terms.maxRateBps = 5_000;
        uint64 loanId = _open(terms);
        vm.warp(START + 50 * 365 days);

        uint64 debt = book.debtOf(loanId);
        token.mint(address(this), debt);
        book.repay(loanId, debt / 2);
        book.prefund(loanId, debt);
        _settle(_word(OperationKind.Collect, 1, loanId, book.debtOf(loanId)));

        vm.assertEq(debt, 5_200_000 * USD);
        _assertStatus(loanId, LoanStatus.Repaid);
        vm.assertEq(int256(book.laneOf(0).a), 0);
    }

    function testFuzz_class_12_many_small_payments_pay_no_less_than_one(uint256 count, uint256 span)
        public
    {
        uint64 loanId = _openHouse();
        count = bound(count, 1, 12);
        span = bound(span, 1, 28 days);
        uint256 total;
        for (uint256 i = 0; i < count; ++i) {
            vm.warp(START + span * (i + 1) / count);
            total += book.repay(loanId, MINIMUM);
        }
        uint64 left = book.debtOf(loanId);

        // The same sum paid at the end leaves no less, but for interest on what came earlier.
        uint256 plain = 100_000 * uint256(USD) * 550 * span;
        uint256 whole = 100_000 * uint256(USD) + (plain + SCALE - 1) / SCALE - total;
        vm.assertLe(left, whole);
        vm.assertLe(whole - left, 1 + total * 550 * span / SCALE + count);
    }

    function test_class_13_a_dust_remainder_can_always_be_paid_off() public {
        uint64 loanId = _openHouse();
        vm.expectRevert(
            abi.encodeWithSelector(ILoanBook.AmountTooSmall.selector, MINIMUM - 1, MINIMUM)
        );
        book.repay(loanId, MINIMUM - 1);
        book.repay(loanId, 100_000 * USD - 1);
        vm.assertEq(book.debtOf(loanId), 1);

        book.repay(loanId, 1);

        _assertStatus(loanId, LoanStatus.Repaid);
    }

    function test_class_23_one_asset_secures_one_loan() public {
        _openHouse();
        LoanTerms memory terms = _terms(HOUSE, 10_000 * USD);
        bytes memory signature = _sign(BORROWER_KEY, terms);
        ValueProof[] memory proofs = _proofsFor(terms.assets, address(0), 2);

        vm.expectRevert("not the owner");
        book.open(terms, signature, proofs);
    }

    function test_class_23_nobody_pledges_what_is_anothers() public {
        LoanTerms memory terms = _terms(HOUSE, 10_000 * USD);
        terms.borrower = other;
        bytes memory signature = _sign(OTHER_KEY, terms);
        ValueProof[] memory proofs = _proofsFor(terms.assets, address(0), 2);

        vm.expectRevert("not the owner");
        book.open(terms, signature, proofs);
    }

    function test_class_23_a_closed_loan_gives_nothing_back_twice() public {
        uint64 loanId = _openHouse();
        book.repay(loanId, type(uint64).max);
        book.close(loanId);

        vm.expectRevert(
            abi.encodeWithSelector(ILoanBook.WrongStatus.selector, loanId, LoanStatus.Closed)
        );
        book.close(loanId);
    }

    /// @dev Paying early, in any amount, at any time, never makes a loan overdue that was not.
    function testFuzz_class_25_paying_never_advances_default(
        uint64 amount,
        uint256 early,
        uint256 later
    ) public {
        uint64 loanId = _openHouse();
        early = bound(early, 0, 100 days);
        later = bound(later, early, 400 days);
        amount = uint64(bound(amount, MINIMUM, 99_000 * USD));
        Shelf.catchUp();
        uint256 snapshot = vm.snapshotState();
        vm.warp(START + later);
        bool overdueUnpaid = book.isOverdue(loanId);
        vm.revertToState(snapshot);

        vm.warp(START + early);
        book.repay(loanId, amount);
        vm.warp(START + later);

        vm.assertTrue(overdueUnpaid || !book.isOverdue(loanId));
    }

    function _openOnOddToken() private returns (OddToken odd, uint64 loanId) {
        odd = new OddToken(18);
        odd.mint(borrower, 10e18);
        vm.prank(borrower);
        odd.approve(address(book), type(uint256).max);
        _setPrice(uint160(address(odd)), 3_000 * USD);
        LoanTerms memory terms = _terms(HOUSE, 10_000 * USD);
        (terms.lrt, terms.lrtAmount) = (address(odd), 10e18);
        loanId = _open(terms);
    }

    function _assertLocked(OddToken odd) private view {
        bytes4 locked = ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector;
        vm.assertEq(odd.hookError(), abi.encodeWithSelector(locked));
    }

    function _steep() private pure returns (ClassTerms memory terms) {
        terms = _houseTerms();
        terms.baseRateBps = 5_000;
    }
}
