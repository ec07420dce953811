// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {Market} from "./book/LoanStore.sol";
import {Governed} from "./Governed.sol";
import {IAssetRegistry} from "./interfaces/IAssetRegistry.sol";
import {IAuctionHouse, Lot} from "./interfaces/IAuctionHouse.sol";
import {IBidderGate} from "./interfaces/IBidderGate.sol";
import {IBuyCallback} from "./interfaces/IBuyCallback.sol";
import {ILendingPool} from "./interfaces/ILendingPool.sol";
import {LoanStatus} from "./interfaces/ILoanBook.sol";
import {IRiskTerms} from "./interfaces/IRiskTerms.sol";
import {IValuationOracle, ValueProof} from "./interfaces/IValuationOracle.sol";
import {CappedGate} from "./libraries/CappedGate.sol";
import {Cards} from "./libraries/Cards.sol";
import {LaneLots} from "./libraries/LotRooms.sol";
import {
    Basket,
    Evidence,
    LotPrices,
    Outlook,
    Sources,
    Underwriter
} from "./libraries/Underwriter.sol";
import {Valuation} from "./libraries/Valuation.sol";
import {ValueProofs} from "./libraries/ValueProofs.sol";
import {Words} from "./libraries/Words.sol";
import {LoanBook} from "./LoanBook.sol";

