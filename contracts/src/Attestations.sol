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
/// @param classId Asset class, 1 to 15.
/// @param requiredRoles Roles that must all vouch, as bits.
/// @param maxValidity Longest time from observation to expiry, seconds.
/// @param bondFactor Attested value that a unit of a verifier's bond stands for, 1 to 1,000.
struct AssetClassRow {
    uint16 classId;
    uint8 requiredRoles;
    uint32 maxValidity;
    uint16 bondFactor;
}

/// @title What a class asks of its attestations, and whether a request brings it
/// @notice Rules A2 and A4: a quorum is at least one attestation in each role of the class, by
/// different verifiers, each bonded for the value that it states. The asset takes the worst of
/// them: the oldest sight, the earliest expiry, the lowest value.
/// @dev The registry keeps no signature and no list of uids. Of an accepted quorum it keeps a hash
/// of 72 bits, by which the same quorum is known again when one of its attestations is revoked.
abstract contract Attestations is IAssetRegistry {
    using EasAttestation for Attestation;
    using EasAttestation for Draft;
    using EasAttestation for MintRequest;
    using SafeCast for uint256;

    /// @dev A verifier has four bits of roles in each of fifteen classes.
    uint256 private constant MAX_CLASS = 15;
    uint256 private constant ALL_ROLES = 15;
    /// @dev Seconds by which an observation may be ahead of the block's time.
    uint256 internal constant CLOCK_SKEW = 60;
    /// @dev Limits on a request and on governed values. A wallet's signature is copied for it,
    /// which its gas does not pay for: so its length is limited too.
    uint256 internal constant MAX_ATTESTATIONS = 16;
    uint256 internal constant MAX_SIGNATURE = 2_048;
    uint256 internal constant MAX_VALIDITY = 730 days;
    uint256 internal constant MAX_BOND_FACTOR = 1_000;

    /// @dev What a class asks; one slot. Fields and units are those of `AssetClassRow`.
    struct ClassRule {
        uint8 requiredRoles;
        uint32 maxValidity;
        uint16 bondFactor;
    }

    /// @notice The EAS contract whose EIP-712 domain the attestations use.
    address public immutable eas;
    /// @notice Where verifiers have their roles and bonds.
    IVerifierRegistry public immutable verifierRegistry;
    /// @dev Part of EAS's domain separator, asked of EAS once, at deployment.
    bytes32 private immutable EAS_VERSION_HASH;

    /// @dev Classes that were set; `requiredRoles` is 0 for all others.
    mapping(uint16 classId => ClassRule) private _classes;

    /// @notice What a class asks of its attestations from now on. Fields as in `AssetClassRow`.
    event ClassSet(
        uint16 indexed classId, uint8 requiredRoles, uint32 maxValidity, uint16 bondFactor
    );

    /// @notice An attestation states no role, several, or one that the class does not ask for.
    error RoleInvalid(address attester, uint8 role);
    /// @notice Bits beyond the four roles that there are.
    error RolesOutOfBounds(uint8 roles);
    /// @notice More than 16 attestations, or more than 16 anchors.
    error RequestTooLarge();
    /// @notice A validity, in seconds, of more than 730 days.
    error ValidityOutOfBounds(uint32 maxValidity);
    /// @notice A bond factor of 0, or of more than 1,000.
    error BondFactorOutOfBounds(uint16 bondFactor);

    /// @param eas_ EAS contract of this chain; it says its version.
    /// @param verifierRegistry_ Where verifiers have their roles and bonds.
    /// @param classes What each class asks.
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

    /// @dev Inside hard bounds (rule G1). Reverts with `ClassUnknown`, `RolesOutOfBounds`,
    /// `ValidityOutOfBounds` or `BondFactorOutOfBounds`.
    /// @param classId Asset class, 1 to 15.
    /// @param roles Roles that must all vouch, as bits; 0 stops the class.
    /// @param validity Longest time from observation to expiry, seconds.
    /// @param factor Attested value that a unit of bond stands for; not 0, since bonds are divided
    /// by it.
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
    /// @param request What the attestations vouch for.
    /// @param tokenId Its first anchor.
    /// @param newerThan Every observation is later than this, unix seconds; 0 at the mint.
    /// @return asset All that is kept of it but `status`, which is the caller's to set.
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

    /// @dev One turn for each attestation: order, attester, times, signature, bond, in this order,
    /// so that the costly ones come last. Folds into `asset`.
    /// @return missing Roles of the class that no attestation gave, as bits.
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
    /// Two attesters can state the same, and EAS's id does not bind its attester: ids of one
    /// request are held against each other, so that each names one attestation.
    /// @param uids Ids of this request, known up to `index`.
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

    /// @dev Whether the attester signed it and has not revoked it since. Reverts with
    /// `InvalidSigner` or `AttestationWithdrawn`.
    /// @param draft The request's layout; this attestation's fields are written into it.
    /// @param given One attestation.
    /// @param signature Its signature.
    /// @return uid Its id in EAS.
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

    /// @dev EAS keeps the time at which an attester revoked an off-chain id, 0 for never.
    function _isRevoked(address attester, bytes32 uid) internal view returns (bool) {
        return IEAS(eas).getRevokeOffchain(attester, uid) != 0;
    }

    /// @dev The request as EAS hashes it. The domain is reckoned anew, for a chain that splits.
    function _draft(MintRequest calldata request) private view returns (Draft memory) {
        return request.draft(EasAttestation.domainSeparator(eas, EAS_VERSION_HASH));
    }

    /// @dev The quorum that a request brings, and one uid of it. Neither signatures nor times are
    /// looked at: another request that gives the 72 bits kept takes some 2^72 hashes to find, and
    /// would only end a validity.
    /// @param index Place of an attestation, from 0.
    /// @return quorum As `_accept` folded it.
    /// @return uid Of that attestation, or 0 for an index beyond the last.
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

    /// @dev Nobody vouches for what it owns or has brought, and each in one role only: with
    /// attesters that ascend strictly, one verifier cannot fill two roles of a quorum.
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

    /// @dev Reverts with `ObservationOld` or `InvalidValidity`. `newerThan` is below 2^33, so the
    /// cast holds.
    /// @param longest Most seconds from observation to expiry.
    /// @param newerThan Observations are later than this, unix seconds.
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

    /// @dev Makes the asset no better than this attestation; a value of 0 says nothing about value.
    /// Times beyond 2^32, in the year 2106, are refused.
    function _fold(Standing memory asset, Statement memory given) private pure {
        uint32 observedAt = uint256(given.observedAt).toUint32();
        uint32 validUntil = uint256(given.validUntil).toUint32();
        if (observedAt < asset.attestedAt) asset.attestedAt = observedAt;
        if (validUntil < asset.validUntil) asset.validUntil = validUntil;
        if (given.value != 0 && given.value < asset.appraisalCap) asset.appraisalCap = given.value;
    }
}
