// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {ValueProof} from "./IValuationOracle.sol";

/// @notice Numbers of the verifier registry, fixed at deployment; ledger units and seconds.
/// @param minimumBond Least bond that counts with which a verifier may attest at all; not 0.
/// @param initialCap Bond that counts for a verifier on the day of its admission (rule G1); at
/// least `minimumBond`.
/// @param dailyGrowth What is added to that cap with each day since.
/// @param challengeBond What a challenger posts; not 0.
/// @param challengeWindow Time after its expiry for which an attestation's exposure runs on; at
/// most a year.
/// @param unbondingDelay Time between the start of unbonding and the withdrawal; at most a year.
/// @param rulingWindow Time after which a challenge that nobody ruled on lapses; 7 days to a year.
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
/// up, until the end of the week in which its expiry and the challenge window have passed (rule
/// A4). Week `n` ends `n` weeks after 1 January 1970. Amounts are ledger units of the stablecoin
/// unless they are said to be base units. Governed functions revert with
/// `AccessManagedUnauthorized` for anybody else.
interface IVerifierRegistry {
    /// @notice A vote set a verifier's roles in a class, as bits; 0 takes them all.
    event VerifierSet(address indexed verifier, uint16 indexed classId, uint8 roles);
    /// @notice Somebody added stablecoin to a verifier's bond.
    event BondDeposited(address indexed verifier, uint256 amount);
    /// @notice A verifier added restaking tokens, base units; they count from a proof on.
    event LrtBondDeposited(address indexed verifier, address indexed token, uint256 lrtAmount);
    /// @notice A verifier's restaking tokens count with this borrowing value while that round is
    /// the newest.
    event LrtBondProven(address indexed verifier, uint32 round, uint64 value);
    /// @notice A part of the bond counts no more and is on its way out.
    /// @param amount Stablecoin, ledger units.
    /// @param lrtAmount Restaking tokens, base units.
    /// @param readyAt From when all that is on its way may be withdrawn, unix seconds.
    event UnbondingStarted(
        address indexed verifier, uint256 amount, uint256 lrtAmount, uint64 readyAt
    );
    /// @notice What was unbonded was paid, or credited where its token did not move.
    /// @param amount Stablecoin, ledger units.
    /// @param lrtAmount Restaking tokens, base units.
    event BondWithdrawn(address indexed verifier, uint256 amount, uint256 lrtAmount);
    /// @notice What was taken, first from the bond, the rest from what is on its way out.
    /// @param amount Stablecoin in all, ledger units.
    /// @param lrtAmount Restaking tokens in all, base units.
    /// @param fromUnbonding Part of `amount` that was on its way out.
    /// @param lrtFromUnbonding Part of `lrtAmount` that was on its way out.
    event BondSlashed(
        address indexed verifier,
        uint256 amount,
        uint256 lrtAmount,
        uint256 fromUnbonding,
        uint256 lrtFromUnbonding
    );
    /// @notice An attestation committed a part of its verifier's bond until the end of a week.
    event ExposureTaken(address indexed verifier, uint256 indexed week, uint256 committed);
    /// @notice All that a verifier had committed until the end of a past week is free again.
    event ExposureReleased(address indexed verifier, uint256 indexed week, uint256 committed);
    /// @notice Somebody doubts an attestation.
    /// @param verifier Its attester.
    /// @param uid Its id in EAS.
    /// @param challenger Who posted the bond.
    /// @param bond What was posted, ledger units.
    /// @param evidenceHash Hash of what the challenger publishes; not read by the contract.
    event ChallengeOpened(
        address indexed verifier,
        bytes32 indexed uid,
        address indexed challenger,
        uint64 bond,
        bytes32 evidenceHash
    );
    /// @notice Governance found the challenger right; `BondSlashed` and `Credited` say who paid
    /// what.
    event ChallengeUpheld(address indexed verifier, bytes32 indexed uid);
    /// @notice Governance found the challenger wrong; the reserve has its bond.
    event ChallengeDismissed(address indexed verifier, bytes32 indexed uid);
    /// @notice Nobody ruled in time; the challenger has its bond back.
    event ChallengeLapsed(address indexed verifier, bytes32 indexed uid);
    /// @notice Something waits to be claimed, in base units of the token.
    event Credited(address indexed party, address indexed token, uint256 amount);
    /// @notice A party took what waited for it, in base units of the token.
    event Claimed(address indexed party, address indexed token, uint256 amount);
    /// @notice A vote said whether bonds in this restaking token are taken, and count.
    event RestakingTokenSet(address indexed token, bool allowed);
    /// @notice A vote named the oracle and the table that value bonded restaking tokens.
    event ValuationSet(address indexed oracle, address indexed riskTerms);
    /// @notice A vote named who receives what is slashed and forfeited.
    event ReserveSet(address indexed reserve);

