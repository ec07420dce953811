// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IPause} from "./IPause.sol";
import {CompactSignature, IReporters, Round} from "./IReporters.sol";
import {Present} from "../libraries/Presents.sol";

/// @notice Anything but `Valid` cannot be borrowed against.
/// @dev For restaking tokens `Challenged` says that market and NAV differ by more than the band
/// for borrowing, `Frozen` that they differ by more than the band for calling (rule V6).
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
struct ValueProof {
    ValueLeaf leaf;
    bytes32[] path;
}

/// @title k-of-n signed rounds of values
interface IValuationOracle is IPause, IReporters {
    event RoundPublished(
        uint32 indexed round, bytes32 root, bytes32 contentHash, uint40 observedAt
    );
    event RoundVoided(uint32 indexed round);

    error RoundGap(uint32 expected, uint32 given);
    error TooSoon(uint64 earliest);
    error InvalidObservedAt(uint40 observedAt);
    error NotEnoughSigners(uint256 given, uint256 required);
    error SignersNotSorted(address previous, address next);
    error RoundUnusable(uint32 round);
    error BadProof(uint256 assetId, uint32 round);
    error ValueExpired(uint256 assetId, uint64 validUntil);
    error RoundStale(uint32 round, uint64 publishedAt);
    error VoidTooSoon(uint64 earliest);
    error VoidWindowClosed(uint32 round);

    /// @notice Publishes the next round. Anyone may bring the reporters' signatures, sorted by
    /// signer.
    function publish(Round calldata round, CompactSignature[] calldata signatures) external;
    /// @notice Voids the newest round within its void window, at most once in seven days. Guardian.
    function void(uint32 round) external;
    /// @notice Numbers of the last two usable rounds and when each was published; 0 when there is
    /// none.
    function rounds()
        external
        view
        returns (uint32 newest, uint64 newestAt, uint32 previous, uint64 previousAt);
    /// @notice Reverts unless the proof is of that round (newest or previous) and not past its
    /// `validUntil`.
    function check(uint32 round, ValueProof calldata proof) external view;
    /// @notice All that a market asks, in one call; `both` for the previous root too.
    function present(bool both) external view returns (Present memory);
    /// @notice Whether the newest round is older than TTL (or none exists).
    function isSilent() external view returns (bool);
    /// @notice Seconds for which clocks stood still, for want of a round or by the guardian's pause:
    /// the union of both, what runs now included (rule C5).
    function stoppedSeconds() external view returns (uint64);
    /// @notice Latest due date whose grace of so many seconds has ended, unix seconds, 0 for none:
    /// grace stands still during a pause, and runs on while rounds are late (rules C5, V4).
    function graceCutoff(uint256 grace) external view returns (uint256);
    /// @notice Whether the guardian's void window of the newest round has passed.
    function voidWindowPassed() external view returns (bool);
    function ttl() external view returns (uint64);
}
