// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {LoanChange, LoanWorkout} from "../interfaces/ILoanBook.sol";
import {ValueProof} from "../interfaces/IValuationOracle.sol";
import {TermsPlace} from "./SignedTerms.sol";

/// @title Arguments of a call, read where they lie in its calldata
/// @notice The loan book hands its calldata on to a library as it is: encoding terms and proofs
/// once more would cost more than checking them.
/// @dev The book's own decoder has checked every offset and length against the calldata's end
/// before, and accesses to what lies behind them are checked as always.
library Arguments {
    uint256 private constant SELECTOR_BYTES = 4;

    /// @notice Argument number `place`, a loan's id.
    function idAt(bytes calldata call, uint256 place) internal pure returns (uint64 id) {
        assembly ("memory-safe") {
            id := calldataload(add(add(call.offset, SELECTOR_BYTES), shl(5, place)))
        }
    }

    /// @notice Argument number `place`, an array of proofs.
    function proofsAt(bytes calldata call, uint256 place)
        internal
        pure
        returns (ValueProof[] calldata proofs)
    {
        uint256 length = _tailOf(call, place);
        assembly ("memory-safe") {
            proofs.offset := add(length, 0x20)
            proofs.length := calldataload(length)
        }
    }

    /// @notice Argument number `place`, an array of words.
    function wordsAt(bytes calldata call, uint256 place)
        internal
        pure
        returns (bytes32[] calldata words)
    {
        uint256 length = _tailOf(call, place);
        assembly ("memory-safe") {
            words.offset := add(length, 0x20)
            words.length := calldataload(length)
        }
    }

    /// @notice Argument number `place`, bytes.
    function bytesAt(bytes calldata call, uint256 place)
        internal
        pure
        returns (bytes calldata found)
    {
        uint256 length = _tailOf(call, place);
        assembly ("memory-safe") {
            found.offset := add(length, 0x20)
            found.length := calldataload(length)
        }
    }

    /// @notice Argument number `place`, terms of a loan.
    function termsAt(bytes calldata call, uint256 place)
        internal
        pure
        returns (TermsPlace)
    {
        return TermsPlace.wrap(_tailOf(call, place));
    }

    /// @notice Argument number `place`, a change of a loan.
    function changeAt(bytes calldata call, uint256 place)
        internal
        pure
        returns (LoanChange calldata change)
    {
        uint256 tail = _tailOf(call, place);
        assembly ("memory-safe") {
            change := tail
        }
    }

    /// @notice The first argument, a workout: of fixed size, it lies where it stands.
    function workout(bytes calldata call) internal pure returns (LoanWorkout calldata found) {
        assembly ("memory-safe") {
            found := add(call.offset, SELECTOR_BYTES)
        }
    }

    /// @notice Argument number `place`, a single proof.
    function proofAt(bytes calldata call, uint256 place)
        internal
        pure
        returns (ValueProof calldata proof)
    {
        uint256 tail = _tailOf(call, place);
        assembly ("memory-safe") {
            proof := tail
        }
    }

    /// @dev Where an argument of dynamic size lies.
    function _tailOf(bytes calldata call, uint256 place) private pure returns (uint256 tail) {
        assembly ("memory-safe") {
            let head := add(call.offset, SELECTOR_BYTES)
            tail := add(head, calldataload(add(head, shl(5, place))))
        }
    }
}
