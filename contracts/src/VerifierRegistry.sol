// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import {LedgerUnits} from "./libraries/LedgerUnits.sol";
import {IVerifierRegistry} from "./interfaces/IVerifierRegistry.sol";

/// @title Who may attest which class in which role, and what they have at stake
/// @notice Bonds are stablecoin, in ledger units. Attested value outstanding never passes bond ×
/// factor when it is taken.
contract VerifierRegistry is IVerifierRegistry, AccessManaged {
    using SafeERC20 for IERC20Metadata;
    using SafeCast for uint256;

    uint256 internal constant MAX_BOND_FACTOR = 1_000;
    uint256 internal constant MAX_CHALLENGE_WINDOW = 365 days;

    /// @dev What a verifier has at stake and what it vouches for, ledger units; one slot.
    struct Account {
        uint128 bond;
        uint128 exposure;
    }

    /// @dev One attestation's exposure; one slot. `until` is unix seconds.
    struct Exposure {
        address verifier;
        uint64 value;
        uint32 until;
    }

    IERC20Metadata public immutable stablecoin;
    uint256 public immutable bondFactor;
    uint256 public immutable challengeWindow;
    uint256 private immutable UNIT;

    /// @notice The registry that takes exposure; set once.
    address public assetRegistry;
    mapping(address verifier => mapping(uint16 classId => uint8)) private _roles;
    mapping(address verifier => Account) private _accounts;
    mapping(bytes32 uid => Exposure) private _exposures;

    event AssetRegistrySet(address indexed assetRegistry);

    error ParametersOutOfBounds();
    error AssetRegistryAlreadySet(address assetRegistry);
    error ExposureUnknown(bytes32 uid);
    error BondShort(address verifier, uint256 bond, uint256 needed);
    error ZeroAmount();

    constructor(
        address authority,
        IERC20Metadata stablecoin_,
        uint256 bondFactor_,
        uint256 challengeWindow_
    ) AccessManaged(authority) {
        if (
            bondFactor_ == 0 || bondFactor_ > MAX_BOND_FACTOR
                || challengeWindow_ > MAX_CHALLENGE_WINDOW
        ) revert ParametersOutOfBounds();
        stablecoin = stablecoin_;
        bondFactor = bondFactor_;
        challengeWindow = challengeWindow_;
        UNIT = LedgerUnits.unitOf(stablecoin_);
    }

    /// @notice Names the registry whose mints take exposure, once.
    function setAssetRegistry(address newRegistry) external restricted {
        if (assetRegistry != address(0)) revert AssetRegistryAlreadySet(assetRegistry);
        assetRegistry = newRegistry;
        emit AssetRegistrySet(newRegistry);
    }

    /// @inheritdoc IVerifierRegistry
    function setVerifier(address verifier, uint16 classId, uint8 roles) external restricted {
        _roles[verifier][classId] = roles;
        emit VerifierSet(verifier, classId, roles);
    }

    /// @inheritdoc IVerifierRegistry
    function deposit(address verifier, uint256 amount) external {
        if (amount == 0) revert ZeroAmount();
        Account storage account = _accounts[verifier];
        account.bond = (account.bond + amount).toUint128();
        emit BondDeposited(verifier, amount);
        stablecoin.safeTransferFrom(msg.sender, address(this), amount * UNIT);
    }

    /// @inheritdoc IVerifierRegistry
    function withdraw(uint256 amount) external {
        Account storage account = _accounts[msg.sender];
        uint256 bond = account.bond;
        if (amount == 0) revert ZeroAmount();
        if (amount > bond) revert BondShort(msg.sender, bond, amount);
        _checkCover(msg.sender, account.exposure, bond - amount);
        account.bond = (bond - amount).toUint128();
        emit BondWithdrawn(msg.sender, amount);
        stablecoin.safeTransfer(msg.sender, amount * UNIT);
    }

    /// @inheritdoc IVerifierRegistry
    /// @dev Takes what there is when the bond is smaller.
    function slash(address verifier, uint256 amount, address beneficiary) external restricted {
        Account storage account = _accounts[verifier];
        uint256 taken = Math.min(amount, account.bond);
        if (taken == 0) revert ZeroAmount();
        account.bond -= taken.toUint128();
        emit BondSlashed(verifier, taken, beneficiary);
        stablecoin.safeTransfer(beneficiary, taken * UNIT);
    }

    /// @inheritdoc IVerifierRegistry
    /// @dev A verifier without any bond vouches for nothing, not even without a value.
    function takeExposure(
        address verifier,
        uint16 classId,
        uint8 role,
        uint64 value,
        uint64 validUntil,
        bytes32 uid
    ) external {
        if (msg.sender != assetRegistry) revert NotAssetRegistry(msg.sender);
        if (role == 0 || _roles[verifier][classId] & role != role) {
            revert NotAuthorised(verifier, classId, role);
        }
        Account memory account = _accounts[verifier];
        uint256 exposure = uint256(account.exposure) + value;
        if (account.bond == 0) revert BondTooSmall(verifier, exposure, 0);
        if (value == 0) return;
        _checkCover(verifier, exposure, account.bond);
        uint256 until = validUntil + challengeWindow;
        _accounts[verifier].exposure = exposure.toUint128();
        _exposures[uid] = Exposure(verifier, value, until.toUint32());
        emit ExposureTaken(verifier, uid, value, uint64(until));
    }

    /// @inheritdoc IVerifierRegistry
    /// @dev Anyone, once the attestation and its challenge window have run out.
    function releaseExposure(bytes32 uid) external {
        Exposure memory taken = _exposures[uid];
        if (taken.verifier == address(0)) revert ExposureUnknown(uid);
        if (block.timestamp <= taken.until) revert ExposureRunning(uid, taken.until);
        delete _exposures[uid];
        _accounts[taken.verifier].exposure -= taken.value;
        emit ExposureReleased(taken.verifier, uid, taken.value);
    }

    /// @inheritdoc IVerifierRegistry
    function rolesOf(address verifier, uint16 classId) external view returns (uint8) {
        return _roles[verifier][classId];
    }

    /// @inheritdoc IVerifierRegistry
    function bondOf(address verifier) external view returns (uint256) {
        return _accounts[verifier].bond;
    }

    /// @inheritdoc IVerifierRegistry
    function exposureOf(address verifier) external view returns (uint256) {
        return _accounts[verifier].exposure;
    }

    function _checkCover(address verifier, uint256 exposure, uint256 bond) private view {
        uint256 limit = bond * bondFactor;
        if (exposure > limit) revert BondTooSmall(verifier, exposure, limit);
    }
}
