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
/// @param firstId The lane's number where ids have it.
/// @param number The loan's number in its lane, of the operation that is looked at closely.
/// @param loanSlot Where the loan at hand lies, zero when there is none.
/// @param storedLoan The loan as it lies there.
/// @param page What collections have in common with ids on the page at hand: see `Words.pageOf`.
/// @param bits The ids of that page that are spent; `storedBits` as they lie in storage.
/// @param sequence The lane's last event.
/// @param cardWords Words so far that belong to cards: operations are fewer by them.
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
library Batches {
    using Schedule for Card;
    using Slots for LoanWord;
    using Words for uint64;

    /// @notice Worst-case gas of one word, what ends the batch included; see Settle.t.sol.
    uint256 internal constant WORD_GAS = 150_000;
    uint256 private constant RELEASE_GAS_PER_ITEM = 80_000;
    uint256 private constant LANE = 40;

    /// @notice A batch of so many words, with nothing at hand.
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
    function hasLoan(Batch memory batch) internal pure returns (bool) {
        return batch.loanSlot != 0;
    }

    /// @notice Id of the loan of the operation that is looked at closely.
    function loanId(Batch memory batch) internal pure returns (uint64) {
        return uint64(batch.firstId | batch.number);
    }

    /// @notice Takes the loan of a word to hand, unless it is.
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

    /// @notice Takes the page of a word's id to hand.
    function turnTo(Book storage book, Batch memory batch, Word word) internal {
        uint256 page = word.pageOf();
        if (page == batch.page) return;
        savePage(book, batch);
        uint256 bits = book.spent[Words.pageOf(batch.firstId | word.operation())];
        (batch.page, batch.bits, batch.storedBits) = (page, bits, bits);
    }

    /// @notice Writes the page at hand if it has changed.
    function savePage(Book storage book, Batch memory batch) internal {
        if (batch.bits == batch.storedBits) return;
        book.spent[Words.pageOf(batch.firstId | Word.wrap(batch.page).operation())] = batch.bits;
    }

    // ---- Other operations ---------------------------------------------------------------------

    /// @dev The late fee of a due date missed beyond grace, once (rules S1, D2).
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

    /// @dev The book calls itself, so that a failing transfer undoes this operation alone.
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
    function noteFailure(Book storage book, Batch memory batch, Word word, uint256 failure)
        internal
    {
        uint64 id = uint64(batch.firstId | word.operation());
        book.failed[Words.pageOf(id)] |= word.mark();
        emit ILoanBook.OperationFailed(id.laneOf(), id, OperationFailure(failure));
    }
}
