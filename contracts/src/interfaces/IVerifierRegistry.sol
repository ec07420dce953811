// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {ValueProof} from "./IValuationOracle.sol";

/// @notice Numbers of the verifier registry, fixed at deployment; ledger units and seconds.
/// @param minimumBond Least bond that counts with which a verifier may attest at all.
/// @param initialCap Bond that counts for a verifier on the day of its admission (rule G1).
/// @param dailyGrowth What is added to that cap with each day since.
/// @param challengeBond What a challenger posts.
/// @param challengeWindow Time after its expiry for which an attestation's exposure runs on.
/// @param unbondingDelay Time between the start of unbonding and the withdrawal.
/// @param rulingWindow Time after which a challenge that nobody ruled on lapses.
struct BondParameters {
    uint64 minimumBond;
    uint64 initialCap;
    uint64 dailyGrowth;
    uint64 challengeBond;
    uint32 challengeWindow;
    uint32 unbondingDelay;
    uint32 rulingWindow;
}

/// @notice Restaking tokens at stake. They are the verifier's, and so is what they earn.
/// @param token A restaking token that governance allows.
/// @param amount Base units.
/// @param value Borrowing value that the last proof gave, ledger units.
/// @param round Round of that proof; the value counts while this is the newest one.
struct LrtBond {
    address token;
    uint96 amount;
    uint64 value;
    uint32 round;
}

/// @notice A bond on its way out: it no longer counts, and can still be slashed.
/// @param amount Stablecoin, ledger units.
/// @param lrtAmount Restaking tokens, base units.
/// @param readyAt When it may be withdrawn, unix seconds.
struct Unbonding {
    uint64 amount;
    uint96 lrtAmount;
    uint32 readyAt;
}

/// @notice An open challenge of one attestation.
/// @param challenger Who posted the bond.
/// @param openedAt Unix seconds.
/// @param bond What was posted, ledger units.
struct Challenge {
    address challenger;
    uint32 openedAt;
    uint64 bond;
}

/// @title Who may attest which class in which role, and what they have at stake
/// @notice Each attestation commits a part of its verifier's bond: value ÷ class factor, rounded
/// up, until the first whole week after its expiry and the challenge window (rule A4). Amounts are
/// ledger units of the stablecoin unless they are said to be base units of a restaking token.
interface IVerifierRegistry {
    event VerifierSet(address indexed verifier, uint16 indexed classId, uint8 roles);
    event BondDeposited(address indexed verifier, uint256 amount);
    event LrtBondDeposited(address indexed verifier, address indexed token, uint256 lrtAmount);
    event LrtBondProven(address indexed verifier, uint32 round, uint64 value);
    event UnbondingStarted(
        address indexed verifier, uint256 amount, uint256 lrtAmount, uint64 readyAt
    );
    event BondWithdrawn(address indexed verifier, uint256 amount, uint256 lrtAmount);
    /// @notice What was taken, first from the bond, the rest from what is on its way out.
    event BondSlashed(
        address indexed verifier,
        uint256 amount,
        uint256 lrtAmount,
        uint256 fromUnbonding,
        uint256 lrtFromUnbonding
    );
    event ExposureTaken(address indexed verifier, uint256 indexed week, uint256 committed);
    event ExposureReleased(address indexed verifier, uint256 indexed week, uint256 committed);
    event ChallengeOpened(
        address indexed verifier,
        bytes32 indexed uid,
        address indexed challenger,
        uint64 bond,
        bytes32 evidenceHash
    );
    event ChallengeUpheld(address indexed verifier, bytes32 indexed uid);
    event ChallengeDismissed(address indexed verifier, bytes32 indexed uid);
    event ChallengeLapsed(address indexed verifier, bytes32 indexed uid);
    /// @notice Something waits to be claimed, in base units of the token.
    event Credited(address indexed party, address indexed token, uint256 amount);
    event Claimed(address indexed party, address indexed token, uint256 amount);
    event RestakingTokenSet(address indexed token, bool allowed);
    event ValuationSet(address indexed oracle, address indexed riskTerms);
    event ReserveSet(address indexed reserve);

