// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

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

/// @notice What the reporters sign (EIP-712 type `Round`), in this order.
/// @param round Number, one above the last.
/// @param observedAt Chain time up to which observations count, unix seconds.
/// @param count Number of leaves.
/// @param root Merkle root (sorted pairs, double-hashed leaves).
/// @param contentHash SHA-256 of the published leaves (rule V5).
/// @param modelSetHash Hash of the models and their parameters.
struct Round {
    uint32 round;
    uint64 observedAt;
    uint32 count;
    bytes32 root;
    bytes32 contentHash;
    bytes32 modelSetHash;
}

/// @notice EIP-2098 compact signature.
struct CompactSignature {
    bytes32 r;
    bytes32 vs;
}

/// @title k-of-n signed rounds of values
interface IValuationOracle {
    event RoundPublished(
        uint32 indexed round,
        bytes32 root,
        bytes32 contentHash,
        bytes32 modelSetHash,
        uint64 observedAt,
        uint32 count,
        uint64 publishedAt,
        uint64 stoppedSeconds
    );
    event RoundVoided(uint32 indexed round);
    event ReporterSet(address indexed reporter, bool active);

    error RoundGap(uint32 expected, uint32 given);
    error TooSoon(uint64 earliest);
    error InvalidObservedAt(uint64 observedAt);
    error NotEnoughSigners(uint256 given, uint256 required);
    error SignersNotSorted(address previous, address next);
    error InvalidSigner(address signer);
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
    /// @notice Whether the newest round is older than TTL (or none exists).
    function isSilent() external view returns (bool);
    /// @notice Seconds for which clocks stood still for want of a round, the running gap included
    /// (rule C5).
    function stoppedSeconds() external view returns (uint64);
    /// @notice Whether the guardian's void window of the newest round has passed.
    function voidWindowPassed() external view returns (bool);
    function ttl() external view returns (uint64);
    function setReporter(address reporter, bool active) external;
}
