// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Card, ILoanBook, LoanStatus, OperationFailure} from "../interfaces/ILoanBook.sol";
import {IValuationOracle} from "../interfaces/IValuationOracle.sol";
import {Cards, MarkWord} from "../libraries/Cards.sol";
import {LoanWord, Tally} from "../libraries/Payments.sol";
import {Schedule} from "../libraries/Schedule.sol";
import {Slots} from "../libraries/Slots.sol";
import {Word, Words} from "../libraries/Words.sol";
import {Book} from "./LoanStore.sol";

/// @notice A batch on its way: the loan and the page of result bits at hand, and what it has done
/// to the lane. They are written back when the batch leaves them. Whole words: no masks.
/// @param firstId The lane's number where ids have it: `lane << 40`.
/// @param number The loan's number in its lane, of the operation that is looked at closely.
/// @param loanSlot Where the loan at hand lies, zero when there is none.
/// @param loan The loan at hand, as the operations so far leave it.
/// @param storedLoan The loan as it lies there.
/// @param page What collections have in common with ids on the page at hand: see `Words.pageOf`.
/// Zero, which no word gives, before the first page.
/// @param bits The ids of that page that are spent, by this batch too.
/// @param storedBits Those of them that are so in storage.
/// @param sequence The lane's last event.
/// @param cardWords Words so far that belong to cards: operations are fewer by them.
/// @param results Two bits for each operation, as `BatchSettled` carries them; applied until it is
/// said otherwise.
/// @param tally What payments and charges so far do to the lane's sums, booked once at the end.
struct Batch {
    uint256 firstId;
    uint256 number;
    uint256 loanSlot;
    LoanWord loan;
    LoanWord storedLoan;
    uint256 page;
    uint256 bits;
    uint256 storedBits;
    uint256 sequence;
    uint256 cardWords;
    bytes results;
    Tally tally;
}

using Batches for Batch global;

