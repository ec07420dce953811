// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {AssetStatus} from "../../src/interfaces/IAssetRegistry.sol";
import {IAuctionHouse} from "../../src/interfaces/IAuctionHouse.sol";
import "../../src/interfaces/ILoanBook.sol";
import {IPause} from "../../src/interfaces/IPause.sol";
import {ClassTerms} from "../../src/interfaces/IRiskTerms.sol";
import {IValuationOracle, ValueProof} from "../../src/interfaces/IValuationOracle.sol";
import {AmendBase} from "./support/AmendBase.sol";
import {Carded} from "../support/Carded.sol";

using Carded for ILoanBook;
using Carded for IAuctionHouse;

/// @title Drawing in several draws up to the signed limit (rules D4, V1)
/// @dev The house is worth 400,000 and lends 60 %: 240,000.
contract DrawTest is AmendBase {
    uint64 private loanId;

    function setUp() public override {
        super.setUp();
        LoanTerms memory terms = _terms(HOUSE, 100_000 * USD);
        terms.limit = 300_000 * USD;
        loanId = _open(terms);
    }

    function test_a_draw_is_paid_out_and_owed() public {
        uint256 balance = token.balanceOf(borrower);
        LaneState memory lane = book.laneOf(0);

        _amend(_draw(20_000 * USD));

        vm.assertEq(token.balanceOf(borrower), balance + 20_000 * USD);
        vm.assertEq(book.loanOf(loanId).principal, 120_000 * USD);
        vm.assertEq(book.laneOf(0).cash, lane.cash - 20_000 * USD);
        vm.assertEq(_laneDebt(0), 120_000 * USD);
    }

    /// @custom:invariant I-33
    function test_a_draw_says_so() public {
        uint32 sequence = book.laneOf(0).sequence;
        LoanChange memory change = _draw(20_000 * USD);
        ValueProof[] memory proofs = _proofsLeft(change);

        vm.expectEmit(address(book));
        emit ILoanBook.LoanDrawn(loanId, sequence + 1, 20_000 * USD, 550);
        vm.prank(borrower);
        book.amend(change, "", proofs);
    }

    function test_the_lanes_worth_stays_the_same() public {
        vm.warp(START + 10 days);
        oracle.setRound(2);
        int256 worth = _worth(0);

        _amend(_draw(20_000 * USD));

        vm.assertEq(_worth(0), worth);
        vm.assertLe(book.debtOf(loanId) - _laneDebt(0), 1);
    }

    /// @custom:invariant D4
    function test_the_rate_becomes_the_debt_weighted_mean_rounded_up() public {
        ClassTerms memory dearer = _houseTerms();
        dearer.baseRateBps = 800;
        risk.setTerms(HOUSE_CLASS, dearer);

        _amend(_draw(50_000 * USD));

        // (100,000 · 550 + 50,000 · 800) / 150,000 = 633.33.
        vm.assertEq(book.loanOf(loanId).rateBps, 634);
    }

    function test_what_is_owed_is_spread_over_the_due_dates_left() public {
        book.prefund(loanId, 50_000 * USD);
        vm.warp(START + 30 days);
        vm.prank(borrower);
        book.collect(loanId, 20_000 * USD);
        uint64 principal = book.loanOf(loanId).principal;

        _amend(_draw(10_000 * USD));

        // Five due dates are left of six.
        uint256 base = (uint256(principal + 10_000 * USD) * 6 + 4) / 5;
        vm.assertEq(book.tailOf(loanId).basePrincipal, base);
    }

    function test_the_opening_limit_holds_to_the_unit() public {
        _assertAmendFails(
            _draw(140_000 * USD + 1),
            abi.encodeWithSelector(ILoanBook.AboveLtv.selector, 240_000 * USD + 1, 240_000 * USD)
        );

        _amend(_draw(140_000 * USD));

        vm.assertEq(book.debtOf(loanId), 240_000 * USD);
    }

    function test_the_signed_limit_holds_to_the_unit() public {
        _mint(HOUSE + 1, HOUSE_CLASS, borrower, 400_000 * USD);
        LoanTerms memory terms = _terms(HOUSE + 1, 100_000 * USD);
        terms.limit = 150_000 * USD;
        loanId = _open(terms);
        _assertAmendFails(
            _draw(50_000 * USD + 1),
            abi.encodeWithSelector(ILoanBook.AboveLimit.selector, 150_000 * USD + 1, 150_000 * USD)
        );

        _amend(_draw(50_000 * USD));

        vm.assertEq(book.loanOf(loanId).principal, 150_000 * USD);
    }

    function test_a_loan_of_one_draw_has_no_other() public {
        _mint(HOUSE + 1, HOUSE_CLASS, borrower, 400_000 * USD);
        loanId = _open(_terms(HOUSE + 1, 100_000 * USD));

        _assertAmendFails(
            _draw(1), abi.encodeWithSelector(ILoanBook.AboveLimit.selector, 100_000 * USD + 1, 0)
        );
    }

    /// @custom:invariant D4
    function test_the_signed_rate_holds_to_the_basis_point() public {
        LoanChange memory change = _draw(USD);
        change.maxRateBps = 549;
        _assertAmendFails(change, abi.encodeWithSelector(ILoanBook.RateTooHigh.selector, 550, 549));
        change.maxRateBps = 550;

        _amend(change);
    }

    /// @custom:invariant I-05 L3
    function test_a_lane_pays_out_its_own_cash_only() public {
        uint64 most = book.laneOf(0).cash;
        vm.prank(address(pool));
        book.defundLane(0, most - 10 * USD);

        _assertAmendFails(
            _draw(10 * USD + 1),
            abi.encodeWithSelector(ILoanBook.LaneShortOfCash.selector, 0, 10 * USD)
        );
        _amend(_draw(10 * USD));
    }

    function test_a_missed_instalment_comes_first() public {
        vm.warp(START + 31 days);
        oracle.setRound(2);
        _assertAmendFails(
            _draw(USD), abi.encodeWithSelector(ILoanBook.InstalmentMissed.selector, loanId, 1)
        );
        book.prefund(loanId, 20_000 * USD);

        _amend(_draw(USD));
    }

    function test_nothing_is_drawn_after_the_last_due_date() public {
        book.repay(loanId, 99_990 * USD);
        vm.warp(START + 180 days - 1);
        _amend(_draw(USD));
        vm.warp(START + 180 days);
        book.prefund(loanId, 20_000 * USD);

        _assertAmendFails(
            _draw(USD),
            abi.encodeWithSelector(ILoanBook.InvalidTerms.selector, bytes32("instalments"))
        );
    }

    function test_a_closed_class_draws_no_more() public {
        ClassTerms memory closed = _houseTerms();
        closed.enabled = false;
        risk.setTerms(HOUSE_CLASS, closed);

        _assertAmendFails(
            _draw(USD), abi.encodeWithSelector(ILoanBook.ClassDisabled.selector, HOUSE_CLASS)
        );
    }

    function test_a_frozen_asset_draws_no_more() public {
        registry.setStatus(HOUSE, AssetStatus.Frozen);

        _assertAmendFails(
            _draw(USD), abi.encodeWithSelector(ILoanBook.AssetUnusable.selector, HOUSE)
        );
    }

    /// @custom:invariant V1 I-26
    function test_a_silent_oracle_draws_no_more() public {
        oracle.setSilent(true, 0);

        _assertAmendFails(
            _draw(USD),
            abi.encodeWithSelector(IValuationOracle.RoundStale.selector, 2, uint64(START))
        );
    }

    /// @custom:invariant C5b
    function test_a_pause_stops_draws_and_lapses() public {
        uint64 until = uint64(START + 7 days);
        oracle.setPaused(until);
        vm.warp(until - 1);
        _assertAmendFails(
            _draw(USD), abi.encodeWithSelector(IPause.ProtocolIsPaused.selector, until)
        );
        vm.warp(until);

        _amend(_draw(USD));
    }

    function test_a_called_loan_draws_no_more() public {
        vm.warp(START + 45 days);
        book.callOverdue(loanId, _proofs(loanId, 2));

        _assertAmendFails(
            _draw(USD),
            abi.encodeWithSelector(ILoanBook.WrongStatus.selector, loanId, LoanStatus.Called)
        );
    }

    /// @custom:invariant S4 I-27
    function test_a_signed_draw_may_be_sent_by_anyone_once() public {
        LoanChange memory change = _draw(20_000 * USD);
        bytes memory signature = _signChange(BORROWER_KEY, change);
        ValueProof[] memory proofs = _proofsLeft(change);
        vm.prank(relayer);
        book.amend(change, signature, proofs);

        vm.expectRevert(
            abi.encodeWithSelector(ILoanBook.NonceUsed.selector, borrower, 0, change.nonce)
        );
        vm.prank(relayer);
        book.amend(change, signature, proofs);

        vm.assertEq(book.loanOf(loanId).principal, 120_000 * USD);
    }

    /// @dev A borrower who tires of waiting for a relayer sends the same change itself.
    /// @custom:invariant S4 I-27
    function test_what_the_borrower_sent_itself_is_not_sent_again_by_signature() public {
        LoanChange memory change = _draw(20_000 * USD);
        bytes memory signature = _signChange(BORROWER_KEY, change);
        ValueProof[] memory proofs = _proofsLeft(change);
        _amend(change);

        vm.expectRevert(
            abi.encodeWithSelector(ILoanBook.NonceUsed.selector, borrower, 0, change.nonce)
        );
        vm.prank(relayer);
        book.amend(change, signature, proofs);

        vm.assertEq(book.loanOf(loanId).principal, 120_000 * USD);
    }

    /// @custom:invariant S4 I-27
    function test_a_change_that_its_borrower_withdrew_is_refused() public {
        LoanChange memory change = _draw(20_000 * USD);
        bytes memory signature = _signChange(BORROWER_KEY, change);
        ValueProof[] memory proofs = _proofsLeft(change);
        vm.prank(borrower);
        book.withdrawConsent(0, change.nonce);

        vm.expectRevert(
            abi.encodeWithSelector(ILoanBook.NonceUsed.selector, borrower, 0, change.nonce)
        );
        vm.prank(relayer);
        book.amend(change, signature, proofs);
    }

    function test_a_signature_runs_out_at_its_deadline() public {
        LoanChange memory change = _draw(USD);
        bytes memory signature = _signChange(BORROWER_KEY, change);
        ValueProof[] memory proofs = _proofsLeft(change);
        vm.warp(change.deadline + 1);
        vm.expectRevert(abi.encodeWithSelector(ILoanBook.TermsExpired.selector, change.deadline));
        book.amend(change, signature, proofs);
        vm.warp(change.deadline);

        book.amend(change, signature, proofs);
    }

    /// @dev Class 4 of the notes: a signed struct that misses a field.
    /// @custom:invariant I-28
    function test_every_field_of_a_change_is_signed() public {
        _mint(HOUSE + 1, HOUSE_CLASS, borrower, 400_000 * USD);
        uint64 second = _open(_terms(HOUSE + 1, 100_000 * USD));
        LoanChange memory change = _draw(USD);
        bytes memory signature = _signChange(BORROWER_KEY, change);
        for (uint256 field = 0; field < 10; ++field) {
            LoanChange memory forged = abi.decode(abi.encode(change), (LoanChange));
            if (field == 0) forged.draw += 1;
            if (field == 1) forged.assets = _one(HOUSE);
            if (field == 2) forged.lrtAmount = 1;
            if (field == 3) forged.schedule = ScheduleKind.InterestOnly;
            if (field == 4) forged.instalments = 1;
            if (field == 5) forged.interval = 1 days;
            if (field == 6) forged.maxRateBps += 1;
            if (field == 7) forged.nonce += 1;
            if (field == 8) forged.deadline += 1;
            if (field == 9) forged.loanId = second;
            vm.expectRevert(abi.encodeWithSelector(ILoanBook.InvalidSignature.selector, borrower));
            book.amend(forged, signature, new ValueProof[](0));
        }
    }

    function test_a_stranger_needs_the_signature() public {
        LoanChange memory change = _draw(USD);
        bytes memory forged = _signChange(OTHER_KEY, change);

        vm.expectRevert(abi.encodeWithSelector(ILoanBook.InvalidSignature.selector, borrower));
        book.amend(change, forged, new ValueProof[](0));
    }

    /// @dev No draw makes a debt that could be called on the same values (class 9 of the notes).
    /// @custom:invariant I-12
    function testFuzz_what_was_just_drawn_cannot_be_called(uint64 amount) public {
        amount = uint64(bound(amount, 1, 140_000 * USD));
        _amend(_draw(amount));
        ValueProof[] memory newest = _proofs(loanId, 2);
        ValueProof[] memory previous = _proofs(loanId, 1);

        vm.expectRevert(
            abi.encodeWithSelector(
                ILoanBook.NotCallable.selector, loanId, 100_000 * USD + amount, 280_000 * USD
            )
        );
        book.call(loanId, newest, previous);
    }

    /// @dev Half is drawn when one of six instalments is past: amortising would spread it over five.
    function test_an_interest_only_loan_owes_all_that_was_drawn_at_its_end() public {
        _mint(3_003, HOUSE_CLASS, borrower, 400_000 * USD);
        LoanTerms memory terms = _terms(3_003, 100_000 * USD);
        (terms.limit, terms.schedule) = (200_000 * USD, ScheduleKind.InterestOnly);
        uint64 second = _open(terms);
        vm.warp(START + 30 days);
        oracle.setRound(2);
        book.repay(second, book.debtOf(second) - 100_000 * USD);
        LoanChange memory change = _change(second);
        change.draw = 50_000 * USD;

        _amend(change);

        // What was repaid is rounded up by a unit, which was principal.
        vm.assertEq(book.loanOf(second).principal, 150_000 * USD - 1);
        vm.assertEq(book.tailOf(second).basePrincipal, 150_000 * USD - 1);
    }

    /// @custom:invariant C4
    function test_a_borrower_in_shortfall_draws_nothing_until_it_is_paid() public {
        LoanTerms memory terms = _terms(CAR, 5_000 * USD);
        terms.limit = 8_000 * USD;
        uint64 second = _open(terms);
        _sellHouseAtItsFloor();
        LoanChange memory change = _change(second);
        change.draw = 1_000 * USD;
        oracle.setRound(2);

        _assertAmendFails(
            change,
            abi.encodeWithSelector(
                ILoanBook.BorrowerInShortfall.selector, borrower, 16_000 * USD
            )
        );
        book.payShortfall(borrower, 0, 16_000 * USD);
        _amend(change);

        vm.assertEq(book.loanOf(second).principal, 6_000 * USD);
    }

    /// @dev At 84,000 of the 100,000 that are owed.
    function _sellHouseAtItsFloor() private {
        _setPrice(HOUSE, 140_000 * USD);
        book.call(loanId, _proofs(loanId, 2), _proofs(loanId, 1));
        vm.warp(START + 14 days);
        house.open(loanId, _proofs(loanId, 2));
        vm.warp(START + 21 days);
        house.buy(loanId, type(uint64).max);
    }

    function _draw(uint64 amount) private returns (LoanChange memory change) {
        change = _change(loanId);
        change.draw = amount;
    }
}
