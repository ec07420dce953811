// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {OperationKind, OperationResult} from "../interfaces/ILoanBook.sol";

/// @notice One operation, taken out of its word. `kind` is `None` for a word that is not one.
struct Word {
    OperationKind kind;
    uint64 operationId;
    uint64 loanId;
    uint64 amount;
}

/// @title Words that `settle` takes, and the two bits that each leaves
/// @notice `kind (8) | operation number (40) | loan number (40) | amount (64) | zero (104)`.
library Words {
    uint256 private constant SPARE_BITS = 104;
    uint256 private constant IDS_PER_PAGE_BITS = 7;

    function decode(bytes32 word, uint32 lane) internal pure returns (Word memory decoded) {
        uint256 raw = uint256(word);
        uint8 kind = uint8(raw >> 248);
        bool known = kind <= uint8(type(OperationKind).max) && uint104(raw) == 0;
        decoded.kind = known ? OperationKind(kind) : OperationKind.None;
        decoded.operationId = idOf(lane, uint40(raw >> 208));
        decoded.loanId = idOf(lane, uint40(raw >> 168));
        decoded.amount = uint64(raw >> SPARE_BITS);
    }

    /// @notice Id of a loan or an operation.
    function idOf(uint32 lane, uint40 number) internal pure returns (uint64) {
        return uint64(lane) << 40 | number;
    }

    function laneOf(uint64 id) internal pure returns (uint32) {
        return uint32(id >> 40);
    }

    /// @notice Storage page of an operation id (128 ids, one lane) and its shift inside it.
    function placeOf(uint64 operationId) internal pure returns (uint256 page, uint256 shift) {
        page = operationId >> IDS_PER_PAGE_BITS;
        shift = (operationId & 127) << 1;
    }

    function resultAt(uint256 bits, uint256 shift) internal pure returns (OperationResult) {
        return OperationResult(bits >> shift & 3);
    }

    /// @notice Packs one result into the event's bytes, word 0 in the lowest bits of byte 0.
    function set(bytes memory results, uint256 index, OperationResult result) internal pure {
        uint8 old = uint8(results[index >> 2]);
        results[index >> 2] = bytes1(old | uint8(result) << uint8((index & 3) << 1));
    }
}
