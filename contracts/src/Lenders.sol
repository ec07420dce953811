// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import {ClaimKind, ILendingPool, Requests, Tranche} from "./interfaces/ILendingPool.sol";
import {ILoanBook} from "./interfaces/ILoanBook.sol";
import {IStewardship} from "./interfaces/IStewardship.sol";
import {ITrancheShare, ITrancheVault} from "./interfaces/ITrancheVault.sol";
import {Claim, Claims} from "./libraries/Claims.sol";
import {Order, Orders, Outcome} from "./libraries/Orders.sol";
import {Tranches} from "./Tranches.sol";

/// @title What lenders ask for through the vaults, and what they have coming
/// @notice A request joins the sum of its tranche; a close fills the sum and never looks at a
/// lender. What a lender has coming is worked out when one of its calls comes (see `Orders`).
abstract contract Lenders is Tranches, ReentrancyGuardTransient {
    using SafeERC20 for ITrancheShare;
    using SafeCast for uint256;
    using Claims for Claim;
    using Orders for Order;

    /// @dev One controller's requests in one tranche: `deposit` and `redemption` wait for closes,
    /// the rest waits to be claimed.
    /// @param deposit Ledger units that shall become shares.
    /// @param redemption Base units of the share that shall become cash.
    /// @param bought Assets that closes took, and the shares for them.
    /// @param sold Shares that closes took, and the cash for them.
    /// @param refund Deposits that closes gave back, ledger units.
    struct Account {
        Order deposit;
        Order redemption;
        Claim bought;
        Claim sold;
        uint64 refund;
    }

    /// @notice The market that the pool funds; set once. Its sanctions list is the pool's (rule
    /// D9).
    ILoanBook public loanBook;
    /// @notice The vault through which lenders reach a tranche; set once.
    mapping(Tranche => address) public vaultOf;
    /// @dev Accounts as of their last call; `_rolled` brings one up to date.
    mapping(Tranche => mapping(address controller => Account)) private _accounts;

    /// @dev Who may act for whom is the vault's to check: it is the only caller.
    /// @param tranche Whose vault.
    modifier onlyVault(Tranche tranche) {
        if (msg.sender != vaultOf[tranche]) revert NotVault(msg.sender);
        _;
    }

    /// @inheritdoc ILendingPool
    /// @dev The cash is held, not the pool's, until a close takes it: neither NAV nor a price knows
    /// of it.
    function requestDeposit(Tranche tranche, address controller, address owner, uint64 assets)
        external
        nonReentrant
        onlyVault(tranche)
    {
        if (assets == 0) revert ZeroAmount();
        _requireBothCleared(controller, owner);
        Account storage account = _rolled(tranche, controller);
        uint32 number = _pool.epoch;
        uint32 from = _nobodyIn() ? number : number + 1;
        account.deposit.add(_depositQueue[tranche], assets, number, from);
        held += assets;
        emit DepositRequested(tranche, controller, number, assets);
        _takeIn(assets);
    }

    /// @inheritdoc ILendingPool
    /// @dev The shares lie with the pool until a close burns them, and share in losses until then.
    function requestRedeem(Tranche tranche, address controller, uint128 shares)
        external
        nonReentrant
        onlyVault(tranche)
    {
        if (shares == 0) revert ZeroAmount();
        Account storage account = _rolled(tranche, controller);
        uint32 number = _pool.epoch;
        account.redemption.add(_redeemQueue[tranche], shares, number, number + 1);
        emit RedeemRequested(tranche, controller, number, shares);
    }

    /// @inheritdoc ILendingPool
    /// @dev Both must be cleared: cash would else leave to a party on the list under another's
    /// name, or for it to a friend.
    function claim(
        Tranche tranche,
        ClaimKind kind,
        address controller,
        address receiver,
        uint256 amount
    ) external nonReentrant onlyVault(tranche) returns (uint256 other) {
        if (amount == 0) revert ZeroAmount();
        _requireBothCleared(controller, receiver);
        Account storage account = _rolled(tranche, controller);
        if (kind == ClaimKind.Deposit) {
            other = account.bought.takeAsked(amount);
            _handShares(tranche, controller, receiver, amount, other);
        } else if (kind == ClaimKind.Mint) {
            other = account.bought.takeGiven(amount);
            _handShares(tranche, controller, receiver, other, amount);
        } else if (kind == ClaimKind.Redeem) {
            other = account.sold.takeAsked(amount);
            _handCash(tranche, controller, receiver, amount, other);
        } else {
            other = account.sold.takeGiven(amount);
            _handCash(tranche, controller, receiver, other, amount);
        }
    }

    /// @inheritdoc ILendingPool
    function claimRefund(Tranche tranche, address controller, address receiver)
        external
        nonReentrant
        onlyVault(tranche)
        returns (uint64 assets)
    {
        Account storage account = _rolled(tranche, controller);
        assets = account.refund;
        if (assets == 0) revert NothingToClaim(controller);
        _requireBothCleared(controller, receiver);
        account.refund = 0;
        emit DepositRefunded(tranche, controller, receiver, assets);
        _payHeld(receiver, assets);
    }

    /// @inheritdoc ILendingPool
    function applyCloses(Tranche tranche, address controller) external nonReentrant {
        _rolled(tranche, controller);
    }

    /// @inheritdoc ILendingPool
    /// @dev What a call would find: the same replay of closes as `_rolled`, on copies.
    function requestsOf(Tranche tranche, address controller)
        external
        view
        returns (Requests memory requests)
    {
        uint32 number = _pool.epoch;
        Account storage account = _accounts[tranche][controller];
        (Order memory order, Outcome memory outcome) =
            Orders.preview(account.deposit, _depositFills[tranche], number);
        requests.pendingAssets = order.active + order.queued;
        requests.deposit = _plus(account.bought, outcome);
        requests.refund = (account.refund + outcome.refunded).toUint64();
        (order, outcome) = Orders.preview(account.redemption, _redeemFills[tranche], number);
        requests.pendingShares = order.active + order.queued;
        requests.redemption = _plus(account.sold, outcome);
    }

    /// @inheritdoc ILendingPool
    function isCleared(address party) public view returns (bool) {
        return address(loanBook) == address(0) || loanBook.isCleared(party);
    }

    /// @dev What is due to a party on the list waits where it is. Reverts with `Sanctioned`.
    /// @param party Who would be paid, or pay in.
    function _requireCleared(address party) internal view {
        if (!isCleared(party)) revert IStewardship.Sanctioned(party);
    }

    /// @dev Asks once when both are the same.
    /// @param controller Whose the request is.
    /// @param other Who pays in or receives.
    function _requireBothCleared(address controller, address other) private view {
        _requireCleared(controller);
        if (other != controller) _requireCleared(other);
    }

    /// @dev Sets the vaults and the shares that they have made. Reverts with `VaultsAlreadySet`.
    /// @param senior Senior's vault.
    /// @param junior Junior's.
    function _setVaults(ITrancheVault senior, ITrancheVault junior) internal {
        if (vaultOf[Tranche.Senior] != address(0)) {
            revert VaultsAlreadySet(vaultOf[Tranche.Senior]);
        }
        (vaultOf[Tranche.Senior], vaultOf[Tranche.Junior]) = (address(senior), address(junior));
        _shareOf[Tranche.Senior] = ITrancheShare(senior.share());
        _shareOf[Tranche.Junior] = ITrancheShare(junior.share());
        emit VaultsSet(address(senior), address(junior));
    }

    /// @dev The account with the closes applied, at most `Orders.MAX_CLOSES` for each of its
    /// orders.
    /// @param tranche Whose shares.
    /// @param controller Whose account.
    /// @return account In storage, up to date.
    function _rolled(Tranche tranche, address controller)
        private
        returns (Account storage account)
    {
        account = _accounts[tranche][controller];
        uint32 number = _pool.epoch;
        Outcome memory outcome = account.deposit.roll(_depositFills[tranche], number);
        account.bought.add(outcome.taken, outcome.given);
        if (outcome.refunded != 0) account.refund += outcome.refunded.toUint64();
        outcome = account.redemption.roll(_redeemFills[tranche], number);
        account.sold.add(outcome.taken, outcome.given);
    }

    /// @dev Shares of filled deposits, which the pool has held since the fill.
    /// @param tranche Whose shares.
    /// @param controller Whose requests.
    /// @param receiver Who gets them.
    /// @param assets Ledger units for which they stand.
    /// @param shares Base units of the share.
    function _handShares(
        Tranche tranche,
        address controller,
        address receiver,
        uint256 assets,
        uint256 shares
    ) private {
        emit DepositClaimed(tranche, controller, receiver, assets.toUint64(), shares.toUint128());
        _shareOf[tranche].safeTransfer(receiver, shares);
    }

    /// @dev Cash of filled redemptions, which was `held` since the fill.
    /// @param tranche Whose shares were redeemed.
    /// @param controller Whose requests.
    /// @param receiver Who gets it.
    /// @param shares Base units of the share for which it stands.
    /// @param assets Ledger units.
    function _handCash(
        Tranche tranche,
        address controller,
        address receiver,
        uint256 shares,
        uint256 assets
    ) private {
        emit RedeemClaimed(tranche, controller, receiver, shares.toUint128(), assets.toUint64());
        _payHeld(receiver, assets.toUint64());
    }

    /// @dev What can be claimed once closes are applied.
    /// @param claimed What is booked.
    /// @param outcome What the closes since then bring.
    /// @return Both together.
    function _plus(Claim memory claimed, Outcome memory outcome)
        private
        pure
        returns (Claim memory)
    {
        return Claim(
            (claimed.asked + outcome.taken).toUint128(), (claimed.given + outcome.given).toUint128()
        );
    }
}