    /// @notice The verifier does not have this role in this class.
    error NotAuthorised(address verifier, uint16 classId, uint8 role);
    /// @notice What would be committed is more than may be, or the least bond is more than counts.
    /// @param committed What the bond has to cover, ledger units.
    /// @param limit What counts of it, ledger units.
    error BondTooSmall(address verifier, uint256 committed, uint256 limit);
    /// @notice More was asked than is bonded: ledger units, or base units of the restaking token.
    error BondShort(address verifier, uint256 bond, uint256 needed);
    /// @notice The least bond stays until the last attestation's week has passed, unix seconds.
    error BondLocked(address verifier, uint256 until);
    /// @notice Nothing is paid while this many challenges of the verifier are open.
    error BondInChallenge(address verifier, uint256 challenges);
    /// @notice The unbonding delay runs until `readyAt`, unix seconds.
    error UnbondingRunning(address verifier, uint256 readyAt);
    /// @notice Not a restaking token that governance allows, or not the kind that is bonded
    /// already.
    error TokenNotAllowed(address token);
    /// @notice The proof is of another asset or class than the bonded token's.
    error ProofMismatch(uint256 expected, uint256 given);
    /// @notice The oracle says that the token cannot be borrowed against, so it backs nothing.
    error ValueUnusable(address token);
    /// @notice The verifier has nothing committed until the end of that week.
    error ExposureUnknown(address verifier, uint256 week);
    /// @notice The week has not passed; it ends at `until`, unix seconds.
    error ExposureRunning(address verifier, uint256 until);
    /// @notice No challenge of this attestation is open.
    error ChallengeUnknown(address verifier, bytes32 uid);
    /// @notice A challenge of this attestation is open already.
    error ChallengeExists(address verifier, bytes32 uid);
    /// @notice Governance has until `until`, unix seconds, to rule.
    error ChallengeRunning(address verifier, bytes32 uid, uint256 until);
    /// @notice Only the asset registry commits bonds.
    error NotAssetRegistry(address caller);

    /// @notice Commits a part of the bond for an attestation (rule A4). Only the asset registry.
    /// @dev Reverts with `NotAssetRegistry`, `NotAuthorised`, or `BondTooSmall` when the least bond
    /// does not count or the new sum passes the limit.
    /// @param verifier Who attested.
    /// @param classId Class of the asset.
    /// @param role The role's bit.
    /// @param value Value attested, ledger units; 0 commits nothing but locks the least bond.
    /// @param bondFactor How much attested value a unit of bond stands for in this class; not 0.
    /// @param validUntil Expiry of the attestation, unix seconds.
    function takeExposure(
        address verifier,
        uint16 classId,
        uint8 role,
        uint64 value,
        uint16 bondFactor,
        uint64 validUntil
    ) external;

    /// @notice Frees what a verifier committed until the end of that week. Anyone.
    /// @dev Reverts with `ExposureUnknown` or `ExposureRunning`.
    /// @param verifier Whose bond.
    /// @param week Weeks since 1970, as in `ExposureTaken`.
    function releaseExposure(address verifier, uint256 week) external;

