// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";
import {AssetWord} from "../libraries/AssetWords.sol";

/// @notice Where an asset stands. Only an `Active` asset may be pledged or move freely.
enum AssetStatus {
    None,
    Active,
    Frozen,
    Revoked
}

/// @notice What the registry knows of one asset; packed so that a borrow reads it in one slot.
/// @param classId Asset class, 1 to 14.
/// @param status Whether it may be pledged.
/// @param attestedAt Oldest observation among the quorum that vouches for it, unix seconds.
/// @param validUntil Earliest expiry among the quorum, unix seconds.
/// @param appraisalCap Lowest value attested by the quorum, ledger units; 0 when nobody gave one.
struct Asset {
    uint16 classId;
    AssetStatus status;
    uint48 attestedAt;
    uint48 validUntil;
    uint64 appraisalCap;
}

/// @notice An EAS off-chain attestation, version 2, as its signer signed it.
/// @dev `schema`, `revocable` and `refUID` are constants of the registry, so they are not sent.
/// @param attester Verifier whose signature it is (EOA or ERC-1271).
/// @param role One bit of the class's required roles.
/// @param value Value attested, ledger units; 0 says nothing about value.
/// @param time When it was signed, unix seconds.
/// @param observedAt When the asset was seen, unix seconds.
/// @param validUntil Expiry, unix seconds; also the attestation's `expirationTime`.
/// @param salt The attestation's own salt.
/// @param signature 65 bytes, or what the ERC-1271 wallet takes.
struct Attestation {
    address attester;
    uint8 role;
    uint64 value;
    uint64 time;
    uint64 observedAt;
    uint64 validUntil;
    bytes32 salt;
    bytes signature;
}

/// @notice A request to mint one asset, or to attest it anew.
/// @param owner Recipient or recorded owner; every attestation names it.
/// @param originator Party that brought the asset; may not verify it. Zero when it is the owner.
/// @param classId Asset class.
/// @param anchors Anchors of all identifiers of the thing under all key versions; the first is the
/// token id.
/// @param identityCommitment Salted commitment to the canonical identifier (rule A1).
/// @param evidenceRoot Root of the salted evidence tree.
/// @param attestations Sorted by attester, unique; roles of the class must all be present.
struct MintRequest {
    address owner;
    address originator;
    uint16 classId;
    bytes32[] anchors;
    bytes32 identityCommitment;
    bytes32 evidenceRoot;
    Attestation[] attestations;
}

/// @title Registry of physical assets: one ERC-721 token for one thing
interface IAssetRegistry is IERC721 {
    event AssetMinted(
        uint256 indexed tokenId,
        address indexed owner,
        uint16 classId,
        uint64 appraisalCap,
        uint64 attestedAt,
        uint64 validUntil,
        bytes32 evidenceRoot
    );
    event AttestationSpent(
        uint256 indexed tokenId, address indexed attester, bytes32 uid, uint8 role, uint64 value
    );
    /// @notice A fresh quorum vouches for a living token.
    event AssetReattested(
        uint256 indexed tokenId,
        uint64 appraisalCap,
        uint64 attestedAt,
        uint64 validUntil,
        bytes32 evidenceRoot
    );
    event AttestationRevoked(uint256 indexed tokenId, address indexed attester, bytes32 uid);
    /// @notice Nobody vouches for the asset any more, until a fresh quorum does.
    event AssetExpired(uint256 indexed tokenId, uint64 validUntil);
    event AssetStatusChanged(uint256 indexed tokenId, AssetStatus status);
    event Locked(uint256 tokenId);
    event Unlocked(uint256 tokenId);
    event MarketGranted(address indexed market, bool granted);
    /// @notice One request of a `mintBatch` failed and had no effect; the others went on.
    event MintFailed(uint256 indexed tokenId, bytes reason);

