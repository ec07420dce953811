// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {AssetStatus} from "../../src/interfaces/IAssetRegistry.sol";
import "../../src/interfaces/ILoanBook.sol";
import {ClassTerms} from "../../src/interfaces/IRiskTerms.sol";
import {IValuationOracle, ValueProof, ValueStatus} from "../../src/interfaces/IValuationOracle.sol";
import {BookBase} from "./support/BookBase.sol";
import {FakeToken} from "./support/Fakes.sol";
import {HungryWallet, Wallet} from "../support/Wallets.sol";
import {Carded, LoanTail} from "../support/Carded.sol";
import {IAuctionHouse} from "../../src/interfaces/IAuctionHouse.sol";

using Carded for ILoanBook;
using Carded for IAuctionHouse;

abstract contract OpenBase is BookBase {
    function _assertRefused(LoanTerms memory terms, bytes memory reason) internal {
        bytes memory signature = _sign(BORROWER_KEY, terms);
        ValueProof[] memory proofs = _proofsFor(terms.assets, terms.lrt, 2);
        vm.expectRevert(reason);
        book.open(terms, signature, proofs);
    }

    function _invalid(bytes32 what) internal pure returns (bytes memory) {
        return abi.encodeWithSelector(ILoanBook.InvalidTerms.selector, what);
    }
}

