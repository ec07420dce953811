// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import {ILendingPool, Tranche} from "./interfaces/ILendingPool.sol";
import {ILoanBook, LaneState} from "./interfaces/ILoanBook.sol";
import {IRiskTerms} from "./interfaces/IRiskTerms.sol";
import {ITrancheVault} from "./interfaces/ITrancheVault.sol";
import {TrancheMath} from "./libraries/TrancheMath.sol";
import {Reservations} from "./Reservations.sol";
import {PoolParameters, Tranches} from "./Tranches.sol";

/// @title The pool that lenders fund, in two tranches, closed by epoch
/// @notice All cash is booked; what anyone sends here uncalled for changes no price (rule P3). The
/// close is a barrier: it alone looks across lanes.
contract LendingPool is Reservations, AccessManaged {
    using SafeERC20 for IERC20Metadata;
    using SafeCast for uint256;

    /// @dev Required before each lane's token call, so that lack of gas never looks like a failing
    /// lane; and all that the call gets, so that no token can burn what the close needs.
    uint256 internal constant LANE_CALL_GAS = 400_000;
    /// @dev Closes for which requests wait for the cash of a stuck lane; then it counts as lost.
    uint256 internal constant PATIENT_CLOSES = 7;
    /// @dev Number of the whole market among the classes that have a cap.
    uint16 internal constant MARKET = 0;

    /// @dev Share of NAV that may be at auction at once, spread over the lanes.
    uint256 internal constant AUCTION_BPS = 1_000;

    /// @dev What a close knows of a lane; cash in ledger units.
    /// @param free The pool's part of its cash: without what is owed to others or lies aside.
    /// @param target What the close brings that to.
    /// @param reserved What is reserved in it for the epoch that begins.
    /// @param stuck Whether its token calls fail (rule L5).
    struct LaneCash {
        uint256 free;
        uint256 target;
        uint256 reserved;
        bool stuck;
    }

    /// @notice The auction house that may spend the reserve; set once, with the loan book.
    address public auctionHouse;
    /// @notice First epoch whose close counts a lane's cash zero, because its token call fails;
    /// zero again when a call succeeds (rule L5). What fails after the waterfall tells in the next
    /// close.
    mapping(uint32 lane => uint32 epoch) public stuckSince;

    /// @param authority The access manager.
    /// @param stablecoin The token that is lent.
    /// @param riskTerms Caps, and who is told of utilisation.
    /// @param reserveHolder Who receives lots that the reserve buys.
    /// @param parameters See `PoolParameters`.
    constructor(
        address authority,
        IERC20Metadata stablecoin,
        IRiskTerms riskTerms,
        address reserveHolder,
        PoolParameters memory parameters
    ) AccessManaged(authority) Tranches(stablecoin, riskTerms, reserveHolder, parameters) {}

    /// @inheritdoc ILendingPool
    function setMarket(ILoanBook book, address house) external restricted {
        if (address(loanBook) != address(0)) revert MarketAlreadySet(address(loanBook));
        (loanBook, auctionHouse) = (book, house);
        emit MarketSet(address(book), house);
    }

    /// @inheritdoc ILendingPool
    function setVaults(ITrancheVault senior, ITrancheVault junior) external restricted {
        _setVaults(senior, junior);
    }

    /// @inheritdoc ILendingPool
    /// @dev In this order, each step on what the ones before have left:
    /// 1. NAV, the lanes read once, and what it gives to or takes from the tranches;
    /// 2. what redemptions wish, and so what each lane shall hold; cash above that comes here;
    /// 3. the tranches again, where that showed a lane's cash to be lost, or found;
    /// 4. deposits, then redemptions, so that new cash can pay those who leave;
    /// 5. cash to the lanes, then rooms and allowances;
    /// 6. the next epoch and its rates.
    function closeEpoch() external nonReentrant {
        PoolState memory pool = _pool;
        uint256 endsAt = pool.startedAt + epochSeconds;
        if (block.timestamp < endsAt) revert EpochRunning(uint64(endsAt));

        (LaneCash[] memory lanes, uint256 idle, uint256 navNow) = _readLanes();
        Close memory close;
        close.secs = block.timestamp - pool.startedAt;
        close.lent = Math.saturatingSub(navNow, idle);
        close.dueBefore = _tranches[Tranche.Senior].due;
        close.seniorBefore = _tranches[Tranche.Senior].value;
        close.juniorBefore = _tranches[Tranche.Junior].value;
        _runWaterfall(close, navNow);
        _plan(close, lanes);
        (uint256 missing, uint256 found) = _drainLanes(lanes);
        if (missing != found) _runWaterfall(close, navNow + found - missing);
        close.waits = _waitsForLanes(lanes, pool.epoch);
        _fillDeposits(close, Tranche.Senior, pool.epoch);
        _fillDeposits(close, Tranche.Junior, pool.epoch);
        _fillRedemptions(close, pool.epoch);
        _supplyLanes(lanes, close);
        if (lanes.length != 0) _handOut(lanes);
        _finish(close, pool.epoch);
    }

    /// @inheritdoc ILendingPool
    function fundReserve(uint64 amount) external nonReentrant {
        if (amount == 0) revert ZeroAmount();
        _pool.reserve += amount;
        emit ReserveFunded(msg.sender, amount);
        _takeIn(amount);
    }

    /// @inheritdoc ILendingPool
    /// @dev The subtraction cannot underflow while the pool holds what its books say (I-02).
    function sweepDonations() external nonReentrant returns (uint64 amount) {
        uint256 booked = uint256(_pool.cash) + _pool.reserve + held;
        amount = (stablecoin.balanceOf(address(this)) / UNIT - booked).toUint64();
        if (amount == 0) revert ZeroAmount();
        _pool.reserve += amount;
        emit ReserveFunded(address(this), amount);
    }

    /// @inheritdoc ILendingPool
    /// @dev The auction house is trusted with the price, not with where it goes: the escrow is
    /// checked.
    function payFromReserve(uint64 loanId, uint32 lane, address escrow, uint64 amount)
        external
        nonReentrant
    {
        if (msg.sender != auctionHouse) revert NotAuctionHouse(msg.sender);
        if (escrow != loanBook.tillOf(lane)) revert EscrowUnknown(escrow);
        uint64 available = _pool.reserve;
        if (amount > available) revert ReserveShort(available, amount);
        _pool.reserve = available - amount;
        emit ReservePaid(loanId, lane, amount);
        stablecoin.safeTransfer(escrow, amount * UNIT);
    }

    /// @notice Sends cash to one lane and has it booked, or does neither. Only the pool itself.
    /// @dev Reverts with `NotPoolItself`. External, so that a close can try it and go on when it
    /// fails.
    /// @param lane The lane.
    /// @param amount Ledger units; the caller books them out of the pool's cash.
    function supplyLane(uint32 lane, uint64 amount) external {
        if (msg.sender != address(this)) revert NotPoolItself(msg.sender);
        stablecoin.safeTransfer(loanBook.tillOf(lane), amount * UNIT);
        loanBook.fundLane(lane, amount);
    }

    /// @inheritdoc ILendingPool
    function epoch() external view returns (uint32 number, uint64 startedAt) {
        return (_pool.epoch, _pool.startedAt);
    }

    /// @inheritdoc ILendingPool
    /// @dev Reads every lane: nothing on the chain asks for it, for that would be a barrier.
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
    function seniorDue() external view returns (uint64) {
        return _tranches[Tranche.Senior].due;
    }

    /// @dev NAV is exact over all lanes and rounded down once; a stuck lane's cash counts zero.
    /// @return lanes What each lane has; targets are not set yet.
    /// @return idle Cash of the pool and of its lanes that counts in NAV, ledger units.
    /// @return navNow NAV, ledger units.
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
            lanes[i].free = Math.saturatingSub(state.cash, uint256(state.owed) + state.aside);
            lanes[i].stuck = stuckSince[i] != 0;
            uint256 counted = lanes[i].stuck ? 0 : lanes[i].free;
            idle += counted;
            scaled += TrancheMath.worthScaled(state, counted, block.timestamp);
        }
        navNow = _pool.cash + (scaled > 0 ? uint256(scaled) / TrancheMath.SCALE : 0);
    }

    /// @dev Before anything is filled: the buffer, and the free cash that each lane is left with or
    /// brought to, as if all deposits came in.
    /// @param close Writes the wishes, provisional until deposits have changed the price, and
    /// `buffer`.
    /// @param lanes Writes `reserved` and `target`.
    function _plan(Close memory close, LaneCash[] memory lanes) private {
        close.seniorWish = _wish(Tranche.Senior);
        close.juniorWish = _wish(Tranche.Junior);
        uint256 deposits =
            uint256(_depositQueue[Tranche.Senior].ready) + _depositQueue[Tranche.Junior].ready;
        uint256 total = _pool.cash + deposits;
        for (uint256 i = 0; i < lanes.length; ++i) {
            if (!lanes[i].stuck) total += lanes[i].free;
        }
        (uint256 senior, uint256 junior) = _fillable(close, total);
        uint256 left = _trancheSum() + deposits - senior - junior;
        close.buffer = left * liquidityBufferBps / TrancheMath.BPS;
        // What a young market may lend in all, starts small and grows (rule G1).
        uint256 lendable = Math.saturatingSub(riskTerms.capOf(MARKET), close.lent);
        uint256 spare =
            Math.min(lendable, Math.saturatingSub(total - senior - junior, close.buffer));
        reservable = spare.toUint64();
        _setTargets(lanes, spare);
    }

    /// @dev Reservations first, as far as the cash goes, each whole or not at all; the rest is
    /// spread equally over the lanes that share, rounded down: all targets are at most what is spare.
    /// @param lanes Writes `reserved` and `target`.
    /// @param spare What the lanes may hold in all, ledger units.
    function _setTargets(LaneCash[] memory lanes, uint256 spare) private {
        uint256 sharing;
        for (uint32 i = 0; i < lanes.length; ++i) {
            LaneCash memory lane = lanes[i];
            lane.reserved = _endReservations(i, lane.free);
            if (!_shares(lane)) continue;
            ++sharing;
            if (lane.reserved > spare) continue;
            lane.target = lane.reserved;
            spare -= lane.reserved;
        }
        if (sharing == 0) return;
        for (uint256 i = 0; i < lanes.length; ++i) {
            if (_shares(lanes[i])) lanes[i].target += spare / sharing;
        }
    }

    /// @dev Whether a lane takes part in what is spare. A stuck one does only while it has no cash
    /// that could be tried instead: what is sent to it then tells whether its calls work again.
    function _shares(LaneCash memory lane) private pure returns (bool) {
        return !lane.stuck || lane.free == 0;
    }

    /// @dev Takes from each lane what it has above the target; from a stuck one all, if it now can.
    /// NAV is mended by the difference of what is returned.
    /// @param lanes Writes `free` and `stuck`.
    /// @return missing Cash that counted in NAV and turned out to be stuck: all free cash of those
    /// lanes.
    /// @return found Cash that had not counted and came.
    function _drainLanes(LaneCash[] memory lanes) private returns (uint256 missing, uint256 found) {
        for (uint32 i = 0; i < lanes.length; ++i) {
            uint256 kept = lanes[i].stuck ? 0 : lanes[i].target;
            uint256 free = lanes[i].free;
            if (free <= kept) continue;
            _requireGas(i);
            uint64 amount = (free - kept).toUint64();
            try loanBook.defundLane{gas: LANE_CALL_GAS}(i, amount) {
                _pool.cash += amount;
                lanes[i].free = kept;
                if (lanes[i].stuck) found += amount;
                _setStuckSince(lanes[i], i, 0);
            } catch {
                if (!lanes[i].stuck) missing += free;
                _setStuckSince(lanes[i], i, _pool.epoch);
            }
        }
    }

    /// @dev Whether some stuck lane has cash of which it is not decided that it is lost.
    /// @param lanes As they are after draining.
    /// @param number Epoch that closes.
    /// @return True up to `PATIENT_CLOSES` closes from the first that counted a lane's cash zero.
    function _waitsForLanes(LaneCash[] memory lanes, uint32 number) private view returns (bool) {
        for (uint32 i = 0; i < lanes.length; ++i) {
            bool lacks = lanes[i].stuck && lanes[i].free != 0;
            if (lacks && number < stuckSince[i] + PATIENT_CLOSES) return true;
        }
        return false;
    }

    /// @dev Brings each lane up to its target as far as cash above the buffer goes. A stuck lane
    /// that has cash is left alone; one that has none is tried, for there is nothing to take from
    /// it.
    /// @param lanes Writes `free` and `stuck`.
    /// @param close For its buffer.
    function _supplyLanes(LaneCash[] memory lanes, Close memory close) private {
        for (uint32 i = 0; i < lanes.length; ++i) {
            LaneCash memory lane = lanes[i];
            if (_shares(lane)) _supply(lane, i, close.buffer);
            _serveReservations(i, lane.free, lane.reserved, lane.stuck);
        }
    }

    /// @dev One lane's part of that. A failure tells from the next close on: this one has no NAV to
    /// mend.
    /// @param lane Writes `free` and `stuck`.
    /// @param number Its number.
    /// @param buffer Cash that stays here, ledger units.
    function _supply(LaneCash memory lane, uint32 number, uint256 buffer) private {
        uint256 spare = Math.saturatingSub(_pool.cash, buffer);
        uint256 missing = Math.saturatingSub(lane.target, lane.free);
        uint64 amount = Math.min(spare, missing).toUint64();
        if (amount == 0) return;
        _requireGas(number);
        try this.supplyLane{gas: LANE_CALL_GAS}(number, amount) {
            _pool.cash -= amount;
            lane.free += amount;
            _setStuckSince(lane, number, 0);
        } catch {
            _setStuckSince(lane, number, _pool.epoch + 1);
        }
    }

    /// @dev Allowances until the next close: room by class, and value at auction (rule L4).
    /// @param lanes At least one.
    function _handOut(LaneCash[] memory lanes) private {
        uint64[] memory reserved = new uint64[](lanes.length);
        for (uint256 i = 0; i < lanes.length; ++i) {
            reserved[i] = lanes[i].reserved.toUint64();
        }
        uint256 atAuction = _trancheSum() * AUCTION_BPS / TrancheMath.BPS;
        loanBook.handOut(reserved, (atAuction / lanes.length).toUint64());
    }

    /// @dev Writes and tells only what changes, so that the first failure of a row keeps its epoch.
    /// @param lane Writes `stuck`.
    /// @param number Its number.
    /// @param since First epoch whose close counts its cash zero; 0 when it works.
    function _setStuckSince(LaneCash memory lane, uint32 number, uint32 since) private {
        if (lane.stuck == (since != 0)) return;
        lane.stuck = since != 0;
        stuckSince[number] = since;
        emit LaneStuck(number, since);
    }

    /// @dev Reverts with `CloseGasTooLow` unless a lane's call can get all of `LANE_CALL_GAS`.
    /// @param lane Its number, for the error.
    function _requireGas(uint32 lane) private view {
        // A call passes on at most 63 parts of 64.
        if (gasleft() * 63 / 64 < LANE_CALL_GAS) revert CloseGasTooLow(lane);
    }

    /// @dev Begins the next epoch. Utilisation sets its rates (rule D4).
    /// @param close What is lent, and both losses.
    /// @param number Epoch that closes.
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
