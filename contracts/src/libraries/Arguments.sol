// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {LoanChange, LoanWorkout} from "../interfaces/ILoanBook.sol";
import {ValueProof} from "../interfaces/IValuationOracle.sol";
import {TermsPlace} from "./SignedTerms.sol";

/// @title Arguments of a call, read where they lie in its calldata
/// @notice The loan book hands its calldata on to a library as it is: encoding terms and proofs
/// once more would cost more than checking them.
/// @dev `call` is the book's whole `msg.data`: four bytes of selector, then one word for each
/// argument, the head. An argument of fixed size stands in the head, one of dynamic size behind it,
/// and its word in the head says how many bytes after the selector. The book's own decoder has
/// checked every offset and length against the calldata's end before, and accesses to what lies
/// behind them are checked as always. Places count words of the head from 0, so that a struct of
/// fixed size takes as many as it has members.
library Arguments {
    uint256 private constant SELECTOR_BYTES = 4;

    /// @notice Argument number `place`, a loan's id.
    /// @dev The book's decoder has refused a word with bits beyond the type.
    /// @param call The book's calldata.
    /// @param place Word of the head, from 0.
    /// @return id The loan's id.
    function idAt(bytes calldata call, uint256 place) internal pure returns (uint64 id) {
        assembly ("memory-safe") {
            id := calldataload(add(add(call.offset, SELECTOR_BYTES), shl(5, place)))
        }
    }

    /// @notice Argument number `place`, an array of proofs.
    /// @param call The book's calldata.
    /// @param place Word of the head, from 0.
    /// @return proofs The array where it lies; offsets inside it are checked when a proof is read.
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
    /// @param call The book's calldata.
    /// @param place Word of the head, from 0.
    /// @return words The array where it lies.
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
    /// @param call The book's calldata.
    /// @param place Word of the head, from 0.
    /// @return found The bytes where they lie.
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
    /// @param call The book's calldata.
    /// @param place Word of the head, from 0.
    /// @return Where the terms lie; their words are not checked (see `SignedTerms`).
    function termsAt(bytes calldata call, uint256 place) internal pure returns (TermsPlace) {
        return TermsPlace.wrap(_tailOf(call, place));
    }

    /// @notice Argument number `place`, a change of a loan.
    /// @param call The book's calldata.
    /// @param place Word of the head, from 0.
    /// @return change The struct where it lies; the compiler checks a member when it is read.
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
    /// @param call The book's calldata.
    /// @return found The struct where it lies, ten words of the head.
    function workout(bytes calldata call) internal pure returns (LoanWorkout calldata found) {
        assembly ("memory-safe") {
            found := add(call.offset, SELECTOR_BYTES)
        }
    }

    /// @notice Argument number `place`, a single proof.
    /// @param call The book's calldata.
    /// @param place Word of the head, from 0.
    /// @return proof The struct where it lies.
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

    /// @dev Where an argument of dynamic size lies: its offset counts from the end of the selector.
    function _tailOf(bytes calldata call, uint256 place) private pure returns (uint256 tail) {
        assembly ("memory-safe") {
            let head := add(call.offset, SELECTOR_BYTES)
            tail := add(head, calldataload(add(head, shl(5, place))))
        }
    }
}