    /// @notice Adds stablecoin to a verifier's bond. Anyone.
    /// @dev Reverts with `ZeroAmount`, and with `TransferShort` when less arrives.
    /// @param verifier Whose bond.
    /// @param amount Ledger units; in all below 2^56.
    function deposit(address verifier, uint256 amount) external;

    /// @notice Adds restaking tokens to the caller's bond; one kind of token at a time.
    /// @dev Reverts with `ZeroAmount`, `TokenNotAllowed` or `TransferShort`.
    /// @param token Allowed by governance, and the kind that is bonded or on its way out already.
    /// @param lrtAmount Base units; in all below 2^96.
    function depositLrt(address token, uint256 lrtAmount) external;

    /// @notice Lets a verifier's restaking tokens count at their borrowing value while the round of
    /// the proof is the newest. Anyone.
    /// @dev Lower bound × amount ÷ 10^18, of that the class's `maxLtvBps`; both rounded down.
    /// Reverts with `TokenNotAllowed`, `ProofMismatch`, `ValueUnusable`, or as the oracle's `check`
    /// does.
    /// @param verifier Whose bond.
    /// @param proof Value of the token in the newest round.
    function proveBond(address verifier, ValueProof calldata proof) external;

    /// @notice Takes a free part of the caller's bond out of what counts; it can be withdrawn after
    /// the delay, which starts anew for all that is on its way.
    /// @dev Reverts with `ZeroAmount`; `BondShort`; `BondTooSmall` when what stays would not cover
    /// what is committed; `BondLocked` when it would be less than the least bond too early.
    /// @param amount Stablecoin, ledger units.
    /// @param lrtAmount Restaking tokens, base units.
    function startUnbonding(uint256 amount, uint256 lrtAmount) external;

    /// @notice Pays the caller what is unbonded. Refused while one of its attestations is
    /// challenged. A token that does not move is credited instead, and claimed later.
    /// @dev Reverts with `ZeroAmount`, `UnbondingRunning` or `BondInChallenge`.
    function withdraw() external;

    /// @notice Pays the caller what rulings and failed payments left for it.
    /// @dev Reverts with `ZeroAmount`.
    /// @param token The stablecoin or a restaking token.
    function claim(address token) external;

    /// @notice Challenges an attestation and posts the challenge bond. Anyone; while it is open
    /// nothing of the verifier's bond leaves.
    /// @dev Reverts with `ChallengeExists` or `TransferShort`.
    /// @param verifier Attester of what is doubted.
    /// @param uid Its id in EAS.
    /// @param evidenceHash Hash of what the challenger publishes.
    function challenge(address verifier, bytes32 uid, bytes32 evidenceHash) external;

    /// @notice Slashes, gives half to the challenger and half to the reserve, and refunds the
    /// challenger's bond. The verifier's cap starts anew. Governance.
    /// @dev Takes what there is when that is less. Reverts with `ChallengeUnknown`.
    /// @param verifier Who attested falsely.
    /// @param uid Attestation that was challenged.
    /// @param amount Stablecoin to take, ledger units.
    /// @param lrtAmount Restaking tokens to take, base units.
    function uphold(address verifier, bytes32 uid, uint256 amount, uint256 lrtAmount) external;

    /// @notice Forfeits the challenger's bond to the reserve. Governance.
    /// @dev Reverts with `ChallengeUnknown`.
    /// @param verifier Who was challenged.
    /// @param uid Attestation that was challenged.
    function dismiss(address verifier, bytes32 uid) external;

    /// @notice Ends a challenge that nobody ruled on in time and refunds its bond. Anyone.
    /// @dev Reverts with `ChallengeUnknown` or `ChallengeRunning`.
    /// @param verifier Who was challenged.
    /// @param uid Attestation that was challenged.
    function lapse(address verifier, bytes32 uid) external;

