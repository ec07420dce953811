// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {
    CompactSignature,
    IValuationOracle,
    Round,
    ValueLeaf,
    ValueProof
} from "./interfaces/IValuationOracle.sol";

/// @notice Numbers of the oracle; fixed at deployment.
/// @param threshold Signatures that a round needs; more than half of the reporters.
/// @param minInterval Least seconds between two rounds.
/// @param ttl Greatest age of a round for use, seconds.
/// @param voidWindow Seconds after its publication in which a round may be voided.
/// @param voidCooldown Least seconds between two voids.
struct OracleParameters {
    uint16 threshold;
    uint32 minInterval;
    uint32 ttl;
    uint32 voidWindow;
    uint32 voidCooldown;
}

/// @title k-of-n signed rounds of values
/// @notice One transaction refreshes every asset; a value is used by bringing its proof.
contract ValuationOracle is IValuationOracle, AccessManaged, EIP712 {
    bytes32 private constant ROUND_TYPEHASH = keccak256(
        "Round(uint32 round,uint64 observedAt,uint32 count,bytes32 root,"
        "bytes32 contentHash,bytes32 modelSetHash)"
    );
    uint256 internal constant MIN_INTERVAL = 1 hours;
    uint256 internal constant MAX_TTL = 7 days;

    /// @dev All that a publication changes beside one root; one slot, times in unix seconds.
    /// `slot` is the index in `_roots` of the newest usable round; the previous has the other.
    struct State {
        uint32 last;
        uint32 newest;
        uint32 previous;
        uint40 newestAt;
        uint40 previousAt;
        uint40 voidedAt;
        uint32 stopped;
        uint8 slot;
    }

    uint16 public immutable threshold;
    uint32 public immutable minInterval;
    uint32 public immutable voidWindow;
    uint32 public immutable voidCooldown;
    uint32 private immutable TTL;

    State private _state;
    bytes32[2] private _roots;
    mapping(address reporter => bool) public isReporter;
    uint256 public reporterCount;

    error ParametersOutOfBounds();
    error ReportersOutOfBounds(uint256 reporters, uint256 threshold);
    error ReporterUnchanged(address reporter);

    constructor(address authority, OracleParameters memory parameters, address[] memory reporters)
        AccessManaged(authority)
        EIP712("Ballast ValuationOracle", "1")
    {
        if (
            parameters.minInterval < MIN_INTERVAL || parameters.ttl < parameters.minInterval
                || parameters.ttl > MAX_TTL || parameters.voidWindow > parameters.ttl
                || parameters.voidCooldown < parameters.voidWindow
        ) revert ParametersOutOfBounds();
        threshold = parameters.threshold;
        minInterval = parameters.minInterval;
        TTL = parameters.ttl;
        voidWindow = parameters.voidWindow;
        voidCooldown = parameters.voidCooldown;
        for (uint256 i = 0; i < reporters.length; ++i) {
            _setReporter(reporters[i], true);
        }
        _checkReporters(reporters.length);
    }

    /// @inheritdoc IValuationOracle
    function publish(Round calldata round, CompactSignature[] calldata signatures) external {
        State memory state = _state;
        _checkNext(state, round);
        _checkSignatures(_digest(round), signatures);

        state.stopped += uint32(_runningGap(state));
        (state.previous, state.previousAt) = (state.newest, state.newestAt);
        (state.newest, state.newestAt) = (round.round, uint40(block.timestamp));
        state.last = round.round;
        state.slot = 1 - state.slot;
        _state = state;
        _roots[state.slot] = round.root;
        emit RoundPublished(
            round.round,
            round.root,
            round.contentHash,
            round.modelSetHash,
            round.observedAt,
            round.count,
            uint64(block.timestamp),
            state.stopped
        );
    }

    /// @inheritdoc IValuationOracle
    /// @dev The round before becomes the newest, and there is no previous one until the next.
    function void(uint32 round) external restricted {
        State memory state = _state;
        if (round == 0 || round != state.newest) revert RoundUnusable(round);
        if (block.timestamp > uint256(state.newestAt) + voidWindow) revert VoidWindowClosed(round);
        uint256 earliest = uint256(state.voidedAt) + voidCooldown;
        if (state.voidedAt != 0 && block.timestamp < earliest) {
            revert VoidTooSoon(uint64(earliest));
        }

        (state.newest, state.newestAt) = (state.previous, state.previousAt);
        (state.previous, state.previousAt) = (0, 0);
        state.voidedAt = uint40(block.timestamp);
        state.slot = 1 - state.slot;
        _state = state;
        emit RoundVoided(round);
    }

    /// @inheritdoc IValuationOracle
    function setReporter(address reporter, bool active) external restricted {
        _setReporter(reporter, active);
        _checkReporters(reporterCount);
    }

    /// @inheritdoc IValuationOracle
    function check(uint32 round, ValueProof calldata proof) external view {
        State memory state = _state;
        if (round == 0 || (round != state.newest && round != state.previous)) {
            revert RoundUnusable(round);
        }
        bytes32 root = _roots[round == state.newest ? state.slot : 1 - state.slot];
        ValueLeaf calldata leaf = proof.leaf;
        if (!MerkleProof.verifyCalldata(proof.path, root, leafHash(round, leaf))) {
            revert BadProof(leaf.assetId, round);
        }
        if (block.timestamp > leaf.validUntil) revert ValueExpired(leaf.assetId, leaf.validUntil);
    }

    /// @inheritdoc IValuationOracle
    function rounds()
        external
        view
        returns (uint32 newest, uint64 newestAt, uint32 previous, uint64 previousAt)
    {
        State memory state = _state;
        return (state.newest, state.newestAt, state.previous, state.previousAt);
    }

    /// @inheritdoc IValuationOracle
    function isSilent() external view returns (bool) {
        State memory state = _state;
        return state.newest == 0 || block.timestamp > uint256(state.newestAt) + TTL;
    }

    /// @inheritdoc IValuationOracle
    function stoppedSeconds() external view returns (uint64) {
        State memory state = _state;
        return uint64(state.stopped + _runningGap(state));
    }

    /// @inheritdoc IValuationOracle
    function voidWindowPassed() external view returns (bool) {
        State memory state = _state;
        return state.newest != 0 && block.timestamp > uint256(state.newestAt) + voidWindow;
    }

    /// @inheritdoc IValuationOracle
    function ttl() external view returns (uint64) {
        return TTL;
    }

    /// @notice Number of the last published round, voided or not.
    function lastRound() external view returns (uint32) {
        return _state.last;
    }

    /// @notice Hash of a leaf of that round, bound to this chain and oracle.
    function leafHash(uint32 round, ValueLeaf calldata leaf) public view returns (bytes32) {
        bytes32 inner = keccak256(abi.encode(block.chainid, address(this), round, leaf));
        return keccak256(bytes.concat(inner));
    }

    function _setReporter(address reporter, bool active) private {
        if (isReporter[reporter] == active) revert ReporterUnchanged(reporter);
        isReporter[reporter] = active;
        reporterCount = active ? reporterCount + 1 : reporterCount - 1;
        emit ReporterSet(reporter, active);
    }

    /// @dev More than half must sign, so that two roots of one round share a signer.
    function _checkReporters(uint256 reporters) private view {
        if (reporters < threshold || reporters >= 2 * uint256(threshold)) {
            revert ReportersOutOfBounds(reporters, threshold);
        }
    }

    function _checkNext(State memory state, Round calldata round) private view {
        if (round.round != state.last + 1) revert RoundGap(state.last + 1, round.round);
        uint256 latest = Math.max(state.newestAt, state.voidedAt);
        if (latest != 0 && block.timestamp < latest + minInterval) {
            revert TooSoon(uint64(latest + minInterval));
        }
        uint256 observedAt = round.observedAt;
        bool known = observedAt >= state.newestAt && observedAt <= block.timestamp;
        if (!known || block.timestamp > observedAt + TTL) {
            revert InvalidObservedAt(round.observedAt);
        }
    }

    function _checkSignatures(bytes32 digest, CompactSignature[] calldata signatures) private view {
        if (signatures.length < threshold) revert NotEnoughSigners(signatures.length, threshold);
        address previous;
        for (uint256 i = 0; i < signatures.length; ++i) {
            (address signer,,) = ECDSA.tryRecover(digest, signatures[i].r, signatures[i].vs);
            if (!isReporter[signer]) revert InvalidSigner(signer);
            if (signer <= previous) revert SignersNotSorted(previous, signer);
            previous = signer;
        }
    }

    /// @dev Seconds beyond TTL since the newest round; after a void not before the void.
    function _runningGap(State memory state) private view returns (uint256) {
        if (state.last == 0) return 0;
        uint256 from = Math.max(uint256(state.newestAt) + TTL, state.voidedAt);
        return block.timestamp > from ? block.timestamp - from : 0;
    }

    function _digest(Round calldata round) private view returns (bytes32) {
        return _hashTypedDataV4(keccak256(abi.encode(ROUND_TYPEHASH, round)));
    }
}