/// @title What a batch of `settle` has at hand
/// @notice Words of one loan, and ids of one page, lie side by side in a well-made batch: each slot
/// is then read and written once, however many words touch it. An ill-made batch costs more and
/// does the same.
library Batches {
    using Schedule for Card;
    using Slots for LoanWord;
    using Words for uint64;

    /// @notice Worst-case gas of one word, what ends the batch included; see Settle.t.sol. It is
    /// asked for before each operation, so that no word fails for want of gas alone (rule S3).
    uint256 internal constant WORD_GAS = 150_000;
    /// @dev Gas that a close may need beside, for each word of the card but one: restaking tokens
    /// have two, which cover `Handover.LRT_GAS` with the one that is left over.
    uint256 private constant RELEASE_GAS_PER_ITEM = 80_000;
    /// @dev First bit of the lane's number in an id.
    uint256 private constant LANE = 40;

    /// @notice A batch of so many words, with nothing at hand.
    /// @param laneId Lane of all its operations: a word has no lane of its own.
    /// @param sequence Number of the lane's last event.
    /// @param words Number of words, cards included: at least as many as operations.
    /// @return batch The batch.
    function start(uint32 laneId, uint32 sequence, uint256 words)
        internal
        pure
        returns (Batch memory batch)
    {
        batch.firstId = uint256(laneId) << LANE;
        batch.sequence = sequence;
        batch.results = Words.allApplied(words);
    }

    /// @notice Whether a loan is at hand: then the next word is for it.
    /// @dev Whoever takes a loan to hand lays it down before a word of another loan. No loan lies
    /// in slot zero: slots of a mapping are hashes.
    function hasLoan(Batch memory batch) internal pure returns (bool) {
        return batch.loanSlot != 0;
    }

    /// @notice Id of the loan of the operation that is looked at closely.
    /// @dev A loan number has 40 bits, those below the lane's.
    function loanId(Batch memory batch) internal pure returns (uint64) {
        return uint64(batch.firstId | batch.number);
    }

    /// @notice Takes the loan of a word to hand, unless it is.
    /// @dev A number that is no loan's gives an empty slot, with the status `None`.
    function loanOf(Book storage book, Batch memory batch, Word word) internal view {
        batch.number = word.loan();
        if (!hasLoan(batch)) take(batch, Slots.slotOf(book.hot, loanId(batch)));
    }

    /// @notice Takes the loan that lies there to hand.
    function take(Batch memory batch, uint256 slot) internal view {
        LoanWord loan = Slots.read(slot);
        (batch.loanSlot, batch.loan, batch.storedLoan) = (slot, loan, loan);
    }

    /// @notice Lays the loan at hand down again, and writes it if it has changed.
    function saveLoan(Batch memory batch) internal {
        if (!hasLoan(batch)) return;
        if (batch.loan.differs(batch.storedLoan)) Slots.write(batch.loanSlot, batch.loan);
        batch.loanSlot = 0;
    }

    /// @notice Takes the page of a word's id to hand, and writes the one before if it has changed.
    function turnTo(Book storage book, Batch memory batch, Word word) internal {
        uint256 page = word.pageOf();
        if (page == batch.page) return;
        savePage(book, batch);
        uint256 bits = book.spent[Words.pageOf(batch.firstId | word.operation())];
        (batch.page, batch.bits, batch.storedBits) = (page, bits, bits);
    }

    /// @notice Writes the page at hand if it has changed.
    /// @dev Bits are only ever added: an id that is spent stays spent (rule S2).
    function savePage(Book storage book, Batch memory batch) internal {
        if (batch.bits == batch.storedBits) return;
        book.spent[Words.pageOf(batch.firstId | Word.wrap(batch.page).operation())] = batch.bits;
    }

    // ---- Other operations ---------------------------------------------------------------------

    /// @dev The late fee of a due date missed beyond grace, once (rules S1, D2). Loan at hand and
    /// tally get it together. The mark is written here; the caller has compared the card.
    /// @param marks The loan's second slot.
    /// @param words Words of its card.
    /// @param index Number of the due date, from 1. As large as a word's amount, 64 bits; what
    /// passes is at most the number of instalments, so that it fits the 16 bits of its mark.
    /// @param oracle Says up to when due dates have had their grace; it is ours (rule S3).
    /// @return `None` when it is charged; else `NothingDue` or `AlreadyCharged`, and nothing
    /// changes.
    function charge(
        Book storage book,
        Batch memory batch,
        MarkWord marks,
        bytes32[] calldata words,
        uint256 index,
        IValuationOracle oracle
    ) internal returns (OperationFailure) {
        Card memory card = Cards.read(words);
        OperationFailure failure = card.chargeable(
            batch.loan.unpack(),
            marks.chargedThrough(),
            index,
            card.cutoff(oracle, 0),
            block.timestamp
        );
        if (failure != OperationFailure.None) return failure;
        book.marks[loanId(batch)] = marks.withCharged(index);
        batch.loan = batch.loan.charge(batch.tally, card.lateFee());
        return OperationFailure.None;
    }

    /// @dev The book calls itself, so that a failing transfer undoes this operation alone. Reverts
    /// with `BatchGasTooLow` where the gas left could make a release fail that would succeed with
    /// more: the whole batch is then undone, and no id is spent. The release numbers its events on
    /// from the batch's.
    /// @param card Words of the loan's card, which the caller has compared.
    /// @param i Number of the operation's first word in the batch, for the error.
    /// @return `None` when the loan is closed, else `TransferFailed`. A thing that does not move
    /// makes no failure: it waits in the escrow (rule D9).
    function close(Batch memory batch, bytes32[] calldata card, uint256 i)
        internal
        returns (OperationFailure)
    {
        // What a card holds beside terms is released; restaking tokens are two words of it.
        uint256 items = card.length - 1;
        if (gasleft() < WORD_GAS + items * RELEASE_GAS_PER_ITEM) {
            revert ILoanBook.BatchGasTooLow(i);
        }
        ILoanBook book = ILoanBook(address(this));
        try book.release(loanId(batch), uint32(batch.sequence), card) returns (uint32 sequence) {
            batch.sequence = sequence;
            batch.loan = batch.loan.withStatus(LoanStatus.Closed);
            return OperationFailure.None;
        } catch {
            return OperationFailure.TransferFailed;
        }
    }

    /// @notice Marks a spent id as failed, and says why.
    /// @dev The caller marks it as spent. The bit is written at once: failures are rare.
    /// @param failure The `OperationFailure`, other than `None`.
    function noteFailure(Book storage book, Batch memory batch, Word word, uint256 failure)
        internal
    {
        uint64 id = uint64(batch.firstId | word.operation());
        book.failed[Words.pageOf(id)] |= word.mark();
        emit ILoanBook.OperationFailed(id.laneOf(), id, OperationFailure(failure));
    }
}
