// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";
import {AssetWord} from "../libraries/AssetWords.sol";

/// @notice Where an asset stands. Only an `Active` asset may be pledged or move freely; a frozen
/// one may become active again, a revoked one may not. `None`: there is no such token.
enum AssetStatus {
    None,
    Active,
    Frozen,
    Revoked
}

/// @notice What the registry says of one asset, unpacked from its slot.
/// @param classId Asset class, 1 to 15; 14 is the class of restaking tokens and has no assets.
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
/// @param signature 65 bytes, or what the ERC-1271 wallet takes, at most 2,048 bytes.
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
/// @param anchors Anchors of all identifiers of the thing under all key versions, 1 to 16; the
/// first is the token id.
/// @param identityCommitment Salted commitment to the canonical identifier (rule A1).
/// @param evidenceRoot Root of the salted evidence tree.
/// @param attestations Sorted by attester, unique, at most 16; roles of the class must all be
/// present.
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
    /// @notice A quorum vouched for a thing that had no token, and its owner received one.
    /// @param tokenId First anchor of the thing.
    /// @param owner Whom the attestations name.
    /// @param classId Asset class.
    /// @param appraisalCap Lowest value of the quorum, ledger units; 0 when nobody gave one.
    /// @param attestedAt Oldest observation of the quorum, unix seconds.
    /// @param validUntil Earliest expiry of the quorum, unix seconds.
    /// @param evidenceRoot Root of the salted evidence tree.
    event AssetMinted(
        uint256 indexed tokenId,
        address indexed owner,
        uint16 classId,
        uint64 appraisalCap,
        uint64 attestedAt,
        uint64 validUntil,
        bytes32 evidenceRoot
    );
    /// @notice An attestation was accepted into a quorum; a challenge names it by attester and uid.
    /// @param tokenId Token that it vouches for.
    /// @param attester Verifier that signed it.
    /// @param uid Its id in EAS.
    /// @param role The role's bit.
    /// @param value Value attested, ledger units; 0 says nothing about value.
    event AttestationSpent(
        uint256 indexed tokenId, address indexed attester, bytes32 uid, uint8 role, uint64 value
    );
    /// @notice A fresh quorum vouches for a living token. Fields as in `AssetMinted`.
    event AssetReattested(
        uint256 indexed tokenId,
        uint64 appraisalCap,
        uint64 attestedAt,
        uint64 validUntil,
        bytes32 evidenceRoot
    );
    /// @notice A verifier of the present quorum has withdrawn its attestation with EAS. The asset
    /// expires by it: `AssetExpired` follows.
    event AttestationRevoked(uint256 indexed tokenId, address indexed attester, bytes32 uid);
    /// @notice Nobody vouches for the asset any more, until a fresh quorum does.
    /// @param validUntil The second before this one, unix seconds.
    event AssetExpired(uint256 indexed tokenId, uint64 validUntil);
    /// @notice A vote froze, thawed or revoked an asset.
    event AssetStatusChanged(uint256 indexed tokenId, AssetStatus status);
    /// @notice ERC-5192: a market moved the token into the escrow of one of its lanes.
    event Locked(uint256 tokenId);
    /// @notice ERC-5192: the token left an escrow, for its owner or for who bought it.
    event Unlocked(uint256 tokenId);
    /// @notice A vote gave a market the right to pledge, or took it (rule A3).
    event MarketGranted(address indexed market, bool granted);
    /// @notice One request of a `mintBatch` failed and had no effect; the others went on.
    /// @param tokenId First anchor of the request, 0 when it brought none.
    /// @param reason What `mint` reverted with: selector and arguments of an error.
    event MintFailed(uint256 indexed tokenId, bytes reason);

    /// @notice An identifier of the thing belongs to this token already: one thing, one token.
    error AnchorTaken(uint256 tokenId);
    /// @notice The request has no anchor, or one of its anchors is zero.
    error AnchorsMissing();
    /// @notice The class requires no roles, so nothing of it is minted; or no class has this
    /// number.
    error ClassUnknown(uint16 classId);
    /// @notice No attestation gives these roles of the class, as bits.
    error RoleMissing(uint8 missingRoles);
    /// @notice Attesters must ascend strictly, so that nobody counts twice.
    error SignersNotSorted(address previous, address next);
    /// @notice The signature is not this attester's, or is longer than 2,048 bytes.
    error InvalidSigner(address attester);
    /// @notice Neither the owner nor the originator vouches for the asset.
    error VerifierConflicted(address attester);
    /// @notice The observation lies in the future, the expiry has passed, or the time between the
    /// two is longer than the class allows. Both in unix seconds.
    error InvalidValidity(uint64 observedAt, uint64 validUntil);
    /// @notice Two attestations of one request have the same id.
    error UidSpent(bytes32 uid);
    /// @notice The attester has revoked this attestation with EAS.
    error AttestationWithdrawn(address attester, bytes32 uid);
    /// @notice Attesting anew takes observations later than `mustExceed`, unix seconds: the moment
    /// at which the quorum before was accepted, and the clock skew that it was allowed.
    error ObservationOld(uint64 observedAt, uint64 mustExceed);
    /// @notice A fresh quorum would end before the present one. Both in unix seconds.
    /// @param validUntil Expiry of the present quorum.
    /// @param given Expiry of the fresh one.
    error ValidityShortened(uint64 validUntil, uint64 given);
    /// @notice A token keeps the class of its mint.
    error ClassMismatch(uint16 expected, uint16 given);
    /// @notice The request is not the one whose quorum vouches for the token now.
    error QuorumMismatch(uint256 tokenId);
    /// @notice EAS knows of no revocation of this attestation by this attester.
    error NotRevoked(address attester, bytes32 uid);
    /// @notice The validity ended at `validUntil` (unix seconds) already.
    error AssetExpiredAlready(uint256 tokenId, uint64 validUntil);
    /// @notice The escrow's market has no loan of this id, or it is closed, or it has not pledged
    /// the token.
    error NotPledged(uint256 tokenId, uint64 loanId);
    /// @notice The token lies in an escrow, or would get into one otherwise than by a pledge.
    error AssetLocked(uint256 tokenId);
    /// @notice Only an active asset moves or is pledged, and a revoked one stays revoked.
    error AssetNotActive(uint256 tokenId, AssetStatus status);
    /// @notice Only a market that governance granted the right may pledge.
    error NotMarket(address caller);

    /// @notice Mints one asset to its owner. Anyone may bring the signatures.
    /// @dev Keeps rules A1, A2 and A4. Reverts with `ProtocolIsPaused` during a pause; with
    /// `AnchorsMissing`, `AnchorTaken` or `RequestTooLarge` for its anchors; with `AssetLocked` for
    /// an escrow as owner, `ERC721InvalidReceiver` for nobody; with `ClassUnknown`, `RoleMissing`,
    /// `SignersNotSorted`, `RoleInvalid`, `VerifierConflicted`, `InvalidValidity`, `InvalidSigner`,
    /// `AttestationWithdrawn`, `UidSpent` or `ObservationOld` for its attestations; and with the
    /// errors of `IVerifierRegistry.takeExposure`.
    /// @param request What is minted, and who vouches for it.
    /// @return tokenId The first anchor as a number.
    function mint(MintRequest calldata request) external returns (uint256 tokenId);

    /// @notice Mints several; a request that fails has no effect and leaves a `MintFailed` event.
    /// Anyone.
    /// @dev Reverts with `ProtocolIsPaused` during a pause, and with `BatchGasTooLow` when less gas
    /// is left than a request can need: lack of gas fails no request.
    /// @param requests Each as for `mint`; tried in their order.
    function mintBatch(MintRequest[] calldata requests) external;

    /// @notice Takes a fresh quorum for a living token: it renews the appraisal cap and extends the
    /// validity. Every observation is younger than the quorum before. Anchors that the token does
    /// not have yet are claimed for it. Anyone may bring the signatures.
    /// @dev Reverts as `mint` does, and with `ERC721IncorrectOwner` when the request names another
    /// owner, `AssetNotActive` for a revoked asset, `ClassMismatch`, `ValidityShortened`, and as
    /// `recordedOwnerOf` does.
    /// @param request As for `mint`; its owner is the recorded one.
    /// @param loanId Loan that holds the token, or 0 when its owner does.
    /// @param card That loan's card, or empty.
    /// @return tokenId The first anchor as a number.
    function reattest(MintRequest calldata request, uint64 loanId, bytes32[] calldata card)
        external
        returns (uint256 tokenId);

    /// @notice Ends the validity of an asset of whose quorum a verifier has revoked its attestation
    /// with EAS (`revokeOffchain`). Loans that exist go on. Anyone.
    /// @dev Reverts with `AnchorsMissing`, `QuorumMismatch`, `NotRevoked` or `AssetExpiredAlready`,
    /// and with a panic for an index beyond the attestations.
    /// @param request The request that the quorum came with; signatures are not looked at.
    /// @param index Place of the revoked attestation, from 0.
    function noteRevocation(MintRequest calldata request, uint256 index) external;

    /// @notice Ends the validity of an asset's quorum. Governance.
    /// @dev Reverts with `ERC721NonexistentToken` or `AssetExpiredAlready`.
    /// @param tokenId The asset; a fresh quorum may vouch for it again.
    function expire(uint256 tokenId) external;

    /// @notice What the registry knows of an asset; all zero for a token that does not exist.
    /// @param tokenId The asset.
    /// @return Its class, status, times and appraisal.
    function assetOf(uint256 tokenId) external view returns (Asset memory);

    /// @notice The same as a market reads it: the word in which the registry keeps it.
    /// @param tokenId The asset.
    /// @return The slot as `AssetWord` lays it out; 0 for a token that does not exist.
    function standingOf(uint256 tokenId) external view returns (AssetWord);

    /// @notice When the quorum that vouches for an asset was accepted.
    /// @param tokenId The asset.
    /// @return Unix seconds; 0 for a token that does not exist.
    function acceptedAt(uint256 tokenId) external view returns (uint64);

    /// @notice Whose the token is: its holder, or the borrower of the loan that holds it.
    /// @dev Reverts with `ERC721NonexistentToken`; for a token in an escrow with `NotPledged`, and
    /// with the market's error for a card that is not the loan's.
    /// @param tokenId The asset.
    /// @param loanId Loan that holds it; not read while no escrow does.
    /// @param card That loan's card, or empty.
    /// @return The recorded owner (rule D9).
    function recordedOwnerOf(uint256 tokenId, uint64 loanId, bytes32[] calldata card)
        external
        view
        returns (address);

    /// @notice Token that has claimed an anchor, or zero.
    /// @param anchor Hash of an identifier (rule A1).
    /// @return The token id.
    function tokenByAnchor(bytes32 anchor) external view returns (uint256);

    /// @notice ERC-7066/ERC-5192 views: the lane that holds a pledged token, or zero. While it is
    /// locked nobody is approved for it.
    /// @dev Reverts with `ERC721NonexistentToken`.
    /// @param tokenId The asset.
    /// @return The escrow.
    function lockerOf(uint256 tokenId) external view returns (address);

    /// @notice Whether an escrow holds the token.
    /// @dev Reverts with `ERC721NonexistentToken`.
    /// @param tokenId The asset.
    /// @return True while it is pledged.
    function locked(uint256 tokenId) external view returns (bool);

    /// @notice Moves an owner's token to a lane. Only a granted market, which has checked the
    /// owner's signature (rule A3).
    /// @dev Whether the attestations still run is the market's to check. Reverts with `NotMarket`,
    /// `ERC721NonexistentToken`, `AssetLocked`, `ERC721IncorrectOwner`, `ERC721InvalidReceiver` for
    /// a zero lane, and `AssetNotActive`.
    /// @param tokenId The asset.
    /// @param owner Whose signature the market has; must hold the token.
    /// @param lane Escrow that receives it; counts as one from its first pledge on.
    function pledge(uint256 tokenId, address owner, address lane) external;

    /// @notice Required roles of a class as bits: 1 title, 2 appraisal, 4 inspection, 8 device.
    /// @param classId Asset class.
    /// @return The bits; 0 when nothing of the class can be minted.
    function requiredRoles(uint16 classId) external view returns (uint8);

    /// @notice Longest time from observation to expiry of a class's attestations.
    /// @param classId Asset class.
    /// @return Seconds.
    function maxValidity(uint16 classId) external view returns (uint32);

    /// @notice Attested value that a unit of a verifier's bond stands for in a class (rule A4).
    /// @param classId Asset class.
    /// @return Ledger units of value for one of bond, 1 to 1,000; 0 for a class never set.
    function bondFactor(uint16 classId) external view returns (uint16);

    /// @notice Sets what a class asks of its attestations; present quorums stay as they are.
    /// Governance.
    /// @dev Reverts with `ClassUnknown`, `RolesOutOfBounds`, `ValidityOutOfBounds` or
    /// `BondFactorOutOfBounds`.
    /// @param classId Asset class, 1 to 15.
    /// @param roles Roles that must all vouch, as bits, 0 to 15; 0 stops the class.
    /// @param validity Longest time from observation to expiry, seconds, at most 730 days.
    /// @param factor Attested value that a unit of bond stands for, 1 to 1,000.
    function setClass(uint16 classId, uint8 roles, uint32 validity, uint16 factor) external;

    /// @notice Grants a market the right to pledge, or takes it (rule A3). What is pledged already
    /// comes back all the same. Governance.
    /// @param market Loan book of the market.
    /// @param granted Whether it may pledge.
    function setMarket(address market, bool granted) external;

    /// @notice Freezes, thaws or revokes an asset; revocation is final. Governance.
    /// @dev Reverts with `ERC721NonexistentToken`, also for `None` as the new status, and with
    /// `AssetNotActive` for a revoked asset.
    /// @param tokenId The asset.
    /// @param status `Active`, `Frozen` or `Revoked`.
    function setStatus(uint256 tokenId, AssetStatus status) external;
}
