// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import {ILendingPool, Tranche} from "./interfaces/ILendingPool.sol";
import {ILoanBook, LaneState} from "./interfaces/ILoanBook.sol";
import {IRiskTerms} from "./interfaces/IRiskTerms.sol";
import {LedgerUnits} from "./libraries/LedgerUnits.sol";
import {Fill, Order, Orders, Outcome, Queue} from "./libraries/Orders.sol";
import {TrancheMath} from "./libraries/TrancheMath.sol";

/// @notice Numbers of the pool; fixed at deployment.
/// @param epochSeconds Least length of an epoch.
/// @param seniorRateBps Senior's yearly rate.
/// @param minSubordinationBps Junior is redeemed only down to this share of NAV.
/// @param liquidityBufferBps Share of NAV that stays in the pool when lanes are supplied.
struct PoolParameters {
    uint32 epochSeconds;
    uint16 seniorRateBps;
    uint16 minSubordinationBps;
    uint16 liquidityBufferBps;
}

/// @title The pool that lenders fund, in two tranches, closed by epoch
/// @notice All cash is booked; what anyone sends here uncalled for changes no price (rule P3).
contract LendingPool is ILendingPool, AccessManaged, ReentrancyGuardTransient {
    using SafeERC20 for IERC20Metadata;
    using SafeCast for uint256;
    using Orders for Order;
    using Orders for Queue;

    uint256 internal constant MIN_EPOCH = 1 days;
    uint256 internal constant MAX_EPOCH = 31 days;
    uint256 internal constant MAX_SENIOR_RATE_BPS = 2_000;
    uint256 internal constant MAX_SUBORDINATION_BPS = 8_000;
    uint256 internal constant MAX_BUFFER_BPS = 5_000;
    /// @dev Required before each lane's token call, so that lack of gas never looks like a failing lane.
    uint256 internal constant LANE_CALL_GAS = 400_000;

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

    /// @dev What a close knows of a lane: the pool's part of its cash, and whether its calls fail.
    struct LaneCash {
        uint256 free;
        bool stuck;
    }

    /// @dev Working figures of one close; `before` are the values that the last one left.
    struct Close {
        uint256 lent;
        uint256 seniorBefore;
        uint256 juniorBefore;
        uint256 seniorLoss;
        uint256 juniorLoss;
        uint256 seniorWish;
        uint256 juniorWish;
        uint256 buffer;
        uint256 target;
    }

    IERC20Metadata public immutable stablecoin;
    IRiskTerms public immutable riskTerms;
    /// @inheritdoc ILendingPool
    address public immutable reserveHolder;
    uint256 public immutable epochSeconds;
    uint256 public immutable seniorRateBps;
    uint256 public immutable minSubordinationBps;
    uint256 public immutable liquidityBufferBps;
    uint256 private immutable UNIT;

    /// @notice The market that the pool funds; set once.
    ILoanBook public loanBook;
    address public auctionHouse;
    /// @notice Cash here that is others': deposits not filled yet and redemptions not claimed yet.
    uint64 public held;
    PoolState private _pool;
    mapping(Tranche => TrancheState) private _tranches;
    mapping(Tranche => mapping(address owner => uint128)) private _shares;
    mapping(Tranche => Queue) private _depositQueue;
    mapping(Tranche => Queue) private _redeemQueue;
    mapping(Tranche => mapping(address owner => Order)) private _deposits;
    mapping(Tranche => mapping(address owner => Order)) private _redemptions;
    mapping(Tranche => mapping(uint32 epoch => Fill)) private _depositFills;
    mapping(Tranche => mapping(uint32 epoch => Fill)) private _redeemFills;
    /// @notice Lanes whose last token call failed: their cash counts zero until one succeeds (rule L5).
    mapping(uint32 lane => bool) public isStuck;

    constructor(
        address authority,
        IERC20Metadata stablecoin_,
        IRiskTerms riskTerms_,
        address reserveHolder_,
        PoolParameters memory parameters
    ) AccessManaged(authority) {
        if (
            parameters.epochSeconds < MIN_EPOCH || parameters.epochSeconds > MAX_EPOCH
                || parameters.seniorRateBps > MAX_SENIOR_RATE_BPS
                || parameters.minSubordinationBps > MAX_SUBORDINATION_BPS
                || parameters.liquidityBufferBps > MAX_BUFFER_BPS
        ) revert ParametersOutOfBounds();
        stablecoin = stablecoin_;
        riskTerms = riskTerms_;
        reserveHolder = reserveHolder_;
        epochSeconds = parameters.epochSeconds;
        seniorRateBps = parameters.seniorRateBps;
        minSubordinationBps = parameters.minSubordinationBps;
        liquidityBufferBps = parameters.liquidityBufferBps;
        UNIT = LedgerUnits.unitOf(stablecoin_);
        _pool.epoch = 1;
        _pool.startedAt = uint48(block.timestamp);
    }

    /// @inheritdoc ILendingPool
    function setMarket(ILoanBook book, address house) external restricted {
        if (address(loanBook) != address(0)) revert MarketAlreadySet(address(loanBook));
        (loanBook, auctionHouse) = (book, house);
        emit MarketSet(address(book), house);
    }

    /// @inheritdoc ILendingPool
    function requestDeposit(Tranche tranche, uint64 assets) external nonReentrant {
        if (assets == 0) revert ZeroAmount();
        _settle(tranche, msg.sender);
        uint32 number = _pool.epoch;
        uint32 from = _nobodyIn() ? number : number + 1;
        _deposits[tranche][msg.sender].add(_depositQueue[tranche], assets, number, from);
        held += assets;
        emit DepositRequested(tranche, msg.sender, number, assets);
        stablecoin.safeTransferFrom(msg.sender, address(this), assets * UNIT);
    }

    /// @inheritdoc ILendingPool
    function requestRedeem(Tranche tranche, uint128 shares) external nonReentrant {
        if (shares == 0) revert ZeroAmount();
        _settle(tranche, msg.sender);
        uint128 available = _shares[tranche][msg.sender];
        if (shares > available) revert SharesShort(available, shares);
        uint32 number = _pool.epoch;
        _shares[tranche][msg.sender] = available - shares;
        _redemptions[tranche][msg.sender].add(
            _redeemQueue[tranche], shares, number, number + 1
        );
        emit RedeemRequested(tranche, msg.sender, number, shares);
    }

    /// @inheritdoc ILendingPool
    function claim(Tranche tranche, address owner) external nonReentrant {
        if (!_settle(tranche, owner)) revert NothingToClaim(owner);
    }

    /// @inheritdoc ILendingPool
    function closeEpoch() external nonReentrant {
        PoolState memory pool = _pool;
        uint256 endsAt = pool.startedAt + epochSeconds;
        if (block.timestamp < endsAt) revert EpochRunning(uint64(endsAt));

        (LaneCash[] memory lanes, uint256 idle, uint256 navNow) = _readLanes();
        Close memory close;
        close.lent = Math.saturatingSub(navNow, idle);
        close.seniorBefore = _tranches[Tranche.Senior].value;
        close.juniorBefore = _tranches[Tranche.Junior].value;
        _runWaterfall(close, navNow, block.timestamp - pool.startedAt);
        _plan(close, lanes);
        uint256 stuck = _drainLanes(lanes, close.target);
        if (stuck != 0) _runWaterfall(close, navNow - stuck, 0);
        _fillDeposits(Tranche.Senior, pool.epoch);
        _fillDeposits(Tranche.Junior, pool.epoch);
        _fillRedemptions(close, pool.epoch);
        _supplyLanes(lanes, close);
        _finish(close, pool.epoch);
    }

    /// @inheritdoc ILendingPool
    function fundReserve(uint64 amount) external nonReentrant {
        if (amount == 0) revert ZeroAmount();
        _pool.reserve += amount;
        emit ReserveFunded(msg.sender, amount);
        stablecoin.safeTransferFrom(msg.sender, address(this), amount * UNIT);
    }

    /// @inheritdoc ILendingPool
    function payFromReserve(uint64 loanId, uint32 lane, address escrow, uint64 amount)
        external
        nonReentrant
    {
        if (msg.sender != auctionHouse) revert NotAuctionHouse(msg.sender);
        if (escrow != loanBook.escrowOf(lane)) revert EscrowUnknown(escrow);
        uint64 available = _pool.reserve;
        if (amount > available) revert ReserveShort(available, amount);
        _pool.reserve = available - amount;
        emit ReservePaid(loanId, lane, amount);
        stablecoin.safeTransfer(escrow, amount * UNIT);
    }

    /// @notice Sends cash to one lane and has it booked, or does neither. Only the pool itself.
    function supplyLane(uint32 lane, uint64 amount) external {
        if (msg.sender != address(this)) revert NotPoolItself(msg.sender);
        stablecoin.safeTransfer(loanBook.escrowOf(lane), amount * UNIT);
        loanBook.fundLane(lane, amount);
    }

    /// @inheritdoc ILendingPool
    function epoch() external view returns (uint32 number, uint64 startedAt) {
        return (_pool.epoch, _pool.startedAt);
    }

    /// @inheritdoc ILendingPool
    function nav() external view returns (uint64) {
        (,, uint256 navNow) = _readLanes();
        return navNow.toUint64();
    }

    /// @inheritdoc ILendingPool
    function cash() external view returns (uint64) {
        return _pool.cash;
    }

    /// @inheritdoc ILendingPool
    function reserve() external view returns (uint64) {
        return _pool.reserve;
    }

    /// @inheritdoc ILendingPool
    function trancheOf(Tranche tranche) external view returns (uint64 value, uint128 shares) {
        TrancheState memory state = _tranches[tranche];
        return (state.value, state.shares);
    }

    /// @inheritdoc ILendingPool
    function sharesOf(Tranche tranche, address owner) external view returns (uint128) {
        return _shares[tranche][owner];
    }

    /// @inheritdoc ILendingPool
    function seniorDue() external view returns (uint64) {
        return _tranches[Tranche.Senior].due;
    }

    /// @inheritdoc ILendingPool
    function requestsOf(Tranche tranche, address owner)
        external
        view
        returns (uint128 assets, uint128 shares, uint128 claimableShares, uint64 claimableAssets)
    {
        uint32 number = _pool.epoch;
        Outcome memory deposited;
        Outcome memory redeemed;
        Order memory order;
        (order, deposited) =
            Orders.preview(_deposits[tranche][owner], _depositFills[tranche], number);
        assets = order.active + order.queued;
        (order, redeemed) =
            Orders.preview(_redemptions[tranche][owner], _redeemFills[tranche], number);
        shares = order.active + order.queued;
        claimableShares = deposited.given.toUint128();
        claimableAssets = (deposited.refunded + redeemed.given).toUint64();
    }

    /// @dev Hands over what closes have filled; false when there was nothing.
    function _settle(Tranche tranche, address owner) private returns (bool) {
        uint32 number = _pool.epoch;
        Outcome memory deposited =
            _deposits[tranche][owner].roll(_depositFills[tranche], number);
        Outcome memory redeemed =
            _redemptions[tranche][owner].roll(_redeemFills[tranche], number);
        if (deposited.taken + deposited.refunded + redeemed.taken == 0) return false;
        if (deposited.taken != 0) {
            uint128 shares = deposited.given.toUint128();
            _shares[tranche][owner] += shares;
            emit DepositClaimed(tranche, owner, deposited.taken.toUint64(), shares);
        }
        if (deposited.refunded != 0) {
            emit DepositRefunded(tranche, owner, deposited.refunded.toUint64());
        }
        if (redeemed.taken != 0) {
            emit RedeemClaimed(
                tranche, owner, redeemed.taken.toUint128(), redeemed.given.toUint64()
            );
        }
        _payOut(owner, deposited.refunded + redeemed.given);
        return true;
    }

    function _payOut(address owner, uint256 amount) private {
        if (amount == 0) return;
        held -= amount.toUint64();
        stablecoin.safeTransfer(owner, amount * UNIT);
    }

    /// @dev While nobody holds a share nothing is lent, and a deposit need not wait an epoch (rule P1).
    function _nobodyIn() private view returns (bool) {
        return _tranches[Tranche.Senior].shares == 0 && _tranches[Tranche.Junior].shares == 0;
    }

    /// @dev NAV is exact over all lanes and rounded down once; a stuck lane's cash counts zero.
    function _readLanes()
        private
        view
        returns (LaneCash[] memory lanes, uint256 idle, uint256 navNow)
    {
        uint32 count = address(loanBook) == address(0) ? 0 : loanBook.lanes();
        lanes = new LaneCash[](count);
        idle = _pool.cash;
        int256 scaled;
        for (uint32 i = 0; i < count; ++i) {
            LaneState memory state = loanBook.laneOf(i);
            lanes[i] = LaneCash(Math.saturatingSub(state.cash, state.owed), isStuck[i]);
            uint256 counted = lanes[i].stuck ? 0 : lanes[i].free;
            idle += counted;
            scaled += TrancheMath.worthScaled(state, counted, block.timestamp);
        }
        navNow = _pool.cash + (scaled > 0 ? uint256(scaled) / TrancheMath.SCALE : 0);
    }

    /// @dev Senior has what it is due as far as NAV goes, junior the rest (rule P2).
    function _runWaterfall(Close memory close, uint256 navNow, uint256 secs) private {
        TrancheState storage senior = _tranches[Tranche.Senior];
        TrancheState storage junior = _tranches[Tranche.Junior];
        uint256 due = TrancheMath.accrued(senior.due, seniorRateBps, secs);
        uint256 seniorValue = Math.min(due, navNow);
        close.seniorLoss = Math.saturatingSub(close.seniorBefore, seniorValue);
        close.juniorLoss = Math.saturatingSub(close.juniorBefore, navNow - seniorValue);
        senior.due = due.toUint64();
        senior.value = seniorValue.toUint64();
        junior.value = (navNow - seniorValue).toUint64();
    }

    /// @dev Fills all deposits, or gives them back when shares have no fair price: the tranche is
    /// wiped out, or it is junior and would pay for senior's past loss.
    function _fillDeposits(Tranche tranche, uint32 number) private {
        Queue storage queue = _depositQueue[tranche];
        uint256 assets = queue.ready;
        queue.advance(assets);
        if (assets == 0) return;
        TrancheState storage state = _tranches[tranche];
        uint256 minted = _fairlyPriced(tranche)
            ? TrancheMath.sharesFor(assets, state.value, state.shares)
            : 0;
        if (minted > type(uint128).max - state.shares) minted = 0;
        _depositFills[tranche][number] =
            Fill(assets.toUint128(), assets.toUint128(), minted.toUint128());
        if (minted == 0) return;
        state.shares += minted.toUint128();
        _changeValue(tranche, state.value + assets);
        _pool.cash += assets.toUint64();
        held -= assets.toUint64();
        emit DepositsFilled(tranche, number, assets.toUint64(), minted.toUint128());
    }

    function _fairlyPriced(Tranche tranche) private view returns (bool) {
        TrancheState storage state = _tranches[tranche];
        if (state.value == 0 && state.shares != 0) return false;
        TrancheState storage senior = _tranches[Tranche.Senior];
        return tranche == Tranche.Senior || senior.due == senior.value;
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

    /// @dev Before anything is filled: the buffer, and the free cash that each lane is left with or
    /// brought to, as if all deposits came in.
    function _plan(Close memory close, LaneCash[] memory lanes) private view {
        close.seniorWish = _wish(Tranche.Senior);
        close.juniorWish = _wish(Tranche.Junior);
        uint256 deposits = uint256(_depositQueue[Tranche.Senior].ready)
            + _depositQueue[Tranche.Junior].ready;
        uint256 total = _pool.cash + deposits;
        uint256 healthy;
        for (uint256 i = 0; i < lanes.length; ++i) {
            if (lanes[i].stuck) continue;
            total += lanes[i].free;
            ++healthy;
        }
        (uint256 senior, uint256 junior) = _fillable(close, total);
        uint256 left = _trancheSum() + deposits - senior - junior;
        close.buffer = left * liquidityBufferBps / TrancheMath.BPS;
        if (healthy == 0) return;
        close.target = Math.saturatingSub(total - senior - junior, close.buffer) / healthy;
    }

    function _wish(Tranche tranche) private view returns (uint256) {
        TrancheState storage state = _tranches[tranche];
        return TrancheMath.assetsFor(_redeemQueue[tranche].ready, state.value, state.shares);
    }

    function _trancheSum() private view returns (uint256) {
        return uint256(_tranches[Tranche.Senior].value) + _tranches[Tranche.Junior].value;
    }

    /// @dev What that much cash fills: pro rata, and junior only down to the minimum subordination.
    function _fillable(Close memory close, uint256 available)
        private
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

    function _fillRedemptions(Close memory close, uint32 number) private {
        close.seniorWish = _wish(Tranche.Senior);
        close.juniorWish = _wish(Tranche.Junior);
        (uint256 senior, uint256 junior) = _fillable(close, _pool.cash);
        _redeem(Tranche.Senior, number, senior, close.seniorWish);
        _redeem(Tranche.Junior, number, junior, close.juniorWish);
    }

    /// @dev Shares burned are rounded up, for those who stay.
    function _redeem(Tranche tranche, uint32 number, uint256 paid, uint256 wish) private {
        Queue storage queue = _redeemQueue[tranche];
        uint256 requested = queue.ready;
        uint256 burned = paid == 0
            ? 0
            : Math.mulDiv(requested, paid, wish, Math.Rounding.Ceil);
        queue.advance(burned);
        if (paid == 0) return;
        _redeemFills[tranche][number] =
            Fill(requested.toUint128(), burned.toUint128(), paid.toUint128());
        TrancheState storage state = _tranches[tranche];
        state.shares -= burned.toUint128();
        _changeValue(tranche, state.value - paid);
        _pool.cash -= paid.toUint64();
        held += paid.toUint64();
        emit RedemptionsFilled(tranche, number, burned.toUint128(), paid.toUint64());
    }

    /// @dev Takes from each lane what it has above the target; from a stuck one all, if it now can.
    /// Returns the cash that counted in NAV and turned out to be stuck.
    function _drainLanes(LaneCash[] memory lanes, uint256 target)
        private
        returns (uint256 newlyStuck)
    {
        for (uint32 i = 0; i < lanes.length; ++i) {
            uint256 kept = lanes[i].stuck ? 0 : target;
            uint256 free = lanes[i].free;
            if (free <= kept) continue;
            _requireGas(i);
            uint64 amount = (free - kept).toUint64();
            try loanBook.defundLane(i, amount) {
                _pool.cash += amount;
                lanes[i].free = kept;
                _setStuck(lanes[i], i, false);
            } catch {
                if (!lanes[i].stuck) newlyStuck += free;
                _setStuck(lanes[i], i, true);
            }
        }
    }

    /// @dev Brings each lane up to the target as far as cash above the buffer goes.
    function _supplyLanes(LaneCash[] memory lanes, Close memory close) private {
        for (uint32 i = 0; i < lanes.length; ++i) {
            if (lanes[i].stuck && lanes[i].free != 0) continue;
            uint256 spare = Math.saturatingSub(_pool.cash, close.buffer);
            uint256 missing = Math.saturatingSub(close.target, lanes[i].free);
            uint64 amount = Math.min(spare, missing).toUint64();
            if (amount == 0) continue;
            _requireGas(i);
            try this.supplyLane(i, amount) {
                _pool.cash -= amount;
                _setStuck(lanes[i], i, false);
            } catch {
                _setStuck(lanes[i], i, true);
            }
        }
    }

    function _setStuck(LaneCash memory lane, uint32 number, bool stuck) private {
        if (lane.stuck == stuck) return;
        lane.stuck = stuck;
        isStuck[number] = stuck;
        emit LaneStuck(number, stuck);
    }

    function _requireGas(uint32 lane) private view {
        if (gasleft() < LANE_CALL_GAS) revert CloseGasTooLow(lane);
    }

    function _finish(Close memory close, uint32 number) private {
        TrancheState memory senior = _tranches[Tranche.Senior];
        TrancheState memory junior = _tranches[Tranche.Junior];
        uint64 total = senior.value + junior.value;
        uint16 utilisation = TrancheMath.utilisationBps(close.lent, total);
        (_pool.epoch, _pool.startedAt) = (number + 1, uint48(block.timestamp));
        emit EpochClosed(
            number,
            total,
            senior.value,
            junior.value,
            close.seniorLoss.toUint64(),
            close.juniorLoss.toUint64(),
            utilisation,
            _pool.cash
        );
        riskTerms.setUtilisation(utilisation);
    }
}
