// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @notice What the reporters sign (EIP-712 type `Round`), in this order.
/// @param round Number, one above the last.
/// @param observedAt Chain time up to which observations count, unix seconds.
/// @param root Merkle root (sorted pairs, double-hashed leaves).
/// @param contentHash SHA-256 of the published leaves, of the inputs and models behind them (rule
/// V5).
struct Round {
    uint32 round;
    uint40 observedAt;
    bytes32 root;
    bytes32 contentHash;
}

/// @notice EIP-2098 compact signature.
struct CompactSignature {
    bytes32 r;
    bytes32 vs;
}

/// @title Who signs rounds, and what they have at stake
/// @notice Bonds are stablecoin, in ledger units.
interface IReporters {
    event ReporterSet(address indexed reporter, bool active);
    event BondDeposited(address indexed reporter, uint256 amount);
    event BondWithdrawn(address indexed reporter, uint256 amount);
    event BondSlashed(address indexed reporter, uint256 amount, address indexed beneficiary);
    event DoubleSigned(address indexed reporter, uint32 indexed round, address indexed prover);

    error InvalidSigner(address signer);
    error ReportersOutOfBounds(uint256 reporters, uint256 threshold);
    error ReportersNotSorted(address previous, address next);
    error ReporterUnknown(address reporter);
    error ReporterKnown(address reporter);
    error ReporterChangeTooSoon(uint64 earliest);
    error BondShort(address reporter, uint256 bond, uint256 needed);
    error BondLocked(address reporter, uint64 until);
    error RoundsAgree(uint32 first, uint32 second);

    /// @notice Changes one seat: a reporter leaves, joins, or takes another's place; zero stands
    /// for nobody. Who joins is bonded. At most once a fortnight (rule G1). Governor.
    function changeReporter(address leaving, address joining) external;
    /// @notice Adds to a reporter's bond. Anyone.
    function deposit(address reporter, uint256 amount) external;
    /// @notice Takes bond back: never while a reporter, and not before the lock after it has run.
    function withdraw(uint256 amount) external;
    /// @notice Takes from a bond, as much as there is: for a root that the published inputs do not
    /// reproduce (rule V3). Governor.
    function slash(address reporter, uint256 amount, address beneficiary) external;
    /// @notice Takes a whole bond for two signed rounds of one number that could both have been
    /// published: half goes to the caller, half to the treasury, and the reporter leaves as long as
    /// enough stay. Needs no vote. Anyone.
    function slashDoubleSign(
        Round calldata first,
        CompactSignature calldata firstSignature,
        Round calldata second,
        CompactSignature calldata secondSignature
    ) external;
    /// @notice The reporters, by address.
    function reporters() external view returns (address[] memory);
    function isReporter(address account) external view returns (bool);
    function bondOf(address reporter) external view returns (uint256);
    /// @notice End of the lock of a bond whose holder has left, unix seconds.
    function bondLockedUntil(address reporter) external view returns (uint64);
    /// @notice Least bond of a reporter that joins.
    function minimumBond() external view returns (uint256);
    /// @notice Signatures that a round needs.
    function threshold() external view returns (uint16);
}
