// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {
    CallReason,
    Card,
    ILoanBook,
    LoanState,
    LoanStatus,
    LoanWorkout
} from "../interfaces/ILoanBook.sol";
import {Arguments} from "../libraries/Arguments.sol";
import {Cards} from "../libraries/Cards.sol";
import {Consent} from "../libraries/Consent.sol";
import {SignedTerms} from "../libraries/SignedTerms.sol";
import {TermBounds} from "../libraries/TermBounds.sol";
import {Sources, Underwriter} from "../libraries/Underwriter.sol";
import {Handover} from "./Handover.sol";
import {Book, LoanStore, Market, NewTerms, Position} from "./LoanStore.sol";
import {Rooms} from "./Rooms.sol";

/// @title A vote gives a loan in trouble a new schedule that its borrower signed (rule D8)
/// @notice Only while the loan is carried in `impaired`, so that NAV never counts as good what
/// needed a vote. No debt is forgiven, nothing leaves the escrow, and neither rate nor fee rises.
/// The loan stays called: it comes back to its lane's sums by a cure, under the rules of any cure
/// (C2).
/// @dev Linked at deployment and run by delegatecall: `address(this)` is the book (rule L6). That
/// the caller is the governor has been checked.
library Workouts {
    using Arguments for bytes;
    using LoanStore for Book;
    using LoanStore for Position;

    /// @notice See `IStewardship.workOut`.
    /// @dev Everything of the schedule is new, so all of it is held to hard bounds, not to the
    /// classes' terms of the day (rule D8b). Reverts with `LoanNotFound`, `CardMismatch`, and with
    /// `WrongStatus` unless the loan is called or in auction.
    /// @param book The loan book's storage.
    /// @param market What the loan book was deployed with.
    /// @param call The whole calldata of `workOut`: workout, signature, card.
    function workOut(Book storage book, Market memory market, bytes calldata call) external {
        LoanWorkout calldata workout = call.workout();
        // The workout is ten words of the call's head.
        bytes32[] calldata words = call.wordsAt(11);
        Position memory position = book.load(workout.loanId, words);
        position.requireCalled();
        LoanStatus before = position.loan.status;
        Card memory card = Cards.read(words);
        _admit(book, position, card.borrower, workout, call.bytesAt(10));
        _checkBounds(market.from, position.loan.rateBps, card, workout);
        uint64 commitment = Rooms.commitmentOf(card);
        position.reschedule(card, _termsOf(workout));
        Rooms.shrink(book, position.laneId, card, commitment);
        _restart(market.from, position.loan);
        book.marks[position.id] = position.marks.withCard(Cards.wordsOf(card));
        book.saveCalled(position, before);
    }

    /// @dev The borrower's signature, once (rule S4); and nothing eases what a sanctioned party
    /// owes. Reverts with `TermsExpired`, `InvalidSignature`, `NonceUsed` and `Sanctioned`.
    /// @param borrower The recorded owner.
    /// @param signature The borrower's; it is looked at whoever called.
    function _admit(
        Book storage book,
        Position memory position,
        address borrower,
        LoanWorkout calldata workout,
        bytes calldata signature
    ) private {
        if (block.timestamp > workout.deadline) {
            revert ILoanBook.TermsExpired(workout.deadline);
        }
        Consent.requireSigned(borrower, Consent.hash(workout), signature);
        book.useNonce(borrower, position.laneId, workout.nonce);
        Handover.requireCleared(book, borrower);
    }

    /// @dev Reverts with `RateTooHigh` above the present rate; with `InvalidTerms`, which names the
    /// field: no due date, less than a day between two, a last one beyond ten years, a higher late
    /// fee, windows outside one to sixty days; with `AssetUnusable` or `MaturityBeyondAttestation`
    /// where an asset is not active or not attested to the last due date (rule A4).
    /// @param rateBps The present rate, basis points a year.
    /// @param card The loan's card as it is.
    function _checkBounds(
        Sources memory from,
        uint16 rateBps,
        Card memory card,
        LoanWorkout calldata workout
    ) private view {
        Underwriter.checkRate(workout.rateBps, rateBps);
        SignedTerms.checkDates(workout.instalments, workout.interval);
        uint256 tenor = uint256(workout.instalments) * workout.interval;
        _check(tenor <= TermBounds.MAX_TENOR, "tenor");
        _check(workout.lateFeeBps <= card.lateFeeBps, "lateFeeBps");
        _check(_isWindow(workout.gracePeriod), "gracePeriod");
        _check(_isWindow(workout.cureWindow), "cureWindow");
        for (uint256 i; i < card.assets.length; ++i) {
            uint256 tokenId = card.assets[i];
            Underwriter.requireLasting(tokenId, from.registry.standingOf(tokenId), tenor);
        }
    }

    /// @dev The signed fields that make a schedule.
    function _termsOf(LoanWorkout calldata workout) private pure returns (NewTerms memory) {
        return NewTerms({
            rateBps: workout.rateBps,
            schedule: workout.schedule,
            instalments: workout.instalments,
            interval: workout.interval,
            gracePeriod: workout.gracePeriod,
            cureWindow: workout.cureWindow,
            lateFeeBps: workout.lateFeeBps
        });
    }

    /// @dev As if the loan had been called now, with a window whatever was spent before: an auction
    /// that runs is taken off the market, and none begins before the window ends. Where the call
    /// rests on values its time is kept less the oracle's stopped seconds, as in `Calling`.
    /// @param loan The called loan; what it owes and what it is carried at stay.
    function _restart(Sources memory from, LoanState memory loan) private view {
        (loan.status, loan.windowSpent) = (LoanStatus.Called, false);
        // The window is for all that is pledged: tokens out of their band wait for its end too.
        if (loan.callReason == CallReason.Band) loan.callReason = CallReason.Health;
        loan.lastAccrual = uint32(block.timestamp);
        if (LoanStore.restsOnValues(loan.callReason)) {
            loan.lastAccrual -= uint32(from.oracle.stoppedSeconds());
        }
    }

    /// @dev The bounds that the classes' own windows have, in seconds.
    function _isWindow(uint256 span) private pure returns (bool) {
        return span >= TermBounds.MIN_WINDOW && span <= TermBounds.MAX_WINDOW;
    }

    /// @dev Reverts with `InvalidTerms`.
    /// @param what Name of the field.
    function _check(bool holds, bytes32 what) private pure {
        if (!holds) revert ILoanBook.InvalidTerms(what);
    }
}