contract OpenTest is OpenBase {
    /// @dev Place of the terms in the calldata of `open`: after the selector and three heads.
    uint256 private constant TERMS_AT = 4 + 3 * 32;
    uint256 private constant ASSETS_FIELD = 8;
    uint256 private constant NONCE_FIELD = 11;

    /// @custom:invariant I-05 L3
    function test_open_pays_the_draw_out_of_the_lane() public {
        uint256 before = token.balanceOf(borrower);

        uint64 loanId = _openHouse();

        vm.assertEq(token.balanceOf(borrower) - before, 100_000 * USD);
        vm.assertEq(token.balanceOf(book.escrowOf(0)), LANE_CASH - 100_000 * USD);
        vm.assertEq(book.laneOf(0).cash, LANE_CASH - 100_000 * USD);
        vm.assertEq(book.debtOf(loanId), 100_000 * USD);
    }

    function test_a_principal_beyond_half_of_its_place_is_refused_at_any_rate() public {
        ClassTerms memory interestFree = _houseTerms();
        (interestFree.baseRateBps, interestFree.rateSlopeBps) = (0, 0);
        risk.setTerms(HOUSE_CLASS, interestFree);
        uint64 most = type(uint56).max / 2;
        _mint(LARGEST, HOUSE_CLASS, borrower, 4 * most);
        _fund(most - LANE_CASH);

        _assertRefused(_terms(LARGEST, most + 1), _invalid("principal"));
        uint64 loanId = _open(_terms(LARGEST, most));

        vm.assertEq(book.loanOf(loanId).principal, most);
    }

    function test_open_moves_the_collateral_to_the_lanes_escrow() public {
        uint64 loanId = _openBasket();

        (uint256[] memory assets, address lrt_, uint128 amount) = book.collateralOf(loanId);

        vm.assertEq(assets.length, 2);
        vm.assertEq(registry.ownerOf(HOUSE), book.escrowOf(0));
        vm.assertEq(registry.ownerOf(CAR), book.escrowOf(0));
        vm.assertEq(lrt.balanceOf(book.escrowOf(0)), 10e18);
        vm.assertEq(lrt_, address(lrt));
        vm.assertEq(amount, 10e18);
        vm.assertEq(book.lrtOpeningPriceOf(loanId), 3_000 * USD);
    }

    /// @custom:invariant D4
    function test_open_writes_the_terms() public {
        uint64 loanId = _openHouse();

        LoanState memory loan = book.loanOf(loanId);
        LoanTail memory tail = book.tailOf(loanId);

        vm.assertEq(loanId, book.laneOf(0).sequence - 1);
        vm.assertEq(loan.principal, 100_000 * USD);
        vm.assertEq(loan.rateBps, 550);
        vm.assertEq(loan.lastAccrual, START);
        vm.assertEq(loan.prefunded, 0);
        _assertStatus(loanId, LoanStatus.Open);
        vm.assertEq(tail.borrower, borrower);
        vm.assertEq(tail.basePrincipal, 100_000 * USD);
        vm.assertEq(uint256(tail.schedule), uint256(ScheduleKind.Amortising));
        vm.assertEq(tail.instalments, 6);
        vm.assertEq(tail.interval, 30 days);
        vm.assertEq(tail.openedAt, START);
        vm.assertEq(tail.gracePeriod, 15 days);
        vm.assertEq(tail.cureWindow, 14 days);
        vm.assertEq(tail.lateFeeBps, 300);
        vm.assertEq(tail.chargedThrough, 0);
    }

    /// @custom:invariant I-28
    function test_what_a_word_of_the_terms_has_beyond_its_type_was_not_signed() public {
        LoanTerms memory terms = _terms(HOUSE, 100_000 * USD);
        bytes memory signature = _sign(BORROWER_KEY, terms);
        ValueProof[] memory proofs = _proofsFor(terms.assets, terms.lrt, 2);
        bytes memory refusal =
            abi.encodeWithSelector(ILoanBook.InvalidSignature.selector, borrower);

        for (uint256 field; field < 13; ++field) {
            if (field == ASSETS_FIELD || field == NONCE_FIELD) continue;
            bytes memory data = abi.encodeCall(ILoanBook.open, (terms, signature, proofs));
            data[TERMS_AT + 32 * field] = 0x80;
            (bool opened, bytes memory reason) = address(book).call(data);

            vm.assertFalse(opened);
            vm.assertEq(reason, refusal);
        }
    }

    function test_assets_beyond_the_calldata_are_none() public {
        LoanTerms memory terms = _terms(HOUSE, 100_000 * USD);
        bytes memory signature = _sign(BORROWER_KEY, terms);
        ValueProof[] memory proofs = _proofsFor(terms.assets, terms.lrt, 2);
        bytes memory data = abi.encodeCall(ILoanBook.open, (terms, signature, proofs));
        data[TERMS_AT + 32 * ASSETS_FIELD + 28] = 0x01;

        (bool opened, bytes memory reason) = address(book).call(data);

        vm.assertFalse(opened);
        vm.assertEq(reason, _invalid("assets"));
    }

    /// @custom:invariant C3
    function test_a_basket_takes_the_dearest_rate_and_the_shortest_patience() public {
        uint64 loanId = _openBasket();

        LoanTail memory tail = book.tailOf(loanId);

        vm.assertEq(book.loanOf(loanId).rateBps, 900);
        vm.assertEq(tail.gracePeriod, 10 days);
        vm.assertEq(tail.cureWindow, 1 days);
        vm.assertEq(tail.lateFeeBps, 400);
    }

    function test_open_puts_the_loan_into_the_lane_sums() public {
        int256 worth = _worth(0);

        _openHouse();

        LaneState memory lane = book.laneOf(0);
        vm.assertEq(lane.b, uint256(100_000 * USD) * 550);
        vm.assertEq(_laneDebt(0), 100_000 * USD);
        vm.assertEq(_worth(0), worth);
    }

    /// @custom:invariant L2
    function test_a_loans_number_is_that_of_the_event_that_opens_it() public {
        LoanTerms memory terms = _terms(CAR, 1_000 * USD);
        terms.lane = 1;

        // The cash of each lane was the first event.
        uint64 first = _openHouse();
        uint64 second = _open(terms);

        vm.assertEq(first, 2);
        vm.assertEq(second, uint64(1) << 40 | 2);
    }

    /// @custom:invariant A5
    function test_open_events_are_in_the_lanes_sequence() public {
        LoanTerms memory terms = _terms(HOUSE, 100_000 * USD);
        bytes memory signature = _sign(BORROWER_KEY, terms);
        ValueProof[] memory proofs = _proofsFor(terms.assets, terms.lrt, 2);
        uint32 sequence = book.laneOf(0).sequence;

        vm.expectEmit(address(book));
        emit ILoanBook.LoanOpened(
            sequence + 1, borrower, sequence + 1, 550, terms.nonce, _houseCard()
        );
        vm.expectEmit(address(book));
        emit ILoanBook.Pledged(sequence + 1, HOUSE, sequence + 2);
        book.open(terms, signature, proofs);

        vm.assertEq(book.laneOf(0).sequence, sequence + 2);
    }

    /// @dev All of the 200 bits that the slot has room for.
    /// @custom:invariant I-11
    function test_the_book_keeps_the_first_bits_of_the_cards_hash() public {
        uint64 loanId = _openHouse();

        bytes25 hash = bytes25(keccak256(abi.encodePacked(_houseCard())));
        vm.assertEq(bytes32(book.marksOf(loanId).cardHash), bytes32(hash));
    }

    /// @dev The words as `Cards` says, of the loan of `_openHouse` opened now.
    function _houseCard() private view returns (bytes32[] memory words) {
        words = new bytes32[](3);
        words[0] = bytes32(
            abi.encodePacked(
                borrower, uint56(100_000 * USD), uint8(0), uint16(6), uint8(0), uint8(1)
            )
        );
        words[1] = bytes32(
            abi.encodePacked(
                uint32(30 days),
                uint32(block.timestamp),
                uint24(15 days),
                uint24(14 days),
                uint16(300),
                uint56(0),
                uint8(0),
                uint64(1 << HOUSE_CLASS)
            )
        );
        words[2] = bytes32(HOUSE);
    }

    function test_a_draw_up_to_the_limit_opens() public {
        uint64 loanId = _open(_terms(HOUSE, 240_000 * USD));

        vm.assertEq(book.debtOf(loanId), 240_000 * USD);
    }

    /// @custom:invariant V2
    function test_ageing_lowers_what_may_be_drawn() public {
        vm.warp(START + 300 days);
        LoanTerms memory terms = _terms(HOUSE, 240_000 * USD);
        terms.instalments = 2;
        // 10,000 − 5,000 · 120 / 185 basis points, rounded down, of freshness.
        uint64 limit = uint64(uint256(400_000 * USD) * 6_756 / 10_000 * 6_000 / 10_000);

        _assertRefused(
            terms, abi.encodeWithSelector(ILoanBook.AboveLtv.selector, terms.principal, limit)
        );
    }

    /// @custom:invariant V2
    function test_a_value_above_the_appraisal_counts_as_the_appraisal() public {
        _setPrice(HOUSE, 900_000 * USD);
        LoanTerms memory terms = _terms(HOUSE, 240_001 * USD);

        _assertRefused(
            terms,
            abi.encodeWithSelector(ILoanBook.AboveLtv.selector, terms.principal, 240_000 * USD)
        );
    }

    function test_open_takes_a_contract_wallets_signature() public {
        Wallet wallet = new Wallet(borrower);
        _mint(5_005, HOUSE_CLASS, address(wallet), 400_000 * USD);
        LoanTerms memory terms = _terms(5_005, 1_000 * USD);
        terms.borrower = address(wallet);

        uint64 loanId =
            book.open(terms, _sign(BORROWER_KEY, terms), _proofsFor(terms.assets, address(0), 2));

        vm.assertEq(book.tailOf(loanId).borrower, address(wallet));
    }

    /// @custom:invariant S3
    function test_open_caps_the_gas_of_a_contract_wallet() public {
        LoanTerms memory terms = _terms(HOUSE, 1_000 * USD);
        terms.borrower = address(new HungryWallet());
        bytes memory signature = _sign(BORROWER_KEY, terms);
        ValueProof[] memory proofs = _proofsFor(terms.assets, address(0), 2);

        vm.expectRevert(abi.encodeWithSelector(ILoanBook.InvalidSignature.selector, terms.borrower));
        book.open{gas: 1_000_000}(terms, signature, proofs);
    }

    /// @custom:invariant I-27 S4
    function test_the_nonce_serves_once(uint256 nonce) public {
        LoanTerms memory terms = _terms(HOUSE, 1_000 * USD);
        terms.nonce = nonce;
        _open(terms);

        _assertRefused(
            terms, abi.encodeWithSelector(ILoanBook.NonceUsed.selector, borrower, 0, terms.nonce)
        );
    }

    /// @custom:invariant I-27 S4
    function test_terms_that_their_borrower_withdrew_are_refused(uint256 nonce) public {
        LoanTerms memory terms = _terms(HOUSE, 1_000 * USD);
        terms.nonce = nonce;
        vm.expectEmit(address(book));
        emit IStewardship.ConsentWithdrawn(borrower, 0, nonce);
        vm.prank(borrower);
        book.withdrawConsent(0, nonce);

        _assertRefused(
            terms, abi.encodeWithSelector(ILoanBook.NonceUsed.selector, borrower, 0, terms.nonce)
        );
    }

    /// @custom:invariant I-27 S4
    function test_what_was_used_is_not_withdrawn() public {
        LoanTerms memory terms = _terms(HOUSE, 1_000 * USD);
        _open(terms);

        vm.expectRevert(
            abi.encodeWithSelector(ILoanBook.NonceUsed.selector, borrower, 0, terms.nonce)
        );
        vm.prank(borrower);
        book.withdrawConsent(0, terms.nonce);
    }

    /// @custom:invariant I-27 S4
    function test_the_same_nonce_serves_in_another_lane() public {
        LoanTerms memory terms = _terms(HOUSE, 1_000 * USD);
        _open(terms);
        LoanTerms memory again = _terms(CAR, 1_000 * USD);
        (again.lane, again.nonce) = (1, terms.nonce);

        uint64 loanId = _open(again);

        _assertStatus(loanId, LoanStatus.Open);
    }

    function test_a_refused_opening_changes_nothing() public {
        LoanTerms memory terms = _terms(HOUSE, 240_001 * USD);
        _assertRefused(
            terms,
            abi.encodeWithSelector(ILoanBook.AboveLtv.selector, terms.principal, 240_000 * USD)
        );

        vm.assertEq(book.laneOf(0).sequence, 1);
        vm.assertEq(registry.ownerOf(HOUSE), borrower);
    }
}

