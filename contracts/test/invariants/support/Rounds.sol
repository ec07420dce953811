// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Round} from "../../../src/interfaces/IReporters.sol";
import {ValueLeaf, ValueProof, ValueStatus} from "../../../src/interfaces/IValuationOracle.sol";
import {Basket} from "../../../src/libraries/Underwriter.sol";
import {ValuationOracle} from "../../../src/ValuationOracle.sol";
import {World} from "./World.sol";

/// @title Values of all assets, published in signed rounds as real Merkle trees
abstract contract Rounds is World {
    uint256 private constant LEAVES = 16;
    uint32 private constant THRESHOLD = 5;

    struct Published {
        bytes32[31] nodes;
        uint64[13] lowers;
        uint64 observedAt;
    }

    uint64[13] internal values;
    mapping(uint32 round => Published) private _published;

    function _startValues() internal {
        for (uint256 i = 0; i < assets.length; ++i) {
            values[i] = _appraisal(i);
        }
        values[assets.length] = 3_000 * USD;
    }

    /// @dev Publishes `values`; the least interval since the last round must have passed.
    function _publish() internal {
        uint32 number = ValuationOracle(address(oracle)).lastRound() + 1;
        Published storage made = _published[number];
        (made.lowers, made.observedAt) = (values, uint64(block.timestamp));
        for (uint256 i = 0; i < values.length; ++i) {
            made.nodes[LEAVES - 1 + i] = _hashOf(number, _leaf(made, i));
        }
        for (uint256 i = LEAVES - 1; i > 0; --i) {
            made.nodes[i - 1] = _pair(made.nodes[2 * i - 1], made.nodes[2 * i]);
        }
        Round memory round = Round({
            round: number,
            observedAt: uint40(made.observedAt),
            root: made.nodes[0],
            contentHash: keccak256(abi.encode(values))
        });
        oracle.publish(round, _signRound(reporterKeys, THRESHOLD, round, address(oracle)));
    }

    /// @dev Proofs of a basket in its order, of the newest usable round or the one before.
    function _proofsOf(Basket memory basket, bool previous)
        internal
        view
        returns (ValueProof[] memory proofs)
    {
        (uint32 newest,, uint32 before,) = oracle.rounds();
        uint32 round = previous ? before : newest;
        uint256 count = basket.assets.length;
        proofs = new ValueProof[](count + (basket.lrtAmount == 0 ? 0 : 1));
        for (uint256 i = 0; i < count; ++i) {
            proofs[i] = _proof(round, _indexOf(basket.assets[i]));
        }
        if (basket.lrtAmount != 0) proofs[count] = _proof(round, assets.length);
    }

    function _indexOf(uint256 tokenId) internal view returns (uint256 index) {
        while (assets[index] != tokenId) ++index;
    }

    function _proof(uint32 round, uint256 index) private view returns (ValueProof memory proof) {
        Published storage made = _published[round];
        proof.leaf = _leaf(made, index);
        proof.path = new bytes32[](4);
        uint256 position = LEAVES - 1 + index;
        for (uint256 level = 0; level < 4; ++level) {
            proof.path[level] = made.nodes[position % 2 == 1 ? position + 1 : position - 1];
            position = (position - 1) / 2;
        }
    }

    function _leaf(Published storage made, uint256 index)
        private
        view
        returns (ValueLeaf memory leaf)
    {
        bool isLrt = index == assets.length;
        leaf.assetId = isLrt ? uint160(address(lrt)) : assets[index];
        leaf.classId = isLrt ? LRT_CLASS : _classOf(index);
        leaf.status = ValueStatus.Valid;
        (leaf.value, leaf.lower) = (made.lowers[index], made.lowers[index]);
        (leaf.observedAt, leaf.validUntil) = (made.observedAt, made.observedAt + 365 days);
    }

    function _hashOf(uint32 round, ValueLeaf memory leaf) private view returns (bytes32) {
        bytes32 inner = keccak256(abi.encode(block.chainid, address(oracle), round, leaf));
        return keccak256(bytes.concat(inner));
    }

    function _pair(bytes32 left, bytes32 right) private pure returns (bytes32) {
        return left < right
            ? keccak256(abi.encodePacked(left, right))
            : keccak256(abi.encodePacked(right, left));
    }
}