    /// @notice Slashes for the reserve alone. Takes what there is when that is less. Governance.
    /// @dev Reverts with `ZeroAmount` when there is nothing to take.
    /// @param verifier Whose bond.
    /// @param amount Stablecoin to take, ledger units.
    /// @param lrtAmount Restaking tokens to take, base units.
    function slash(address verifier, uint256 amount, uint256 lrtAmount) external;

    /// @notice Sets a verifier's roles in a class; the first ones admit it. Governance.
    /// @dev Reverts with `RolesOutOfBounds`.
    /// @param verifier Whom.
    /// @param classId Asset class, 1 to 15.
    /// @param roles As bits: 1 title, 2 appraisal, 4 inspection, 8 device; 0 takes them all.
    function setVerifier(address verifier, uint16 classId, uint8 roles) external;

    /// @notice Says whether a restaking token is taken as bond. One that is no longer allowed
    /// counts no more, and can be unbonded. Governance.
    /// @dev Reverts with `TokenNotAllowed` for the stablecoin, whose balance is bonds and credits.
    /// @param token A non-rebasing wrapper (rule V6).
    /// @param allowed Whether it is.
    function setRestakingToken(address token, bool allowed) external;

    /// @notice Names where restaking tokens are valued and what share of the value counts.
    /// Governance.
    /// @param oracle Oracle of the rounds that prove them.
    /// @param riskTerms Table whose `maxLtvBps` of restaking tokens is that share.
    function setValuation(address oracle, address riskTerms) external;

    /// @notice Names who receives what is slashed and forfeited from now on. Governance.
    /// @dev Reverts with `ZeroAddress`.
    /// @param reserve Receiver, which claims it.
    function setReserve(address reserve) external;

    /// @notice Roles of a verifier in a class.
    /// @param verifier Whose.
    /// @param classId Asset class.
    /// @return Bits as in `setVerifier`; 0 beyond class 15.
    function rolesOf(address verifier, uint16 classId) external view returns (uint8);

    /// @notice Stablecoin bonded, without what is on its way out.
    /// @param verifier Whose.
    /// @return Ledger units.
    function bondOf(address verifier) external view returns (uint256);

    /// @notice Restaking tokens bonded, without what is on its way out.
    /// @param verifier Whose.
    /// @return Token, amount and what the last proof gave.
    function lrtBondOf(address verifier) external view returns (LrtBond memory);

    /// @notice What is on its way out.
    /// @param verifier Whose.
    /// @return Both amounts, and when they may be withdrawn.
    function unbondingOf(address verifier) external view returns (Unbonding memory);

    /// @notice Part of the bond that stands behind attestations.
    /// @param verifier Whose.
    /// @return Ledger units; weeks that have passed count until they are released.
    function committedOf(address verifier) external view returns (uint256);

    /// @notice Part of it that is committed until the end of that week.
    /// @param verifier Whose.
    /// @param week Weeks since 1970.
    /// @return Ledger units.
    function committedIn(address verifier, uint256 week) external view returns (uint256);

    /// @notice Most that may be committed now: the bond that counts, and no more than the cap.
    /// @param verifier Whose.
    /// @return Ledger units; 0 before admission.
    function limitOf(address verifier) external view returns (uint256);

    /// @notice Until when the least bond must stay.
    /// @param verifier Whose.
    /// @return Unix seconds; 0 when it never attested.
    function lockedUntil(address verifier) external view returns (uint256);

    /// @notice Open challenges of a verifier.
    /// @param verifier Whose.
    /// @return Their number.
    function challengesOf(address verifier) external view returns (uint256);

    /// @notice The open challenge of an attestation.
    /// @param verifier Its attester.
    /// @param uid Its id in EAS.
    /// @return All zero when there is none.
    function challengeOf(address verifier, bytes32 uid) external view returns (Challenge memory);

    /// @notice What a party may claim.
    /// @param party Whose.
    /// @param token The stablecoin or a restaking token.
    /// @return Base units of the token.
    function claimableOf(address party, address token) external view returns (uint256);
}
