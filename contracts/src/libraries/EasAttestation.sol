// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {MessageHashUtils} from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";

import {Attestation, MintRequest} from "../interfaces/IAssetRegistry.sol";
import {ISemver} from "../vendor/eas/ISemver.sol";

/// @title EAS off-chain attestations, version 2, as the public EAS tooling signs and checks them
library EasAttestation {
    string internal constant SCHEMA = "uint256 chainId,address registry,uint16 classId,uint8 role,"
        "bytes32[] anchors,bytes32 identityCommitment,bytes32 evidenceRoot,uint64 value,"
        "uint64 observedAt,uint64 validUntil";
    /// @dev EAS's id of the schema: no resolver, revocable.
    bytes32 internal constant SCHEMA_UID =
        0x5c2af43c524b83404f0711d8e11b476aee8cf7da2d671b47b6776d9cd8fbbdc1;
    /// @dev The same as text, because EAS hashes the text into an off-chain attestation's id.
    bytes internal constant SCHEMA_UID_TEXT =
        "0x5c2af43c524b83404f0711d8e11b476aee8cf7da2d671b47b6776d9cd8fbbdc1";
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
    function versionHash(address eas) internal view returns (bytes32) {
        return keccak256(bytes(ISemver(eas).version()));
    }

    function domainSeparator(address eas, bytes32 easVersionHash) internal view returns (bytes32) {
        return keccak256(abi.encode(DOMAIN_TYPEHASH, NAME_HASH, easVersionHash, block.chainid, eas));
    }

    /// @notice The attested data, in the schema's order, bound to this chain and registry.
    function encode(MintRequest calldata request, Attestation calldata given)
        internal
        view
        returns (bytes memory)
    {
        return abi.encode(
            block.chainid,
            address(this),
            request.classId,
            given.role,
            request.anchors,
            request.identityCommitment,
            request.evidenceRoot,
            given.value,
            given.observedAt,
            given.validUntil
        );
    }

    function digest(
        bytes32 domain,
        address recipient,
        Attestation calldata given,
        bytes memory data
    ) internal pure returns (bytes32) {
        bytes32 structHash = keccak256(
            abi.encode(
                ATTEST_TYPEHASH,
                VERSION,
                SCHEMA_UID,
                recipient,
                given.time,
                given.validUntil,
                true,
                bytes32(0),
                keccak256(data),
                given.salt
            )
        );
        return MessageHashUtils.toTypedDataHash(domain, structHash);
    }

    /// @notice The id that the EAS SDK gives an off-chain attestation of version 2.
    function uid(address recipient, Attestation calldata given, bytes memory data)
        internal
        pure
        returns (bytes32)
    {
        return keccak256(
            abi.encodePacked(
                VERSION,
                SCHEMA_UID_TEXT,
                recipient,
                address(0),
                given.time,
                given.validUntil,
                true,
                bytes32(0),
                data,
                given.salt,
                uint32(0)
            )
        );
    }
}
