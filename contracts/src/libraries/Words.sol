// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {ILoanBook, OperationKind, OperationResult} from "../interfaces/ILoanBook.sol";
import {Cards} from "./Cards.sol";

/// @notice First word of an operation for `settle`:
/// `kind (8) | operation number (40) | loan number (40) | amount (64) | zero (104)`.
type Word is uint256;

using Words for Word global;

/// @title Words that `settle` takes, and the two bits that each leaves
library Words {
    uint256 private constant KIND = 248;
    uint256 private constant OPERATION = 208;
    uint256 private constant LOAN = 168;
    uint256 private constant AMOUNT = 104;
    uint256 private constant NUMBER_BITS = type(uint40).max;
    /// @dev A storage page holds the results of 128 ids, all of one lane.
    uint256 private constant IDS_PER_PAGE_BITS = 7;

    /// @notice Place after an operation that begins at `start`: the card of its loan follows a charge
    /// and a close.
    function endOf(bytes32[] calldata words, uint256 start) internal pure returns (uint256 end) {
        OperationKind found = wordAt(words, start).kind();
        end = start + 1;
        if (found != OperationKind.Charge && found != OperationKind.Close) return end;
        if (end < words.length) end += Cards.length(uint256(words[end]));
        else end = type(uint256).max;
        if (end > words.length) revert ILoanBook.CardCut(start);
    }

    function wordAt(bytes32[] calldata words, uint256 index) internal pure returns (Word word) {
        assembly ("memory-safe") {
            word := calldataload(add(words.offset, shl(5, index)))
        }
    }

    /// @notice Whether it is a well-formed word of the most frequent kind.
    function isCollect(Word word) internal pure returns (bool) {
        uint256 shape = Word.unwrap(word) & ((0xff << KIND) | type(uint104).max);
        return shape == uint256(OperationKind.Collect) << KIND;
    }

    /// @notice Kind of a word; `None` for one that is not in the given form.
    function kind(Word word) internal pure returns (OperationKind) {
        uint256 number = Word.unwrap(word) >> KIND;
        bool known = number <= uint8(type(OperationKind).max) && uint104(Word.unwrap(word)) == 0;
        return known ? OperationKind(number) : OperationKind.None;
    }

    function amount(Word word) internal pure returns (uint64) {
        return uint64(Word.unwrap(word) >> AMOUNT);
    }

    /// @notice Number of the operation within its lane.
    function operation(Word word) internal pure returns (uint256) {
        return Word.unwrap(word) >> OPERATION & NUMBER_BITS;
    }

    /// @notice Number of the loan within its lane.
    function loan(Word word) internal pure returns (uint256) {
        return Word.unwrap(word) >> LOAN & NUMBER_BITS;
    }

    /// @notice Id of a loan or an operation.
    function idOf(uint32 lane, uint40 number) internal pure returns (uint64) {
        return uint64(lane) << 40 | number;
    }

    function laneOf(uint64 id) internal pure returns (uint32) {
        return uint32(id >> 40);
    }

    /// @notice Storage page of an operation id and its shift inside it.
    function placeOf(uint256 id) internal pure returns (uint256 page, uint256 shift) {
        page = id >> IDS_PER_PAGE_BITS;
        shift = (id & 127) << 1;
    }

    function resultAt(uint256 bits, uint256 shift) internal pure returns (OperationResult) {
        return OperationResult(bits >> shift & 3);
    }

    /// @notice Results for as many operations, all applied.
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
    function set(bytes memory results, uint256 index, uint256 result) internal pure {
        assembly ("memory-safe") {
            let where := add(add(results, 0x20), shl(5, shr(7, index)))
            let shift := xor(shl(1, and(index, 127)), 0xf8)
            mstore(where, or(and(mload(where), not(shl(shift, 3))), shl(shift, result)))
        }
    }

    /// @notice Leaves the results of `count` operations; they were made for as many or more.
    /// @dev The bits after the last one are cleared.
    function cut(bytes memory results, uint256 count) internal pure {
        for (uint256 i = count; i & 3 != 0 && i >> 2 < results.length; ++i) {
            set(results, i, 0);
        }
        assembly ("memory-safe") {
            mstore(results, shr(2, add(count, 3)))
        }
    }

    /// @notice Hash of the words end to end.
    function hash(bytes32[] calldata words) internal pure returns (bytes32 digest) {
        assembly ("memory-safe") {
            let free := mload(0x40)
            let size := shl(5, words.length)
            calldatacopy(free, words.offset, size)
            digest := keccak256(free, size)
        }
    }
}