/// @title Dutch auctions of called loans
/// @notice Lots in order: the restaking tokens first, then each asset while debt remains (C3).
contract AuctionHouse is IAuctionHouse, Governed, ReentrancyGuardTransient {
    using CappedGate for IBidderGate;
    using SafeCast for uint256;
    using SafeERC20 for IERC20;
    using Valuation for uint256;
    using Words for uint64;

    /// @dev The present lot and its clock, in one slot; `next` is its place, so that
    /// `count - next - 1` come after. Prices in ledger units, times in unix seconds.
    struct Running {
        uint64 start;
        uint64 floor;
        uint32 duration;
        uint32 startedAt;
        uint32 stoppedAtStart;
        bool silent;
        bool lrtFirst;
        uint8 next;
        uint8 count;
    }

    /// @dev What is for sale now, priced: restaking tokens (token 0), or the first unsold asset.
    struct Offer {
        uint256 tokenId;
        uint128 lrtAmount;
        uint64 price;
        address escrow;
        bool toReserve;
    }

    LoanBook public immutable loanBook;
    ILendingPool public immutable pool;
    IAssetRegistry public immutable registry;
    IRiskTerms public immutable risk;
    IValuationOracle public immutable oracle;
    IERC20 public immutable token;
    /// @notice Base units of the stablecoin in one ledger unit.
    uint256 public immutable unitScale;

    /// @inheritdoc IAuctionHouse
    mapping(uint16 classId => IBidderGate) public gateOf;
    /// @dev How many classes have a gate: while none has, a sale asks no further.
    uint256 private _gates;
    /// @dev The present lot of each loan in auction.
    mapping(uint64 loanId => Running) private _lots;
    /// @dev Prices of the lots after the first, by place. In that of restaking tokens, which are
    /// always first: what they were worth at their start.
    mapping(uint64 loanId => mapping(uint256 place => LotPrices)) private _later;
    /// @dev Lots, worth and allowance by lane, each in a slot of its own (rules L1, L4).
    mapping(uint32 lane => LaneLots) private _lanes;

    constructor(LoanBook loanBook_, ILendingPool pool_) Governed(loanBook_.authority()) {
        (loanBook, pool) = (loanBook_, pool_);
        Market memory market = loanBook_.market();
        (registry, risk, oracle) = (market.from.registry, market.from.risk, market.from.oracle);
        (token, unitScale) = (market.token, market.unitScale);
    }

    /// @inheritdoc IAuctionHouse
    function open(uint64 loanId, ValueProof[] calldata newest, bytes32[] calldata card)
        external
        nonReentrant
    {
        Outlook memory outlook =
            Outlook(Sources(registry, risk, oracle), oracle.present(false));
        Underwriter.requireRunning(outlook.present);
        // What it does not refuse is the loan's card.
        uint64 stopped = outlook.present.stoppedSeconds();
        loanBook.startAuction(loanId, stopped, card);
        Basket memory basket =
            Underwriter.basketOf(card, _evidenceFor(loanId, newest, card));
        LotPrices[] memory prices = Underwriter.lots(outlook, basket, newest);
        for (uint256 i = 1; i < prices.length; ++i) {
            _later[loanId][i] = prices[i];
        }
        Running memory lot;
        (lot.silent, lot.lrtFirst) = (outlook.present.isSilent(), basket.lrtAmount != 0);
        lot.count = uint8(prices.length);
        lot.stoppedAtStart = uint32(stopped);
        lot.start = prices[0].start;
        lot.startedAt = uint32(block.timestamp);
        uint32 sequence = _begin(loanId, lot, basket.lrtAmount);
        uint256 asset = lot.lrtFirst ? 0 : basket.assets[0];
        _offer(loanId, sequence, lot, prices[0], asset, lot.lrtFirst ? basket.lrtAmount : 0);
    }

    /// @inheritdoc IAuctionHouse
    function buy(uint64 loanId, uint64 maxPrice, bytes32[] calldata card)
        external
        nonReentrant
        returns (uint64)
    {
        (Offer memory offer, Running memory lot) = _acceptable(loanId, maxPrice, card);
        token.safeTransferFrom(msg.sender, offer.escrow, offer.price * unitScale);
        _sell(loanId, offer, lot, msg.sender, card);
        return offer.price;
    }

    /// @inheritdoc IAuctionHouse
    /// @dev The sale is booked as paid before the buyer is called, so that whatever it calls finds
    /// the state after the sale; what it leaves unpaid undoes all. Only a close would judge a lane
    /// by cash that is yet to come, so that none may happen in between.
    function buyWithCallback(
        uint64 loanId,
        uint64 maxPrice,
        bytes calldata data,
        bytes32[] calldata card
    ) external nonReentrant returns (uint64) {
        (Offer memory offer, Running memory lot) = _acceptable(loanId, maxPrice, card);
        (uint32 epoch,) = pool.epoch();
        _sell(loanId, offer, lot, msg.sender, card);
        IBuyCallback(msg.sender)
            .onLotBought(loanId, offer.tokenId, offer.lrtAmount, offer.price, data);
        (uint32 epochNow,) = pool.epoch();
        if (epochNow != epoch) revert EpochClosed(epochNow);
        _takeExactly(offer.escrow, offer.price * unitScale);
        return offer.price;
    }

    /// @inheritdoc IAuctionHouse
    /// @dev Neither bidders nor gates nor the reserve's cash can keep a loan from its write-off.
    function takeForReserve(uint64 loanId, bytes32[] calldata card) external nonReentrant {
        (Offer memory offer, Running memory lot, uint256 from) = _offerOf(loanId, card);
        uint256 end = from + lot.duration;
        if (block.timestamp < end) revert StillFalling(loanId, uint64(end));
        if (block.timestamp >= end + lot.duration) _beatDown(offer, card);
        if (offer.price != 0) {
            pool.payFromReserve(loanId, loanId.laneOf(), offer.escrow, offer.price);
        }
        offer.toReserve = true;
        _sell(loanId, offer, lot, pool.reserveHolder(), card);
    }

    /// @inheritdoc IAuctionHouse
    /// @dev Unguarded: the loan book calls it when somebody repays in a callback.
    function withdraw(uint64 loanId) external {
        _requireLoanBook();
        Running memory lot = _lots[loanId];
        delete _lots[loanId];
        emit AuctionEnded(loanId, _lanes[loanId.laneOf()].finish(_worthOf(loanId, lot)));
    }

    /// @inheritdoc IAuctionHouse
    function allow(uint64 perLane) external {
        _requireLoanBook();
        uint32 count = loanBook.lanes();
        for (uint32 lane; lane < count; ++lane) {
            if (_lanes[lane].allowance != perLane) _lanes[lane].allowance = perLane;
        }
        emit AuctionsAllowed(perLane);
    }

    /// @inheritdoc IAuctionHouse
    function setGate(uint16 classId, IBidderGate gate) external restricted {
        bool had = address(gateOf[classId]) != address(0);
        bool has = address(gate) != address(0);
        if (has && !had) ++_gates;
        if (had && !has) --_gates;
        gateOf[classId] = gate;
        emit GateSet(classId, address(gate));
    }

    /// @inheritdoc IAuctionHouse
    function priceOf(uint64 loanId, bytes32[] calldata card) external view returns (uint64) {
        (Offer memory offer,,) = _offerOf(loanId, card);
        return offer.price;
    }

    /// @inheritdoc IAuctionHouse
    function lotOf(uint64 loanId, bytes32[] calldata card) external view returns (Lot memory) {
        (Offer memory offer, Running memory lot,) = _offerOf(loanId, card);
        return Lot({
            tokenId: offer.tokenId,
            startPrice: lot.start,
            floorPrice: lot.floor,
            startedAt: lot.startedAt,
            stoppedAtStart: lot.stoppedAtStart,
            duration: lot.duration,
            silent: lot.silent,
            lotsLeft: lot.count - lot.next - 1
        });
    }

    /// @inheritdoc IAuctionHouse
    function atAuctionOf(uint32 lane) external view returns (uint32, uint64, uint64) {
        LaneLots memory open_ = _lanes[lane];
        return (open_.lots, open_.value, open_.allowance);
    }

    /// @dev Counts a loan's first lot in its lane, if there is room; returns the event's number.
    function _begin(uint64 loanId, Running memory lot, uint128 lrtAmount)
        private
        returns (uint32)
    {
        if (lot.lrtFirst) {
            _later[loanId][0].start = uint256(lot.start).lrtValue(lrtAmount).toUint64();
        }
        uint32 lane = loanId.laneOf();
        return _lanes[lane].begin(lane, _worthOf(loanId, lot));
    }

    /// @dev What a lot asks for at its start, ledger units; all that the lane's value counts.
    function _worthOf(uint64 loanId, Running memory lot) private view returns (uint64) {
        return lot.lrtFirst && lot.next == 0 ? _later[loanId][0].start : lot.start;
    }

    /// @dev Freezes a lot's prices; its clock is `lot.startedAt`, its event's number `sequence`.
    function _offer(
        uint64 loanId,
        uint32 sequence,
        Running memory lot,
        LotPrices memory prices,
        uint256 tokenId,
        uint128 lrtAmount
    ) private {
        (lot.start, lot.floor, lot.duration) = (prices.start, prices.floor, prices.duration);
        _store(_lots[loanId], lot);
        emit LotOffered(
            loanId,
            tokenId,
            sequence,
            prices.start,
            prices.floor,
            lot.startedAt,
            prices.duration,
            lrtAmount
        );
    }

    /// @dev Books a lot whose price has reached the escrow; then the next lot, or the end (C3).
    function _sell(
        uint64 loanId,
        Offer memory offer,
        Running memory lot,
        address buyer,
        bytes32[] calldata card
    ) private {
        LaneLots storage lane = _lanes[loanId.laneOf()];
        uint32 sequence = lane.finish(_worthOf(loanId, lot));
        // The assets behind restaking tokens for sale at once keep their cure window (V6).
        uint256 from = offer.tokenId == 0 ? loanBook.cureUntilOf(loanId, card) : 0;
        uint256 left = lot.count - ++lot.next;
        emit LotSold(
            loanId,
            offer.tokenId,
            sequence,
            buyer,
            offer.price,
            offer.lrtAmount,
            offer.toReserve
        );
        LoanStatus status = loanBook.applySale(
            loanId, offer.tokenId, offer.lrtAmount, buyer, offer.price, left, card
        );
        if (status == LoanStatus.Auctioned) {
            // The next lot of an auction that has begun needs no room: it keeps its place.
            LotPrices memory prices = _later[loanId][lot.next];
            sequence = lane.add(prices.start);
            lot.stoppedAtStart = uint32(oracle.stoppedSeconds());
            lot.startedAt = uint32(Math.max(block.timestamp, from));
            // The lots after the restaking tokens are the assets in order.
            uint256 next = Cards.assetsOf(card)[offer.tokenId == 0 ? 0 : 1];
            _offer(loanId, sequence, lot, prices, next, 0);
        } else {
            delete _lots[loanId];
            emit AuctionEnded(loanId, ++lane.sequence);
        }
    }

    /// @dev A value that nobody proves for long enough does not keep a lot off the market (V4).
    function _evidenceFor(
        uint64 loanId,
        ValueProof[] calldata newest,
        bytes32[] calldata card
    ) private view returns (Evidence) {
        if (!ValueProofs.isIncomplete(newest)) return Evidence.NewestOrCaps;
        uint256 from = loanBook.cureUntilOf(loanId, card) + Underwriter.WITHHELD_AFTER;
        return block.timestamp < from ? Evidence.NewestOrCaps : Evidence.CapsForMissing;
    }

    /// @dev The present lot, on sale by now, at a price within the caller's limit, who is admitted.
    function _acceptable(uint64 loanId, uint64 maxPrice, bytes32[] calldata card)
        private
        view
        returns (Offer memory offer, Running memory lot)
    {
        uint256 from;
        (offer, lot, from) = _offerOf(loanId, card);
        if (block.timestamp < from) revert NotYetForSale(loanId, uint64(from));
        if (offer.price > maxPrice) revert PriceAboveMax(offer.price, maxPrice);
        _requireAdmitted(offer.tokenId);
    }

    /// @dev To what the reserve has. Of restaking tokens the lot is what the debt needs at the
    /// floor: where less is paid it needs them all, and none may be left behind a write-off.
    function _beatDown(Offer memory offer, bytes32[] calldata card) private view {
        uint256 reserve = pool.reserve();
        if (reserve >= offer.price) return;
        offer.price = uint64(reserve);
        if (offer.tokenId == 0) (, offer.lrtAmount) = Cards.lrtOf(card);
    }

    /// @dev From the caller, base units: what was booked before it was there must be all there.
    function _takeExactly(address escrow, uint256 amount) private {
        uint256 before = token.balanceOf(escrow);
        token.safeTransferFrom(msg.sender, escrow, amount);
        uint256 received = token.balanceOf(escrow) - before;
        if (received != amount) revert PriceNotPaid(amount, received);
    }

    /// @dev The reserve is not asked: a gate that refuses everybody leaves a lot to it.
    function _requireAdmitted(uint256 tokenId) private view {
        if (_gates == 0) return;
        uint16 classId = tokenId == 0 ? Underwriter.LRT_CLASS : registry.assetOf(tokenId).classId;
        IBidderGate gate = gateOf[classId];
        if (address(gate) == address(0) || gate.admits(msg.sender, classId, tokenId)) return;
        revert BidderRefused(classId, msg.sender);
    }

    /// @dev The lot, its price now (rounded up for the pool), and its start, stopped seconds added.
    function _offerOf(uint64 loanId, bytes32[] calldata card)
        private
        view
        returns (Offer memory offer, Running memory lot, uint256 from)
    {
        LoanStatus status;
        uint64 debt;
        (status, debt, offer.escrow) = loanBook.forSaleOf(loanId, card);
        if (status != LoanStatus.Auctioned) revert NoAuction(loanId);
        lot = _lots[loanId];
        from = lot.startedAt + _stopped(lot);
        uint256 elapsed = Math.saturatingSub(block.timestamp, from);
        uint256 price = Valuation.priceAt(lot.start, lot.floor, lot.duration, elapsed);
        if (lot.lrtFirst && lot.next == 0) {
            uint256 sold;
            (, uint256 held) = Cards.lrtOf(card);
            (sold, price) = Valuation.lrtLot(held, debt, price);
            offer.lrtAmount = uint128(sold);
        } else {
            offer.tokenId = Cards.firstAssetOf(card);
        }
        offer.price = price.toUint64();
    }

    /// @dev Seconds for which the lot's clock stood still; without the oracle it never does (V4).
    function _stopped(Running memory lot) private view returns (uint256) {
        return lot.silent ? 0 : oracle.stoppedSeconds() - lot.stoppedAtStart;
    }

    /// @dev In one write, laid out as the compiler does: first member lowest.
    function _store(Running storage to, Running memory lot) private {
        uint256 word = uint256(lot.start) | uint256(lot.floor) << 64 | uint256(lot.duration) << 128
            | uint256(lot.startedAt) << 160 | uint256(lot.stoppedAtStart) << 192
            | (lot.silent ? 1 << 224 : 0) | (lot.lrtFirst ? 1 << 232 : 0) | uint256(lot.next) << 240
            | uint256(lot.count) << 248;
        assembly ("memory-safe") {
            sstore(to.slot, word)
        }
    }

    function _requireLoanBook() private view {
        if (msg.sender != address(loanBook)) revert NotLoanBook(msg.sender);
    }
}
