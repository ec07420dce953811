// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";

import {BondTerms} from "../../src/Reporters.sol";
import {OracleParameters, ValuationOracle} from "../../src/ValuationOracle.sol";
import {CompactSignature, Round} from "../../src/interfaces/IReporters.sol";
import {ValueLeaf, ValueProof, ValueStatus} from "../../src/interfaces/IValuationOracle.sol";
import {TestStablecoin} from "../../src/tokens/TestStablecoin.sol";
import {Accounts} from "./Accounts.sol";

/// @title An oracle with seven reporters, and rounds as they would sign them
/// @dev What is signed is written out by hand, so that a change of the signed form shows.
abstract contract OracleBase is Accounts {
    uint256 internal constant START = 1_700_000_000;
    uint32 internal constant INTERVAL = 6 hours;
    uint32 internal constant TTL = 36 hours;
    uint32 internal constant WINDOW = 5 hours;
    uint32 internal constant COOLDOWN = 7 days;
    uint256 internal constant ASSET = 77;

    uint64 internal constant BOND = 100_000e6;

    uint256[] internal keys;
    address internal treasury = named("treasury");
    TestStablecoin internal coin;
    AccessManager internal manager;
    ValuationOracle internal oracle;

    function setUp() public virtual {
        vm.warp(START);
        keys = keysFrom(1_000, 7);
        coin = _newCoin();
        manager = new AccessManager(address(this));
        oracle = _deploy(_parameters(), addressesOf(keys));
        coin.mint(address(this), 100 * BOND);
        coin.approve(address(oracle), type(uint256).max);
    }

    function _newCoin() internal virtual returns (TestStablecoin) {
        return new TestStablecoin("Test Dollar", "tUSD");
    }

    function _deploy(OracleParameters memory parameters, address[] memory reporters)
        internal
        returns (ValuationOracle)
    {
        return new ValuationOracle(manager, parameters, BondTerms(coin, BOND, treasury), reporters);
    }

    function _parameters() internal pure returns (OracleParameters memory) {
        return OracleParameters(5, INTERVAL, TTL, WINDOW, COOLDOWN);
    }

    function _leaf() internal view returns (ValueLeaf memory) {
        return ValueLeaf({
            assetId: ASSET,
            classId: 2,
            status: ValueStatus.Valid,
            value: 20_000e6,
            lower: 18_000e6,
            observedAt: uint64(block.timestamp),
            validUntil: uint64(block.timestamp + 10 days)
        });
    }

    function _round(uint32 number, bytes32 root) internal view returns (Round memory) {
        return Round({
            round: number,
            observedAt: uint40(block.timestamp),
            root: root,
            contentHash: keccak256("content")
        });
    }

    function _digest(Round memory round) internal view returns (bytes32) {
        bytes32 domain = keccak256(
            abi.encode(
                keccak256(
                    "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
                ),
                keccak256("Ballast ValuationOracle"),
                keccak256("1"),
                block.chainid,
                address(oracle)
            )
        );
        bytes32 message = keccak256(
            abi.encode(
                keccak256("Round(uint32 round,uint40 observedAt,bytes32 root,bytes32 contentHash)"),
                round.round,
                round.observedAt,
                round.root,
                round.contentHash
            )
        );
        return keccak256(abi.encodePacked(hex"1901", domain, message));
    }

    function _sign(Round memory round, uint256 count)
        internal
        view
        returns (CompactSignature[] memory signatures)
    {
        signatures = new CompactSignature[](count);
        bytes32 digest = _digest(round);
        for (uint256 i = 0; i < count; ++i) {
            (bytes32 r, bytes32 vs) = vm.signCompact(keys[i], digest);
            signatures[i] = CompactSignature(r, vs);
        }
    }

    function _publish(uint32 number, bytes32 root) internal {
        Round memory round = _round(number, root);
        oracle.publish(round, _sign(round, 5));
    }

    function _pass(uint256 secs) internal {
        vm.warp(block.timestamp + secs);
    }

    /// @dev A tree of two leaves: the given one and a sibling.
    function _tree(uint32 number, ValueLeaf memory leaf)
        internal
        view
        returns (bytes32 root, ValueProof memory proof)
    {
        bytes32 own = _leafHash(number, leaf);
        bytes32 sibling = keccak256("sibling");
        root = own < sibling
            ? keccak256(abi.encodePacked(own, sibling))
            : keccak256(abi.encodePacked(sibling, own));
        proof.leaf = leaf;
        proof.path = new bytes32[](1);
        proof.path[0] = sibling;
    }

    function _leafHash(uint32 number, ValueLeaf memory leaf) internal view returns (bytes32) {
        bytes memory fields = abi.encode(
            block.chainid,
            address(oracle),
            number,
            leaf.assetId,
            leaf.classId,
            leaf.status,
            leaf.value,
            leaf.lower,
            leaf.observedAt,
            leaf.validUntil
        );
        return keccak256(bytes.concat(keccak256(fields)));
    }
}
