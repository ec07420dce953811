// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC721} from "@openzeppelin/contracts/token/ERC721/ERC721.sol";
import {Hashes} from "@openzeppelin/contracts/utils/cryptography/Hashes.sol";
import {Asset, AssetStatus} from "../../../src/interfaces/IAssetRegistry.sol";
import {ClassTerms} from "../../../src/interfaces/IRiskTerms.sol";
import {ILendingPool} from "../../../src/interfaces/ILendingPool.sol";
import {IPause} from "../../../src/interfaces/IPause.sol";
import {
    ValueLeaf,
    ValueProof,
    ValueStatus
} from "../../../src/interfaces/IValuationOracle.sol";

import {AssetWord} from "../../../src/libraries/AssetWords.sol";
import {Pauses} from "../../../src/libraries/Pauses.sol";
import {Present, Presents} from "../../../src/libraries/Presents.sol";
import {OfferWord, OfferWords} from "../../../src/libraries/OfferWords.sol";
import {TermsWord, TermsWords} from "../../../src/libraries/TermsWords.sol";

/// @notice A token of any number of decimals, that anyone may mint.
contract FakeToken is ERC20 {
    uint8 private immutable _decimals;

    constructor(uint8 decimals_) ERC20("Fake", "FAKE") {
        _decimals = decimals_;
    }

    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }

    function decimals() public view override returns (uint8) {
        return _decimals;
    }
}

/// @notice Assets without attestations; transfers out of escrow can be made to fail.
contract FakeRegistry is ERC721 {
    mapping(uint256 tokenId => Asset) private _assets;
    mapping(uint256 tokenId => bool) public stuck;

    constructor() ERC721("Fake", "FAKE") {}

    function mint(address to, uint256 tokenId, Asset calldata asset) external {
        _assets[tokenId] = asset;
        _mint(to, tokenId);
    }

    function setStatus(uint256 tokenId, AssetStatus status) external {
        _assets[tokenId].status = status;
    }

    function setStuck(uint256 tokenId, bool isStuck) external {
        stuck[tokenId] = isStuck;
    }

    function pledge(uint256 tokenId, address owner, address lane) external {
        require(ownerOf(tokenId) == owner, "not the owner");
        _transfer(owner, lane, tokenId);
    }

    function transferFrom(address from, address to, uint256 tokenId) public override {
        require(!stuck[tokenId], "stuck");
        super.transferFrom(from, to, tokenId);
    }

    function assetOf(uint256 tokenId) external view returns (Asset memory) {
        return _assets[tokenId];
    }

    function standingOf(uint256 tokenId) external view returns (AssetWord) {
        Asset memory asset = _assets[tokenId];
        return AssetWord.wrap(
            uint256(asset.classId) | uint256(asset.status) << 16 | uint256(asset.attestedAt) << 24
                | uint256(asset.validUntil) << 56 | uint256(asset.appraisalCap) << 120
        );
    }
}

/// @notice Terms as they are set; the rate is the base rate.
contract FakeRisk {
    uint64 private constant CAP = 1e18;
    mapping(uint16 classId => ClassTerms) private _terms;
    mapping(uint16 classId => uint64) private _caps;
    uint16[] private _classes;

    function setTerms(uint16 classId, ClassTerms calldata terms) external {
        if (_terms[classId].maxLtvBps == 0) {
            _classes.push(classId);
            _caps[classId] = CAP;
        }
        _terms[classId] = terms;
    }

    function setCap(uint16 classId, uint64 cap) external {
        _caps[classId] = cap;
    }

    function capOf(uint16 classId) external view returns (uint64) {
        return _caps[classId];
    }

    function classes() external view returns (uint16[] memory) {
        return _classes;
    }

    function termsOf(uint16 classId) external view returns (ClassTerms memory) {
        return _terms[classId];
    }

    function rateBps(uint16 classId) external view returns (uint16) {
        return _terms[classId].baseRateBps;
    }

    function rowOf(uint16 classId) external view returns (TermsWord) {
        return TermsWords.pack(_terms[classId], 0, 0);
    }

    function offerOf(uint16 classId) external view returns (OfferWord) {
        return OfferWords.pack(_terms[classId], _terms[classId].baseRateBps);
    }
}

