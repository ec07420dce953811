// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Attestation, MintRequest} from "../interfaces/IAssetRegistry.sol";
import {ISemver} from "../vendor/eas/ISemver.sol";

/// @dev What all attestations of one request have in common, laid out as it is hashed. Only the
/// fields of one attestation are written over, so that each costs little.
/// @param uidPreimage What EAS hashes into the id; the attested data are a part of it.
/// @param message The EIP-712 struct.
/// @param domain EAS's domain separator.
struct Draft {
    bytes uidPreimage;
    bytes message;
    bytes32 domain;
}

/// @dev An attestation without its signature, read from calldata once. Fields and units are those
/// of `Attestation`.
struct Statement {
    address attester;
    uint8 role;
    uint64 value;
    uint64 time;
    uint64 observedAt;
    uint64 validUntil;
    bytes32 salt;
}

/// @title EAS off-chain attestations, version 2, as the public EAS tooling signs and checks them
/// @notice Rule A2: a verifier signs in EAS's own domain, so any EAS wallet or explorer shows what
/// it says; that it is meant for this chain and this registry is part of the signed data.
/// @dev Bytes of the id's preimage, packed as the EAS SDK packs them:
/// | from | bytes | what |
/// |---|---|---|
/// | 0 | 2 | version, 2 |
/// | 2 | 66 | id of the schema as text |
/// | 68 | 20 | recipient: the owner |
/// | 88 | 20 | zero, where an on-chain attestation names its attester |
/// | 108 | 8, 8 | time of signing, expiry |
/// | 124 | 1 | revocable: true |
/// | 125 | 32 | reference: none |
/// | 157 | n | data: eleven words, then anchors, as `abi.encode` lays them out |
/// | 157 + n | 32 | salt |
/// | 189 + n | 4 | bump, 0 |
library EasAttestation {
    /// @dev The schema's text, as it is registered with EAS. Words of the data by number: 3 `role`,
    /// 7 `value`, 8 `observedAt`, 9 `validUntil` differ between the attestations of a request.
    string internal constant SCHEMA = "uint256 chainId,address registry,uint16 classId,uint8 role,"
        "bytes32[] anchors,bytes32 identityCommitment,bytes32 evidenceRoot,uint64 value,"
        "uint64 observedAt,uint64 validUntil,address originator";
    /// @dev EAS's id of the schema: no resolver, revocable.
    bytes32 internal constant SCHEMA_UID =
        0xa53591d488c8b0d18611e2bc3f8dd1ca58965ae354f4bdb91340fbbaaa644900;
    /// @dev The same as text, because EAS hashes the text into an off-chain attestation's id.
    bytes internal constant SCHEMA_UID_TEXT =
        "0xa53591d488c8b0d18611e2bc3f8dd1ca58965ae354f4bdb91340fbbaaa644900";
    uint16 internal constant VERSION = 2;
    bytes32 private constant DOMAIN_TYPEHASH = keccak256(
        "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
    );
    bytes32 private constant NAME_HASH = keccak256("EAS Attestation");
    bytes32 private constant ATTEST_TYPEHASH = keccak256(
        "Attest(uint16 version,bytes32 schema,address recipient,uint64 time,uint64 expirationTime,"
        "bool revocable,bytes32 refUID,bytes data,bytes32 salt)"
    );

    /// @notice Hash of the version that the EAS contract reports.
    /// @param eas The EAS contract.
    /// @return Part of its domain separator.
    function versionHash(address eas) internal view returns (bytes32) {
        return keccak256(bytes(ISemver(eas).version()));
    }

    /// @notice EIP-712 domain separator of EAS on this chain, reckoned anew by each call: after a
    /// split of the chain no signature is good for both sides.
    /// @param eas The EAS contract.
    /// @param easVersionHash What `versionHash` gave for it.
    /// @return The separator.
    function domainSeparator(address eas, bytes32 easVersionHash) internal view returns (bytes32) {
        return keccak256(abi.encode(DOMAIN_TYPEHASH, NAME_HASH, easVersionHash, block.chainid, eas));
    }

    /// @notice Lays out a request, bound to this chain and registry; one attestation's fields are
    /// left empty.
    /// @param request What is to be minted or attested anew.
    /// @param domain EAS's domain separator.
    /// @return Both layouts, in memory of their own: `hashes` writes into them.
    function draft(MintRequest calldata request, bytes32 domain)
        internal
        view
        returns (Draft memory)
    {
        bytes memory data = abi.encode(
            block.chainid,
            address(this),
            request.classId,
            uint8(0),
            request.anchors,
            request.identityCommitment,
            request.evidenceRoot,
            uint64(0),
            uint64(0),
            uint64(0),
            request.originator
        );
        bytes memory times = new bytes(16);
        bytes memory uidPreimage = abi.encodePacked(
            abi.encodePacked(VERSION, SCHEMA_UID_TEXT, request.owner, address(0), times, true),
            bytes32(0),
            data,
            bytes32(0),
            uint32(0)
        );
        bytes memory message = abi.encode(
            ATTEST_TYPEHASH,
            VERSION,
            SCHEMA_UID,
            request.owner,
            uint64(0),
            uint64(0),
            true,
            bytes32(0),
            bytes32(0),
            bytes32(0)
        );
        return Draft(uidPreimage, message, domain);
    }

    /// @notice Copies an attestation's fields, but its signature, into memory.
    function read(Attestation calldata given) internal pure returns (Statement memory) {
        return Statement({
            attester: given.attester,
            role: given.role,
            value: given.value,
            time: given.time,
            observedAt: given.observedAt,
            validUntil: given.validUntil,
            salt: given.salt
        });
    }

    /// @notice What the attester signs, and the id that the EAS SDK gives the attestation.
    /// @dev Writes this attestation's fields over those of the one before; every field that differs
    /// is written, so that nothing of it is left. The table above says where. The struct's words,
    /// by number: 0 type hash, 1 version, 2 schema, 3 recipient, 4 time, 5 expiry, 6 revocable, 7
    /// reference, 8 hash of the data, 9 salt.
    /// @param drafted The request's layout.
    /// @param given One attestation of it.
    /// @return digest EIP-712 digest.
    /// @return uid Id by which EAS revokes it and a challenge names it; it does not bind the
    /// attester.
    function hashes(Draft memory drafted, Statement memory given)
        internal
        pure
        returns (bytes32 digest, bytes32 uid)
    {
        (bytes memory uidPreimage, bytes memory message) = (drafted.uidPreimage, drafted.message);
        bytes32 domain = drafted.domain;
        (uint256 time, uint256 validUntil) = (given.time, given.validUntil);
        uint256 times = time << 192 | validUntil << 128 | 1 << 120;
        (uint256 role, uint256 value, uint256 observedAt) =
            (given.role, given.value, given.observedAt);
        bytes32 salt = given.salt;
        assembly ("memory-safe") {
            let length := mload(uidPreimage)
            let start := add(uidPreimage, 0x20)
            let data := add(start, 157)
            mstore(add(start, 108), times)
            mstore(add(data, 0x60), role)
            mstore(add(data, 0xe0), value)
            mstore(add(data, 0x100), observedAt)
            mstore(add(data, 0x120), validUntil)
            mstore(add(start, sub(length, 36)), salt)
            uid := keccak256(start, length)

            let struct := add(message, 0x20)
            mstore(add(struct, 0x80), time)
            mstore(add(struct, 0xa0), validUntil)
            mstore(add(struct, 0x100), keccak256(data, sub(length, 193)))
            mstore(add(struct, 0x120), salt)
            // The last word reaches into the free memory pointer, which is put back.
            let free := mload(0x40)
            mstore(0x00, hex"1901")
            mstore(0x02, domain)
            mstore(0x22, keccak256(struct, 0x140))
            digest := keccak256(0x00, 0x42)
            mstore(0x40, free)
        }
    }
}
