// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {ILoanBook, OperationKind, OperationResult} from "../interfaces/ILoanBook.sol";
import {Cards} from "./Cards.sol";

/// @notice First word of an operation for `settle`: `kind (8) | operation number (40) | loan number
/// (40) | amount (64) | zero (104)`, first field highest. The amount is ledger units of a
/// collection, the due date of a charge, and nothing of a close.
type Word is uint256;

using Words for Word global;

/// @title Words that `settle` takes, and the two bits that each leaves
/// @notice Ids of loans and operations are `lane << 40 | number`: whatever is keyed by them is
/// keyed by lane (rule L1). Many questions are answered with numbers that are zero or not, or bits,
/// so that the caller joins several before it jumps once.
library Words {
    /// @dev Lowest bits of the fields.
    uint256 private constant KIND = 248;
    uint256 private constant OPERATION = 208;
    uint256 private constant LOAN = 168;
    uint256 private constant AMOUNT = 104;
    uint256 private constant NUMBER_BITS = type(uint40).max;
    /// @dev A storage page holds a bit of 256 ids, all of one lane.
    uint256 private constant IDS_PER_PAGE_BITS = 8;
    uint256 private constant ID_BITS = (1 << IDS_PER_PAGE_BITS) - 1;
    uint256 private constant PAGE_NUMBER_BITS = NUMBER_BITS >> IDS_PER_PAGE_BITS;
    uint256 private constant PAGE_SHIFT = OPERATION + IDS_PER_PAGE_BITS;
    /// @dev What collections on one page have in common: kind, page, and the bits that are zero.
    uint256 private constant PAGE =
        uint256(0xff) << KIND | PAGE_NUMBER_BITS << PAGE_SHIFT | type(uint104).max;
    /// @dev The loan number in its place.
    uint256 private constant LOAN_BITS = NUMBER_BITS << LOAN;

    /// @notice Place after an operation that begins at `start`: the card of its loan follows a
    /// charge and a close.
    /// @dev Reverts with `CardCut` when the words end within the card, also with none of it. A card
    /// has at most 259 words by its first one, so that the sum cannot overflow.
    /// @param words All words of the batch.
    /// @param start Place of the operation's first word, from 0.
    /// @return end At most the number of words.
    function endOf(bytes32[] calldata words, uint256 start) internal pure returns (uint256 end) {
        OperationKind found = wordAt(words, start).kind();
        end = start + 1;
        if (found != OperationKind.Charge && found != OperationKind.Close) return end;
        if (end < words.length) end += Cards.length(uint256(words[end]));
        else end = type(uint256).max;
        if (end > words.length) revert ILoanBook.CardCut(start);
    }

    /// @notice Word of that place, from 0; the caller knows that there is one.
    function wordAt(bytes32[] calldata words, uint256 index) internal pure returns (Word word) {
        assembly ("memory-safe") {
            word := calldataload(add(words.offset, shl(5, index)))
        }
    }

    /// @notice Kind of a word; `None` for one that is not in the given form, which fails (rule S2).
    function kind(Word word) internal pure returns (OperationKind) {
        uint256 number = Word.unwrap(word) >> KIND;
        bool known = number <= uint8(type(OperationKind).max) && uint104(Word.unwrap(word)) == 0;
        return known ? OperationKind(number) : OperationKind.None;
    }

    /// @notice Amount of a collection in ledger units, or the due date of a charge.
    function amount(Word word) internal pure returns (uint64) {
        return uint64(Word.unwrap(word) >> AMOUNT);
    }

    /// @notice Number of the operation within its lane.
    function operation(Word word) internal pure returns (uint256) {
        return Word.unwrap(word) >> OPERATION & NUMBER_BITS;
    }

    /// @notice Word that lies at that place of the calldata; zero beyond its end, which is no kind.
    function load(uint256 at) internal pure returns (Word word) {
        assembly ("memory-safe") {
            word := calldataload(at)
        }
    }

    /// @notice Where the words begin and end in the calldata.
    /// @param words All words of the batch.
    /// @return at Place of the first byte.
    /// @return end Place after the last byte.
    function span(bytes32[] calldata words) internal pure returns (uint256 at, uint256 end) {
        assembly ("memory-safe") {
            at := words.offset
            end := add(at, shl(5, words.length))
        }
    }

    /// @notice Number of the word that lies at that place, from 0.
    function indexOf(bytes32[] calldata words, uint256 at) internal pure returns (uint256 index) {
        assembly ("memory-safe") {
            index := shr(5, sub(at, words.offset))
        }
    }

    /// @notice What collections have in common whose ids lie on the page of this word's id.
    /// @param word Of any kind: the page counts.
    /// @return Kind of a collection and number of the page, in their places; zero else.
    function pageOf(Word word) internal pure returns (uint256) {
        uint256 number = Word.unwrap(word) & PAGE_NUMBER_BITS << PAGE_SHIFT;
        return uint256(OperationKind.Collect) << KIND | number;
    }

    /// @notice Zero for a well-formed collection with its id on that page.
    /// @param word In question.
    /// @param page What `pageOf` gave of a word.
    /// @return The bits that differ; those of the id's place, the loan and the amount may.
    function strays(Word word, uint256 page) internal pure returns (uint256) {
        return (Word.unwrap(word) & PAGE) ^ page;
    }

    /// @notice The bit of the word's id on its page, 0 or 1.
    /// @param word Whose id lies on the page.
    /// @param bits Ids of the page that are spent, one bit each.
    function used(Word word, uint256 bits) internal pure returns (uint256) {
        return bits >> placeOf(word) & 1;
    }

    /// @notice The bit of the word's id at its place on the page.
    function mark(Word word) internal pure returns (uint256) {
        return 1 << placeOf(word);
    }

    /// @notice Place of the word's id on its page: the last byte of its number.
    function placeOf(Word word) internal pure returns (uint256 place) {
        assembly ("memory-safe") {
            place := byte(5, word)
        }
    }

    /// @notice Whether two words of one lane are for the same loan.
    function isOfSameLoan(Word word, Word next) internal pure returns (bool) {
        return (Word.unwrap(word) ^ Word.unwrap(next)) & LOAN_BITS == 0;
    }

    /// @notice Zero for the next collection from the same loan with its id on the same page.
    /// @param word A well-formed collection.
    /// @param next Word after it, of any form.
    /// @return The bits that differ, for `hasOtherLoan`.
    function differsFrom(Word word, Word next) internal pure returns (uint256) {
        return (Word.unwrap(word) ^ Word.unwrap(next)) & (PAGE | LOAN_BITS);
    }

    /// @notice Whether words that differ so are for different loans.
    function hasOtherLoan(uint256 difference) internal pure returns (bool) {
        return difference & LOAN_BITS != 0;
    }

    /// @notice Number of the loan within its lane.
    function loan(Word word) internal pure returns (uint256) {
        return Word.unwrap(word) >> LOAN & NUMBER_BITS;
    }

    /// @notice Id of a loan or an operation.
    /// @param lane Number of the lane, below 2^24 so that it fits; there are at most 64.
    /// @param number Of the loan or operation within the lane.
    function idOf(uint32 lane, uint40 number) internal pure returns (uint64) {
        return uint64(lane) << 40 | number;
    }

    /// @notice Lane of a loan or an operation.
    function laneOf(uint64 id) internal pure returns (uint32) {
        return uint32(id >> 40);
    }

    /// @notice Storage page of an operation id: it holds 256 ids, all of one lane.
    function pageOf(uint256 id) internal pure returns (uint256) {
        return id >> IDS_PER_PAGE_BITS;
    }

    /// @notice Result of an operation id by the bits of its page (rule S2).
    /// @param spent Ids of the page that are spent, one bit each.
    /// @param failed Those that failed; only a spent one can have.
    /// @param id Of the operation: its last byte is the place.
    /// @return `None`, `Applied` or `Failed`; `Skipped` leaves nothing.
    function resultAt(uint256 spent, uint256 failed, uint256 id)
        internal
        pure
        returns (OperationResult)
    {
        uint256 shift = id & ID_BITS;
        if (spent >> shift & 1 == 0) return OperationResult.None;
        return failed >> shift & 1 == 0 ? OperationResult.Applied : OperationResult.Failed;
    }

    /// @notice Results for as many operations, all applied: what most of them come to.
    /// @dev Writes whole words, which the memory of the new bytes has.
    /// @param count Number of operations.
    /// @return results Two bits each, in whole bytes; `cut` shortens them.
    function allApplied(uint256 count) internal pure returns (bytes memory results) {
        results = new bytes((count + 3) / 4);
        uint256 all = type(uint256).max / 3;
        assembly ("memory-safe") {
            let end := add(add(results, 0x20), mload(results))
            for { let next := add(results, 0x20) } lt(next, end) { next := add(next, 0x20) } {
                mstore(next, all)
            }
        }
    }

    /// @notice Changes one result in the event's bytes, operation 0 in the lowest bits of byte 0.
    /// @dev `index` is below the number for which `results` was made. The bytes lie in memory in
    /// whole words of 128 results, first byte highest.
    /// @param results What `allApplied` made.
    /// @param index Number of the operation in the batch, cards not counted.
    /// @param result An `OperationResult` as a number, below 4.
    function set(bytes memory results, uint256 index, uint256 result) internal pure {
        assembly ("memory-safe") {
            let where := add(add(results, 0x20), shl(5, shr(7, index)))
            let place := xor(shl(1, and(index, 127)), 0xf8)
            mstore(where, or(and(mload(where), not(shl(place, 3))), shl(place, result)))
        }
    }

    /// @notice Leaves the results of `count` operations; they were made for as many or more.
    /// @dev The bits after the last one are cleared, so that one batch has one event. The memory
    /// that is cut off is not used again.
    function cut(bytes memory results, uint256 count) internal pure {
        for (uint256 i = count; i & 3 != 0 && i >> 2 < results.length; ++i) {
            set(results, i, 0);
        }
        assembly ("memory-safe") {
            mstore(results, shr(2, add(count, 3)))
        }
    }

    /// @notice Hash of the words end to end, cards included: the batch's event carries it (rule
    /// S2).
    /// @dev Hashed from a copy beyond the free memory pointer, which stays.
    function hash(bytes32[] calldata words) internal pure returns (bytes32 digest) {
        assembly ("memory-safe") {
            let free := mload(0x40)
            let size := shl(5, words.length)
            calldatacopy(free, words.offset, size)
            digest := keccak256(free, size)
        }
    }
}