/// @notice Values as they are set; a round's root is over them all, as a tree that is a comb.
contract FakeOracle {
    using Pauses for uint256[];

    uint16 private constant LRT_CLASS = 14;
    FakeRegistry private immutable _registry;
    mapping(uint32 round => mapping(uint256 assetId => uint64)) public lowerOf;
    mapping(uint32 round => mapping(uint256 assetId => ValueStatus)) private _statusOf;
    mapping(uint32 round => uint256[] ids) private _ids;
    uint32 public newest;
    uint64 public newestAt;
    bool public isSilent;
    bool public voidWindowPassed = true;
    uint64 public stoppedSeconds;
    uint64 public pausedUntil;
    uint256[] private _pauses;

    constructor(FakeRegistry registry) {
        _registry = registry;
    }

    function setRound(uint32 round) external {
        (newest, newestAt) = (round, uint64(block.timestamp));
    }

    function setValue(uint32 round, uint256 assetId, uint64 lower) external {
        if (lowerOf[round][assetId] == 0) _ids[round].push(assetId);
        lowerOf[round][assetId] = lower;
    }

    function setStatus(uint32 round, uint256 assetId, ValueStatus status) external {
        _statusOf[round][assetId] = status;
    }

    function setSilent(bool silent, uint64 stopped) external {
        (isSilent, stoppedSeconds) = (silent, stopped);
    }

    function setVoidWindowPassed(bool passed) external {
        voidWindowPassed = passed;
    }

    function setPaused(uint64 until) external {
        pausedUntil = until;
    }

    /// @dev From now on; of clocks it stops grace alone.
    function pauseGrace(uint256 length) external {
        _pauses.book(length, block.timestamp);
    }

    function requireRunning() external view {
        if (block.timestamp < pausedUntil) revert IPause.ProtocolIsPaused(pausedUntil);
    }

    function graceCutoff(uint256 grace) external view returns (uint256) {
        return _pauses.cutoff(grace, block.timestamp);
    }

    function rounds() external view returns (uint32, uint64, uint32, uint64) {
        return (newest, newestAt, newest == 0 ? 0 : newest - 1, newestAt);
    }

    function present(bool both) external view returns (Present memory now_) {
        uint32 previous = newest == 0 ? 0 : newest - 1;
        now_.clock = Presents.pack(
            newest, previous, newestAt, stoppedSeconds, pausedUntil, isSilent, voidWindowPassed
        );
        now_.newestRoot = _comb(newest, _ids[newest].length);
        if (both) now_.previousRoot = _comb(previous, _ids[previous].length);
    }

    /// @dev Of what has no value in the round, a proof that does not hold.
    function proofOf(uint32 round, uint256 assetId)
        external
        view
        returns (ValueProof memory proof)
    {
        proof.leaf = _leafOf(round, assetId);
        uint256[] memory ids = _ids[round];
        uint256 place;
        while (place < ids.length && ids[place] != assetId) ++place;
        if (place == ids.length) return proof;
        uint256 below = place == 0 ? 0 : 1;
        proof.path = new bytes32[](below + ids.length - 1 - place);
        if (below == 1) proof.path[0] = _comb(round, place);
        for (uint256 i = place + 1; i < ids.length; ++i) {
            proof.path[below + i - place - 1] = _hashOf(round, ids[i]);
        }
    }

    /// @dev Root over the first values of a round.
    function _comb(uint32 round, uint256 count) private view returns (bytes32 node) {
        for (uint256 i = 0; i < count; ++i) {
            bytes32 hash = _hashOf(round, _ids[round][i]);
            node = i == 0 ? hash : Hashes.commutativeKeccak256(node, hash);
        }
    }

    function _leafOf(uint32 round, uint256 assetId) private view returns (ValueLeaf memory leaf) {
        uint16 classId = _registry.assetOf(assetId).classId;
        uint64 lower = lowerOf[round][assetId];
        return ValueLeaf({
            assetId: assetId,
            classId: classId == 0 ? LRT_CLASS : classId,
            status: _statusOf[round][assetId],
            value: lower,
            lower: lower,
            observedAt: 1,
            validUntil: type(uint64).max
        });
    }

    function _hashOf(uint32 round, uint256 assetId) private view returns (bytes32) {
        bytes memory fields =
            abi.encode(block.chainid, address(this), round, _leafOf(round, assetId));
        return keccak256(bytes.concat(keccak256(fields)));
    }
}

/// @notice Pays for the reserve out of its own balance.
contract FakePool {
    FakeToken private immutable _token;
    address public immutable reserveHolder;
    uint32 private _epoch = 1;
    uint64 public swept;

    constructor(FakeToken token, address holder) {
        (_token, reserveHolder) = (token, holder);
    }

    function closeEpoch() external {
        ++_epoch;
    }

    function epoch() external view returns (uint32 number, uint64 startedAt) {
        return (_epoch, 0);
    }

    function reserve() external view returns (uint64) {
        return uint64(_token.balanceOf(address(this)));
    }

    /// @dev Of a token of six decimals: its whole balance is the reserve.
    function sweepDonations() external returns (uint64 amount) {
        amount = uint64(_token.balanceOf(address(this))) - swept;
        swept += amount;
    }

    function payFromReserve(uint64, uint32, address escrow, uint64 amount) external {
        uint64 available = uint64(_token.balanceOf(address(this)));
        if (amount > available) revert ILendingPool.ReserveShort(available, amount);
        _token.transfer(escrow, amount);
    }
}
