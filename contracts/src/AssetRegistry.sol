// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {ERC721} from "@openzeppelin/contracts/token/ERC721/ERC721.sol";
import {IERC165} from "@openzeppelin/contracts/utils/introspection/IERC165.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import {
    Asset,
    AssetStatus,
    Attestation,
    IAssetRegistry,
    MintRequest
} from "./interfaces/IAssetRegistry.sol";
import {IPause} from "./interfaces/IPause.sol";
import {IVerifierRegistry} from "./interfaces/IVerifierRegistry.sol";
import {CappedSignature} from "./libraries/CappedSignature.sol";
import {EasAttestation} from "./libraries/EasAttestation.sol";

/// @notice One asset class, for the constructor; no roles means that it cannot be minted.
struct AssetClassRow {
    uint16 classId;
    uint8 requiredRoles;
    uint32 maxValidity;
}

/// @title Registry of physical assets: one ERC-721 token for one thing
/// @notice A pledged token lies with its lane and comes back by a plain transfer, whatever is
/// frozen (rule D9).
contract AssetRegistry is IAssetRegistry, ERC721, AccessManaged {
    using SafeCast for uint256;

    bytes4 internal constant ERC5192_ID = 0xb45a3c0e;
    uint256 internal constant CLOCK_SKEW = 60;
    uint256 internal constant MAX_ANCHORS = 16;
    uint256 internal constant MAX_ATTESTATIONS = 16;
    uint256 internal constant MAX_SIGNATURE = 2_048;
    uint256 internal constant MAX_VALIDITY = 730 days;

    // Worst case of a request, so that lack of gas stops a batch and never fails a request.
    uint256 internal constant GAS_PER_REQUEST = 200_000;
    uint256 internal constant GAS_PER_ANCHOR = 30_000;
    uint256 internal constant GAS_PER_ATTESTATION = 130_000;
    uint256 internal constant GAS_PER_WALLET = 2 * CappedSignature.WALLET_GAS;

    struct ClassRule {
        uint8 requiredRoles;
        uint32 maxValidity;
    }

    /// @notice The EAS contract whose EIP-712 domain the attestations use.
    address public immutable eas;
    IVerifierRegistry public immutable verifierRegistry;
    /// @notice Where the guardian pauses minting.
    IPause public immutable guard;
    bytes32 private immutable EAS_VERSION_HASH;

    mapping(uint16 classId => ClassRule) private _classes;
    mapping(uint256 tokenId => Asset) private _assets;
    mapping(bytes32 anchor => uint256 tokenId) private _anchors;
    mapping(bytes32 uid => bool) private _spent;
    mapping(address market => bool) public isMarket;
    /// @notice Escrows of the markets' lanes, each known since its first pledge.
    mapping(address escrow => bool) public isEscrow;

    event ClassSet(uint16 indexed classId, uint8 requiredRoles, uint32 maxValidity);

    error RoleInvalid(address attester, uint8 role);
    error RequestTooLarge();
    error BatchGasTooLow(uint256 index);
    error ValidityOutOfBounds(uint32 maxValidity);

    constructor(
        address authority,
        address eas_,
        IVerifierRegistry verifierRegistry_,
        IPause guard_,
        AssetClassRow[] memory classes
    ) ERC721("Ballast Asset", "BALLAST") AccessManaged(authority) {
        eas = eas_;
        verifierRegistry = verifierRegistry_;
        guard = guard_;
        EAS_VERSION_HASH = EasAttestation.versionHash(eas_);
        for (uint256 i = 0; i < classes.length; ++i) {
            _setClass(classes[i].classId, classes[i].requiredRoles, classes[i].maxValidity);
        }
    }

    /// @inheritdoc IAssetRegistry
    function mint(MintRequest calldata request) external returns (uint256 tokenId) {
        guard.requireRunning();
        ClassRule memory rule = _classes[request.classId];
        if (rule.requiredRoles == 0) revert ClassUnknown(request.classId);
        tokenId = _claimAnchors(request.anchors);
        Asset memory asset = _verify(request, rule, tokenId);
        _assets[tokenId] = asset;
        _mint(request.owner, tokenId);
        emit AssetMinted(
            tokenId,
            request.owner,
            request.classId,
            asset.appraisalCap,
            asset.attestedAt,
            asset.validUntil,
            request.evidenceRoot
        );
    }

    /// @inheritdoc IAssetRegistry
    function mintBatch(MintRequest[] calldata requests) external {
        guard.requireRunning();
        for (uint256 i = 0; i < requests.length; ++i) {
            MintRequest calldata request = requests[i];
            // The call passes on 63/64 of what is left.
            if (gasleft() < _worstCaseGas(request) * 64 / 63) revert BatchGasTooLow(i);
            try this.mint(request) {}
            catch (bytes memory reason) {
                bytes32 first = request.anchors.length == 0 ? bytes32(0) : request.anchors[0];
                emit MintFailed(uint256(first), reason);
            }
        }
    }

    /// @inheritdoc IAssetRegistry
    function pledge(uint256 tokenId, address owner, address lane) external {
        if (!isMarket[msg.sender]) revert NotMarket(msg.sender);
        address holder = _requireOwned(tokenId);
        if (isEscrow[holder]) revert AssetLocked(tokenId);
        if (holder != owner) revert ERC721IncorrectOwner(owner, tokenId, holder);
        if (lane == address(0)) revert ERC721InvalidReceiver(lane);
        if (!isEscrow[lane]) isEscrow[lane] = true;
        _update(lane, tokenId, address(0));
    }

    /// @inheritdoc IAssetRegistry
    function setClass(uint16 classId, uint8 roles, uint32 validity) external restricted {
        _setClass(classId, roles, validity);
    }

    /// @inheritdoc IAssetRegistry
    function setMarket(address market, bool granted) external restricted {
        isMarket[market] = granted;
        emit MarketGranted(market, granted);
    }

    /// @inheritdoc IAssetRegistry
    /// @dev Revocation is final.
    function setStatus(uint256 tokenId, AssetStatus status) external restricted {
        AssetStatus present = _assets[tokenId].status;
        bool known = present != AssetStatus.None && status != AssetStatus.None;
        if (!known) revert ERC721NonexistentToken(tokenId);
        if (present == AssetStatus.Revoked) revert AssetNotActive(tokenId, present);
        _assets[tokenId].status = status;
        emit AssetStatusChanged(tokenId, status);
    }

    /// @inheritdoc IAssetRegistry
    function assetOf(uint256 tokenId) external view returns (Asset memory) {
        return _assets[tokenId];
    }

    /// @inheritdoc IAssetRegistry
    function lockerOf(uint256 tokenId) public view returns (address) {
        address holder = _requireOwned(tokenId);
        return isEscrow[holder] ? holder : address(0);
    }

    /// @inheritdoc IAssetRegistry
    function locked(uint256 tokenId) external view returns (bool) {
        return lockerOf(tokenId) != address(0);
    }

    /// @inheritdoc IAssetRegistry
    function requiredRoles(uint16 classId) external view returns (uint8) {
        return _classes[classId].requiredRoles;
    }

    /// @notice Longest time from observation to expiry of a class's attestations, seconds.
    function maxValidity(uint16 classId) external view returns (uint32) {
        return _classes[classId].maxValidity;
    }

    /// @notice Token that has claimed an anchor, or zero.
    function tokenByAnchor(bytes32 anchor) external view returns (uint256) {
        return _anchors[anchor];
    }

    function isSpent(bytes32 uid) external view returns (bool) {
        return _spent[uid];
    }

    /// @inheritdoc ERC721
    function supportsInterface(bytes4 interfaceId)
        public
        view
        override(ERC721, IERC165)
        returns (bool)
    {
        return interfaceId == type(IAssetRegistry).interfaceId || interfaceId == ERC5192_ID
            || super.supportsInterface(interfaceId);
    }

    /// @dev Only an active token moves, except out of an escrow; and only a pledge moves it in.
    function _update(address to, uint256 tokenId, address auth)
        internal
        override
        returns (address from)
    {
        bool returned = isEscrow[_ownerOf(tokenId)];
        AssetStatus status = _assets[tokenId].status;
        if (!returned && status != AssetStatus.Active) revert AssetNotActive(tokenId, status);
        bool pledged = isEscrow[to];
        if (pledged && auth != address(0)) revert AssetLocked(tokenId);
        from = super._update(to, tokenId, auth);
        if (returned) emit Unlocked(tokenId);
        if (pledged) emit Locked(tokenId);
    }

    function _setClass(uint16 classId, uint8 roles, uint32 validity) private {
        if (classId == 0) revert ClassUnknown(classId);
        if (validity > MAX_VALIDITY) revert ValidityOutOfBounds(validity);
        _classes[classId] = ClassRule(roles, validity);
        emit ClassSet(classId, roles, validity);
    }

    /// @dev Every identifier of the thing is claimed for the token; one that is taken refuses it.
    function _claimAnchors(bytes32[] calldata anchors) private returns (uint256 tokenId) {
        if (anchors.length == 0) revert AnchorsMissing();
        if (anchors.length > MAX_ANCHORS) revert RequestTooLarge();
        tokenId = uint256(anchors[0]);
        for (uint256 i = 0; i < anchors.length; ++i) {
            bytes32 anchor = anchors[i];
            if (anchor == bytes32(0)) revert AnchorsMissing();
            if (_anchors[anchor] != 0) revert AnchorTaken(_anchors[anchor]);
            _anchors[anchor] = tokenId;
        }
    }

    /// @dev Checks every attestation and folds them: oldest sight, earliest expiry, lowest value.
    function _verify(MintRequest calldata request, ClassRule memory rule, uint256 tokenId)
        private
        returns (Asset memory asset)
    {
        if (request.attestations.length > MAX_ATTESTATIONS) revert RequestTooLarge();
        asset = Asset(
            request.classId,
            AssetStatus.Active,
            type(uint48).max,
            type(uint48).max,
            type(uint64).max
        );
        bytes32 domain = EasAttestation.domainSeparator(eas, EAS_VERSION_HASH);
        uint8 missing = rule.requiredRoles;
        address previous;
        for (uint256 i = 0; i < request.attestations.length; ++i) {
            Attestation calldata given = request.attestations[i];
            if (given.attester <= previous) revert SignersNotSorted(previous, given.attester);
            previous = given.attester;
            _checkAttester(request, given, rule.requiredRoles);
            _checkValidity(given, rule.maxValidity);
            _spend(request, given, domain, tokenId);
            missing &= ~given.role;
            _fold(asset, given);
        }
        if (missing != 0) revert RoleMissing(missing);
        if (asset.appraisalCap == type(uint64).max) asset.appraisalCap = 0;
    }

    function _spend(
        MintRequest calldata request,
        Attestation calldata given,
        bytes32 domain,
        uint256 tokenId
    ) private {
        bytes memory data = EasAttestation.encode(request, given);
        bytes32 digest = EasAttestation.digest(domain, request.owner, given, data);
        bool small = given.signature.length <= MAX_SIGNATURE;
        if (!small || !CappedSignature.isValid(given.attester, digest, given.signature)) {
            revert InvalidSigner(given.attester);
        }
        bytes32 uid = EasAttestation.uid(request.owner, given, data);
        if (_spent[uid]) revert UidSpent(uid);
        _spent[uid] = true;
        emit AttestationSpent(tokenId, given.attester, uid, given.role, given.value);
        verifierRegistry.takeExposure(
            given.attester, request.classId, given.role, given.value, given.validUntil, uid
        );
    }

    function _checkAttester(
        MintRequest calldata request,
        Attestation calldata given,
        uint8 classRoles
    ) private pure {
        address attester = given.attester;
        if (attester == request.owner || attester == request.originator) {
            revert VerifierConflicted(attester);
        }
        uint8 role = given.role;
        bool oneBit = role != 0 && role & (role - 1) == 0;
        if (!oneBit || role & classRoles == 0) revert RoleInvalid(attester, role);
    }

    function _checkValidity(Attestation calldata given, uint256 longest) private view {
        uint256 observedAt = given.observedAt;
        uint256 validUntil = given.validUntil;
        bool seen = observedAt <= block.timestamp + CLOCK_SKEW;
        bool runs = validUntil > block.timestamp && validUntil <= observedAt + longest;
        if (!seen || !runs) revert InvalidValidity(given.observedAt, given.validUntil);
    }

    function _fold(Asset memory asset, Attestation calldata given) private pure {
        uint48 observedAt = uint256(given.observedAt).toUint48();
        uint48 validUntil = uint256(given.validUntil).toUint48();
        if (observedAt < asset.attestedAt) asset.attestedAt = observedAt;
        if (validUntil < asset.validUntil) asset.validUntil = validUntil;
        if (given.value != 0 && given.value < asset.appraisalCap) asset.appraisalCap = given.value;
    }

    function _worstCaseGas(MintRequest calldata request) private view returns (uint256 needed) {
        needed = GAS_PER_REQUEST + GAS_PER_ANCHOR * request.anchors.length;
        needed += GAS_PER_ATTESTATION * request.attestations.length;
        for (uint256 i = 0; i < request.attestations.length; ++i) {
            if (request.attestations[i].attester.code.length != 0) needed += GAS_PER_WALLET;
        }
    }
}
