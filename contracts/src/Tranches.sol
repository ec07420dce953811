// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import {ILendingPool, Tranche} from "./interfaces/ILendingPool.sol";
import {IRiskTerms} from "./interfaces/IRiskTerms.sol";
import {ITrancheShare} from "./interfaces/ITrancheVault.sol";
import {ExactTransfer} from "./libraries/ExactTransfer.sol";
import {LedgerUnits} from "./libraries/LedgerUnits.sol";
import {Fill, Orders, Queue} from "./libraries/Orders.sol";
import {TrancheMath} from "./libraries/TrancheMath.sol";

/// @notice Numbers of the pool; fixed at deployment.
/// @param epochSeconds Least length of an epoch.
/// @param seniorRateBps Senior's yearly rate.
/// @param minSubordinationBps Junior is redeemed only down to this share of NAV.
/// @param liquidityBufferBps Share of NAV that stays in the pool when lanes are supplied.
/// @param reservationDepositBps Deposit for a reserved draw, as a share of it.
struct PoolParameters {
    uint32 epochSeconds;
    uint16 seniorRateBps;
    uint16 minSubordinationBps;
    uint16 liquidityBufferBps;
    uint16 reservationDepositBps;
}

/// @title The pool's books: cash, tranches and lenders' requests; the pool adds the lanes
abstract contract Tranches is ILendingPool {
    using SafeERC20 for IERC20Metadata;
    using SafeCast for uint256;
    using ExactTransfer for IERC20Metadata;
    using Orders for Queue;

    uint256 internal constant MIN_EPOCH = 1 days;
    uint256 internal constant MAX_EPOCH = 31 days;
    uint256 internal constant MAX_SENIOR_RATE_BPS = 2_000;
    uint256 internal constant MAX_SUBORDINATION_BPS = 8_000;
    uint256 internal constant MAX_BUFFER_BPS = 5_000;
    uint256 internal constant MAX_RESERVATION_DEPOSIT_BPS = 1_000;

    /// @dev One tranche. `due` is what senior would be worth without losses; unused for junior.
    struct TrancheState {
        uint64 value;
        uint64 due;
        uint128 shares;
    }

    /// @dev Epoch and the pool's own cash; one slot.
    struct PoolState {
        uint32 epoch;
        uint48 startedAt;
        uint64 cash;
        uint64 reserve;
    }

    /// @dev Working figures of one close, `secs` after the last; `before` are the values that that
    /// one left. `waits` tells that NAV lacks cash of which nobody knows whether it is lost.
    struct Close {
        bool waits;
        uint256 secs;
        uint256 lent;
        uint256 dueBefore;
        uint256 seniorBefore;
        uint256 juniorBefore;
        uint256 seniorLoss;
        uint256 juniorLoss;
        uint256 seniorWish;
        uint256 juniorWish;
        uint256 buffer;
    }

    IERC20Metadata public immutable stablecoin;
    IRiskTerms public immutable riskTerms;
    /// @inheritdoc ILendingPool
    address public immutable reserveHolder;
    uint256 public immutable epochSeconds;
    uint256 public immutable seniorRateBps;
    uint256 public immutable minSubordinationBps;
    uint256 public immutable liquidityBufferBps;
    uint256 public immutable reservationDepositBps;
    uint256 internal immutable UNIT;

    /// @notice Cash here that is others': deposits not filled yet, redemptions not claimed yet,
    /// and deposits of reservations.
    uint64 public held;
    PoolState internal _pool;
    mapping(Tranche => TrancheState) internal _tranches;
    mapping(Tranche => ITrancheShare) internal _shareOf;
    mapping(Tranche => Queue) internal _depositQueue;
    mapping(Tranche => Queue) internal _redeemQueue;
    mapping(Tranche => mapping(uint32 epoch => Fill)) internal _depositFills;
    mapping(Tranche => mapping(uint32 epoch => Fill)) internal _redeemFills;

    constructor(
        IERC20Metadata stablecoin_,
        IRiskTerms riskTerms_,
        address reserveHolder_,
        PoolParameters memory parameters
    ) {
        if (
            parameters.epochSeconds < MIN_EPOCH || parameters.epochSeconds > MAX_EPOCH
                || parameters.seniorRateBps > MAX_SENIOR_RATE_BPS
                || parameters.minSubordinationBps > MAX_SUBORDINATION_BPS
                || parameters.liquidityBufferBps > MAX_BUFFER_BPS
                || parameters.reservationDepositBps == 0
                || parameters.reservationDepositBps > MAX_RESERVATION_DEPOSIT_BPS
        ) revert ParametersOutOfBounds();
        stablecoin = stablecoin_;
        riskTerms = riskTerms_;
        reserveHolder = reserveHolder_;
        epochSeconds = parameters.epochSeconds;
        seniorRateBps = parameters.seniorRateBps;
        minSubordinationBps = parameters.minSubordinationBps;
        liquidityBufferBps = parameters.liquidityBufferBps;
        reservationDepositBps = parameters.reservationDepositBps;
        UNIT = LedgerUnits.unitOf(stablecoin_);
        _pool.epoch = 1;
        _pool.startedAt = uint48(block.timestamp);
    }

    /// @dev Senior has what it is due as far as NAV goes, junior the rest (rule P2). What a loss took
    /// stays due; a return that was not earned and that no junior is left to give does not, or lenders
    /// who came alone and lent nothing yet would be short for good, and keep everybody out.
    function _runWaterfall(Close memory close, uint256 navNow) internal {
        TrancheState storage senior = _tranches[Tranche.Senior];
        TrancheState storage junior = _tranches[Tranche.Junior];
        uint256 due = TrancheMath.accrued(close.dueBefore, seniorRateBps, close.secs);
        if (navNow >= close.dueBefore) due = Math.min(due, navNow);
        uint256 seniorValue = Math.min(due, navNow);
        close.seniorLoss = Math.saturatingSub(close.seniorBefore, seniorValue);
        close.juniorLoss = Math.saturatingSub(close.juniorBefore, navNow - seniorValue);
        senior.due = due.toUint64();
        senior.value = seniorValue.toUint64();
        junior.value = (navNow - seniorValue).toUint64();
    }

    /// @dev Fills all deposits, or gives them back when shares have no fair price: the tranche is
    /// wiped out, or senior is short of its due: new junior would pay for that loss, and new senior
    /// would take the recovery from those who bore it. So it is with cash that may yet come back.
    function _fillDeposits(Close memory close, Tranche tranche, uint32 number) internal {
        Queue storage queue = _depositQueue[tranche];
        uint256 assets = queue.ready;
        queue.advance(assets);
        if (assets == 0) return;
        TrancheState storage state = _tranches[tranche];
        uint256 minted = close.waits || !_fairlyPriced(tranche)
            ? 0
            : TrancheMath.sharesFor(assets, state.value, state.shares);
        if (minted > type(uint128).max - state.shares) minted = 0;
        _depositFills[tranche][number] =
            Fill(assets.toUint128(), assets.toUint128(), minted.toUint128());
        if (minted == 0) return;
        state.shares += minted.toUint128();
        _changeValue(tranche, state.value + assets);
        _pool.cash += assets.toUint64();
        held -= assets.toUint64();
        _shareOf[tranche].mint(minted);
        emit DepositsFilled(tranche, number, assets.toUint64(), minted.toUint128());
    }

    function _fairlyPriced(Tranche tranche) private view returns (bool) {
        TrancheState storage state = _tranches[tranche];
        if (state.value == 0 && state.shares != 0) return false;
        TrancheState storage senior = _tranches[Tranche.Senior];
        return senior.due == senior.value;
    }

    /// @dev A deposit or redemption moves what senior is due in the same proportion.
    function _changeValue(Tranche tranche, uint256 value) private {
        TrancheState storage state = _tranches[tranche];
        if (tranche == Tranche.Senior) {
            uint256 due = state.value == 0 ? value : Math.mulDiv(state.due, value, state.value);
            state.due = due.toUint64();
        }
        state.value = value.toUint64();
    }

    function _wish(Tranche tranche) internal view returns (uint256) {
        TrancheState storage state = _tranches[tranche];
        return TrancheMath.assetsFor(_redeemQueue[tranche].ready, state.value, state.shares);
    }

    function _trancheSum() internal view returns (uint256) {
        return uint256(_tranches[Tranche.Senior].value) + _tranches[Tranche.Junior].value;
    }

    /// @dev What that much cash fills: pro rata, and junior only down to the minimum subordination.
    function _fillable(Close memory close, uint256 available)
        internal
        view
        returns (uint256 senior, uint256 junior)
    {
        junior = Math.min(close.juniorWish, _juniorSpare(close.seniorWish));
        (senior, junior) = TrancheMath.proRata(close.seniorWish, junior, available);
        junior = Math.min(junior, _juniorSpare(senior));
    }

    function _juniorSpare(uint256 seniorPaid) private view returns (uint256) {
        uint256 seniorLeft = _tranches[Tranche.Senior].value - seniorPaid;
        uint256 least = TrancheMath.minimumJunior(seniorLeft, minSubordinationBps);
        return Math.saturatingSub(_tranches[Tranche.Junior].value, least);
    }

    /// @dev Who left without a part of NAV that comes back would leave it to those who stay.
    function _fillRedemptions(Close memory close, uint32 number) internal {
        close.seniorWish = _wish(Tranche.Senior);
        close.juniorWish = _wish(Tranche.Junior);
        (uint256 senior, uint256 junior) = _fillable(close, close.waits ? 0 : _pool.cash);
        _redeem(Tranche.Senior, number, senior, close.seniorWish);
        _redeem(Tranche.Junior, number, junior, close.juniorWish);
    }

    /// @dev Shares burned are rounded up, for those who stay.
    function _redeem(Tranche tranche, uint32 number, uint256 paid, uint256 wish) private {
        Queue storage queue = _redeemQueue[tranche];
        uint256 requested = queue.ready;
        uint256 burned = paid == 0 ? 0 : Math.mulDiv(requested, paid, wish, Math.Rounding.Ceil);
        queue.advance(burned);
        if (paid == 0) return;
        _redeemFills[tranche][number] =
            Fill(requested.toUint128(), burned.toUint128(), paid.toUint128());
        TrancheState storage state = _tranches[tranche];
        state.shares -= burned.toUint128();
        _changeValue(tranche, state.value - paid);
        _pool.cash -= paid.toUint64();
        held += paid.toUint64();
        _shareOf[tranche].burn(burned);
        emit RedemptionsFilled(tranche, number, burned.toUint128(), paid.toUint64());
    }

    /// @dev Takes cash that becomes booked by the caller; whole ledger units by construction.
    function _takeIn(uint64 amount) internal {
        stablecoin.take(msg.sender, amount * UNIT);
    }

    /// @dev Pays out cash that was held for others.
    function _payHeld(address receiver, uint64 amount) internal {
        held -= amount;
        stablecoin.safeTransfer(receiver, amount * UNIT);
    }

    /// @dev While nobody holds a share nothing is lent, and a deposit need not wait an epoch (rule
    /// P1).
    function _nobodyIn() internal view returns (bool) {
        return _tranches[Tranche.Senior].shares == 0 && _tranches[Tranche.Junior].shares == 0;
    }
}