contract OpenRefusalTest is OpenBase {
    function test_open_refuses_one_unit_above_the_limit() public {
        LoanTerms memory terms = _terms(HOUSE, 240_000 * USD + 1);

        _assertRefused(
            terms,
            abi.encodeWithSelector(ILoanBook.AboveLtv.selector, terms.principal, 240_000 * USD)
        );
    }

    /// @custom:invariant I-11
    function test_open_refuses_another_signers_terms() public {
        LoanTerms memory terms = _terms(HOUSE, 1_000 * USD);
        bytes memory signature = _sign(OTHER_KEY, terms);
        ValueProof[] memory proofs = _proofsFor(terms.assets, address(0), 2);

        vm.expectRevert(abi.encodeWithSelector(ILoanBook.InvalidSignature.selector, borrower));
        book.open(terms, signature, proofs);
    }

    function test_open_refuses_changed_terms() public {
        LoanTerms memory terms = _terms(HOUSE, 1_000 * USD);
        bytes memory signature = _sign(BORROWER_KEY, terms);
        ValueProof[] memory proofs = _proofsFor(terms.assets, address(0), 2);
        terms.limit += 1;

        vm.expectRevert(abi.encodeWithSelector(ILoanBook.InvalidSignature.selector, borrower));
        book.open(terms, signature, proofs);
    }

    /// @custom:invariant I-28
    function test_open_refuses_late_terms() public {
        LoanTerms memory terms = _terms(HOUSE, 1_000 * USD);
        vm.warp(terms.deadline + 1);

        _assertRefused(
            terms, abi.encodeWithSelector(ILoanBook.TermsExpired.selector, terms.deadline)
        );
    }

    function test_open_refuses_an_unknown_lane() public {
        LoanTerms memory terms = _terms(HOUSE, 1_000 * USD);
        terms.lane = 2;

        _assertRefused(terms, abi.encodeWithSelector(ILoanBook.LaneUnknown.selector, 2));
    }

    function test_open_refuses_terms_without_shape() public {
        LoanTerms memory terms = _terms(HOUSE, MINIMUM - 1);
        _assertRefused(terms, _invalid("principal"));
        terms.principal = 1_000 * USD;
        _assertRefused(terms, _invalid("limit"));
        terms.limit = 1_000 * USD;
        terms.instalments = 0;
        _assertRefused(terms, _invalid("instalments"));
        terms.instalments = 6;
        terms.interval = 1 days - 1;
        _assertRefused(terms, _invalid("interval"));
        terms.interval = 30 days;
        terms.lrt = address(lrt);
        _assertRefused(terms, _invalid("lrt"));
        terms.lrtAmount = type(uint128).max;
        _assertRefused(terms, _invalid("lrtAmount"));
    }

    function test_open_refuses_assets_out_of_order_twice_too_many_or_none() public {
        LoanTerms memory terms = _terms(HOUSE, 1_000 * USD);
        terms.assets = new uint256[](2);
        (terms.assets[0], terms.assets[1]) = (CAR, HOUSE);
        _assertRefused(terms, _invalid("assets"));
        terms.assets[1] = CAR;
        _assertRefused(terms, _invalid("assets"));
        terms.assets = new uint256[](33);
        _assertRefused(terms, _invalid("assets"));
        terms.assets = new uint256[](0);
        _assertRefused(terms, _invalid("assets"));
        terms.assets = new uint256[](1);
        _assertRefused(terms, _invalid("assets"));
    }

    function test_open_refuses_interest_only_where_a_class_must_amortise() public {
        LoanTerms memory terms = _terms(CAR, 1_000 * USD);
        terms.schedule = ScheduleKind.InterestOnly;

        _assertRefused(terms, _invalid("schedule"));
    }

    function test_open_refuses_a_tenor_beyond_the_class() public {
        LoanTerms memory terms = _terms(HOUSE, 1_000 * USD);
        terms.instalments = 61;

        _assertRefused(terms, _invalid("tenor"));
    }

    function test_open_refuses_a_principal_whose_interest_may_outgrow_the_slot() public {
        _mint(6_006, HOUSE_CLASS, borrower, 4e15);
        LoanTerms memory terms = _terms(6_006, 1e15);

        _assertRefused(terms, _invalid("principal"));
    }

    /// @custom:invariant C4
    function test_open_refuses_a_borrower_in_shortfall() public {
        uint64 loanId = _open(_terms(CAR, 10_000 * USD));
        vm.warp(START + 50 days);
        book.callOverdue(loanId, _proofs(loanId, 2));
        vm.warp(START + 60 days);
        house.open(loanId, _proofs(loanId, 2));
        vm.warp(START + 70 days);
        house.buy(loanId, type(uint64).max);
        uint64 shortfall = book.shortfallOf(borrower);
        LoanTerms memory terms = _terms(HOUSE, 1_000 * USD);

        vm.assertGt(shortfall, 0);
        _assertRefused(
            terms,
            abi.encodeWithSelector(ILoanBook.BorrowerInShortfall.selector, borrower, shortfall)
        );
    }

    function test_open_refuses_a_disabled_class() public {
        ClassTerms memory class = _houseTerms();
        class.enabled = false;
        risk.setTerms(HOUSE_CLASS, class);
        LoanTerms memory terms = _terms(HOUSE, 1_000 * USD);

        _assertRefused(terms, abi.encodeWithSelector(ILoanBook.ClassDisabled.selector, HOUSE_CLASS));
    }

    /// @custom:invariant I-31
    function test_open_refuses_an_asset_that_is_not_active() public {
        registry.setStatus(HOUSE, AssetStatus.Frozen);
        LoanTerms memory terms = _terms(HOUSE, 1_000 * USD);

        _assertRefused(terms, abi.encodeWithSelector(ILoanBook.AssetUnusable.selector, HOUSE));
    }

    function test_open_refuses_a_challenged_value() public {
        LoanTerms memory terms = _terms(HOUSE, 1_000 * USD);
        bytes memory signature = _sign(BORROWER_KEY, terms);
        oracle.setStatus(2, HOUSE, ValueStatus.Challenged);
        ValueProof[] memory proofs = _proofsFor(terms.assets, address(0), 2);

        vm.expectRevert(abi.encodeWithSelector(ILoanBook.AssetUnusable.selector, HOUSE));
        book.open(terms, signature, proofs);
    }

    /// @custom:invariant A4 I-31
    function test_open_refuses_a_maturity_beyond_the_attestation() public {
        vm.warp(START + 200 days);
        LoanTerms memory terms = _terms(HOUSE, 1_000 * USD);

        _assertRefused(
            terms,
            abi.encodeWithSelector(
                ILoanBook.MaturityBeyondAttestation.selector, HOUSE, START + 365 days
            )
        );
    }

    /// @custom:invariant D4
    function test_open_refuses_a_rate_above_the_signed_one() public {
        LoanTerms memory terms = _terms(HOUSE, 1_000 * USD);
        terms.maxRateBps = 549;

        _assertRefused(terms, abi.encodeWithSelector(ILoanBook.RateTooHigh.selector, 550, 549));
    }

    /// @custom:invariant I-05 L3
    function test_open_refuses_more_than_the_lanes_own_cash() public {
        vm.prank(address(pool));
        book.defundLane(0, LANE_CASH - 1_000 * USD);
        uint64 loanId = _open(_terms(HOUSE, 900 * USD));
        book.prefund(loanId, 50_000 * USD);
        LoanTerms memory terms = _terms(CAR, 101 * USD);

        _assertRefused(
            terms, abi.encodeWithSelector(ILoanBook.LaneShortOfCash.selector, 0, 100 * USD)
        );
    }

    function test_open_refuses_missing_and_foreign_proofs() public {
        LoanTerms memory terms = _terms(HOUSE, 1_000 * USD);
        bytes memory signature = _sign(BORROWER_KEY, terms);

        vm.expectRevert(abi.encodeWithSelector(ILoanBook.ProofMismatch.selector, 1, 0));
        book.open(terms, signature, new ValueProof[](0));
        ValueProof[] memory proofs = new ValueProof[](1);
        proofs[0] = _proof(CAR, CAR_CLASS, 2);
        vm.expectRevert(abi.encodeWithSelector(ILoanBook.ProofMismatch.selector, HOUSE, CAR));
        book.open(terms, signature, proofs);
        proofs[0] = _proof(HOUSE, CAR_CLASS, 2);
        vm.expectRevert(
            abi.encodeWithSelector(ILoanBook.ProofMismatch.selector, HOUSE_CLASS, CAR_CLASS)
        );
        book.open(terms, signature, proofs);
    }

    /// @custom:invariant V1
    function test_open_refuses_the_previous_rounds_value() public {
        LoanTerms memory terms = _terms(HOUSE, 1_000 * USD);
        oracle.setValue(1, HOUSE, 500_000 * USD);
        bytes memory signature = _sign(BORROWER_KEY, terms);
        ValueProof[] memory proofs = _proofsFor(terms.assets, address(0), 1);

        vm.expectRevert(abi.encodeWithSelector(IValuationOracle.BadProof.selector, HOUSE, 2));
        book.open(terms, signature, proofs);
    }

    /// @custom:invariant I-26 V1
    function test_open_refuses_a_stale_round() public {
        oracle.setSilent(true, 0);
        LoanTerms memory terms = _terms(HOUSE, 1_000 * USD);

        _assertRefused(
            terms, abi.encodeWithSelector(IValuationOracle.RoundStale.selector, 2, START)
        );
    }

    /// @custom:invariant I-11
    function test_open_refuses_another_owners_asset() public {
        _mint(7_007, HOUSE_CLASS, other, 400_000 * USD);
        LoanTerms memory terms = _terms(7_007, 1_000 * USD);
        bytes memory signature = _sign(BORROWER_KEY, terms);
        ValueProof[] memory proofs = _proofsFor(terms.assets, address(0), 2);

        vm.expectRevert(bytes("not the owner"));
        book.open(terms, signature, proofs);
    }
}

/// @title A stablecoin of 18 decimals: one ledger unit is 10^12 base units
contract LedgerUnitTest is BookBase {
    function test_transfers_are_whole_ledger_units() public {
        FakeToken wide = _token(18);
        (book,) = _deployBook(wide);
        book.addLane();
        wide.mint(book.escrowOf(0), 1_000_000e18);
        vm.prank(address(pool));
        book.fundLane(0, LANE_CASH);
        _handOut(LANE_CASH);

        uint64 loanId = _openHouse();

        vm.assertEq(wide.balanceOf(borrower), 100_000e18);
        vm.assertEq(book.debtOf(loanId), 100_000 * USD);
    }
}
