// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Governed} from "../../src/Governed.sol";
import {AssetStatus} from "../../src/interfaces/IAssetRegistry.sol";
import "../../src/interfaces/ILoanBook.sol";
import {ISanctions} from "../../src/interfaces/ISanctions.sol";
import {ValueProof, ValueStatus} from "../../src/interfaces/IValuationOracle.sol";
import {BookBase} from "./support/BookBase.sol";
import {Carded, LoanTail} from "../support/Carded.sol";
import {Shelf} from "../support/Shelf.sol";

using Carded for ILoanBook;

contract Listed is ISanctions {
    function isSanctioned(address) external pure returns (bool) {
        return true;
    }
}

/// @title A vote and the borrower's signature give a called loan a new schedule (rule D8)
contract WorkoutTest is BookBase {
    uint64 private loanId;

    function setUp() public override {
        super.setUp();
        loanId = _openCalled();
    }

    function _workout() private returns (LoanWorkout memory) {
        return LoanWorkout({
            loanId: loanId,
            rateBps: 400,
            schedule: ScheduleKind.InterestOnly,
            instalments: 10,
            interval: 20 days,
            gracePeriod: 20 days,
            cureWindow: 30 days,
            lateFeeBps: 100,
            nonce: ++nextNonce,
            deadline: uint64(block.timestamp + 30 days)
        });
    }

    function _sign(uint256 key, LoanWorkout memory workout) private view returns (bytes memory) {
        bytes32 domain = keccak256(
            abi.encode(
                keccak256(
                    "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
                ),
                keccak256("Ballast LoanBook"),
                keccak256("1"),
                block.chainid,
                address(book)
            )
        );
        bytes32 message = keccak256(
            abi.encode(
                keccak256(
                    "LoanWorkout(uint64 loanId,uint16 rateBps,uint8 schedule,uint16 instalments,uint32 interval,uint24 gracePeriod,uint24 cureWindow,uint16 lateFeeBps,uint256 nonce,uint64 deadline)"
                ),
                workout
            )
        );
        (uint8 v, bytes32 r, bytes32 s) =
            vm.sign(key, keccak256(abi.encodePacked("\x19\x01", domain, message)));
        return abi.encodePacked(r, s, v);
    }

    function _apply(LoanWorkout memory workout) private {
        book.workOut(workout, _sign(BORROWER_KEY, workout), book.wordsOf(workout.loanId));
        Shelf.catchUp();
    }

    function _assertRefused(LoanWorkout memory workout, bytes memory refusal) private {
        bytes memory signature = _sign(BORROWER_KEY, workout);
        bytes32[] memory card = book.wordsOf(workout.loanId);
        vm.expectRevert(refusal);
        book.workOut(workout, signature, card);
    }

    function _assertInvalid(LoanWorkout memory workout, bytes32 what) private {
        _assertRefused(workout, abi.encodeWithSelector(ILoanBook.InvalidTerms.selector, what));
    }

    /// @custom:invariant D8b
    function test_the_card_is_replaced_and_the_debt_stays_as_it_is_carried() public {
        uint64 debt = book.debtOf(loanId);
        uint64 impaired = book.laneOf(0).impaired;
        int256 worth = _worth(0);

        _apply(_workout());

        LoanTail memory tail = book.tailOf(loanId);
        vm.assertEq(uint256(tail.schedule), uint256(ScheduleKind.InterestOnly));
        vm.assertEq(tail.instalments, 10);
        vm.assertEq(tail.interval, 20 days);
        vm.assertEq(tail.openedAt, block.timestamp);
        vm.assertEq(tail.gracePeriod, 20 days);
        vm.assertEq(tail.lateFeeBps, 100);
        vm.assertEq(book.loanOf(loanId).rateBps, 400);
        vm.assertEq(book.debtOf(loanId), debt);
        vm.assertEq(book.laneOf(0).impaired, impaired);
        vm.assertEq(_worth(0), worth);
        _assertStatus(loanId, LoanStatus.Called);
    }

    /// @custom:invariant D8b C2
    function test_it_comes_back_by_a_cure_and_then_earns_at_the_new_rate() public {
        uint64 debt = book.debtOf(loanId);
        _apply(_workout());

        book.cure(loanId, 0, _proofs(loanId, 2));

        _assertStatus(loanId, LoanStatus.Open);
        vm.assertEq(book.laneOf(0).impaired, 0);
        vm.assertEq(book.laneOf(0).b, 100_000 * USD * 400);
        vm.assertEq(book.tailOf(loanId).cures, 1);
        vm.warp(block.timestamp + 365 days);
        vm.assertEq(book.debtOf(loanId), debt + 4_000 * USD);
    }

    /// @custom:invariant D8b C2
    function test_a_cure_still_asks_for_the_opening_ltv() public {
        _apply(_workout());
        _setPrice(HOUSE, 160_000 * USD);
        uint64 debt = book.debtOf(loanId);
        ValueProof[] memory newest = _proofs(loanId, 2);

        vm.expectRevert(
            abi.encodeWithSelector(ILoanBook.NotCured.selector, loanId, debt, 96_000 * USD)
        );
        book.cure(loanId, 0, newest);
    }

    /// @custom:invariant D8b
    function test_a_cure_window_begins_anew_and_nothing_is_sold_before_its_end() public {
        vm.warp(block.timestamp + 14 days);
        oracle.setRound(2);

        _apply(_workout());

        vm.assertEq(book.cureUntilOf(loanId), block.timestamp + 30 days);
        bytes32[] memory card = book.wordsOf(loanId);
        ValueProof[] memory newest = _proofs(loanId, 2);
        uint64 until = uint64(block.timestamp + 30 days);
        vm.expectRevert(abi.encodeWithSelector(ILoanBook.CureWindowOpen.selector, loanId, until));
        house.open(loanId, newest, card);
        vm.warp(until);
        oracle.setRound(2);
        house.open(loanId, newest, card);
    }

    /// @custom:invariant D8b L4
    function test_a_running_auction_is_taken_off_the_market() public {
        vm.warp(block.timestamp + 14 days);
        oracle.setRound(2);
        house.open(loanId, _proofs(loanId, 2), book.wordsOf(loanId));

        _apply(_workout());

        _assertStatus(loanId, LoanStatus.Called);
        (uint32 lots,,) = house.atAuctionOf(0);
        vm.assertEq(lots, 0);
    }

    /// @custom:invariant D8b C5
    function test_the_clock_of_a_call_for_health_stands_still_with_the_oracle() public {
        book.cure(loanId, 20_000 * USD, _proofs(loanId, 2));
        _setPrice(HOUSE, 100_000 * USD);
        book.call(loanId, _proofs(loanId, 2), _proofs(loanId, 1));
        oracle.setSilent(false, 3 days);

        _apply(_workout());
        oracle.setSilent(false, 5 days);

        vm.assertEq(book.cureUntilOf(loanId), block.timestamp + 32 days);
    }

    /// @dev Tokens out of their band are for sale at once; after a vote gave time they wait too.
    /// @custom:invariant D8b V6
    function test_the_window_holds_for_tokens_that_broke_their_band() public {
        LoanTerms memory terms = _terms(0, 70_000 * USD);
        (terms.lrt, terms.lrtAmount) = (address(lrt), 40e18);
        loanId = _open(terms);
        oracle.setStatus(2, uint160(address(lrt)), ValueStatus.Frozen);
        book.call(loanId, _proofs(loanId, 2), new ValueProof[](1));

        _apply(_workout());

        uint64 until = uint64(block.timestamp + 30 days);
        bytes32[] memory card = book.wordsOf(loanId);
        ValueProof[] memory newest = _proofs(loanId, 2);
        vm.assertEq(book.cureUntilOf(loanId), until);
        vm.expectRevert(abi.encodeWithSelector(ILoanBook.CureWindowOpen.selector, loanId, until));
        house.open(loanId, newest, card);
        vm.warp(until);
        house.open(loanId, newest, card);
    }

    /// @custom:invariant D8b I-33
    function test_a_workout_tells_its_terms() public {
        LoanWorkout memory workout = _workout();
        bytes memory signature = _sign(BORROWER_KEY, workout);
        bytes32[] memory card = book.wordsOf(loanId);
        uint32 sequence = book.laneOf(0).sequence;

        vm.expectEmit(address(book));
        emit ILoanBook.LoanExtended(
            loanId, sequence + 1, 400, ScheduleKind.InterestOnly, 10, 20 days, 20 days, 30 days, 100
        );
        book.workOut(workout, signature, card);
    }

    /// @custom:invariant I-27 S4
    function test_an_offer_that_its_borrower_withdrew_is_refused() public {
        LoanWorkout memory workout = _workout();
        vm.prank(borrower);
        book.withdrawConsent(0, workout.nonce);

        _assertRefused(
            workout,
            abi.encodeWithSelector(ILoanBook.NonceUsed.selector, borrower, 0, workout.nonce)
        );
    }

    /// @custom:invariant I-27 S4
    function test_nobody_withdraws_what_another_signed_or_signed_for_another_lane() public {
        LoanWorkout memory workout = _workout();
        book.withdrawConsent(0, workout.nonce);
        vm.prank(borrower);
        book.withdrawConsent(1, workout.nonce);

        _apply(workout);

        vm.assertEq(book.loanOf(loanId).rateBps, 400);
    }

    /// @custom:invariant D8b
    function test_only_a_loan_that_is_carried_in_impaired_is_worked_out() public {
        book.cure(loanId, 20_000 * USD, _proofs(loanId, 2));

        _assertRefused(
            _workout(),
            abi.encodeWithSelector(ILoanBook.WrongStatus.selector, loanId, LoanStatus.Open)
        );
    }

    /// @custom:invariant D8b I-32
    function test_only_a_vote_works_out_a_loan() public {
        LoanWorkout memory workout = _workout();
        bytes memory signature = _sign(BORROWER_KEY, workout);
        bytes32[] memory card = book.wordsOf(loanId);

        vm.expectRevert(
            abi.encodeWithSelector(Governed.AccessManagedUnauthorized.selector, borrower)
        );
        vm.prank(borrower);
        book.workOut(workout, signature, card);
    }

    /// @custom:invariant D8b I-28 S4
    function test_only_with_the_borrowers_signature_once_and_in_time() public {
        LoanWorkout memory workout = _workout();
        bytes memory forged = _sign(OTHER_KEY, workout);
        bytes32[] memory card = book.wordsOf(loanId);
        vm.expectRevert(abi.encodeWithSelector(ILoanBook.InvalidSignature.selector, borrower));
        book.workOut(workout, forged, card);
        _apply(workout);
        _assertRefused(
            workout,
            abi.encodeWithSelector(ILoanBook.NonceUsed.selector, borrower, 0, workout.nonce)
        );
        workout = _workout();

        vm.warp(workout.deadline + 1);

        _assertRefused(
            workout, abi.encodeWithSelector(ILoanBook.TermsExpired.selector, workout.deadline)
        );
        vm.warp(workout.deadline);
        _apply(workout);
        vm.assertEq(book.tailOf(loanId).openedAt, workout.deadline);
    }

    /// @custom:invariant D8b D9b
    function test_a_sanctioned_borrowers_debt_is_not_eased() public {
        book.setSanctions(new Listed());

        _assertRefused(
            _workout(), abi.encodeWithSelector(IStewardship.Sanctioned.selector, borrower)
        );
    }

    /// @custom:invariant D8b
    function test_neither_rate_nor_fee_rises() public {
        LoanWorkout memory workout = _workout();
        workout.rateBps = 551;
        _assertRefused(
            workout, abi.encodeWithSelector(ILoanBook.RateTooHigh.selector, 551, 550)
        );
        workout = _workout();
        workout.lateFeeBps = 301;
        _assertInvalid(workout, "lateFeeBps");

        (workout.rateBps, workout.lateFeeBps) = (550, 300);
        _apply(workout);
    }

    /// @custom:invariant D8b
    function test_dates_and_windows_stay_inside_hard_bounds() public {
        LoanWorkout memory workout = _workout();
        workout.instalments = 0;
        _assertInvalid(workout, "instalments");
        workout = _workout();
        workout.interval = 1 days - 1;
        _assertInvalid(workout, "interval");
        workout = _workout();
        (workout.instalments, workout.interval) = (1, 3650 days + 1);
        _assertInvalid(workout, "tenor");
        workout = _workout();
        workout.gracePeriod = 1 days - 1;
        _assertInvalid(workout, "gracePeriod");
        workout.gracePeriod = 60 days + 1;
        _assertInvalid(workout, "gracePeriod");
        workout = _workout();
        workout.cureWindow = 1 days - 1;
        _assertInvalid(workout, "cureWindow");
        workout.cureWindow = 60 days + 1;
        _assertInvalid(workout, "cureWindow");

        (workout.gracePeriod, workout.cureWindow) = (1 days, 60 days);
        _apply(workout);
    }

    /// @custom:invariant D8b A4
    function test_a_workout_ends_before_its_attestations_do() public {
        uint256 validUntil = START + 365 days;
        LoanWorkout memory workout = _workout();
        (workout.instalments, workout.interval) =
            (1, uint32(validUntil - block.timestamp + 1));
        _assertRefused(
            workout,
            abi.encodeWithSelector(
                ILoanBook.MaturityBeyondAttestation.selector, HOUSE, validUntil
            )
        );

        workout.interval -= 1;

        _apply(workout);
    }

    /// @custom:invariant D8b
    function test_no_time_is_given_on_a_revoked_asset() public {
        registry.setStatus(HOUSE, AssetStatus.Revoked);

        _assertRefused(
            _workout(), abi.encodeWithSelector(ILoanBook.AssetUnusable.selector, HOUSE)
        );
    }

    /// @custom:invariant D8b L4
    function test_it_counts_for_what_it_still_owes_when_it_ends() public {
        book.repay(loanId, 40_000 * USD);
        _apply(_workout());
        book.cure(loanId, 0, _proofs(loanId, 2));

        book.repay(loanId, type(uint64).max);
        book.close(loanId);

        vm.assertEq(book.roomOf(0, HOUSE_CLASS).used, 0);
    }

    /// @custom:invariant D8b D2
    function test_late_fees_begin_anew_with_the_new_due_dates() public {
        _apply(_workout());
        book.cure(loanId, 0, _proofs(loanId, 2));
        vm.warp(block.timestamp + 41 days);

        book.charge(loanId, 1);

        vm.assertEq(book.tailOf(loanId).chargedThrough, 1);
    }

    function test_another_loans_card_is_refused() public {
        LoanWorkout memory workout = _workout();
        bytes memory signature = _sign(BORROWER_KEY, workout);
        bytes32[] memory card = book.wordsOf(loanId);
        card[0] = bytes32(uint256(card[0]) ^ 1 << 40);

        vm.expectRevert(abi.encodeWithSelector(ILoanBook.CardMismatch.selector, loanId));
        book.workOut(workout, signature, card);
    }
}
