// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IAccessManager} from "@openzeppelin/contracts/access/manager/IAccessManager.sol";

import {Governed} from "./Governed.sol";
import {IPause} from "./interfaces/IPause.sol";
import {CompactSignature, Round} from "./interfaces/IReporters.sol";
import {IValuationOracle, ValueLeaf, ValueProof} from "./interfaces/IValuationOracle.sol";
import {Pauses} from "./libraries/Pauses.sol";
import {Present, Presents} from "./libraries/Presents.sol";
import {RoundClock, RoundState} from "./libraries/RoundClock.sol";
import {SignerSet} from "./libraries/SignerSet.sol";
import {ValueProofs} from "./libraries/ValueProofs.sol";
import {BondTerms, Reporters} from "./Reporters.sol";

/// @notice Numbers of the oracle; fixed at deployment.
/// @param threshold Signatures that a round needs; more than half of the reporters.
/// @param minInterval Least seconds between two rounds.
/// @param ttl Greatest age of a round for use, seconds.
/// @param voidWindow Seconds after its publication in which a round may be voided; less than
/// `minInterval`, so that no second false round hides the jump of the first (rule V3).
/// @param voidCooldown Least seconds between two voids.
struct OracleParameters {
    uint16 threshold;
    uint32 minInterval;
    uint32 ttl;
    uint32 voidWindow;
    uint32 voidCooldown;
}

