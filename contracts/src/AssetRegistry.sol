// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {ERC721} from "@openzeppelin/contracts/token/ERC721/ERC721.sol";
import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";
import {IERC165} from "@openzeppelin/contracts/utils/introspection/IERC165.sol";

import {AssetClassRow, Attestations} from "./Attestations.sol";
import {
    Asset,
    AssetStatus,
    Attestation,
    IAssetRegistry,
    MintRequest
} from "./interfaces/IAssetRegistry.sol";
import {ILane} from "./interfaces/ILane.sol";
import {Card, ILoanBook, LoanStatus} from "./interfaces/ILoanBook.sol";
import {IPause} from "./interfaces/IPause.sol";
import {IVerifierRegistry} from "./interfaces/IVerifierRegistry.sol";
import {AssetWord} from "./libraries/AssetWords.sol";
import {CappedSignature} from "./libraries/CappedSignature.sol";
import {RegistrySlots, Standing} from "./libraries/RegistrySlots.sol";

/// @title Registry of physical assets: one ERC-721 token for one thing
/// @notice A pledged token lies with its lane and comes back by a plain transfer, whatever is
/// frozen (rule D9). One registry serves all markets of a chain (rule A3).
/// @dev Ways of a token: a mint brings it to its owner; only `pledge` brings it into an escrow;
/// only the escrow sends it out, to anybody but an escrow. Outside, an active one moves as ERC-721
/// says, any other not at all. Whether attestations still run is no matter of moving, only of
/// lending.
contract AssetRegistry is Attestations, ERC721, AccessManaged {
    using RegistrySlots for Standing;

    /// @dev ERC-165 id of ERC-5192, minimal soulbound tokens: `locked`, `Locked` and `Unlocked`.
    bytes4 internal constant ERC5192_ID = 0xb45a3c0e;
    /// @dev Most identifiers of a thing, under all key versions, in one request.
    uint256 internal constant MAX_ANCHORS = 16;
    /// @dev What an escrow's balance bears above the number of its tokens. Whoever moves a token
    /// reads and writes both balances, so that who is an escrow costs no further reading. Nothing
    /// takes the mark away: an escrow stays one when its last token has left.
    uint128 private constant ESCROW_MARK = 1 << 127;

    /// @dev Worst case of a request, so that lack of gas stops a batch and never fails a request.
    /// Measured; tests hold the guard to these numbers.
    uint256 internal constant GAS_PER_REQUEST = 200_000;
    /// @dev A slot written anew, and its key hashed.
    uint256 internal constant GAS_PER_ANCHOR = 30_000;
    /// @dev Signature, hashes, the revocation asked of EAS, and the verifier's exposure.
    uint256 internal constant GAS_PER_ATTESTATION = 130_000;
    /// @dev For an attester that has code: twice what a wallet may spend, for
    /// the copies of its signature and the 1/64 that a call cannot pass on.
    uint256 internal constant GAS_PER_WALLET = 2 * CappedSignature.WALLET_GAS;

    /// @notice Where the guardian pauses minting.
    IPause public immutable guard;
    /// @dev One slot an asset: the word that `standingOf` answers.
    mapping(uint256 tokenId => Standing) private _assets;
    /// @dev All identifiers of a thing but the first, of which nothing is kept: it is the token id.
    /// An anchor that was claimed once is never given up (rule A1).
    mapping(bytes32 anchor => uint256 tokenId) private _anchors;
    /// @notice Whether a market may pledge (rule A3).
    mapping(address market => bool) public isMarket;

    /// @notice Less gas is left than the request at this place of the batch can need.
    error BatchGasTooLow(uint256 index);

    /// @param authority Access manager of the governed functions.
    /// @param eas_ EAS contract of this chain.
    /// @param verifierRegistry_ Where verifiers have their roles and bonds.
    /// @param guard_ Where the guardian pauses minting.
    /// @param classes What each class asks of its attestations.
    constructor(
        address authority,
        address eas_,
        IVerifierRegistry verifierRegistry_,
        IPause guard_,
        AssetClassRow[] memory classes
    )
        ERC721("Ballast Asset", "BALLAST")
        AccessManaged(authority)
        Attestations(eas_, verifierRegistry_, classes)
    {
        guard = guard_;
    }

    // ---- Attested -----------------------------------------------------------------------------

    /// @inheritdoc IAssetRegistry
    function mint(MintRequest calldata request) external returns (uint256 tokenId) {
        guard.requireRunning();
        tokenId = _tokenIdOf(request);
        uint256 taken = tokenByAnchor(bytes32(tokenId));
        if (taken != 0) revert AnchorTaken(taken);
        _claimAnchors(request.anchors, tokenId);
        Standing memory asset = _accept(request, tokenId, 0);
        asset.status = AssetStatus.Active;
        _assets[tokenId].store(asset);
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
    /// @dev A frozen asset may be attested anew; that does not thaw it.
    function reattest(MintRequest calldata request, uint64 loanId, bytes32[] calldata card)
        external
        returns (uint256 tokenId)
    {
        guard.requireRunning();
        tokenId = _tokenIdOf(request);
        address owner = recordedOwnerOf(tokenId, loanId, card);
        if (request.owner != owner) revert ERC721IncorrectOwner(request.owner, tokenId, owner);
        Standing memory before = _assets[tokenId];
        if (before.status == AssetStatus.Revoked) revert AssetNotActive(tokenId, before.status);
        if (before.classId != request.classId) {
            revert ClassMismatch(before.classId, request.classId);
        }
        _claimAnchors(request.anchors, tokenId);
        // None of the observations accepted before can have been later than this.
        Standing memory asset = _accept(request, tokenId, before.acceptedAt + CLOCK_SKEW);
        if (asset.validUntil < before.validUntil) {
            revert ValidityShortened(before.validUntil, asset.validUntil);
        }
        asset.status = before.status;
        _assets[tokenId].store(asset);
        emit AssetReattested(
            tokenId, asset.appraisalCap, asset.attestedAt, asset.validUntil, request.evidenceRoot
        );
    }

    /// @inheritdoc IAssetRegistry
    function noteRevocation(MintRequest calldata request, uint256 index) external {
        uint256 tokenId = _tokenIdOf(request);
        (uint72 quorum, bytes32 uid) = _quorumOf(request, index);
        if (quorum != _assets[tokenId].quorum) revert QuorumMismatch(tokenId);
        address attester = request.attestations[index].attester;
        if (!_isRevoked(attester, uid)) revert NotRevoked(attester, uid);
        emit AttestationRevoked(tokenId, attester, uid);
        _expire(tokenId);
    }

    /// @inheritdoc IAssetRegistry
    function expire(uint256 tokenId) external restricted {
        _expire(tokenId);
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

    // ---- Pledged ------------------------------------------------------------------------------

    /// @inheritdoc IAssetRegistry
    function pledge(uint256 tokenId, address owner, address lane) external {
        if (!isMarket[msg.sender]) revert NotMarket(msg.sender);
        address holder = _requireOwned(tokenId);
        if (isEscrow(holder)) revert AssetLocked(tokenId);
        if (holder != owner) revert ERC721IncorrectOwner(owner, tokenId, holder);
        if (lane == address(0)) revert ERC721InvalidReceiver(lane);
        _requireActive(tokenId);
        if (!isEscrow(lane)) _increaseBalance(lane, ESCROW_MARK);
        ERC721._update(lane, tokenId, address(0));
        emit Locked(tokenId);
    }

    /// @inheritdoc IERC721
    /// @dev Reverts with `AssetLocked` for a pledged token: an escrow approves nobody.
    function approve(address to, uint256 tokenId) public override(ERC721, IERC721) {
        if (locked(tokenId)) revert AssetLocked(tokenId);
        super.approve(to, tokenId);
    }

    // ---- Governed -----------------------------------------------------------------------------

    /// @inheritdoc IAssetRegistry
    function setClass(uint16 classId, uint8 roles, uint32 validity, uint16 factor)
        external
        restricted
    {
        _setClass(classId, roles, validity, factor);
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

    // ---- Views --------------------------------------------------------------------------------

    /// @inheritdoc IAssetRegistry
    function assetOf(uint256 tokenId) external view returns (Asset memory) {
        Standing memory asset = _assets[tokenId];
        return Asset({
            classId: asset.classId,
            status: asset.status,
            attestedAt: asset.attestedAt,
            validUntil: asset.validUntil,
            appraisalCap: asset.appraisalCap
        });
    }

    /// @inheritdoc IAssetRegistry
    function standingOf(uint256 tokenId) external view returns (AssetWord) {
        return _assets[tokenId].word();
    }

    /// @inheritdoc IAssetRegistry
    function acceptedAt(uint256 tokenId) external view returns (uint64) {
        return _assets[tokenId].acceptedAt;
    }

    /// @inheritdoc IAssetRegistry
    /// @dev The escrow's market says who borrowed against the token; it keeps no copy here, so that
    /// a pledge writes no more than the transfer.
    function recordedOwnerOf(uint256 tokenId, uint64 loanId, bytes32[] calldata card)
        public
        view
        returns (address)
    {
        address holder = _requireOwned(tokenId);
        if (!isEscrow(holder)) return holder;
        ILoanBook book = ILoanBook(ILane(holder).owner());
        LoanStatus status = book.loanOf(loanId).status;
        if (status == LoanStatus.None || status == LoanStatus.Closed) {
            revert NotPledged(tokenId, loanId);
        }
        Card memory loan = book.readCard(loanId, card);
        for (uint256 i = 0; i < loan.assets.length; ++i) {
            if (loan.assets[i] == tokenId) return loan.borrower;
        }
        revert NotPledged(tokenId, loanId);
    }

    /// @notice Whether an account is the escrow of a market's lane, known since its first pledge.
    /// @param account Any account.
    /// @return True for one that a market has ever pledged to; it stays one.
    function isEscrow(address account) public view returns (bool) {
        return account != address(0) && super.balanceOf(account) >= ESCROW_MARK;
    }

    /// @inheritdoc IERC721
    /// @dev Without the mark of an escrow.
    function balanceOf(address owner) public view override(ERC721, IERC721) returns (uint256) {
        return super.balanceOf(owner) % ESCROW_MARK;
    }

    /// @inheritdoc IAssetRegistry
    function lockerOf(uint256 tokenId) public view returns (address) {
        address holder = _requireOwned(tokenId);
        return isEscrow(holder) ? holder : address(0);
    }

    /// @inheritdoc IAssetRegistry
    function locked(uint256 tokenId) public view returns (bool) {
        return lockerOf(tokenId) != address(0);
    }

    /// @inheritdoc IAssetRegistry
    function tokenByAnchor(bytes32 anchor) public view returns (uint256) {
        bool first = _assets[uint256(anchor)].status != AssetStatus.None;
        return first ? uint256(anchor) : _anchors[anchor];
    }

    /// @inheritdoc ERC721
    /// @dev Also true for this registry's own interface and for ERC-5192.
    function supportsInterface(bytes4 interfaceId)
        public
        view
        override(ERC721, IERC165)
        returns (bool)
    {
        return interfaceId == type(IAssetRegistry).interfaceId || interfaceId == ERC5192_ID
            || super.supportsInterface(interfaceId);
    }

    /// @dev Only an active token moves, except out of an escrow; and only a pledge moves it in. A
    /// mint stores the status first and so passes. Reverts with `AssetNotActive` or `AssetLocked`.
    /// @param to Receiver.
    /// @param tokenId The asset.
    /// @param auth Who must be owner or approved; zero when that is settled.
    /// @return from Holder before, zero at the mint.
    function _update(address to, uint256 tokenId, address auth)
        internal
        override
        returns (address from)
    {
        address holder = _ownerOf(tokenId);
        bool returned = isEscrow(holder);
        if (!returned) _requireActive(tokenId);
        if (isEscrow(to)) revert AssetLocked(tokenId);
        from = super._update(to, tokenId, auth);
        if (returned) emit Unlocked(tokenId);
    }

    /// @dev An escrow approves nobody: a token that leaves it has no approval to be cleared, and
    /// the slot of approvals is not even read.
    /// @param to Who may move it; zero clears, as each transfer does.
    /// @param tokenId The asset.
    /// @param auth Who must be owner or operator; zero when that is settled.
    /// @param emitEvent Whether it is reported.
    function _approve(address to, uint256 tokenId, address auth, bool emitEvent) internal override {
        if (to == address(0) && isEscrow(_ownerOf(tokenId))) return;
        super._approve(to, tokenId, auth, emitEvent);
    }

    /// @dev Reverts with `AssetNotActive`, also for a token that does not exist.
    /// @param tokenId The asset.
    function _requireActive(uint256 tokenId) private view {
        AssetStatus status = _assets[tokenId].status;
        if (status != AssetStatus.Active) revert AssetNotActive(tokenId, status);
    }

    /// @dev Ends the validity a second ago, so that it has passed in this block too. What is lent
    /// goes on; exposure of verifiers runs to its own end (rule A4).
    /// @param tokenId The asset; frozen or revoked ones expire too.
    function _expire(uint256 tokenId) private {
        Standing storage asset = _assets[tokenId];
        if (asset.status == AssetStatus.None) revert ERC721NonexistentToken(tokenId);
        uint32 validUntil = asset.validUntil;
        if (validUntil < block.timestamp) revert AssetExpiredAlready(tokenId, validUntil);
        asset.validUntil = uint32(block.timestamp - 1);
        emit AssetExpired(tokenId, asset.validUntil);
    }

    /// @dev The first anchor is the token id (rule A1). Reverts with `AnchorsMissing` for none;
    /// that it is not zero is checked where anchors are claimed.
    /// @return Token id, taken or free.
    function _tokenIdOf(MintRequest calldata request) private pure returns (uint256) {
        if (request.anchors.length == 0) revert AnchorsMissing();
        return uint256(request.anchors[0]);
    }

    /// @dev Every identifier of the thing is the token's; one that is another's refuses it (rule
    /// A1). One that the token has already is passed over: a fresh quorum may name it again.
    /// @param anchors All of the request; the first is the token id and is kept nowhere else.
    /// @param tokenId That first one, which is not zero.
    function _claimAnchors(bytes32[] calldata anchors, uint256 tokenId) private {
        if (anchors.length > MAX_ANCHORS) revert RequestTooLarge();
        if (tokenId == 0) revert AnchorsMissing();
        for (uint256 i = 1; i < anchors.length; ++i) {
            bytes32 anchor = anchors[i];
            if (anchor == bytes32(0)) revert AnchorsMissing();
            uint256 taken = tokenByAnchor(anchor);
            if (taken == tokenId || uint256(anchor) == tokenId) continue;
            if (taken != 0) revert AnchorTaken(taken);
            _anchors[anchor] = tokenId;
        }
    }

    // ---- Batches ------------------------------------------------------------------------------

    /// @dev Most that a request can need. Grows with the number of its parts only: their size is
    /// limited.
    /// @param request Read for the number of its parts and for which attesters have code.
    /// @return needed Gas that the call of `mint` must have.
    function _worstCaseGas(MintRequest calldata request) private view returns (uint256 needed) {
        needed = GAS_PER_REQUEST + GAS_PER_ANCHOR * request.anchors.length;
        needed += GAS_PER_ATTESTATION * request.attestations.length;
        for (uint256 i = 0; i < request.attestations.length; ++i) {
            if (request.attestations[i].attester.code.length != 0) needed += GAS_PER_WALLET;
        }
    }
}
