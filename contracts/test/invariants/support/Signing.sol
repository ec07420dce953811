// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Attestation, MintRequest} from "../../../src/interfaces/IAssetRegistry.sol";
import {LoanTerms} from "../../../src/interfaces/ILoanBook.sol";
import {CompactSignature, Round} from "../../../src/interfaces/IReporters.sol";
import {Test} from "../../support/Test.sol";

/// @title What verifiers, reporters and borrowers sign
abstract contract Signing is Test {
    uint256 internal constant VERIFIER_KEY = 0xA77E57;
    string private constant SCHEMA =
        "uint256 chainId,address registry,uint16 classId,uint8 role,bytes32[] anchors,bytes32 identityCommitment,bytes32 evidenceRoot,uint64 value,uint64 observedAt,uint64 validUntil,address originator";

    /// @dev The only attestation that the classes of this world ask for; it also gives the value.
    function _attest(MintRequest memory request, address eas, address registry, uint64 value)
        internal
        view
        returns (Attestation memory given)
    {
        given.attester = vm.addr(VERIFIER_KEY);
        given.role = 1;
        given.value = value;
        (given.time, given.observedAt) = (uint64(block.timestamp), uint64(block.timestamp));
        given.validUntil = uint64(block.timestamp + 730 days);
        bytes memory data = abi.encode(
            block.chainid,
            registry,
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
        bytes32 message = keccak256(
            abi.encode(
                keccak256(
                    "Attest(uint16 version,bytes32 schema,address recipient,uint64 time,uint64 expirationTime,bool revocable,bytes32 refUID,bytes data,bytes32 salt)"
                ),
                2,
                keccak256(abi.encodePacked(SCHEMA, address(0), true)),
                request.owner,
                given.time,
                given.validUntil,
                true,
                bytes32(0),
                keccak256(data),
                given.salt
            )
        );
        bytes32 domain = _domain("EAS Attestation", "1.4.0", eas);
        given.signature = _signed(VERIFIER_KEY, domain, message);
    }

    function _signRound(uint256[] memory keys, uint256 count, Round memory round, address oracle)
        internal
        view
        returns (CompactSignature[] memory signatures)
    {
        bytes32 message = keccak256(
            abi.encode(
                keccak256(
                    "Round(uint32 round,uint40 observedAt,bytes32 root,bytes32 contentHash)"
                ),
                round
            )
        );
        bytes32 digest = _digestOf(_domain("Ballast ValuationOracle", "1", oracle), message);
        signatures = new CompactSignature[](count);
        for (uint256 i = 0; i < count; ++i) {
            (signatures[i].r, signatures[i].vs) = vm.signCompact(keys[i], digest);
        }
    }

    function _signTerms(uint256 key, LoanTerms memory terms, address book)
        internal
        view
        returns (bytes memory)
    {
        bytes32 typeHash = keccak256(
            "LoanTerms(address borrower,uint32 lane,uint64 principal,uint64 limit,uint16 maxRateBps,uint8 schedule,uint16 instalments,uint32 interval,uint256[] assets,address lrt,uint128 lrtAmount,uint256 nonce,uint64 deadline)"
        );
        bytes memory first = abi.encode(
            typeHash,
            terms.borrower,
            terms.lane,
            terms.principal,
            terms.limit,
            terms.maxRateBps,
            terms.schedule,
            terms.instalments
        );
        bytes memory second = abi.encode(
            terms.interval,
            keccak256(abi.encodePacked(terms.assets)),
            terms.lrt,
            terms.lrtAmount,
            terms.nonce,
            terms.deadline
        );
        bytes32 message = keccak256(abi.encodePacked(first, second));
        return _signed(key, _domain("Ballast LoanBook", "1", book), message);
    }

    function _signed(uint256 key, bytes32 domain, bytes32 message)
        private
        pure
        returns (bytes memory)
    {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, _digestOf(domain, message));
        return abi.encodePacked(r, s, v);
    }

    function _digestOf(bytes32 domain, bytes32 message) private pure returns (bytes32) {
        return keccak256(abi.encodePacked(hex"1901", domain, message));
    }

    function _domain(string memory name, string memory version, address verifying)
        private
        view
        returns (bytes32)
    {
        return keccak256(
            abi.encode(
                keccak256(
                    "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
                ),
                keccak256(bytes(name)),
                keccak256(bytes(version)),
                block.chainid,
                verifying
            )
        );
    }
}
