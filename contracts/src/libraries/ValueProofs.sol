// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {
    IValuationOracle,
    ValueLeaf,
    ValueProof,
    ValueStatus
} from "../interfaces/IValuationOracle.sol";

/// @title Whether a value stands in a round
/// @notice Checked where the proof lies in calldata: to hand it on would cost more than to check it
/// (rule V1, invariant I-24).
/// @dev Words of a leaf by number: 0 `assetId`, 1 `classId`, 2 `status`, 3 `value`, 4 `lower`, 5
/// `observedAt`, 6 `validUntil`. The leaf is the first part of a proof, so that they begin where
/// the proof begins.
library ValueProofs {
    /// @notice Refuses a proof that is not of that round or is past its `validUntil`.
    /// @dev Reverts with `RoundUnusable`, `BadProof` or `ValueExpired`. That the leaf is of the
    /// asset in question, and that the round is within TTL, is the caller's to check.
    /// @param oracle Oracle whose round it is; a part of each leaf's hash.
    /// @param round Zero when there is no such round.
    /// @param root Root of that round.
    /// @param proof Leaf and path.
    function check(IValuationOracle oracle, uint32 round, bytes32 root, ValueProof calldata proof)
        internal
        view
    {
        if (round == 0) revert IValuationOracle.RoundUnusable(round);
        ValueLeaf calldata leaf = proof.leaf;
        if (_rootOf(proof.path, leafHash(oracle, round, leaf)) != root) {
            revert IValuationOracle.BadProof(leaf.assetId, round);
        }
        uint64 validUntil = uint64(_word(proof, 6));
        if (block.timestamp > validUntil) {
            revert IValuationOracle.ValueExpired(leaf.assetId, validUntil);
        }
    }

    // ---- Words of a leaf: the compiler would check each one each time it is read --------------

    /// @notice Token id of an asset, or an ERC-20's address as a number; 0 stands for no proof.
    function assetId(ValueProof calldata proof) internal pure returns (uint256) {
        return _word(proof, 0);
    }

    /// @notice Asset class, as the whole word: one with bits beyond 16 equals no class.
    function classId(ValueProof calldata proof) internal pure returns (uint256) {
        return _word(proof, 1);
    }

    /// @notice Whether it can be borrowed against; panics for a number that is no status.
    function status(ValueProof calldata proof) internal pure returns (ValueStatus) {
        return ValueStatus(uint8(_word(proof, 2)));
    }

    /// @notice Lower bound, ledger units below 2^64.
    function lower(ValueProof calldata proof) internal pure returns (uint256) {
        return uint64(_word(proof, 4));
    }

    /// @dev Unchecked against its type: the proof of the root, which covers every bit, comes first
    /// or follows in the same call.
    function _word(ValueProof calldata proof, uint256 nth) private pure returns (uint256 word) {
        assembly ("memory-safe") {
            word := calldataload(add(proof, shl(5, nth)))
        }
    }

    /// @notice Whether a proof is left out, for which an empty one stands.
    /// @param proofs One for each thing of a basket, or none at all, which leaves nothing out.
    /// @return Whether any has no `assetId`.
    function isIncomplete(ValueProof[] calldata proofs) internal pure returns (bool) {
        for (uint256 i; i < proofs.length; ++i) {
            if (proofs[i].leaf.assetId == 0) return true;
        }
        return false;
    }

    /// @notice Double hash of `abi.encode(chain id, oracle, round, leaf)`.
    /// @dev The leaf is hashed as it lies there: one with bits beyond its types is in no round.
    /// Hashed twice, no leaf can pass for an inner node, whose hash is over 64 bytes.
    /// @param oracle Oracle whose round it is.
    /// @param round Number of the round.
    /// @param leaf The value.
    /// @return hash What the path starts from.
    function leafHash(IValuationOracle oracle, uint32 round, ValueLeaf calldata leaf)
        internal
        view
        returns (bytes32 hash)
    {
        (uint256 maker, uint256 roundNumber) = (uint160(address(oracle)), round);
        assembly ("memory-safe") {
            let free := mload(0x40)
            mstore(free, chainid())
            mstore(add(free, 0x20), maker)
            mstore(add(free, 0x40), roundNumber)
            calldatacopy(add(free, 0x60), leaf, 0xe0)
            mstore(0x00, keccak256(free, 0x140))
            hash := keccak256(0x00, 0x20)
        }
    }

    /// @dev Pairs are hashed with the smaller one first, so that a path needs no sides. Both words
    /// of a pair are written to the scratch space, which Solidity leaves free.
    /// @param path Siblings from the leaf up; empty for a round of one leaf.
    /// @param leaf Its hash.
    /// @return node The root that they give.
    function _rootOf(bytes32[] calldata path, bytes32 leaf) private pure returns (bytes32 node) {
        assembly ("memory-safe") {
            function up(child, from) -> parent {
                let sibling := calldataload(from)
                let place := shl(5, gt(child, sibling))
                mstore(place, child)
                mstore(xor(place, 0x20), sibling)
                parent := keccak256(0x00, 0x40)
            }
            node := leaf
            let next := path.offset
            let end := add(next, shl(5, path.length))
            // Four levels in one turn: the loop costs as much as a level's own steps.
            for {} lt(add(next, 0x60), end) { next := add(next, 0x80) } {
                node := up(up(node, next), add(next, 0x20))
                node := up(up(node, add(next, 0x40)), add(next, 0x60))
            }
            for {} lt(next, end) { next := add(next, 0x20) } { node := up(node, next) }
        }
    }
}
