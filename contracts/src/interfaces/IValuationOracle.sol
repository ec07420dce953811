// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IPause} from "./IPause.sol";
import {CompactSignature, IReporters, Round} from "./IReporters.sol";
import {Present} from "../libraries/Presents.sol";

/// @notice Anything but `Valid` cannot be borrowed against.
/// @dev The reporters give an asset its status; calling a loan on assets does not ask for it. For
/// restaking tokens `Challenged` says that market and NAV differ by more than the band for
/// borrowing, `Frozen` that they differ by more than the band for calling (rule V6).
enum ValueStatus {
    Valid,
    Frozen,
    Challenged
}

/// @notice One value in a round. The leaf is the double hash of `abi.encode(chainId, oracle,
/// round, fields in this order)`.
/// @param assetId Token id of an asset, or an ERC-20's address as a number.
/// @param classId Asset class.
/// @param status Anything but `Valid` makes the leaf unusable for borrowing.
/// @param value Central value, ledger units; for an ERC-20 of 10^18 base units.
/// @param lower Lower bound, ledger units, at most `value`.
/// @param observedAt Newest observation behind it, unix seconds.
/// @param validUntil Not usable after, unix seconds.
struct ValueLeaf {
    uint256 assetId;
    uint16 classId;
    ValueStatus status;
    uint64 value;
    uint64 lower;
    uint64 observedAt;
    uint64 validUntil;
}

/// @notice A leaf with its path. An empty `leaf.assetId` stands for "no proof".
/// @param leaf The value.
/// @param path Sibling hashes from the leaf up to the root; pairs are hashed smaller one first.
struct ValueProof {
    ValueLeaf leaf;
    bytes32[] path;
}

/// @title k-of-n signed rounds of values
/// @notice A round is one signed Merkle root of all values. The last two that were not voided are
/// usable (rule V1); each value is brought with its proof by whoever uses it.
interface IValuationOracle is IPause, IReporters {
    /// @notice A round became the newest; the one before stays usable, the one before that does
    /// not.
    /// @param round Its number.
    /// @param root Merkle root of its values.
    /// @param contentHash SHA-256 under which its leaves and inputs are published (rule V5).
    /// @param observedAt Chain time up to which observations count, unix seconds.
    event RoundPublished(
        uint32 indexed round, bytes32 root, bytes32 contentHash, uint40 observedAt
    );
    /// @notice The guardian voided the newest round; the one before is the newest again.
    event RoundVoided(uint32 indexed round);

    /// @notice Numbers rise by one; that of a voided round is not used again.
    error RoundGap(uint32 expected, uint32 given);
    /// @notice Rounds come at least `minInterval` apart, also after a void. Unix seconds.
    error TooSoon(uint64 earliest);
    /// @notice The time of observation, unix seconds, is before the publication of the newest
    /// round, in the future, or longer ago than TTL.
    error InvalidObservedAt(uint40 observedAt);
    /// @notice Fewer signatures than a round needs.
    error NotEnoughSigners(uint256 given, uint256 required);
    /// @notice Signers must ascend strictly by address, so that nobody counts twice.
    error SignersNotSorted(address previous, address next);
    /// @notice The round is neither the newest nor the one before; for `void`, not the newest.
    error RoundUnusable(uint32 round);
    /// @notice Leaf and path do not give the root of that round.
    error BadProof(uint256 assetId, uint32 round);
    /// @notice The value is good until `validUntil`, unix seconds, which has passed.
    error ValueExpired(uint256 assetId, uint64 validUntil);
    /// @notice Raised by markets: the newest round is older than TTL. It was published at
    /// `publishedAt`, unix seconds; both are 0 when there is none.
    error RoundStale(uint32 round, uint64 publishedAt);
    /// @notice The guardian has voided a round within its cooldown; unix seconds (rule V3).
    error VoidTooSoon(uint64 earliest);
    /// @notice The newest round is older than its void window and stays.
    error VoidWindowClosed(uint32 round);

    /// @notice Publishes the next round. Anyone may bring the reporters' signatures, sorted by
    /// signer.
    /// @dev Not stopped by a pause. Reverts with `RoundGap`, `TooSoon`, `InvalidObservedAt`,
    /// `NotEnoughSigners`, `SignersNotSorted`, or `InvalidSigner` for one that is no reporter's.
    /// @param round What was signed.
    /// @param signatures At least `threshold`, each by another reporter, by ascending address.
    function publish(Round calldata round, CompactSignature[] calldata signatures) external;

    /// @notice Voids the newest round within its void window, and not again within the cooldown:
    /// seven days (p). Guardian (rule V3).
    /// @dev Reverts with `RoundUnusable`, `VoidWindowClosed` or `VoidTooSoon`.
    /// @param round Its number, so that a vote or a late transaction voids no other.
    function void(uint32 round) external;

    /// @notice The last two usable rounds.
    /// @return newest Number of the newest, 0 when there is none.
    /// @return newestAt When it was published, unix seconds.
    /// @return previous Number of the one before, 0 when there is none, as after a void.
    /// @return previousAt When that was published, unix seconds.
    function rounds()
        external
        view
        returns (uint32 newest, uint64 newestAt, uint32 previous, uint64 previousAt);

    /// @notice Reverts unless the proof is of that round (newest or previous) and not past its
    /// `validUntil`. Whether the round is within TTL is the caller's to ask.
    /// @dev Reverts with `RoundUnusable`, `BadProof` or `ValueExpired`.
    /// @param round Number of the round.
    /// @param proof Leaf and path.
    function check(uint32 round, ValueProof calldata proof) external view;

    /// @notice All that a market asks, in one call.
    /// @param both Whether the previous root is wanted too, which costs another reading.
    /// @return Rounds, clocks and roots as of now.
    function present(bool both) external view returns (Present memory);

    /// @notice Whether the newest round is older than TTL, or none exists.
    /// @return True while no value may be used to lend, or to call for health (invariant I-26).
    function isSilent() external view returns (bool);

    /// @notice Seconds for which clocks stood still, for want of a round or by the guardian's
    /// pause: the union of both, what runs now included (rule C5). Never falls.
    /// @return Seconds since deployment.
    function stoppedSeconds() external view returns (uint64);

    /// @notice Latest due date whose grace of so many seconds has ended, unix seconds, 0 for none:
    /// grace stands still during a pause, and runs on while rounds are late (rules C5, V4).
    /// @param grace Seconds.
    /// @return A missed due date at or before this is beyond its grace.
    function graceCutoff(uint256 grace) external view returns (uint256);

    /// @notice Whether the guardian's void window of the newest round has passed.
    /// @return True when a value that moved beyond its class's limit may be used (rule V3).
    function voidWindowPassed() external view returns (bool);

    /// @notice TTL: greatest age of a round for use.
    /// @return Seconds from publication, 1 hour to 7 days; fixed at deployment.
    function ttl() external view returns (uint64);
}
