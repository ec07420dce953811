// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import {BondParameters, Challenge, IVerifierRegistry} from "./interfaces/IVerifierRegistry.sol";
import {ExactTransfer} from "./libraries/ExactTransfer.sol";
import {Account, RegistrySlots} from "./libraries/RegistrySlots.sol";
import {VerifierBonds} from "./VerifierBonds.sol";

/// @title Who may attest which class in which role, and what they have at stake
/// @notice What a verifier has committed never passes its limit when it is taken. Later it may: a
/// slash, a round that passes or a token that is no longer allowed lowers what counts; then nothing
/// more can be attested until exposure ends or bond is added (rule A4).
/// @dev Roles, bond and exposure of a verifier share one slot, which each attestation reads and
/// writes once (rule A5: the registry is not laned).
contract VerifierRegistry is VerifierBonds {
    using RegistrySlots for Account;
    using ExactTransfer for IERC20;
    using SafeCast for uint256;

    /// @dev A verifier has four bits of roles in each of fifteen classes; bits of class 0 stay
    /// empty.
    uint256 internal constant ROLE_BITS = 4;
    uint256 internal constant ALL_ROLES = 15;
    uint256 internal constant MAX_CLASS = 15;

    /// @notice The registry that takes exposure; fixed at deployment.
    address public immutable assetRegistry;
    /// @dev Ledger units that are committed until the end of a week; summed in `Account.committed`.
    mapping(address verifier => mapping(uint256 week => uint256)) private _committed;
    /// @dev Open challenges by attester and id: EAS's id alone does not bind its attester.
    mapping(address verifier => mapping(bytes32 uid => Challenge)) private _challenges;

    /// @notice Not a class from 1 to 15, or bits beyond the four roles that there are.
    error RolesOutOfBounds(uint16 classId, uint8 roles);

    /// @param authority Access manager of the governed functions.
    /// @param stablecoin_ Token of the bonds.
    /// @param assetRegistry_ The registry that takes exposure.
    /// @param reserve_ Receives what is slashed or forfeited.
    /// @param parameters Bonds and windows.
    constructor(
        address authority,
        IERC20Metadata stablecoin_,
        address assetRegistry_,
        address reserve_,
        BondParameters memory parameters
    ) VerifierBonds(authority, stablecoin_, reserve_, parameters) {
        assetRegistry = assetRegistry_;
    }

    // ---- Admission ----------------------------------------------------------------------------

    /// @inheritdoc IVerifierRegistry
    /// @dev The first role admits; the cap grows from then on.
    function setVerifier(address verifier, uint16 classId, uint8 roles) external restricted {
        bool known = classId != 0 && classId <= MAX_CLASS && roles <= ALL_ROLES;
        if (!known) revert RolesOutOfBounds(classId, roles);
        Account storage account = _accounts[verifier];
        uint256 shift = ROLE_BITS * classId;
        uint256 others = account.roles & ~(ALL_ROLES << shift);
        account.roles = uint64(others | uint256(roles) << shift);
        if (account.admittedAt == 0 && roles != 0) account.admittedAt = uint32(block.timestamp);
        emit VerifierSet(verifier, classId, roles);
    }

    // ---- Exposure -----------------------------------------------------------------------------

    /// @inheritdoc IVerifierRegistry
    function takeExposure(
        address verifier,
        uint16 classId,
        uint8 role,
        uint64 value,
        uint16 bondFactor,
        uint64 validUntil
    ) external {
        if (msg.sender != assetRegistry) revert NotAssetRegistry(msg.sender);
        Account memory account = _accounts[verifier];
        if (role == 0 || _rolesIn(account, classId) & role != role) {
            revert NotAuthorised(verifier, classId, role);
        }
        uint256 share = Math.ceilDiv(value, bondFactor);
        uint256 committed = account.committed + share;
        uint256 limit = _limit(verifier, account);
        if (limit < minimumBond) revert BondTooSmall(verifier, minimumBond, limit);
        if (committed > limit) revert BondTooSmall(verifier, committed, limit);

        uint256 week = Math.ceilDiv(uint256(validUntil) + challengeWindow, 1 weeks);
        if (week > account.lockedWeek) account.lockedWeek = week.toUint16();
        account.committed = committed.toUint56();
        _accounts[verifier].store(account);
        if (share == 0) return;
        _committed[verifier][week] += share;
        emit ExposureTaken(verifier, week, share);
    }

    /// @inheritdoc IVerifierRegistry
    function releaseExposure(address verifier, uint256 week) external {
        uint256 committed = _committed[verifier][week];
        if (committed == 0) revert ExposureUnknown(verifier, week);
        uint256 until = _endOf(week);
        if (block.timestamp <= until) revert ExposureRunning(verifier, until);
        delete _committed[verifier][week];
        _accounts[verifier].committed -= committed.toUint56();
        emit ExposureReleased(verifier, week, committed);
    }

    // ---- Challenges ---------------------------------------------------------------------------

    /// @inheritdoc IVerifierRegistry
    /// @dev The uid is not looked up: the asset registry's event of it is what governance rules
    /// on, and who challenges what was never attested forfeits the bond.
    function challenge(address verifier, bytes32 uid, bytes32 evidenceHash) external {
        Challenge storage opened = _challenges[verifier][uid];
        if (opened.challenger != address(0)) revert ChallengeExists(verifier, uid);
        _challenges[verifier][uid] = Challenge(msg.sender, uint32(block.timestamp), challengeBond);
        ++_accounts[verifier].challenges;
        emit ChallengeOpened(verifier, uid, msg.sender, challengeBond, evidenceHash);
        stablecoin.take(msg.sender, challengeBond * UNIT);
    }

    /// @inheritdoc IVerifierRegistry
    /// @dev Halves are rounded for the reserve.
    function uphold(address verifier, bytes32 uid, uint256 amount, uint256 lrtAmount)
        external
        restricted
    {
        Challenge memory closed = _close(verifier, uid);
        emit ChallengeUpheld(verifier, uid);
        (uint256 taken, uint256 lrtTaken) = _slashAccount(verifier, amount, lrtAmount);
        _accounts[verifier].admittedAt = uint32(block.timestamp);
        uint256 reward = taken * UNIT / 2;
        _credit(closed.challenger, address(stablecoin), closed.bond * UNIT + reward);
        _credit(reserve, address(stablecoin), taken * UNIT - reward);
        address lrt = _lrts[verifier].token;
        _credit(closed.challenger, lrt, lrtTaken / 2);
        _credit(reserve, lrt, lrtTaken - lrtTaken / 2);
    }

    /// @inheritdoc IVerifierRegistry
    function dismiss(address verifier, bytes32 uid) external restricted {
        Challenge memory closed = _close(verifier, uid);
        emit ChallengeDismissed(verifier, uid);
        _credit(reserve, address(stablecoin), closed.bond * UNIT);
    }

    /// @inheritdoc IVerifierRegistry
    function lapse(address verifier, bytes32 uid) external {
        Challenge memory closed = _close(verifier, uid);
        uint256 until = uint256(closed.openedAt) + rulingWindow;
        if (block.timestamp <= until) revert ChallengeRunning(verifier, uid, until);
        emit ChallengeLapsed(verifier, uid);
        _credit(closed.challenger, address(stablecoin), closed.bond * UNIT);
    }

    /// @inheritdoc IVerifierRegistry
    function slash(address verifier, uint256 amount, uint256 lrtAmount) external restricted {
        (uint256 taken, uint256 lrtTaken) = _slashAccount(verifier, amount, lrtAmount);
        if (taken == 0 && lrtTaken == 0) revert ZeroAmount();
        _credit(reserve, address(stablecoin), taken * UNIT);
        _credit(reserve, _lrts[verifier].token, lrtTaken);
    }

    // ---- Views --------------------------------------------------------------------------------

    /// @inheritdoc IVerifierRegistry
    function rolesOf(address verifier, uint16 classId) external view returns (uint8) {
        return _rolesIn(_accounts[verifier], classId);
    }

    /// @inheritdoc IVerifierRegistry
    function committedOf(address verifier) external view returns (uint256) {
        return _accounts[verifier].committed;
    }

    /// @inheritdoc IVerifierRegistry
    function committedIn(address verifier, uint256 week) external view returns (uint256) {
        return _committed[verifier][week];
    }

    /// @inheritdoc IVerifierRegistry
    function challengesOf(address verifier) external view returns (uint256) {
        return _accounts[verifier].challenges;
    }

    /// @inheritdoc IVerifierRegistry
    function challengeOf(address verifier, bytes32 uid) external view returns (Challenge memory) {
        return _challenges[verifier][uid];
    }

    /// @dev Roles of a verifier in a class; none in a class that there is not.
    /// @param account The verifier's slot.
    /// @param classId Asset class.
    /// @return Bits as in `setVerifier`.
    function _rolesIn(Account memory account, uint16 classId) private pure returns (uint8) {
        if (classId > MAX_CLASS) return 0;
        return uint8((account.roles >> (ROLE_BITS * classId)) & ALL_ROLES);
    }

    /// @dev Takes a challenge off the books; its bond is the caller's to credit. Reverts with
    /// `ChallengeUnknown`.
    /// @param verifier Who was challenged.
    /// @param uid Attestation that was challenged.
    /// @return closed The challenge as it was.
    function _close(address verifier, bytes32 uid) private returns (Challenge memory closed) {
        closed = _challenges[verifier][uid];
        if (closed.challenger == address(0)) revert ChallengeUnknown(verifier, uid);
        delete _challenges[verifier][uid];
        --_accounts[verifier].challenges;
    }

    /// @dev Reads, slashes and writes a verifier's slot as a whole: nothing else may change it
    /// meanwhile.
    /// @param verifier Whose bond.
    /// @param amount Stablecoin to take, ledger units.
    /// @param lrtAmount Restaking tokens to take, base units.
    /// @return taken Stablecoin, ledger units.
    /// @return lrtTaken Restaking tokens, base units.
    function _slashAccount(address verifier, uint256 amount, uint256 lrtAmount)
        private
        returns (uint256 taken, uint256 lrtTaken)
    {
        Account memory account = _accounts[verifier];
        (taken, lrtTaken) = _slash(verifier, account, amount, lrtAmount);
        _accounts[verifier].store(account);
    }
}