    error AnchorTaken(uint256 tokenId);
    error AnchorsMissing();
    error ClassUnknown(uint16 classId);
    error RoleMissing(uint8 missingRoles);
    error SignersNotSorted(address previous, address next);
    error InvalidSigner(address attester);
    error VerifierConflicted(address attester);
    error InvalidValidity(uint64 observedAt, uint64 validUntil);
    error UidSpent(bytes32 uid);
    error AttestationWithdrawn(address attester, bytes32 uid);
    error ObservationOld(uint64 observedAt, uint64 mustExceed);
    error ValidityShortened(uint64 validUntil, uint64 given);
    error ClassMismatch(uint16 expected, uint16 given);
    error QuorumMismatch(uint256 tokenId);
    error NotRevoked(address attester, bytes32 uid);
    error AssetExpiredAlready(uint256 tokenId, uint64 validUntil);
    error NotPledged(uint256 tokenId, uint64 loanId);
    error AssetLocked(uint256 tokenId);
    error AssetNotActive(uint256 tokenId, AssetStatus status);
    error NotMarket(address caller);

    /// @notice Mints one asset to its owner. Anyone may bring the signatures.
    function mint(MintRequest calldata request) external returns (uint256 tokenId);
    /// @notice Mints several; a request that fails has no effect and leaves a `MintFailed` event.
    function mintBatch(MintRequest[] calldata requests) external;
    /// @notice Takes a fresh quorum for a living token: it renews the appraisal cap and extends the
    /// validity. Every observation is younger than the quorum before. Anchors that the token does
    /// not have yet are claimed for it. Anyone may bring the signatures.
    /// @param loanId Loan that holds the token, or 0 when its owner does.
    /// @param card That loan's card, or empty.
    function reattest(MintRequest calldata request, uint64 loanId, bytes32[] calldata card)
        external
        returns (uint256 tokenId);
    /// @notice Ends the validity of an asset of whose quorum a verifier has revoked its attestation
    /// with EAS (`revokeOffchain`). Loans that exist go on. Anyone.
    /// @param request The request that the quorum came with; signatures are not looked at.
    /// @param index Place of the revoked attestation.
    function noteRevocation(MintRequest calldata request, uint256 index) external;
    /// @notice Ends the validity of an asset's quorum. Governance.
    function expire(uint256 tokenId) external;
    function assetOf(uint256 tokenId) external view returns (Asset memory);
    /// @notice The same as a market reads it: the word in which the registry keeps it.
    function standingOf(uint256 tokenId) external view returns (AssetWord);
    /// @notice When the quorum that vouches for an asset was accepted, unix seconds.
    function acceptedAt(uint256 tokenId) external view returns (uint64);
    /// @notice Whose the token is: its holder, or the borrower of the loan that holds it.
    /// @param card That loan's card, or empty.
    function recordedOwnerOf(uint256 tokenId, uint64 loanId, bytes32[] calldata card)
        external
        view
        returns (address);
    /// @notice Token that has claimed an anchor, or zero.
    function tokenByAnchor(bytes32 anchor) external view returns (uint256);
    /// @notice ERC-7066/ERC-5192 views: the lane that holds a pledged token, or zero. While it is
    /// locked nobody is approved for it.
    function lockerOf(uint256 tokenId) external view returns (address);
    function locked(uint256 tokenId) external view returns (bool);
    /// @notice Moves an owner's token to a lane. Only a granted market, which has checked the
    /// owner's signature.
    function pledge(uint256 tokenId, address owner, address lane) external;
    /// @notice Required roles of a class as bits: 1 title, 2 appraisal, 4 inspection, 8 device.
    function requiredRoles(uint16 classId) external view returns (uint8);
    /// @notice Longest time from observation to expiry of a class's attestations, seconds.
    function maxValidity(uint16 classId) external view returns (uint32);
    /// @notice Attested value that a unit of a verifier's bond stands for in a class (rule A4).
    function bondFactor(uint16 classId) external view returns (uint16);
    function setClass(uint16 classId, uint8 roles, uint32 validity, uint16 factor) external;
    function setMarket(address market, bool granted) external;
    function setStatus(uint256 tokenId, AssetStatus status) external;
}
