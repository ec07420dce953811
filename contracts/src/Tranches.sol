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
/// @param epochSeconds Least length of an epoch, from one day to 31.
/// @param seniorRateBps Senior's yearly rate, basis points, at most 20 %.
/// @param minSubordinationBps Junior is redeemed only down to this share of NAV, basis points, at
/// most 80 %.
/// @param liquidityBufferBps Share of NAV that stays in the pool when lanes are supplied, basis
/// points, at most 50 %.
/// @param reservationDepositBps Deposit for a reserved draw, as a share of it, basis points, above
/// zero and at most 10 %.
struct PoolParameters {
    uint32 epochSeconds;
    uint16 seniorRateBps;
    uint16 minSubordinationBps;
    uint16 liquidityBufferBps;
    uint16 reservationDepositBps;
}

/// @title The pool's books: cash, tranches and lenders' requests; the pool adds the lanes
/// @notice Cash here has three owners, each with a number of its own: the pool (`_pool.cash`), the
/// reserve (`_pool.reserve`) and others (`held`). What the balance has beyond them was donated
/// (I-02).
abstract contract Tranches is ILendingPool {
    using SafeERC20 for IERC20Metadata;
    using SafeCast for uint256;
    using ExactTransfer for IERC20Metadata;
    using Orders for Queue;

    /// @dev Hard bounds of the parameters; see `PoolParameters`.
    uint256 internal constant MIN_EPOCH = 1 days;
    uint256 internal constant MAX_EPOCH = 31 days;
    uint256 internal constant MAX_SENIOR_RATE_BPS = 2_000;
    uint256 internal constant MAX_SUBORDINATION_BPS = 8_000;
    uint256 internal constant MAX_BUFFER_BPS = 5_000;
    uint256 internal constant MAX_RESERVATION_DEPOSIT_BPS = 1_000;

    /// @dev One tranche, in one slot. `due` is what senior would be worth without losses, at least
    /// its `value`; unused for junior. Ledger units; `shares` in base units of the share.
    struct TrancheState {
        uint64 value;
        uint64 due;
        uint128 shares;
    }

    /// @dev Number and beginning (unix seconds) of the epoch that runs, and the pool's own cash and
    /// the reserve's (ledger units); one slot.
    struct PoolState {
        uint32 epoch;
        uint48 startedAt;
        uint64 cash;
        uint64 reserve;
    }

    /// @dev Working figures of one close, in ledger units.
    /// @param waits Whether NAV lacks cash of which nobody knows yet if it is lost.
    /// @param secs Seconds since the last close.
    /// @param lent NAV without idle cash.
    /// @param dueBefore What senior was due at the last close.
    /// @param seniorBefore Senior's value as the last close left it.
    /// @param juniorBefore Junior's.
    /// @param seniorLoss What senior has lost since, by the waterfall.
    /// @param juniorLoss What junior has lost since.
    /// @param seniorWish What senior's redemptions would take at the new price.
    /// @param juniorWish What junior's would.
    /// @param buffer Cash that stays in the pool when lanes are supplied.
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

    /// @notice The token that is lent; it must move whole amounts (see `ExactTransfer`).
    IERC20Metadata public immutable stablecoin;
    /// @notice Caps of the classes and of the market; told of utilisation at each close.
    IRiskTerms public immutable riskTerms;
    /// @inheritdoc ILendingPool
    address public immutable reserveHolder;
    /// @notice See `PoolParameters`, as the four below.
    uint256 public immutable epochSeconds;
    uint256 public immutable seniorRateBps;
    uint256 public immutable minSubordinationBps;
    uint256 public immutable liquidityBufferBps;
    uint256 public immutable reservationDepositBps;
    /// @dev Base units of the stablecoin in one ledger unit.
    uint256 internal immutable UNIT;

    /// @notice Cash here that is others': deposits not filled yet, redemptions not claimed yet, and
    /// deposits of reservations. Ledger units.
    uint64 public held;
    /// @dev See `PoolState`.
    PoolState internal _pool;
    /// @dev Tranches as the last close left them.
    mapping(Tranche => TrancheState) internal _tranches;
    /// @dev The shares, which the vaults made; set with them.
    mapping(Tranche => ITrancheShare) internal _shareOf;
    /// @dev What all lenders ask for together: assets in the first, shares in the second.
    mapping(Tranche => Queue) internal _depositQueue;
    mapping(Tranche => Queue) internal _redeemQueue;
    /// @dev What each close did with them; never changed afterwards.
    mapping(Tranche => mapping(uint32 epoch => Fill)) internal _depositFills;
    mapping(Tranche => mapping(uint32 epoch => Fill)) internal _redeemFills;

    /// @dev The first epoch has number 1 and begins now. Reverts with `ParametersOutOfBounds`, or
    /// with `TooManyDecimals`.
    /// @param stablecoin_ The token that is lent.
    /// @param riskTerms_ Caps, and who is told of utilisation.
    /// @param reserveHolder_ Who receives lots that the reserve buys.
    /// @param parameters See `PoolParameters`.
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

    /// @dev Senior has what it is due as far as NAV goes, junior the rest (rule P2). What a loss
    /// took stays due; a return that was not earned and that no junior is left to give does not, or
    /// lenders who came alone and lent nothing yet would be short for good, and keep everybody out.
    /// A close may run it twice, with another NAV: all starts from the `before` figures.
    /// @param close Reads `secs` and the figures of the last close; writes both losses.
    /// @param navNow NAV, ledger units. Below `dueBefore` senior's whole new due stands, and its
    /// value is NAV.
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
    /// would take the recovery from those who bore it. So it is with cash that may yet come back. A
    /// deposit too small for one share, or so large that shares would outgrow 128 bits, comes back
    /// too.
    /// @param close Whether NAV lacks cash (`waits`).
    /// @param tranche Whose deposits.
    /// @param number Epoch that closes.
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

    /// @dev Whether a share has a price that is fair to those in and those who come.
    /// @param tranche Whose share.
    /// @return False for a tranche that is wiped out, and for both while senior is short.
    function _fairlyPriced(Tranche tranche) private view returns (bool) {
        TrancheState storage state = _tranches[tranche];
        if (state.value == 0 && state.shares != 0) return false;
        TrancheState storage senior = _tranches[Tranche.Senior];
        return senior.due == senior.value;
    }

    /// @dev A deposit or redemption moves what senior is due in the same proportion, rounded down,
    /// so that a shortfall stays the same share of it.
    /// @param tranche Which.
    /// @param value Its new value, ledger units.
    function _changeValue(Tranche tranche, uint256 value) private {
        TrancheState storage state = _tranches[tranche];
        if (tranche == Tranche.Senior) {
            uint256 due = state.value == 0 ? value : Math.mulDiv(state.due, value, state.value);
            state.due = due.toUint64();
        }
        state.value = value.toUint64();
    }

    /// @dev What the redemptions that may be filled would take, at the price of this close.
    /// @param tranche Whose.
    /// @return Ledger units, rounded down.
    function _wish(Tranche tranche) internal view returns (uint256) {
        TrancheState storage state = _tranches[tranche];
        return TrancheMath.assetsFor(_redeemQueue[tranche].ready, state.value, state.shares);
    }

    /// @dev NAV as the tranches share it.
    /// @return Ledger units.
    function _trancheSum() internal view returns (uint256) {
        return uint256(_tranches[Tranche.Senior].value) + _tranches[Tranche.Junior].value;
    }

    /// @dev What that much cash fills: pro rata (rule P1), and junior only down to the minimum
    /// subordination, measured twice: first as if senior left with all that it wishes, so that no
    /// more than can be filled shares in the cash, then with what senior does get.
    /// @param close Both wishes.
    /// @param available Ledger units.
    /// @return senior Paid to senior's redemptions.
    /// @return junior Paid to junior's.
    function _fillable(Close memory close, uint256 available)
        internal
        view
        returns (uint256 senior, uint256 junior)
    {
        junior = Math.min(close.juniorWish, _juniorSpare(close.seniorWish));
        (senior, junior) = TrancheMath.proRata(close.seniorWish, junior, available);
        junior = Math.min(junior, _juniorSpare(senior));
    }

    /// @dev What junior may lose by redemptions while senior keeps its cushion (rule P2).
    /// @param seniorPaid What senior's redemptions take, at most its value.
    /// @return Ledger units, rounded down; 0 when the cushion is too thin already.
    function _juniorSpare(uint256 seniorPaid) private view returns (uint256) {
        uint256 seniorLeft = _tranches[Tranche.Senior].value - seniorPaid;
        uint256 least = TrancheMath.minimumJunior(seniorLeft, minSubordinationBps);
        return Math.saturatingSub(_tranches[Tranche.Junior].value, least);
    }

    /// @dev At the price after deposits, whose cash may pay for it. While NAV lacks cash nothing is
    /// paid: who left without a part of NAV that comes back would leave it to those who stay.
    /// @param close Takes the wishes anew.
    /// @param number Epoch that closes.
    function _fillRedemptions(Close memory close, uint32 number) internal {
        close.seniorWish = _wish(Tranche.Senior);
        close.juniorWish = _wish(Tranche.Junior);
        (uint256 senior, uint256 junior) = _fillable(close, close.waits ? 0 : _pool.cash);
        _redeem(Tranche.Senior, number, senior, close.seniorWish);
        _redeem(Tranche.Junior, number, junior, close.juniorWish);
    }

    /// @dev Shares burned are rounded up, for those who stay.
    /// @param tranche Whose.
    /// @param number Epoch that closes.
    /// @param paid Ledger units, at most `wish`.
    /// @param wish What all shares that may be filled would take; above zero when `paid` is.
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

    /// @dev Takes cash from the caller; it becomes booked by the function that asks. Whole ledger
    /// units by construction.
    /// @param amount Ledger units; times `UNIT` it fits, for a token of at most 36 decimals.
    function _takeIn(uint64 amount) internal {
        stablecoin.take(msg.sender, amount * UNIT);
    }

    /// @dev Pays out cash that was held for others; the last step of a call.
    /// @param receiver Who gets it.
    /// @param amount Ledger units.
    function _payHeld(address receiver, uint64 amount) internal {
        held -= amount;
        stablecoin.safeTransfer(receiver, amount * UNIT);
    }

    /// @dev While nobody holds a share nothing is lent, and a deposit need not wait an epoch (rule
    /// P1).
    /// @return Whether neither tranche has shares.
    function _nobodyIn() internal view returns (bool) {
        return _tranches[Tranche.Senior].shares == 0 && _tranches[Tranche.Junior].shares == 0;
    }
}