/// @title k-of-n signed rounds of values
/// @notice One transaction refreshes every asset; a value is used by bringing its proof. The
/// guardian's pause lives here too, because clocks stand still for both reasons and no second may
/// count twice (rule C5).
/// @dev A publication writes two slots, the state's word and one root; it reads the reporters as
/// code. Publishing, voiding and pausing are barriers of the whole protocol; what a market calls
/// only reads.
contract ValuationOracle is IValuationOracle, Reporters {
    using Pauses for uint256[];
    using SignerSet for bytes;

    /// @dev Hard bounds on the parameters (rule G1): a round an hour at most, and none used for
    /// longer than a week.
    uint256 internal constant MIN_INTERVAL = 1 hours;
    uint256 internal constant MAX_TTL = 7 days;
    /// @notice Least seconds between the end of a pause and the guardian's next.
    uint256 public constant PAUSE_COOLDOWN = 30 days;

    /// @notice Least seconds between two rounds, and from a void to the next round.
    uint32 public immutable minInterval;
    /// @notice Seconds after its publication in which a round may be voided.
    uint32 public immutable voidWindow;
    /// @notice Least seconds between two voids.
    uint32 public immutable voidCooldown;
    /// @dev Greatest age of a round for use, seconds.
    uint32 private immutable TTL;

    /// @dev Numbers and times of the rounds, the last pause, stopped seconds, the set of reporters.
    RoundState private _state;
    /// @dev Roots of the two usable rounds; `_state.place()` says which is the newest one's.
    bytes32[2] private _roots;
    /// @dev Log of all pauses, for grace; `Pauses` says what an entry is.
    uint256[] private _pauses;
    /// @inheritdoc IPause
    uint64 public pausableFrom;

    /// @notice A parameter is outside the hard bounds, or the four times do not fit together.
    error ParametersOutOfBounds();

    /// @param authority_ Access manager; says who is governor and who guardian.
    /// @param parameters Numbers of the oracle.
    /// @param bonds What reporters have at stake.
    /// @param sortedReporters First reporters, strictly ascending by address.
    constructor(
        IAccessManager authority_,
        OracleParameters memory parameters,
        BondTerms memory bonds,
        address[] memory sortedReporters
    ) Governed(authority_) Reporters(parameters.threshold, bonds, sortedReporters) {
        if (
            parameters.minInterval < MIN_INTERVAL || parameters.ttl < parameters.minInterval
                || parameters.ttl > MAX_TTL || parameters.voidWindow >= parameters.minInterval
                || parameters.voidCooldown < parameters.voidWindow
        ) revert ParametersOutOfBounds();
        minInterval = parameters.minInterval;
        TTL = parameters.ttl;
        voidWindow = parameters.voidWindow;
        voidCooldown = parameters.voidCooldown;
    }

    // ---- Rounds -------------------------------------------------------------------------------

    /// @inheritdoc IValuationOracle
    function publish(Round calldata round, CompactSignature[] calldata signatures) external {
        RoundState state = _state;
        _checkNext(state, round);
        bytes memory set = SignerSet.read(address(this), state.signers());
        _checkSignatures(set, _digest(round), signatures);

        state = state.published(round.round, TTL);
        _state = state;
        _roots[state.place()] = round.root;
        emit RoundPublished(round.round, round.root, round.contentHash, round.observedAt);
    }

    /// @inheritdoc IValuationOracle
    /// @dev The round before becomes the newest, and there is no previous one until the next.
    function void(uint32 round) external restricted {
        RoundState state = _state;
        if (round == 0 || round != state.newest()) revert RoundUnusable(round);
        if (block.timestamp > state.newestAt() + voidWindow) revert VoidWindowClosed(round);
        uint256 earliest = state.voidedAt() + voidCooldown;
        if (state.voidedAt() != 0 && block.timestamp < earliest) {
            revert VoidTooSoon(uint64(earliest));
        }

        _state = state.voided(TTL);
        emit RoundVoided(round);
    }

    // ---- Pausing ------------------------------------------------------------------------------

    /// @inheritdoc IPause
    function pause() external restricted {
        if (block.timestamp < pausableFrom) revert PauseTooSoon(pausableFrom);
        _pause();
    }

    /// @inheritdoc IPause
    function renewPause() external restricted {
        _pause();
    }

    /// @inheritdoc IPause
    function resume() external restricted {
        RoundState state = _state;
        if (block.timestamp >= state.pauseEnd()) revert ProtocolNotPaused();
        _pauses.book(0, block.timestamp);
        _state = state.resumed(TTL);
        pausableFrom = uint64(block.timestamp + PAUSE_COOLDOWN);
        emit ProtocolResumed(uint64(state.stoppedSeconds(TTL)));
    }

    /// @inheritdoc IPause
    function requireRunning() external view {
        uint256 end = _state.pauseEnd();
        if (block.timestamp < end) revert ProtocolIsPaused(uint64(end));
    }

    /// @inheritdoc IPause
    function pausedUntil() external view returns (uint64) {
        return uint64(_state.pauseEnd());
    }

    // ---- Reading ------------------------------------------------------------------------------

    /// @inheritdoc IValuationOracle
    function check(uint32 round, ValueProof calldata proof) external view {
        RoundState state = _state;
        if (round == 0 || (round != state.newest() && round != state.previous())) {
            revert RoundUnusable(round);
        }
        bytes32 root = _roots[round == state.newest() ? state.place() : 1 - state.place()];
        ValueProofs.check(this, round, root, proof);
    }

    /// @inheritdoc IValuationOracle
    function present(bool both) external view returns (Present memory now_) {
        RoundState state = _state;
        now_.clock = Presents.pack(
            state.newest(),
            state.previous(),
            state.newestAt(),
            state.stoppedSeconds(TTL),
            state.pauseEnd(),
            _isSilent(state),
            _voidWindowPassed(state)
        );
        bool first = state.place() == 0;
        now_.newestRoot = first ? _roots[0] : _roots[1];
        if (both) now_.previousRoot = first ? _roots[1] : _roots[0];
    }

    /// @inheritdoc IValuationOracle
    function rounds()
        external
        view
        returns (uint32 newest, uint64 newestAt, uint32 previous, uint64 previousAt)
    {
        RoundState state = _state;
        return (
            uint32(state.newest()),
            uint64(state.newestAt()),
            uint32(state.previous()),
            uint64(state.previousAt())
        );
    }

    /// @inheritdoc IValuationOracle
    function isSilent() external view returns (bool) {
        return _isSilent(_state);
    }

    /// @inheritdoc IValuationOracle
    function stoppedSeconds() external view returns (uint64) {
        RoundState state = _state;
        return uint64(state.stoppedSeconds(TTL));
    }

    /// @inheritdoc IValuationOracle
    function graceCutoff(uint256 grace) external view returns (uint256) {
        return _pauses.cutoff(grace, block.timestamp);
    }

    /// @inheritdoc IValuationOracle
    function voidWindowPassed() external view returns (bool) {
        return _voidWindowPassed(_state);
    }

    /// @inheritdoc IValuationOracle
    function ttl() external view returns (uint64) {
        return TTL;
    }

    /// @notice Number of the last published round, voided or not.
    /// @return 0 before the first; the next round is one above.
    function lastRound() external view returns (uint32) {
        return uint32(_state.last());
    }

    /// @notice Hash of a leaf of that round, bound to this chain and oracle.
    /// @param round Number of the round, published or not.
    /// @param leaf The value.
    /// @return Double hash; what a path starts from (invariant I-24).
    function leafHash(uint32 round, ValueLeaf calldata leaf) external view returns (bytes32) {
        return ValueProofs.leafHash(this, round, leaf);
    }

    /// @dev At the age of TTL a round is still good. Times of 32 bits: the sum cannot overflow.
    function _isSilent(RoundState state) private view returns (bool) {
        unchecked {
            return state.newest() == 0 || block.timestamp > state.newestAt() + TTL;
        }
    }

    /// @dev Exactly when `void` would refuse the round as too old. The sum cannot overflow.
    function _voidWindowPassed(RoundState state) private view returns (bool) {
        unchecked {
            return state.newest() != 0 && block.timestamp > state.newestAt() + voidWindow;
        }
    }

    /// @inheritdoc Reporters
    function _reporterSet() internal view override returns (bytes memory) {
        return SignerSet.read(address(this), _state.signers());
    }

    /// @inheritdoc Reporters
    function _useNextSet() internal override {
        _state = _state.withNextSigners();
    }

    /// @inheritdoc Reporters
    function _publishableFor() internal view override returns (uint256) {
        return TTL;
    }

    /// @dev Begins a pause now. What the last one has stopped is booked, and where it still runs it
    /// ends here: renewing is one long pause to the log.
    function _pause() private {
        _pauses.book(RoundClock.PAUSE_LENGTH, block.timestamp);
        RoundState state = _state.paused(TTL);
        _state = state;
        pausableFrom = uint64(state.pauseEnd() + PAUSE_COOLDOWN);
        emit ProtocolPaused(uint64(state.pauseEnd()), uint64(state.stoppedSeconds(TTL)));
    }

    /// @dev Order and time of a round, before its signatures, which cost more. Its time of
    /// observation is not before the publication of the newest round: rounds only go forward.
    /// Reverts with `RoundGap`, `TooSoon` or `InvalidObservedAt`. Numbers of 24 and times of 32
    /// bits: the sums cannot overflow, and `known` keeps the difference from falling below zero.
    /// @param state As stored.
    /// @param round What is to be published.
    function _checkNext(RoundState state, Round calldata round) private view {
        unchecked {
            uint256 next = state.last() + 1;
            if (round.round != next) revert RoundGap(uint32(next), round.round);
            uint256 earliest = state.changedAt() + minInterval;
            if (block.timestamp < earliest) revert TooSoon(uint64(earliest));
            uint256 observedAt = round.observedAt;
            bool known = observedAt >= state.newestAt() && observedAt <= block.timestamp;
            if (!known || block.timestamp - observedAt > TTL) {
                revert InvalidObservedAt(round.observedAt);
            }
        }
    }

    /// @dev Every signature that was brought must count, so that a publication is either good as it
    /// is or refused for the first one that is not. That one is not the first of the list when it
    /// is a member's: the search for the first begins at the set's start.
    /// @param set Reporters in force, as read.
    /// @param digest EIP-712 digest of the round.
    /// @param signatures By ascending address of their signers.
    function _checkSignatures(
        bytes memory set,
        bytes32 digest,
        CompactSignature[] calldata signatures
    ) private view {
        if (signatures.length < threshold) {
            revert NotEnoughSigners(signatures.length, threshold);
        }
        uint256 signed = set.countSigned(digest, signatures);
        if (signed == signatures.length) return;
        address signer = _signerOf(digest, signatures[signed]);
        if (!set.has(signer)) revert InvalidSigner(signer);
        revert SignersNotSorted(_signerOf(digest, signatures[signed - 1]), signer);
    }
}
