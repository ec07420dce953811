// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {Basket, Evidence, IUnderwriter, LotPrices} from "./interfaces/IUnderwriter.sol";
import {IAuctionHouse, Lot} from "./interfaces/IAuctionHouse.sol";
import {ILendingPool} from "./interfaces/ILendingPool.sol";
import {LoanStatus} from "./interfaces/ILoanBook.sol";
import {IValuationOracle, ValueProof} from "./interfaces/IValuationOracle.sol";
import {Valuation} from "./libraries/Valuation.sol";
import {Words} from "./libraries/Words.sol";
import {LoanBook} from "./LoanBook.sol";

/// @title Dutch auctions of called loans
/// @notice Lots in order: the restaking tokens first, then each asset while debt remains (C3).
contract AuctionHouse is IAuctionHouse, ReentrancyGuardTransient {
    using SafeCast for uint256;
    using SafeERC20 for IERC20;
    using Words for uint64;

    /// @dev The clock of the present lot; `next` is its place, so `count - next - 1` come after.
    struct Clock {
        uint64 startedAt;
        uint64 stoppedAtStart;
        bool silent;
        bool lrtFirst;
        uint8 next;
        uint8 count;
    }

    /// @dev What is for sale now, priced.
    struct Offer {
        uint256 tokenId;
        uint128 lrtAmount;
        uint64 price;
    }

    LoanBook public immutable loanBook;
    ILendingPool public immutable pool;
    IUnderwriter public immutable underwriter;
    IValuationOracle public immutable oracle;
    IERC20 public immutable token;
    uint256 public immutable unitScale;

    mapping(uint64 loanId => Clock) private _clocks;
    mapping(uint64 loanId => mapping(uint256 place => LotPrices)) private _prices;
    mapping(uint32 lane => uint32) private _sequences;

    constructor(LoanBook loanBook_, ILendingPool pool_) {
        (loanBook, pool) = (loanBook_, pool_);
        underwriter = loanBook_.underwriter();
        oracle = underwriter.oracle();
        (token, unitScale) = (loanBook_.token(), loanBook_.unitScale());
    }

    /// @inheritdoc IAuctionHouse
    function open(uint64 loanId, ValueProof[] calldata newest) external nonReentrant {
        oracle.requireRunning();
        Basket memory basket = _basketOf(loanId);
        basket.evidence = Evidence.NewestOrCaps;
        (LotPrices[] memory prices, bool silent) = underwriter.lots(basket, newest);
        for (uint256 i; i < prices.length; ++i) {
            _prices[loanId][i] = prices[i];
        }
        _clocks[loanId] = Clock(0, 0, silent, basket.lrtAmount != 0, 0, uint8(prices.length));
        loanBook.startAuction(loanId);
        _offer(loanId);
    }

    /// @inheritdoc IAuctionHouse
    function buy(uint64 loanId, uint64 maxPrice) external nonReentrant returns (uint64) {
        Offer memory offer = _offerOf(loanId);
        if (offer.price > maxPrice) revert PriceAboveMax(offer.price, maxPrice);
        address escrow = loanBook.escrowOf(loanId.laneOf());
        token.safeTransferFrom(msg.sender, escrow, offer.price * unitScale);
        _sell(loanId, offer, msg.sender, false);
        return offer.price;
    }

    /// @inheritdoc IAuctionHouse
    function takeForReserve(uint64 loanId) external nonReentrant {
        Offer memory offer = _offerOf(loanId);
        Clock memory clock = _clocks[loanId];
        uint256 end = clock.startedAt + _prices[loanId][clock.next].duration + _stopped(clock);
        if (block.timestamp < end) revert StillFalling(loanId, uint64(end));
        uint32 lane = loanId.laneOf();
        pool.payFromReserve(loanId, lane, loanBook.escrowOf(lane), offer.price);
        _sell(loanId, offer, pool.reserveHolder(), true);
    }

    /// @inheritdoc IAuctionHouse
    function priceOf(uint64 loanId) external view returns (uint64) {
        return _offerOf(loanId).price;
    }

    /// @inheritdoc IAuctionHouse
    function lotOf(uint64 loanId) external view returns (Lot memory) {
        Offer memory offer = _offerOf(loanId);
        Clock memory clock = _clocks[loanId];
        LotPrices memory prices = _prices[loanId][clock.next];
        return Lot({
            tokenId: offer.tokenId,
            startPrice: prices.start,
            floorPrice: prices.floor,
            startedAt: clock.startedAt,
            stoppedAtStart: clock.stoppedAtStart,
            duration: prices.duration,
            silent: clock.silent,
            lotsLeft: clock.count - clock.next - 1
        });
    }

    /// @dev Starts the clock of the present lot.
    function _offer(uint64 loanId) private {
        Clock storage clock = _clocks[loanId];
        clock.startedAt = uint64(block.timestamp);
        clock.stoppedAtStart = oracle.stoppedSeconds();
        LotPrices memory prices = _prices[loanId][clock.next];
        (uint256 tokenId, uint128 lrtAmount) = _lotOf(loanId, clock);
        emit LotOffered(
            loanId,
            tokenId,
            _nextSequence(loanId),
            prices.start,
            prices.floor,
            uint64(block.timestamp),
            prices.duration,
            lrtAmount
        );
    }

    /// @dev Books a lot whose price has reached the escrow; then the next lot, or the end.
    function _sell(uint64 loanId, Offer memory offer, address buyer, bool toReserve) private {
        Clock storage clock = _clocks[loanId];
        ++clock.next;
        uint256 left = clock.count - clock.next;
        emit LotSold(
            loanId,
            offer.tokenId,
            _nextSequence(loanId),
            buyer,
            offer.price,
            offer.lrtAmount,
            toReserve
        );
        LoanStatus status =
            loanBook.applySale(loanId, offer.tokenId, offer.lrtAmount, buyer, offer.price, left);
        if (status == LoanStatus.Auctioned) {
            _offer(loanId);
        } else {
            emit AuctionEnded(loanId, _nextSequence(loanId));
        }
    }

    function _offerOf(uint64 loanId) private view returns (Offer memory offer) {
        if (loanBook.loanOf(loanId).status != LoanStatus.Auctioned) revert NoAuction(loanId);
        Clock memory clock = _clocks[loanId];
        LotPrices memory prices = _prices[loanId][clock.next];
        uint256 elapsed = block.timestamp - clock.startedAt - _stopped(clock);
        uint256 price = Valuation.priceAt(prices.start, prices.floor, prices.duration, elapsed);
        (offer.tokenId, offer.lrtAmount) = _lotOf(loanId, clock);
        if (offer.tokenId == 0) {
            uint256 sold;
            (sold, price) = Valuation.lrtLot(offer.lrtAmount, loanBook.debtOf(loanId), price);
            offer.lrtAmount = uint128(sold);
        }
        offer.price = price.toUint64();
    }

    /// @dev The present lot: all restaking tokens (token 0), or the first unsold asset.
    function _lotOf(uint64 loanId, Clock memory clock)
        private
        view
        returns (uint256 tokenId, uint128 lrtAmount)
    {
        Basket memory basket = _basketOf(loanId);
        if (clock.lrtFirst && clock.next == 0) return (0, basket.lrtAmount);
        return (basket.assets[0], 0);
    }

    /// @dev Seconds for which the lot's clock stood still; without the oracle it never does (V4).
    function _stopped(Clock memory clock) private view returns (uint256) {
        return clock.silent ? 0 : oracle.stoppedSeconds() - clock.stoppedAtStart;
    }

    function _basketOf(uint64 loanId) private view returns (Basket memory basket) {
        (basket.assets, basket.lrt, basket.lrtAmount) = loanBook.collateralOf(loanId);
        basket.lrtOpeningPrice = loanBook.lrtOpeningPriceOf(loanId);
    }

    function _nextSequence(uint64 loanId) private returns (uint32) {
        return ++_sequences[loanId.laneOf()];
    }
}
