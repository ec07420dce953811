// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {IERC165} from "@openzeppelin/contracts/utils/introspection/IERC165.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import {
    IERC7540Deposit,
    IERC7540Operator,
    IERC7540Redeem,
    IERC7575
} from "./interfaces/IERC7540.sol";
import {ClaimKind, ILendingPool, Requests, Tranche} from "./interfaces/ILendingPool.sol";
import {ITrancheShare, ITrancheVault} from "./interfaces/ITrancheVault.sol";
import {LedgerUnits} from "./libraries/LedgerUnits.sol";
import {TrancheMath} from "./libraries/TrancheMath.sol";
import {TrancheShare} from "./TrancheShare.sol";

/// @title The door of one tranche, by the standard ERC-7540
/// @notice It keeps operators and nothing else: cash, shares and requests are the pool's. What the
/// standard leaves open is settled thus: one request a controller, its number 0; a request fills at
/// the first close at least one whole epoch after it (rule P1); parts are claimed at the mean price
/// of the fills; no request can be taken back.
/// @dev Amounts of assets are base units here and ledger units in the pool.
contract TrancheVault is ITrancheVault, IERC165 {
    using SafeERC20 for IERC20Metadata;
    using SafeCast for uint256;

    /// @notice The pool, which knows this vault as its tranche's only door.
    ILendingPool public immutable pool;
    /// @notice The tranche.
    Tranche public immutable tranche;
    /// @dev The stablecoin.
    IERC20Metadata private immutable ASSET;
    /// @dev The share, made with this vault.
    TrancheShare private immutable SHARE;
    /// @dev Base units of the stablecoin in one ledger unit.
    uint256 private immutable UNIT;

    /// @inheritdoc IERC7540Operator
    mapping(address controller => mapping(address operator => bool)) public isOperator;

    /// @dev For the party itself and its operators. Reverts with `NotOperator`.
    /// @param party Who pays, or whose requests are claimed.
    modifier onlyFor(address party) {
        if (msg.sender != party && !isOperator[party][msg.sender]) {
            revert NotOperator(party, msg.sender);
        }
        _;
    }

    /// @dev Nobody could claim what is asked for in nobody's name. Reverts with
    /// `ControllerMissing`.
    /// @param controller Who may claim.
    modifier named(address controller) {
        if (controller == address(0)) revert ControllerMissing();
        _;
    }

    /// @dev Makes its share, with three decimals more than a ledger unit has, or than the
    /// stablecoin if it has fewer than six.
    /// @param pool_ The pool, which is told of this vault by `setVaults`.
    /// @param stablecoin The token that is lent.
    /// @param tranche_ The tranche.
    /// @param name Name of the share.
    /// @param symbol Its symbol.
    constructor(
        ILendingPool pool_,
        IERC20Metadata stablecoin,
        Tranche tranche_,
        string memory name,
        string memory symbol
    ) {
        (pool, tranche, ASSET) = (pool_, tranche_, stablecoin);
        UNIT = LedgerUnits.unitOf(stablecoin);
        uint256 decimals = Math.min(stablecoin.decimals(), LedgerUnits.DECIMALS);
        SHARE = new TrancheShare(
            address(pool_),
            address(stablecoin),
            name,
            symbol,
            (decimals + TrancheMath.SHARE_DECIMALS).toUint8()
        );
        // The pool takes cash from those who call it; here that is this vault.
        stablecoin.forceApprove(address(pool_), type(uint256).max);
    }

    // ---- Requests -----------------------------------------------------------------------------

    /// @inheritdoc IERC7540Operator
    function setOperator(address operator, bool approved) external returns (bool) {
        isOperator[msg.sender][operator] = approved;
        emit OperatorSet(msg.sender, operator, approved);
        return true;
    }

    /// @inheritdoc IERC7540Deposit
    /// @dev The cash passes through the vault to the pool. Reverts with `NotOperator`,
    /// `ControllerMissing`, `NotWholeUnits`, or as `ILendingPool.requestDeposit` does.
    function requestDeposit(uint256 assets, address controller, address owner)
        external
        onlyFor(owner)
        named(controller)
        returns (uint256 requestId)
    {
        uint64 units = _units(assets);
        emit DepositRequest(controller, owner, requestId, msg.sender, assets);
        ASSET.safeTransferFrom(owner, address(this), assets);
        pool.requestDeposit(tranche, controller, owner, units);
    }

    /// @inheritdoc IERC7540Redeem
    /// @dev Who is neither owner nor operator uses up its allowance of the owner's shares. Reverts
    /// with `ControllerMissing`, with OpenZeppelin's errors of a token, or as
    /// `ILendingPool.requestRedeem` does.
    function requestRedeem(uint256 shares, address controller, address owner)
        external
        named(controller)
        returns (uint256 requestId)
    {
        emit RedeemRequest(controller, owner, requestId, msg.sender, shares);
        SHARE.take(owner, isOperator[owner][msg.sender] ? owner : msg.sender, shares);
        pool.requestRedeem(tranche, controller, shares.toUint128());
    }

    // ---- Claims -------------------------------------------------------------------------------

    /// @inheritdoc IERC7575
    /// @dev The controller is the caller.
    function deposit(uint256 assets, address receiver) external returns (uint256) {
        return deposit(assets, receiver, msg.sender);
    }

    /// @inheritdoc IERC7575
    /// @dev The controller is the caller.
    function mint(uint256 shares, address receiver) external returns (uint256) {
        return mint(shares, receiver, msg.sender);
    }

    /// @inheritdoc IERC7540Deposit
    /// @dev The shares are rounded down. Reverts with `NotOperator`, `NotWholeUnits`, or as
    /// `ILendingPool.claim` does; so does each claim.
    function deposit(uint256 assets, address receiver, address controller)
        public
        onlyFor(controller)
        returns (uint256 shares)
    {
        shares = pool.claim(tranche, ClaimKind.Deposit, controller, receiver, _units(assets));
        emit Deposit(controller, receiver, assets, shares);
    }

    /// @inheritdoc IERC7540Deposit
    /// @dev The assets that it uses up are rounded up, to whole ledger units.
    function mint(uint256 shares, address receiver, address controller)
        public
        onlyFor(controller)
        returns (uint256 assets)
    {
        assets = pool.claim(tranche, ClaimKind.Mint, controller, receiver, shares) * UNIT;
        emit Deposit(controller, receiver, assets, shares);
    }

    /// @inheritdoc IERC7575
    /// @dev The shares that it uses up are rounded up.
    function withdraw(uint256 assets, address receiver, address controller)
        external
        onlyFor(controller)
        returns (uint256 shares)
    {
        shares = pool.claim(tranche, ClaimKind.Withdraw, controller, receiver, _units(assets));
        emit Withdraw(msg.sender, receiver, controller, assets, shares);
    }

    /// @inheritdoc IERC7575
    /// @dev The assets are rounded down, to whole ledger units.
    function redeem(uint256 shares, address receiver, address controller)
        external
        onlyFor(controller)
        returns (uint256 assets)
    {
        assets = pool.claim(tranche, ClaimKind.Redeem, controller, receiver, shares) * UNIT;
        emit Withdraw(msg.sender, receiver, controller, assets, shares);
    }

    /// @inheritdoc ITrancheVault
    function claimRefund(address receiver, address controller)
        external
        onlyFor(controller)
        returns (uint256 assets)
    {
        assets = pool.claimRefund(tranche, controller, receiver) * UNIT;
        emit DepositRefund(controller, receiver, assets);
    }

    // ---- Views --------------------------------------------------------------------------------

    /// @inheritdoc IERC7575
    function asset() external view returns (address) {
        return address(ASSET);
    }

    /// @inheritdoc IERC7575
    function share() external view returns (address) {
        return address(SHARE);
    }

    /// @inheritdoc IERC7575
    /// @dev Worth of the tranche as the last close left it: deposits that wait are no part of it.
    function totalAssets() external view returns (uint256) {
        (uint64 value,) = pool.trancheOf(tranche);
        return value * UNIT;
    }

    /// @inheritdoc IERC7575
    /// @dev At the price of the last close. A fraction of a ledger unit counts for nothing.
    function convertToShares(uint256 assets) external view returns (uint256) {
        (uint64 value, uint128 shares) = pool.trancheOf(tranche);
        return TrancheMath.sharesFor(assets / UNIT, value, shares);
    }

    /// @inheritdoc IERC7575
    /// @dev At the price of the last close, in whole ledger units.
    function convertToAssets(uint256 shares) external view returns (uint256) {
        (uint64 value, uint128 all) = pool.trancheOf(tranche);
        return TrancheMath.assetsFor(shares, value, all) * UNIT;
    }

    /// @inheritdoc IERC7540Deposit
    /// @dev One request a controller: the number is not looked at, here and below.
    function pendingDepositRequest(uint256, address controller) external view returns (uint256) {
        return _requests(controller).pendingAssets * UNIT;
    }

    /// @inheritdoc IERC7540Deposit
    function claimableDepositRequest(uint256, address controller) external view returns (uint256) {
        return _requests(controller).deposit.asked * UNIT;
    }

    /// @inheritdoc IERC7540Redeem
    function pendingRedeemRequest(uint256, address controller) external view returns (uint256) {
        return _requests(controller).pendingShares;
    }

    /// @inheritdoc IERC7540Redeem
    function claimableRedeemRequest(uint256, address controller) external view returns (uint256) {
        return _requests(controller).redemption.asked;
    }

    /// @inheritdoc IERC7575
    /// @dev Zero while the controller is not cleared (rule D9); so are the three below.
    function maxDeposit(address controller) external view returns (uint256) {
        return _payable(controller).deposit.asked * UNIT;
    }

    /// @inheritdoc IERC7575
    function maxMint(address controller) external view returns (uint256) {
        return _payable(controller).deposit.given;
    }

    /// @inheritdoc IERC7575
    function maxWithdraw(address controller) external view returns (uint256) {
        return _payable(controller).redemption.given * UNIT;
    }

    /// @inheritdoc IERC7575
    function maxRedeem(address controller) external view returns (uint256) {
        return _payable(controller).redemption.asked;
    }

    /// @inheritdoc ITrancheVault
    function refundable(address controller) external view returns (uint256) {
        return _requests(controller).refund * UNIT;
    }

    /// @inheritdoc IERC7575
    function previewDeposit(uint256) external pure returns (uint256) {
        revert PriceNotKnownYet();
    }

    /// @inheritdoc IERC7575
    function previewMint(uint256) external pure returns (uint256) {
        revert PriceNotKnownYet();
    }

    /// @inheritdoc IERC7575
    function previewWithdraw(uint256) external pure returns (uint256) {
        revert PriceNotKnownYet();
    }

    /// @inheritdoc IERC7575
    function previewRedeem(uint256) external pure returns (uint256) {
        revert PriceNotKnownYet();
    }

    /// @inheritdoc IERC165
    /// @dev The numbers that ERC-7540 and ERC-7575 name for a vault of both directions.
    /// @param id Number of an interface.
    /// @return Whether the vault has its functions.
    function supportsInterface(bytes4 id) external pure returns (bool) {
        return id == type(IERC165).interfaceId || id == type(IERC7575).interfaceId
            || id == type(IERC7540Operator).interfaceId || id == type(IERC7540Deposit).interfaceId
            || id == type(IERC7540Redeem).interfaceId;
    }

    /// @dev What a controller could claim now: nothing while it is not cleared, whatever waits.
    /// @param controller Whose requests.
    /// @return requests Empty, or as the pool has them.
    function _payable(address controller) private view returns (Requests memory requests) {
        if (pool.isCleared(controller)) requests = _requests(controller);
    }

    /// @dev What waits and what is filled, cleared or not.
    /// @param controller Whose requests.
    /// @return See `Requests`.
    function _requests(address controller) private view returns (Requests memory) {
        return pool.requestsOf(tranche, controller);
    }

    /// @dev Reverts with `NotWholeUnits`, or with OpenZeppelin's `SafeCastOverflowedUintDowncast`
    /// from 2^64 ledger units on.
    /// @param assets Base units of the stablecoin.
    /// @return Ledger units.
    function _units(uint256 assets) private view returns (uint64) {
        if (assets % UNIT != 0) revert NotWholeUnits(assets, UNIT);
        return (assets / UNIT).toUint64();
    }
}
