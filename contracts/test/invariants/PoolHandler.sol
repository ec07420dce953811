// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {LendingPool} from "../../src/LendingPool.sol";
import {Tranche} from "../../src/interfaces/ILendingPool.sol";
import {LaneState} from "../../src/interfaces/ILoanBook.sol";
import {TestStablecoin} from "../../src/tokens/TestStablecoin.sol";
import {TrancheShare} from "../../src/TrancheShare.sol";
import {TrancheVault} from "../../src/TrancheVault.sol";
import {FakeLoanBook} from "../support/FakeLoanBook.sol";
import {Test} from "../support/Test.sol";

/// @title Whatever lenders, borrowers, donors and time may do to a pool, within what is allowed
/// @dev Foundry calls the external functions at random. Each may call only what cannot revert.
contract PoolHandler is Test {
    uint256 internal constant SCALE = 10_000 * 31_536_000;
    uint256 internal constant PROBE = 1e18;
    uint64 internal constant USD = 1e6;
    uint32 internal constant LANES = 4;

    /// @notice Sentences that turned out to be false; the invariants want none.
    string[] public broken;
    /// @notice Cash sent to the pool uncalled for and not swept yet.
    uint256 public donated;
    uint256 public time;
    address[3] public actors = [address(0xA11CE), address(0xB0B), address(0xCA401)];

    LendingPool private immutable pool;
    FakeLoanBook private immutable book;
    TestStablecoin private immutable coin;
    TrancheVault[2] private vaults;

    /// @dev The price of a share moves at a close only.
    modifier priceHolds() {
        vm.warp(time);
        uint256 senior = vaults[0].convertToAssets(PROBE);
        uint256 junior = vaults[1].convertToAssets(PROBE);
        _;
        _check(senior == vaults[0].convertToAssets(PROBE), "senior's price moved");
        _check(junior == vaults[1].convertToAssets(PROBE), "junior's price moved");
    }

    constructor(
        LendingPool pool_,
        FakeLoanBook book_,
        TestStablecoin coin_,
        TrancheVault senior,
        TrancheVault junior
    ) {
        (pool, book, coin, time) = (pool_, book_, coin_, block.timestamp);
        vaults = [senior, junior];
    }

    function requestDeposit(uint256 who, uint256 side, uint64 amount) external priceHolds {
        (address actor, TrancheVault vault) = _pick(who, side);
        amount = uint64(bound(amount, 1, 500_000 * USD));
        coin.mint(actor, amount);
        vm.prank(actor);
        vault.requestDeposit(amount, actor, actor);
    }

    function requestRedeem(uint256 who, uint256 side, uint256 amount) external priceHolds {
        (address actor, TrancheVault vault) = _pick(who, side);
        uint256 shares = TrancheShare(vault.share()).balanceOf(actor);
        if (shares == 0) return;
        vm.prank(actor);
        vault.requestRedeem(bound(amount, 1, shares), actor, actor);
    }

    function claim(uint256 who, uint256 side, uint256 kind, uint256 amount) external priceHolds {
        (address actor, TrancheVault vault) = _pick(who, side);
        uint256 most = _claimable(vault, actor, kind % 5);
        if (most == 0) return;
        amount = bound(amount, 1, most);
        vm.startPrank(actor);
        if (kind % 5 == 0) vault.deposit(amount, actor);
        else if (kind % 5 == 1) vault.mint(amount, actor);
        else if (kind % 5 == 2) vault.redeem(amount, actor, actor);
        else if (kind % 5 == 3) vault.withdraw(amount, actor, actor);
        else vault.claimRefund(actor, actor);
        vm.stopPrank();
    }

    function sendShares(uint256 who, uint256 side, uint256 amount) external priceHolds {
        (address actor, TrancheVault vault) = _pick(who, side);
        TrancheShare share = TrancheShare(vault.share());
        amount = bound(amount, 0, share.balanceOf(actor));
        vm.prank(actor);
        share.transfer(actors[(who % 3 + 1) % 3], amount);
    }

    function lend(uint32 lane, uint64 amount, uint256 rateBps) external priceHolds {
        LaneState memory state = book.laneOf(lane % LANES);
        if (state.cash - state.owed == 0) return;
        amount = uint64(bound(amount, 1, state.cash - state.owed));
        book.lend(lane % LANES, amount, bound(rateBps, 0, 3_000));
    }

    function impair(uint32 lane, uint64 value) external priceHolds {
        uint256 debt = _debt(lane % LANES);
        if (debt != 0) book.impair(lane % LANES, uint64(bound(value, 0, debt)));
    }

    function repay(uint32 lane) external priceHolds {
        uint256 debt = _debt(lane % LANES);
        if (debt != 0) book.repayAll(lane % LANES, uint64(debt));
    }

    function owe(uint32 lane, uint64 amount) external priceHolds {
        book.owe(lane % LANES, uint64(bound(amount, 0, 10_000 * USD)));
    }

    function breakLane(uint32 lane, bool isBroken) external priceHolds {
        book.setBroken(lane % LANES, isBroken);
    }

    function donate(uint256 where, uint64 amount) external priceHolds {
        amount = uint64(bound(amount, 1, 1_000_000 * USD));
        if (where % (LANES + 1) == LANES) donated += amount;
        coin.mint(
            where % (LANES + 1) == LANES
                ? address(pool)
                : book.escrowOf(uint32(where % (LANES + 1))),
            amount
        );
    }

    function sweep() external priceHolds {
        if (donated == 0) return;
        pool.sweepDonations();
        donated = 0;
    }

    function fundReserve(uint64 amount) external priceHolds {
        amount = uint64(bound(amount, 1, 10_000 * USD));
        coin.mint(address(this), amount);
        coin.approve(address(pool), amount);
        pool.fundReserve(amount);
    }

    function reserveDraw(uint256 who, uint32 lane, uint64 amount) external priceHolds {
        (address actor,) = _pick(who, 0);
        (uint64 open,,) = pool.reservationOf(lane % LANES, actor);
        if (open != 0 || pool.reservable() == 0) return;
        amount = uint64(bound(amount, 1, pool.reservable()));
        coin.mint(actor, amount / 100 + 1);
        vm.prank(actor);
        pool.reserveDraw(lane % LANES, amount);
    }

    function endReservation(uint256 who, uint32 lane) external priceHolds {
        (address actor,) = _pick(who, 0);
        (uint64 open,, uint32 epoch) = pool.reservationOf(lane % LANES, actor);
        (uint32 number,) = pool.epoch();
        if (open == 0 || number < epoch + 2) return;
        vm.prank(actor);
        pool.endReservation(lane % LANES, actor, 0, new bytes32[](0));
    }

    function pass(uint256 secs) external {
        time += bound(secs, 1, 1 days);
    }

    function closeLate(uint256 secs) external {
        time += bound(secs, 1 days, 60 days);
        close(secs);
    }

    function close(uint256) public {
        (, uint64 startedAt) = pool.epoch();
        if (time < startedAt + 1 days) time = startedAt + 1 days;
        vm.warp(time);
        uint256[2] memory price;
        uint256[2] memory value;
        for (uint256 i = 0; i < 2; ++i) {
            price[i] = vaults[i].convertToAssets(PROBE);
            value[i] = vaults[i].totalAssets();
        }
        uint256 navBefore = pool.nav();
        pool.closeEpoch();
        _checkClose(price, value, navBefore);
    }

    function brokenSentences() external view returns (uint256) {
        return broken.length;
    }

    /// @dev Losses fall on junior first: a price falls only where the whole pool had less than
    /// both tranches, or than senior, are due.
    function _checkClose(uint256[2] memory price, uint256[2] memory value, uint256 navBefore)
        private
    {
        (uint64 senior,) = pool.trancheOf(Tranche.Senior);
        bool less = vaults[0].convertToAssets(PROBE) < price[0];
        _check(!less || navBefore < value[0] || _anyStuck(), "senior lost while NAV covered it");
        _check(senior <= pool.seniorDue(), "senior has more than its due");
        (uint64 junior,) = pool.trancheOf(Tranche.Junior);
        _check(
            junior == 0 || senior == pool.seniorDue(), "junior has something, senior not its due"
        );
    }

    function _anyStuck() private view returns (bool) {
        for (uint32 i = 0; i < LANES; ++i) {
            if (pool.stuckSince(i) != 0) return true;
        }
        return false;
    }

    function _debt(uint32 lane) private view returns (uint256) {
        LaneState memory state = book.laneOf(lane);
        int256 scaled = int256(state.a) + int256(uint256(state.b) * time);
        return uint256(scaled) / SCALE + state.impaired;
    }

    function _claimable(TrancheVault vault, address actor, uint256 kind)
        private
        view
        returns (uint256)
    {
        if (kind == 0) return vault.maxDeposit(actor);
        if (kind == 1) return vault.maxMint(actor);
        if (kind == 2) return vault.maxRedeem(actor);
        return kind == 3 ? vault.maxWithdraw(actor) : vault.refundable(actor);
    }

    function _pick(uint256 who, uint256 side) private view returns (address, TrancheVault) {
        return (actors[who % 3], vaults[side % 2]);
    }

    function _check(bool holds, string memory sentence) private {
        if (!holds) broken.push(sentence);
    }
}
