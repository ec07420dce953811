// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";

import {AssetRegistry} from "../../src/AssetRegistry.sol";
import {VerifierRegistry} from "../../src/VerifierRegistry.sol";
import {AssetClassRow} from "../../src/Attestations.sol";
import {Attestation, MintRequest} from "../../src/interfaces/IAssetRegistry.sol";
import {BondParameters} from "../../src/interfaces/IVerifierRegistry.sol";
import {TestStablecoin} from "../../src/tokens/TestStablecoin.sol";
import {EAS} from "../../src/vendor/eas/EAS.sol";
import {ISchemaRegistry} from "../../src/vendor/eas/ISchemaRegistry.sol";
import {SchemaRegistry} from "../../src/vendor/eas/SchemaRegistry.sol";
import {Accounts} from "./Accounts.sol";
import {FakePause} from "./FakePause.sol";
import {APPRAISAL, INSPECTION, TITLE} from "./Roles.sol";

/// @title A registry with three bonded verifiers, and requests as they would sign them
/// @dev What is signed is written out by hand, so that a change of the signed form shows.
abstract contract RegistryBase is Accounts {
    uint256 internal constant NOW = 1_700_000_000;
    uint16 internal constant HOUSE = 1;
    uint16 internal constant LRT = 14;
    uint32 internal constant VALIDITY = 365 days;
    uint16 internal constant FACTOR = 50;
    uint64 internal constant MINIMUM_BOND = 1_000e6;
    uint64 internal constant CHALLENGE_BOND = 500e6;
    string internal constant SCHEMA =
        "uint256 chainId,address registry,uint16 classId,uint8 role,bytes32[] anchors,bytes32 identityCommitment,bytes32 evidenceRoot,uint64 value,uint64 observedAt,uint64 validUntil,address originator";

    address internal owner = named("owner");
    address internal originator = named("originator");
    address internal lane = named("lane");
    address internal otherLane = named("other lane");
    address internal market = named("market");
    address internal reserve = named("reserve");
    uint256[] internal keys;
    AccessManager internal manager;
    EAS internal eas;
    TestStablecoin internal coin;
    VerifierRegistry internal verifiers;
    AssetRegistry internal registry;
    FakePause internal guard;

    function setUp() public virtual {
        vm.warp(NOW);
        keys = keysFrom(3_000, 3);
        manager = new AccessManager(address(this));
        eas = new EAS(ISchemaRegistry(address(new SchemaRegistry())));
        coin = new TestStablecoin("Test Dollar", "tUSD");
        guard = new FakePause();
        address next = vm.computeCreateAddress(address(this), vm.getNonce(address(this)) + 1);
        verifiers = new VerifierRegistry(address(manager), coin, next, reserve, _bondParameters());
        AssetClassRow[] memory classes = new AssetClassRow[](2);
        classes[0] = AssetClassRow(HOUSE, TITLE | APPRAISAL | INSPECTION, VALIDITY, FACTOR);
        classes[1] = AssetClassRow(LRT, 0, 0, 1);
        registry = new AssetRegistry(address(manager), address(eas), verifiers, guard, classes);
        registry.setMarket(market, true);
        coin.approve(address(verifiers), type(uint256).max);
        for (uint256 i = 0; i < 3; ++i) {
            _appoint(vm.addr(keys[i]));
        }
    }

    function _bondParameters() internal pure returns (BondParameters memory) {
        return BondParameters({
            minimumBond: MINIMUM_BOND,
            initialCap: 1_000_000e6,
            dailyGrowth: 10_000e6,
            challengeBond: CHALLENGE_BOND,
            challengeWindow: 14 days,
            unbondingDelay: 21 days,
            rulingWindow: 60 days
        });
    }

    function _appoint(address verifier) internal {
        verifiers.setVerifier(verifier, HOUSE, TITLE | APPRAISAL | INSPECTION);
        coin.mint(address(this), 1_000_000e6);
        verifiers.deposit(verifier, 1_000_000e6);
    }

    /// @dev A house with two anchors and the three roles, signed by the three verifiers.
    function _house(uint256 number) internal view returns (MintRequest memory request) {
        request.owner = owner;
        request.originator = originator;
        request.classId = HOUSE;
        request.anchors = new bytes32[](2);
        request.anchors[0] = keccak256(abi.encode("parcel", number));
        request.anchors[1] = keccak256(abi.encode("deed", number));
        request.identityCommitment = keccak256("identity");
        request.evidenceRoot = keccak256("evidence");
        request.attestations = new Attestation[](3);
        request.attestations[0] = _statement(keys[0], TITLE, 0);
        request.attestations[1] = _statement(keys[1], APPRAISAL, 300_000e6);
        request.attestations[2] = _statement(keys[2], INSPECTION, 280_000e6);
        _signAll(request);
    }

    function _statement(uint256 key, uint8 role, uint64 value)
        internal
        view
        returns (Attestation memory)
    {
        return Attestation({
            attester: vm.addr(key),
            role: role,
            value: value,
            time: uint64(block.timestamp),
            observedAt: uint64(block.timestamp - 100),
            validUntil: uint64(block.timestamp + 300 days),
            salt: keccak256(abi.encode(key, role)),
            signature: ""
        });
    }

    function _signAll(MintRequest memory request) internal view {
        for (uint256 i = 0; i < request.attestations.length; ++i) {
            _sign(request, i, keys[i]);
        }
    }

    function _sign(MintRequest memory request, uint256 index, uint256 key) internal view {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, _digest(request, index));
        request.attestations[index].signature = abi.encodePacked(r, s, v);
    }

    function _data(MintRequest memory request, uint256 index) internal view returns (bytes memory) {
        Attestation memory given = request.attestations[index];
        return abi.encode(
            block.chainid,
            address(registry),
            request.classId,
            given.role,
            request.anchors,
            request.identityCommitment,
            request.evidenceRoot,
            given.value,
            given.observedAt,
            given.validUntil,
            request.originator
        );
    }

    function _schemaUid() internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(SCHEMA, address(0), true));
    }

    function _digest(MintRequest memory request, uint256 index) internal view returns (bytes32) {
        bytes32 domain = keccak256(
            abi.encode(
                keccak256(
                    "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
                ),
                keccak256("EAS Attestation"),
                keccak256("1.4.0"),
                block.chainid,
                address(eas)
            )
        );
        return keccak256(abi.encodePacked(hex"1901", domain, _message(request, index)));
    }

    function _message(MintRequest memory request, uint256 index) private view returns (bytes32) {
        Attestation memory given = request.attestations[index];
        return keccak256(
            abi.encode(
                keccak256(
                    "Attest(uint16 version,bytes32 schema,address recipient,uint64 time,uint64 expirationTime,bool revocable,bytes32 refUID,bytes data,bytes32 salt)"
                ),
                2,
                _schemaUid(),
                request.owner,
                given.time,
                given.validUntil,
                true,
                bytes32(0),
                keccak256(_data(request, index)),
                given.salt
            )
        );
    }

    /// @dev As the EAS SDK: the schema's id goes in as text.
    function _uid(MintRequest memory request, uint256 index) internal view returns (bytes32) {
        Attestation memory given = request.attestations[index];
        return keccak256(
            abi.encodePacked(
                uint16(2),
                _hex(_schemaUid()),
                request.owner,
                address(0),
                given.time,
                given.validUntil,
                true,
                bytes32(0),
                _data(request, index),
                given.salt,
                uint32(0)
            )
        );
    }

    function _hex(bytes32 word) private pure returns (bytes memory text) {
        bytes memory digits = "0123456789abcdef";
        text = new bytes(66);
        (text[0], text[1]) = ("0", "x");
        for (uint256 i = 0; i < 32; ++i) {
            text[2 + 2 * i] = digits[uint8(word[i]) >> 4];
            text[3 + 2 * i] = digits[uint8(word[i]) & 15];
        }
    }

    function _idOf(MintRequest memory request) internal pure returns (uint256) {
        return uint256(request.anchors[0]);
    }
}
