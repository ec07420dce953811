// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import {
    AssetStatus,
    Attestation,
    IAssetRegistry,
    MintRequest
} from "./interfaces/IAssetRegistry.sol";
import {IVerifierRegistry} from "./interfaces/IVerifierRegistry.sol";
import {CappedSignature} from "./libraries/CappedSignature.sol";
import {Draft, EasAttestation, Statement} from "./libraries/EasAttestation.sol";
import {Standing} from "./libraries/RegistrySlots.sol";
import {IEAS} from "./vendor/eas/IEAS.sol";

/// @notice One asset class, for the constructor; no roles means that it cannot be minted.
struct AssetClassRow {
    uint16 classId;
    uint8 requiredRoles;
    uint32 maxValidity;
    uint16 bondFactor;
}

/// @title What a class asks of its attestations, and whether a request brings it
abstract contract Attestations is IAssetRegistry {
    using EasAttestation for Attestation;
    using EasAttestation for Draft;
    using EasAttestation for MintRequest;
    using SafeCast for uint256;

    /// @dev A verifier has four bits of roles in each of fifteen classes.
    uint256 private constant MAX_CLASS = 15;
    uint256 private constant ALL_ROLES = 15;
    uint256 internal constant CLOCK_SKEW = 60;
    uint256 internal constant MAX_ATTESTATIONS = 16;
    uint256 internal constant MAX_SIGNATURE = 2_048;
    uint256 internal constant MAX_VALIDITY = 730 days;
    uint256 internal constant MAX_BOND_FACTOR = 1_000;

    struct ClassRule {
        uint8 requiredRoles;
        uint32 maxValidity;
        uint16 bondFactor;
    }

    /// @notice The EAS contract whose EIP-712 domain the attestations use.
    address public immutable eas;
    IVerifierRegistry public immutable verifierRegistry;
    bytes32 private immutable EAS_VERSION_HASH;

    mapping(uint16 classId => ClassRule) private _classes;

    event ClassSet(
        uint16 indexed classId, uint8 requiredRoles, uint32 maxValidity, uint16 bondFactor
    );

    error RoleInvalid(address attester, uint8 role);
    error RolesOutOfBounds(uint8 roles);
    error RequestTooLarge();
    error ValidityOutOfBounds(uint32 maxValidity);
    error BondFactorOutOfBounds(uint16 bondFactor);

    constructor(address eas_, IVerifierRegistry verifierRegistry_, AssetClassRow[] memory classes) {
        eas = eas_;
        verifierRegistry = verifierRegistry_;
        EAS_VERSION_HASH = EasAttestation.versionHash(eas_);
        for (uint256 i = 0; i < classes.length; ++i) {
            AssetClassRow memory row = classes[i];
            _setClass(row.classId, row.requiredRoles, row.maxValidity, row.bondFactor);
        }
    }

    /// @inheritdoc IAssetRegistry
    function requiredRoles(uint16 classId) external view returns (uint8) {
        return _classes[classId].requiredRoles;
    }

    /// @inheritdoc IAssetRegistry
    function maxValidity(uint16 classId) external view returns (uint32) {
        return _classes[classId].maxValidity;
    }

    /// @inheritdoc IAssetRegistry
    function bondFactor(uint16 classId) external view returns (uint16) {
        return _classes[classId].bondFactor;
    }

    function _setClass(uint16 classId, uint8 roles, uint32 validity, uint16 factor) internal {
        if (classId == 0 || classId > MAX_CLASS) revert ClassUnknown(classId);
        // A role that nobody can have would stop the class.
        if (roles > ALL_ROLES) revert RolesOutOfBounds(roles);
        if (validity > MAX_VALIDITY) revert ValidityOutOfBounds(validity);
        if (factor == 0 || factor > MAX_BOND_FACTOR) revert BondFactorOutOfBounds(factor);
        _classes[classId] = ClassRule(roles, validity, factor);
        emit ClassSet(classId, roles, validity, factor);
    }

    /// @dev Checks every attestation and folds them: oldest sight, earliest expiry, lowest value.
    /// Whatever must stop minting and attesting anew belongs in here. No list of spent uids is
    /// needed: data bind the anchors, which are claimed once, and observations only move on.
    function _accept(MintRequest calldata request, uint256 tokenId, uint256 newerThan)
        internal
        returns (Standing memory asset)
    {
        ClassRule memory rule = _classes[request.classId];
        if (rule.requiredRoles == 0) revert ClassUnknown(request.classId);
        if (request.attestations.length > MAX_ATTESTATIONS) revert RequestTooLarge();
        asset.classId = request.classId;
        asset.acceptedAt = uint32(block.timestamp);
        (asset.attestedAt, asset.validUntil) = (type(uint32).max, type(uint32).max);
        asset.appraisalCap = type(uint64).max;
        uint8 missing = _acceptAll(request, asset, rule, tokenId, newerThan);
        if (missing != 0) revert RoleMissing(missing);
        if (asset.appraisalCap == type(uint64).max) asset.appraisalCap = 0;
    }

    function _acceptAll(
        MintRequest calldata request,
        Standing memory asset,
        ClassRule memory rule,
        uint256 tokenId,
        uint256 newerThan
    ) private returns (uint8 missing) {
        Draft memory draft = _draft(request);
        bytes32[] memory uids = new bytes32[](request.attestations.length);
        address previous;
        missing = rule.requiredRoles;
        for (uint256 i = 0; i < uids.length; ++i) {
            Attestation calldata signed = request.attestations[i];
            Statement memory given = signed.read();
            if (given.attester <= previous) revert SignersNotSorted(previous, given.attester);
            previous = given.attester;
            _checkAttester(request, given, rule.requiredRoles);
            _checkValidity(given, rule.maxValidity, newerThan);
            uids[i] = _verify(draft, given, signed.signature);
            _spend(given, asset, rule, tokenId, uids, i);
            missing &= ~given.role;
        }
    }

    /// @dev What an accepted attestation leaves behind: its event, exposure, a part of the fold.
    function _spend(
        Statement memory given,
        Standing memory asset,
        ClassRule memory rule,
        uint256 tokenId,
        bytes32[] memory uids,
        uint256 index
    ) private {
        bytes32 uid = uids[index];
        for (uint256 i = 0; i < index; ++i) {
            if (uids[i] == uid) revert UidSpent(uid);
        }
        emit AttestationSpent(tokenId, given.attester, uid, given.role, given.value);
        verifierRegistry.takeExposure(
            given.attester,
            asset.classId,
            given.role,
            given.value,
            rule.bondFactor,
            given.validUntil
        );
        _fold(asset, given);
        asset.quorum = _join(asset.quorum, given.attester, uid);
    }

    /// @dev Whether the attester signed it and has not revoked it since.
    function _verify(Draft memory draft, Statement memory given, bytes calldata signature)
        private
        view
        returns (bytes32 uid)
    {
        bytes32 digest;
        (digest, uid) = draft.hashes(given);
        bool small = signature.length <= MAX_SIGNATURE;
        if (!small || !CappedSignature.isValid(given.attester, digest, signature)) {
            revert InvalidSigner(given.attester);
        }
        if (_isRevoked(given.attester, uid)) revert AttestationWithdrawn(given.attester, uid);
    }

    function _isRevoked(address attester, bytes32 uid) internal view returns (bool) {
        return IEAS(eas).getRevokeOffchain(attester, uid) != 0;
    }

    function _draft(MintRequest calldata request) private view returns (Draft memory) {
        return request.draft(EasAttestation.domainSeparator(eas, EAS_VERSION_HASH));
    }

    /// @dev The quorum that a request brings, and one uid of it.
    function _quorumOf(MintRequest calldata request, uint256 index)
        internal
        view
        returns (uint72 quorum, bytes32 uid)
    {
        Draft memory draft = _draft(request);
        for (uint256 i = 0; i < request.attestations.length; ++i) {
            Statement memory given = request.attestations[i].read();
            (, bytes32 each) = draft.hashes(given);
            quorum = _join(quorum, given.attester, each);
            if (i == index) uid = each;
        }
    }

    /// @dev An id of EAS says nothing of its attester, so both are hashed.
    function _join(uint72 quorum, address attester, bytes32 uid) private pure returns (uint72) {
        return uint72(uint256(keccak256(abi.encode(quorum, attester, uid))));
    }

    function _checkAttester(MintRequest calldata request, Statement memory given, uint8 classRoles)
        private
        pure
    {
        address attester = given.attester;
        if (attester == request.owner || attester == request.originator) {
            revert VerifierConflicted(attester);
        }
        uint8 role = given.role;
        bool oneBit = role != 0 && role & (role - 1) == 0;
        if (!oneBit || role & classRoles == 0) revert RoleInvalid(attester, role);
    }

    function _checkValidity(Statement memory given, uint256 longest, uint256 newerThan)
        private
        view
    {
        uint256 observedAt = given.observedAt;
        if (observedAt <= newerThan) {
            revert ObservationOld(given.observedAt, uint64(newerThan));
        }
        uint256 validUntil = given.validUntil;
        bool seen = observedAt <= block.timestamp + CLOCK_SKEW;
        bool runs = validUntil > block.timestamp && validUntil <= observedAt + longest;
        if (!seen || !runs) revert InvalidValidity(given.observedAt, given.validUntil);
    }

    function _fold(Standing memory asset, Statement memory given) private pure {
        uint32 observedAt = uint256(given.observedAt).toUint32();
        uint32 validUntil = uint256(given.validUntil).toUint32();
        if (observedAt < asset.attestedAt) asset.attestedAt = observedAt;
        if (validUntil < asset.validUntil) asset.validUntil = validUntil;
        if (given.value != 0 && given.value < asset.appraisalCap) asset.appraisalCap = given.value;
    }
}
