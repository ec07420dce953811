// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import {IRiskTerms} from "./interfaces/IRiskTerms.sol";
import {
    IValuationOracle,
    ValueLeaf,
    ValueProof,
    ValueStatus
} from "./interfaces/IValuationOracle.sol";
import {
    BondParameters,
    IVerifierRegistry,
    LrtBond,
    Unbonding
} from "./interfaces/IVerifierRegistry.sol";
import {ExactTransfer} from "./libraries/ExactTransfer.sol";
import {LedgerUnits} from "./libraries/LedgerUnits.sol";
import {Account, RegistrySlots} from "./libraries/RegistrySlots.sol";
import {Valuation} from "./libraries/Valuation.sol";

/// @title What verifiers have at stake: in, counted, out, slashed
/// @notice A bond is stablecoin, restaking tokens, or both. Restaking tokens go on earning for
/// their verifier, and count at their borrowing value of the newest round only (rule A4). What is
/// unbonded counts no more at once, and stays within reach of a slash until it is withdrawn.
/// @dev Stablecoin is counted in ledger units and paid in base units. Payments come last, after the
/// books have changed; what rulings give waits to be claimed, so that no receiver can stop a
/// ruling.
abstract contract VerifierBonds is IVerifierRegistry, AccessManaged {
    using RegistrySlots for Account;
    using SafeCast for uint256;
    using ExactTransfer for IERC20;
    using SafeERC20 for IERC20;
    using Valuation for uint256;

    /// @dev Hard bounds on the windows: a year at most, and at least a week for a ruling, which
    /// takes a vote.
    uint256 internal constant MAX_WINDOW = 365 days;
    uint256 internal constant MIN_RULING_WINDOW = 7 days;
    /// @dev Class of restaking tokens in the oracle's leaves and in the table of terms.
    uint16 internal constant LRT_CLASS = 14;

    /// @notice Token of bonds and of challenge bonds.
    IERC20 public immutable stablecoin;
    /// @dev Base units of the stablecoin in a ledger unit.
    uint256 internal immutable UNIT;
    /// @notice Least bond that counts with which a verifier may attest at all, ledger units.
    uint64 public immutable minimumBond;
    /// @notice Bond that counts for a verifier on the day of its admission, ledger units.
    uint64 public immutable initialCap;
    /// @notice What is added to that cap with each day since, ledger units.
    uint64 public immutable dailyGrowth;

    /// @notice What a challenger posts, ledger units.
    uint64 public immutable challengeBond;
    /// @notice Seconds after its expiry for which an attestation's exposure runs on.
    uint32 public immutable challengeWindow;
    /// @notice Seconds between the start of unbonding and the withdrawal.
    uint32 public immutable unbondingDelay;
    /// @notice Seconds after which a challenge that nobody ruled on lapses.
    uint32 public immutable rulingWindow;

    /// @notice Oracle whose newest round values restaking tokens; zero until governance names one.
    IValuationOracle public oracle;
    /// @notice Table whose `maxLtvBps` of restaking tokens is the share of their value that counts.
    IRiskTerms public riskTerms;
    /// @notice Receives what is slashed or forfeited, by claiming it.
    address public reserve;
    /// @notice Whether bonds in a restaking token are taken, and count.
    mapping(address token => bool) public isRestakingToken;

    /// @dev One slot a verifier.
    mapping(address verifier => Account) internal _accounts;
    /// @dev Restaking tokens bonded, and what their last proof gave.
    mapping(address verifier => LrtBond) internal _lrts;
    /// @dev What is on its way out.
    mapping(address verifier => Unbonding) internal _unbondings;
    /// @dev What waits to be claimed, base units of the token.
    mapping(address party => mapping(address token => uint256)) private _claimable;

    /// @notice A parameter of the constructor is outside the hard bounds of `BondParameters`.
    error ParametersOutOfBounds();
    /// @notice The call would move nothing.
    error ZeroAmount();
    /// @notice The reserve cannot be nobody.
    error ZeroAddress();

    /// @dev Reverts with `ParametersOutOfBounds`, `ZeroAddress`, or as `LedgerUnits.unitOf` does.
    /// @param authority Access manager of the governed functions.
    /// @param stablecoin_ Token of the bonds.
    /// @param reserve_ Receives what is slashed or forfeited.
    /// @param parameters Bonds and windows.
    constructor(
        address authority,
        IERC20Metadata stablecoin_,
        address reserve_,
        BondParameters memory parameters
    ) AccessManaged(authority) {
        bool windows = parameters.challengeWindow <= MAX_WINDOW
            && parameters.unbondingDelay <= MAX_WINDOW && parameters.rulingWindow <= MAX_WINDOW
            && parameters.rulingWindow >= MIN_RULING_WINDOW;
        bool amounts = parameters.minimumBond != 0 && parameters.challengeBond != 0
            && parameters.initialCap >= parameters.minimumBond;
        if (!windows || !amounts) revert ParametersOutOfBounds();
        stablecoin = stablecoin_;
        UNIT = LedgerUnits.unitOf(stablecoin_);
        minimumBond = parameters.minimumBond;
        initialCap = parameters.initialCap;
        dailyGrowth = parameters.dailyGrowth;
        challengeBond = parameters.challengeBond;
        challengeWindow = parameters.challengeWindow;
        unbondingDelay = parameters.unbondingDelay;
        rulingWindow = parameters.rulingWindow;
        _setReserve(reserve_);
    }

    // ---- In -----------------------------------------------------------------------------------

    /// @inheritdoc IVerifierRegistry
    function deposit(address verifier, uint256 amount) external {
        if (amount == 0) revert ZeroAmount();
        Account storage account = _accounts[verifier];
        account.bond = (account.bond + amount).toUint56();
        emit BondDeposited(verifier, amount);
        stablecoin.take(msg.sender, amount * UNIT);
    }

    /// @inheritdoc IVerifierRegistry
    /// @dev Only the verifier itself: others could block its choice of a token.
    function depositLrt(address token, uint256 lrtAmount) external {
        if (lrtAmount == 0) revert ZeroAmount();
        if (!isRestakingToken[token]) revert TokenNotAllowed(token);
        LrtBond storage lrt = _lrts[msg.sender];
        bool none = lrt.amount == 0 && _unbondings[msg.sender].lrtAmount == 0;
        if (!none && lrt.token != token) revert TokenNotAllowed(token);
        (lrt.token, lrt.amount) = (token, (lrt.amount + lrtAmount).toUint96());
        _accounts[msg.sender].hasLrt = true;
        emit LrtBondDeposited(msg.sender, token, lrtAmount);
        IERC20(token).take(msg.sender, lrtAmount);
    }

    // ---- Counted ------------------------------------------------------------------------------

    /// @inheritdoc IVerifierRegistry
    function proveBond(address verifier, ValueProof calldata proof) external {
        LrtBond storage lrt = _lrts[verifier];
        if (!isRestakingToken[lrt.token]) revert TokenNotAllowed(lrt.token);
        ValueLeaf calldata leaf = proof.leaf;
        uint256 id = uint160(lrt.token);
        if (leaf.assetId != id) revert ProofMismatch(id, leaf.assetId);
        if (leaf.classId != LRT_CLASS) revert ProofMismatch(LRT_CLASS, leaf.classId);
        if (leaf.status != ValueStatus.Valid) revert ValueUnusable(lrt.token);
        (uint32 newest,,,) = oracle.rounds();
        oracle.check(newest, proof);
        uint256 value = uint256(leaf.lower).lrtValue(lrt.amount);
        lrt.value = value.share(riskTerms.termsOf(LRT_CLASS).maxLtvBps).toUint64();
        lrt.round = newest;
        emit LrtBondProven(verifier, newest, lrt.value);
    }

    /// @dev The bond that counts now. Restaking tokens count while their proof is of the newest
    /// round, that round is within its time, and governance still allows the token (rule A4).
    /// @param verifier Whose.
    /// @param account Its slot, as stored or as it would be.
    /// @return Ledger units.
    function _counted(address verifier, Account memory account) internal view returns (uint256) {
        if (!account.hasLrt) return account.bond;
        LrtBond memory lrt = _lrts[verifier];
        if (lrt.value == 0 || !isRestakingToken[lrt.token]) return account.bond;
        (uint32 newest,,,) = oracle.rounds();
        if (lrt.round != newest || oracle.isSilent()) return account.bond;
        return uint256(account.bond) + lrt.value;
    }

    /// @dev A new verifier's cap grows with time (rule G1); a part of a day counts in proportion,
    /// rounded down.
    /// @param verifier Whose.
    /// @param account Its slot.
    /// @return Most that may be committed, ledger units; 0 before admission.
    function _limit(address verifier, Account memory account) internal view returns (uint256) {
        if (account.admittedAt == 0) return 0;
        uint256 age = block.timestamp - account.admittedAt;
        uint256 cap = initialCap + age * dailyGrowth / 1 days;
        return Math.min(_counted(verifier, account), cap);
    }

    // ---- Out ----------------------------------------------------------------------------------

    /// @inheritdoc IVerifierRegistry
    function startUnbonding(uint256 amount, uint256 lrtAmount) external {
        if (amount == 0 && lrtAmount == 0) revert ZeroAmount();
        Account memory account = _accounts[msg.sender];
        if (amount > account.bond) revert BondShort(msg.sender, account.bond, amount);
        account.bond -= amount.toUint56();
        _lowerLrt(msg.sender, account, lrtAmount);
        _checkCover(msg.sender, account);
        _accounts[msg.sender].store(account);

        Unbonding storage leaving = _unbondings[msg.sender];
        leaving.amount += amount.toUint64();
        leaving.lrtAmount += lrtAmount.toUint96();
        leaving.readyAt = (block.timestamp + unbondingDelay).toUint32();
        emit UnbondingStarted(msg.sender, amount, lrtAmount, leaving.readyAt);
    }

    /// @inheritdoc IVerifierRegistry
    function withdraw() external {
        Unbonding memory leaving = _unbondings[msg.sender];
        if (leaving.amount == 0 && leaving.lrtAmount == 0) revert ZeroAmount();
        if (block.timestamp < leaving.readyAt) {
            revert UnbondingRunning(msg.sender, leaving.readyAt);
        }
        uint256 challenges = _accounts[msg.sender].challenges;
        if (challenges != 0) revert BondInChallenge(msg.sender, challenges);
        delete _unbondings[msg.sender];
        emit BondWithdrawn(msg.sender, leaving.amount, leaving.lrtAmount);
        _pay(stablecoin, msg.sender, leaving.amount * UNIT);
        _pay(IERC20(_lrts[msg.sender].token), msg.sender, leaving.lrtAmount);
    }

    /// @inheritdoc IVerifierRegistry
    function claim(address token) external {
        uint256 amount = _claimable[msg.sender][token];
        if (amount == 0) revert ZeroAmount();
        delete _claimable[msg.sender][token];
        emit Claimed(msg.sender, token, amount);
        IERC20(token).safeTransfer(msg.sender, amount);
    }

    /// @dev What stays must cover what is committed, and the least bond while attestations run. The
    /// cap does not matter here: it bounds what is committed, not what must stay. Reverts with
    /// `BondTooSmall` or `BondLocked`.
    /// @param verifier Whose.
    /// @param account Its slot as it would be afterwards; restaking tokens are read as stored.
    function _checkCover(address verifier, Account memory account) private view {
        uint256 counted = _counted(verifier, account);
        if (account.committed > counted) {
            revert BondTooSmall(verifier, account.committed, counted);
        }
        uint256 until = _endOf(account.lockedWeek);
        if (block.timestamp <= until && counted < minimumBond) revert BondLocked(verifier, until);
    }

    /// @dev The proven value falls in proportion, rounded down: less counts, never more. Changes
    /// `account` in memory only; the caller stores it. Reverts with `BondShort`.
    /// @param verifier Whose.
    /// @param account Its slot.
    /// @param lrtAmount Base units that leave the bond.
    function _lowerLrt(address verifier, Account memory account, uint256 lrtAmount) internal {
        if (lrtAmount == 0) return;
        LrtBond storage lrt = _lrts[verifier];
        uint256 amount = lrt.amount;
        if (lrtAmount > amount) revert BondShort(verifier, amount, lrtAmount);
        lrt.value = (uint256(lrt.value) * (amount - lrtAmount) / amount).toUint64();
        lrt.amount = (amount - lrtAmount).toUint96();
        account.hasLrt = lrtAmount != amount;
    }

    /// @dev What does not move waits to be claimed: one token keeps the other back no longer.
    /// @param token Zero only for an amount of 0.
    /// @param to Receiver.
    /// @param baseUnits Amount, base units of the token.
    function _pay(IERC20 token, address to, uint256 baseUnits) private {
        if (baseUnits == 0 || token.trySafeTransfer(to, baseUnits)) return;
        _credit(to, address(token), baseUnits);
    }

    // ---- Slashed ------------------------------------------------------------------------------

    /// @dev Takes what there is when that is less; what is on its way out pays last. The caller
    /// stores `account` and credits what was taken. The casts hold: each amount is at most a field
    /// of its type.
    /// @param verifier Whose.
    /// @param account Its slot.
    /// @param amount Stablecoin to take, ledger units.
    /// @param lrtAmount Restaking tokens to take, base units.
    /// @return taken Stablecoin, ledger units.
    /// @return lrtTaken Restaking tokens, base units.
    function _slash(address verifier, Account memory account, uint256 amount, uint256 lrtAmount)
        internal
        returns (uint256 taken, uint256 lrtTaken)
    {
        Unbonding storage leaving = _unbondings[verifier];
        uint256 bonded = Math.min(amount, account.bond);
        uint256 lrtBonded = Math.min(lrtAmount, _lrts[verifier].amount);
        uint256 left = Math.min(amount - bonded, leaving.amount);
        uint256 lrtLeft = Math.min(lrtAmount - lrtBonded, leaving.lrtAmount);
        (taken, lrtTaken) = (bonded + left, lrtBonded + lrtLeft);
        account.bond -= bonded.toUint56();
        _lowerLrt(verifier, account, lrtBonded);
        leaving.amount -= left.toUint64();
        leaving.lrtAmount -= lrtLeft.toUint96();
        emit BondSlashed(verifier, taken, lrtTaken, left, lrtLeft);
    }

    /// @dev Lets a party claim an amount, in base units of the token; nothing for nothing.
    function _credit(address party, address token, uint256 baseUnits) internal {
        if (baseUnits == 0) return;
        _claimable[party][token] += baseUnits;
        emit Credited(party, token, baseUnits);
    }

    // ---- Settings and views -------------------------------------------------------------------

    /// @inheritdoc IVerifierRegistry
    function setRestakingToken(address token, bool allowed) external restricted {
        if (token == address(stablecoin)) revert TokenNotAllowed(token);
        isRestakingToken[token] = allowed;
        emit RestakingTokenSet(token, allowed);
    }

    /// @inheritdoc IVerifierRegistry
    function setValuation(address newOracle, address newRiskTerms) external restricted {
        (oracle, riskTerms) = (IValuationOracle(newOracle), IRiskTerms(newRiskTerms));
        emit ValuationSet(newOracle, newRiskTerms);
    }

    /// @inheritdoc IVerifierRegistry
    function setReserve(address newReserve) external restricted {
        _setReserve(newReserve);
    }

    /// @inheritdoc IVerifierRegistry
    function bondOf(address verifier) external view returns (uint256) {
        return _accounts[verifier].bond;
    }

    /// @inheritdoc IVerifierRegistry
    function lrtBondOf(address verifier) external view returns (LrtBond memory) {
        return _lrts[verifier];
    }

    /// @inheritdoc IVerifierRegistry
    function unbondingOf(address verifier) external view returns (Unbonding memory) {
        return _unbondings[verifier];
    }

    /// @inheritdoc IVerifierRegistry
    function limitOf(address verifier) external view returns (uint256) {
        return _limit(verifier, _accounts[verifier]);
    }

    /// @inheritdoc IVerifierRegistry
    function lockedUntil(address verifier) external view returns (uint256) {
        return _endOf(_accounts[verifier].lockedWeek);
    }

    /// @inheritdoc IVerifierRegistry
    function claimableOf(address party, address token) external view returns (uint256) {
        return _claimable[party][token];
    }

    /// @dev Earlier credits stay with the reserve of their time. Reverts with `ZeroAddress`.
    function _setReserve(address newReserve) private {
        if (newReserve == address(0)) revert ZeroAddress();
        reserve = newReserve;
        emit ReserveSet(newReserve);
    }

    /// @dev Last second of a week: week `n` ends `n` weeks after 1 January 1970.
    /// @return Unix seconds; 0 for week 0, when nothing was ever attested.
    function _endOf(uint256 week) internal pure returns (uint256) {
        return week * 1 weeks;
    }
}
