// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IAuctionHouse, Lot} from "../../../src/interfaces/IAuctionHouse.sol";
import "../../../src/interfaces/ILoanBook.sol";
import {Basket, Evidence, Weights} from "../../../src/libraries/Underwriter.sol";
import {ValueProof} from "../../../src/interfaces/IValuationOracle.sol";
import {TestStablecoin} from "../../../src/tokens/TestStablecoin.sol";
import {TrancheVault} from "../../../src/TrancheVault.sol";
import {LoanActions} from "./LoanActions.sol";
import {Carded} from "../../support/Carded.sol";

using Carded for ILoanBook;
using Carded for IAuctionHouse;

/// @title What time, reporters, keepers, bidders and lenders do
abstract contract MarketActions is LoanActions {
    uint64 private constant EPOCH = 1 days;
    uint64 private constant INTERVAL = 6 hours;
    uint256 public donated;
    uint256 private donatedToPool;

    function pass(uint256 time) external {
        vm.warp(block.timestamp + bound(time, 1 minutes, 8 days));
        ++taken["pass"];
    }

    /// @notice Values wander by up to a tenth, now and then one of them falls by half.
    function publish(uint256 seed) external {
        (, uint64 newestAt,,) = oracle.rounds();
        if (block.timestamp < newestAt + INTERVAL) vm.warp(newestAt + INTERVAL);
        for (uint256 i = 0; i < values.length; ++i) {
            uint256 move = uint256(keccak256(abi.encode(seed, i)));
            uint256 value = uint256(values[i]) * bound(move, 920, 1_070) / 1_000;
            if (move >> 128 & 15 == 0) value /= 2;
            values[i] = uint64(bound(value, 1_000 * USD, 1_000_000 * USD));
        }
        _publishWatched();
    }

    function _publishWatched() private watched(0) {
        _publish();
        ++taken["publish"];
    }

    /// @notice Calls the first loan, from a random one on, that both rounds show unhealthy.
    function call(uint256 seed) external {
        (uint32 newest,, uint32 previous,) = oracle.rounds();
        if (loans.length == 0 || newest == 0 || previous == 0) return;
        if (!oracle.voidWindowPassed()) vm.warp(block.timestamp + 6 hours);
        if (oracle.isSilent()) return;
        for (uint256 i = 0; i < loans.length; ++i) {
            if (_callIfUnhealthy(loans[(seed % loans.length + i) % loans.length])) return;
        }
    }

    function _callIfUnhealthy(uint64 loanId) private returns (bool) {
        if (book.loanOf(loanId).status != LoanStatus.Open) return false;
        Basket memory basket = _basketOf(loanId, Evidence.BothRounds);
        ValueProof[] memory newest = _proofsOf(basket, false);
        ValueProof[] memory previous = _proofsOf(basket, true);
        Weights memory weights = weigher.weigh(basket, newest, previous);
        if (book.debtOf(loanId) <= weights.liquidation) return false;
        _call(loanId, newest, previous);
        return true;
    }

    function _call(uint64 loanId, ValueProof[] memory newest, ValueProof[] memory previous)
        private
        watched(0)
    {
        book.call(loanId, newest, previous);
        ++taken["call"];
    }

    function callOverdue(uint256 seed) external {
        for (uint256 i = 0; i < loans.length; ++i) {
            uint64 loanId = loans[(seed % loans.length + i) % loans.length];
            bool open = book.loanOf(loanId).status == LoanStatus.Open;
            if (open && book.isOverdue(loanId)) return _callOverdue(loanId);
        }
    }

    function _callOverdue(uint64 loanId) private watched(0) {
        book.callOverdue(loanId, _newestOrNone(loanId));
        ++taken["callOverdue"];
    }

    /// @notice Pays what the opening LTV asks for; where arrears remain it has no effect.
    function cure(uint256 seed) external {
        (uint64 loanId, bool found) =
            _pick(seed, seed >> 8 & 1 == 0 ? LoanStatus.Called : LoanStatus.Auctioned);
        if (!found || oracle.isSilent()) return;
        Basket memory basket = _basketOf(loanId, Evidence.Newest);
        ValueProof[] memory proofs = _proofsOf(basket, false);
        uint256 opening = weigher.weigh(basket, proofs, proofs).opening;
        uint64 debt = book.debtOf(loanId);
        uint64 keep = uint64(opening < debt / 2 ? opening : debt / 2);
        if (seed >> 16 & 3 == 0 || debt - keep < MINIMUM) keep = 0;
        _cure(loanId, debt - keep, proofs);
    }

    function _cure(uint64 loanId, uint64 amount, ValueProof[] memory proofs) private watched(0) {
        bytes32[] memory card = book.wordsOf(loanId);
        vm.prank(payer);
        try book.cure(loanId, amount, proofs, card) {
            ++taken["cure"];
        } catch (bytes memory reason) {
            vm.assertEq(bytes32(bytes4(reason)), bytes32(ILoanBook.NotCured.selector));
            _forgetLogs();
        }
    }

    function auction(uint256 seed) external {
        (uint64 loanId, bool found) = _pick(seed, LoanStatus.Called);
        if (found && block.timestamp >= book.cureUntilOf(loanId)) _auction(loanId);
    }

    /// @notice The auction house's open lots are the lane's loans in auction, and no lot is counted
    /// twice or for ever (L4).
    function checkLots() external view {
        for (uint32 lane = 0; lane < LANES; ++lane) {
            (uint256 lots, uint256 worth) = _lotsOf(lane);
            (uint32 counted, uint64 value,) = house.atAuctionOf(lane);
            vm.assertEq(counted, lots, "lots open");
            vm.assertEq(value, worth, "value at auction");
        }
    }

    function _lotsOf(uint32 lane) private view returns (uint256 lots, uint256 worth) {
        for (uint256 i = 0; i < loans.length; ++i) {
            bool here = loans[i] >> 40 == lane;
            if (!here || book.loanOf(loans[i]).status != LoanStatus.Auctioned) continue;
            Lot memory lot = house.lotOf(loans[i]);
            (,, uint128 tokens) = book.collateralOf(loans[i]);
            worth += lot.tokenId == 0 ? uint256(lot.startPrice) * tokens / 1e18 : lot.startPrice;
            ++lots;
        }
    }

    function _auction(uint64 loanId) private watched(0) {
        // A full lane waits; that it never waits with no lot open is checked here.
        bytes32[] memory card = book.wordsOf(loanId);
        try IAuctionHouse(address(house)).open(loanId, _newestOrNone(loanId), card) {
            ++taken["auction"];
        } catch (bytes memory reason) {
            (uint32 lots,,) = house.atAuctionOf(uint32(loanId >> 40));
            vm.assertEq(bytes32(bytes4(reason)), bytes32(IAuctionHouse.AuctionsFull.selector));
            vm.assertGt(lots, 0);
            _forgetLogs();
        }
    }

    function buy(uint256 seed) external {
        (uint64 loanId, bool found) = _pick(seed, LoanStatus.Auctioned);
        if (found) _buy(loanId);
    }

    /// @dev The buyer pays the clock's price, no more and no less (rules I-19, I-20, I-21).
    function _buy(uint64 loanId) private watched(0) {
        Lot memory lot = house.lotOf(loanId);
        uint64 price = house.priceOf(loanId);
        uint256 before = coin.balanceOf(bidder);
        vm.prank(bidder);
        uint64 paid = house.buy(loanId, price);
        vm.assertEq(before - coin.balanceOf(bidder), paid);
        vm.assertEq(paid, price);
        if (lot.tokenId != 0) vm.assertEq(registry.ownerOf(lot.tokenId), bidder);
        ++taken["buy"];
    }

    function take(uint256 seed) external {
        (uint64 loanId, bool found) = _pick(seed, LoanStatus.Auctioned);
        if (!found) return;
        Lot memory lot = house.lotOf(loanId);
        uint256 stopped = lot.silent ? 0 : oracle.stoppedSeconds() - lot.stoppedAtStart;
        uint256 end = lot.startedAt + lot.duration + stopped;
        if (block.timestamp < end && !oracle.isSilent()) vm.warp(end);
        // A warp into silence stops the clock again.
        if (!lot.silent && oracle.stoppedSeconds() != lot.stoppedAtStart + stopped) return;
        // A short reserve takes it one more duration later.
        bool pays = pool.reserve() >= house.priceOf(loanId);
        if (block.timestamp >= (pays ? end : end + lot.duration)) _take(loanId);
    }

    function _take(uint64 loanId) private watched(0) {
        house.takeForReserve(loanId);
        ++taken["take"];
    }

    function claimSurplus(uint256 seed) external {
        address owner = vm.addr(ownerKeys[seed % OWNERS]);
        for (uint32 lane = 0; lane < LANES; ++lane) {
            if (book.claimableOf(lane, owner) != 0) _claimSurplus(lane, owner);
        }
    }

    function _claimSurplus(uint32 lane, address owner) private watched(0) {
        vm.prank(owner);
        book.claim(lane);
        ++taken["claimSurplus"];
    }

    function payShortfall(uint256 seed) external {
        address owner = vm.addr(ownerKeys[seed % OWNERS]);
        uint64 shortfall = book.shortfallOf(owner);
        if (shortfall != 0) _payShortfall(owner, shortfall, uint32((seed >> 8) % LANES));
    }

    function _payShortfall(address owner, uint64 amount, uint32 lane) private watched(0) {
        vm.prank(payer);
        book.payShortfall(owner, lane, amount);
        ++taken["payShortfall"];
    }

    // ---- Pool ---------------------------------------------------------------------------------

    function deposit(uint256 seed, uint64 amount) external {
        amount = uint64(bound(amount, USD, 1_000_000 * USD));
        address lender = lenders[seed % lenders.length];
        vm.prank(lender);
        vaults[seed >> 8 & 1].requestDeposit(amount, lender, lender);
        ++taken["deposit"];
    }

    function redeem(uint256 seed, uint128 shares) external {
        TrancheVault vault = vaults[seed >> 8 & 1];
        address lender = lenders[seed % lenders.length];
        uint256 held = TestStablecoin(vault.share()).balanceOf(lender);
        if (held == 0) return;
        vm.prank(lender);
        vault.requestRedeem(bound(shares, 1, held), lender, lender);
        ++taken["redeem"];
    }

    function claimPool(uint256 seed) external {
        TrancheVault vault = vaults[seed >> 8 & 1];
        address lender = lenders[seed % lenders.length];
        vm.startPrank(lender);
        if (vault.maxMint(lender) != 0) {
            vault.deposit(vault.maxDeposit(lender), lender, lender);
            ++taken["claimPool"];
        }
        if (vault.maxRedeem(lender) != 0) vault.redeem(vault.maxRedeem(lender), lender, lender);
        if (vault.refundable(lender) != 0) vault.claimRefund(lender, lender);
        vm.stopPrank();
    }

    function closeEpoch() external {
        (, uint64 startedAt) = pool.epoch();
        if (block.timestamp < startedAt + EPOCH) vm.warp(startedAt + EPOCH);
        _closeEpoch();
    }

    function _closeEpoch() internal watched(0) {
        pool.closeEpoch();
        ++taken["closeEpoch"];
    }

    /// @notice Tokens sent to an escrow or to the pool by nobody's call; no book may change.
    function donate(uint256 seed, uint64 amount) external {
        uint256 place = seed % (LANES + 1);
        address to = place == LANES ? address(pool) : book.escrowOf(uint32(place));
        uint64 before = pool.nav();
        coin.mint(to, 1 + amount % USD);
        donated += 1 + amount % USD;
        if (place == LANES) donatedToPool += 1 + amount % USD;
        vm.assertEq(pool.nav(), before);
        ++taken["donate"];
    }

    /// @notice A lane's cash goes to its other escrow from now on, with all that the present one holds.
    function turnTill(uint256 seed) external {
        _turnTill(uint32(seed % LANES));
    }

    function _turnTill(uint32 lane) private watched(0) {
        book.turnTill(lane);
        if (book.laneOf(lane).aside != 0) book.gatherTill(lane);
        if (book.laneOf(lane).till == 1) _second[lane] = book.tillOf(lane);
        ++taken["turnTill"];
    }

    function sweep() external {
        if (donatedToPool == 0) return;
        donated -= donatedToPool;
        vm.assertEq(pool.sweepDonations(), donatedToPool);
        donatedToPool = 0;
        ++taken["sweep"];
    }

    function _newestOrNone(uint64 loanId) private view returns (ValueProof[] memory) {
        if (oracle.isSilent()) return new ValueProof[](0);
        return _proofsOf(_basketOf(loanId, Evidence.NewestOrCaps), false);
    }
}
