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
/// @param r As in a signature of 65 bytes.
/// @param vs `s`, with the parity of `v` in the highest bit.
struct CompactSignature {
    bytes32 r;
    bytes32 vs;
}

/// @title Who signs rounds, and what they have at stake
/// @notice Bonds are stablecoin, in ledger units. More than half of the reporters must sign a
/// round, so that two roots of one round share a signer, who can be slashed on proof (rule V3).
interface IReporters {
    /// @notice A seat changed: the reporter may sign from now on, or no longer.
    event ReporterSet(address indexed reporter, bool active);
    /// @notice Somebody added to a reporter's bond, ledger units.
    event BondDeposited(address indexed reporter, uint256 amount);
    /// @notice One who is no reporter took bond back, ledger units.
    event BondWithdrawn(address indexed reporter, uint256 amount);
    /// @notice A part of a bond, ledger units, was taken and paid to the beneficiary.
    event BondSlashed(address indexed reporter, uint256 amount, address indexed beneficiary);
    /// @notice Two different rounds of one number bear this reporter's signature.
    /// @param reporter Who signed both.
    /// @param round The number.
    /// @param prover Who brought the proof, and has half of the bond.
    event DoubleSigned(address indexed reporter, uint32 indexed round, address indexed prover);

    /// @notice Who signed is not a reporter, or not the same one twice; zero for no valid
    /// signature.
    error InvalidSigner(address signer);
    /// @notice Fewer reporters than a round needs, or so many that half of them would do.
    error ReportersOutOfBounds(uint256 reporters, uint256 threshold);
    /// @notice The first reporters must ascend strictly by address.
    error ReportersNotSorted(address previous, address next);
    /// @notice Who is to leave has no seat; zero when the call changes nothing.
    error ReporterUnknown(address reporter);
    /// @notice Who is to join has a seat already.
    error ReporterKnown(address reporter);
    /// @notice Seats change once a fortnight; unix seconds (rule G1).
    error ReporterChangeTooSoon(uint64 earliest);
    /// @notice The bond is smaller than what is asked of it, or there is none. Ledger units.
    error BondShort(address reporter, uint256 bond, uint256 needed);
    /// @notice The bond stays until then, unix seconds; the highest number while a reporter.
    error BondLocked(address reporter, uint64 until);
    /// @notice No double signature: other numbers, the same round, or times of observation so far
    /// apart that both could not be published.
    error RoundsAgree(uint32 first, uint32 second);

    /// @notice Changes one seat: a reporter leaves, joins, or takes another's place; zero stands
    /// for nobody. Who joins is bonded. At most once a fortnight (rule G1). Governor.
    /// @dev Reverts with `ReporterChangeTooSoon`, `ReporterUnknown`, `ReporterKnown`, `BondShort`
    /// or `ReportersOutOfBounds`.
    /// @param leaving Reporter that leaves; its bond is locked for thirty days.
    /// @param joining Who joins, with at least `minimumBond`.
    function changeReporter(address leaving, address joining) external;

    /// @notice Adds to a reporter's bond. Anyone.
    /// @dev Reverts with `TransferShort` when less arrives.
    /// @param reporter Whose bond, whether it has a seat or not.
    /// @param amount Ledger units.
    function deposit(address reporter, uint256 amount) external;

    /// @notice Takes bond back: never while a reporter, and not before the lock after it has run.
    /// @dev Reverts with `BondLocked` or `BondShort`.
    /// @param amount Ledger units, paid to the caller.
    function withdraw(uint256 amount) external;

    /// @notice Takes from a bond, as much as there is: for a root that the published inputs do not
    /// reproduce (rule V3). Governor.
    /// @dev Reverts with `BondShort` when there is nothing.
    /// @param reporter Whose bond.
    /// @param amount Most that is taken, ledger units.
    /// @param beneficiary Who receives it.
    function slash(address reporter, uint256 amount, address beneficiary) external;

    /// @notice Takes a whole bond for two signed rounds of one number that could both have been
    /// published: half goes to the caller, half to the treasury, and the reporter leaves as long as
    /// enough stay. Needs no vote. Anyone.
    /// @dev The caller's half is rounded up. Reverts with `RoundsAgree`, `InvalidSigner`, or
    /// `BondShort` when there is no bond.
    /// @param first One round.
    /// @param firstSignature The reporter's signature of it.
    /// @param second Another of the same number, published or not.
    /// @param secondSignature The same reporter's signature of that.
    function slashDoubleSign(
        Round calldata first,
        CompactSignature calldata firstSignature,
        Round calldata second,
        CompactSignature calldata secondSignature
    ) external;

    /// @notice The reporters.
    /// @return By ascending address.
    function reporters() external view returns (address[] memory);

    /// @notice Whether an account has a seat.
    /// @param account Any account.
    /// @return True when it may sign rounds.
    function isReporter(address account) external view returns (bool);

    /// @notice Bond of a reporter, or of one that was or will be one.
    /// @param reporter Whose.
    /// @return Ledger units.
    function bondOf(address reporter) external view returns (uint256);

    /// @notice End of the lock of a bond whose holder has left.
    /// @param reporter Whose.
    /// @return Unix seconds; 0 when it never left a seat.
    function bondLockedUntil(address reporter) external view returns (uint64);

    /// @notice Least bond of a reporter that joins.
    /// @return Ledger units; fixed at deployment.
    function minimumBond() external view returns (uint256);

    /// @notice Signatures that a round needs.
    /// @return More than half of the reporters; fixed at deployment.
    function threshold() external view returns (uint16);
}