    error NotAuthorised(address verifier, uint16 classId, uint8 role);
    error BondTooSmall(address verifier, uint256 committed, uint256 limit);
    error BondShort(address verifier, uint256 bond, uint256 needed);
    error BondLocked(address verifier, uint256 until);
    error BondInChallenge(address verifier, uint256 challenges);
    error UnbondingRunning(address verifier, uint256 readyAt);
    error TokenNotAllowed(address token);
    error ProofMismatch(uint256 expected, uint256 given);
    error ValueUnusable(address token);
    error ExposureUnknown(address verifier, uint256 week);
    error ExposureRunning(address verifier, uint256 until);
    error ChallengeUnknown(address verifier, bytes32 uid);
    error ChallengeExists(address verifier, bytes32 uid);
    error ChallengeRunning(address verifier, bytes32 uid, uint256 until);
    error NotAssetRegistry(address caller);

    /// @notice Commits a part of the bond for an attestation (rule A4). Only the asset registry.
    /// @param value Value attested, ledger units; 0 commits nothing but locks the least bond.
    /// @param bondFactor How much attested value a unit of bond stands for in this class.
    function takeExposure(
        address verifier,
        uint16 classId,
        uint8 role,
        uint64 value,
        uint16 bondFactor,
        uint64 validUntil
    ) external;
    /// @notice Frees what a verifier committed until the end of that week. Anyone.
    function releaseExposure(address verifier, uint256 week) external;

    /// @notice Adds stablecoin to a verifier's bond. Anyone.
    function deposit(address verifier, uint256 amount) external;
    /// @notice Adds restaking tokens to the caller's bond; one kind of token at a time.
    function depositLrt(address token, uint256 lrtAmount) external;
    /// @notice Lets a verifier's restaking tokens count at their borrowing value while the round of
    /// the proof is the newest. Anyone.
    function proveBond(address verifier, ValueProof calldata proof) external;
    /// @notice Takes a free part of the caller's bond out of what counts; it can be withdrawn after
    /// the delay, which starts anew for all that is on its way.
    function startUnbonding(uint256 amount, uint256 lrtAmount) external;
    /// @notice Pays the caller what is unbonded. Refused while one of its attestations is challenged.
    function withdraw() external;
    /// @notice Pays the caller what rulings left for it.
    function claim(address token) external;

    /// @notice Challenges an attestation and posts the challenge bond. Anyone; while it is open
    /// nothing of the verifier's bond leaves.
    function challenge(address verifier, bytes32 uid, bytes32 evidenceHash) external;
    /// @notice Slashes, gives half to the challenger and half to the reserve, and refunds the
    /// challenger's bond. The verifier's cap starts anew. Governance.
    function uphold(address verifier, bytes32 uid, uint256 amount, uint256 lrtAmount) external;
    /// @notice Forfeits the challenger's bond to the reserve. Governance.
    function dismiss(address verifier, bytes32 uid) external;
    /// @notice Ends a challenge that nobody ruled on in time and refunds its bond. Anyone.
    function lapse(address verifier, bytes32 uid) external;
    /// @notice Slashes for the reserve alone. Takes what there is when that is less. Governance.
    function slash(address verifier, uint256 amount, uint256 lrtAmount) external;

    function setVerifier(address verifier, uint16 classId, uint8 roles) external;
    function setRestakingToken(address token, bool allowed) external;
    /// @notice Names where restaking tokens are valued and what share of the value counts.
    function setValuation(address oracle, address riskTerms) external;
    function setReserve(address reserve) external;

    function rolesOf(address verifier, uint16 classId) external view returns (uint8);
    /// @notice Stablecoin bonded, without what is on its way out.
    function bondOf(address verifier) external view returns (uint256);
    function lrtBondOf(address verifier) external view returns (LrtBond memory);
    function unbondingOf(address verifier) external view returns (Unbonding memory);
    /// @notice Part of the bond that stands behind attestations.
    function committedOf(address verifier) external view returns (uint256);
    /// @notice Part of it that is committed until the end of that week.
    function committedIn(address verifier, uint256 week) external view returns (uint256);
    /// @notice Most that may be committed now: the bond that counts, and no more than the cap.
    function limitOf(address verifier) external view returns (uint256);
    /// @notice Until when the least bond must stay, unix seconds.
    function lockedUntil(address verifier) external view returns (uint256);
    function challengesOf(address verifier) external view returns (uint256);
    function challengeOf(address verifier, bytes32 uid) external view returns (Challenge memory);
    /// @notice What a party may claim, base units of the token.
    function claimableOf(address party, address token) external view returns (uint256);
}
