// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {ILendingPool, Tranche} from "../src/interfaces/ILendingPool.sol";
import {ExactTransfer} from "../src/libraries/ExactTransfer.sol";
import {TestStablecoin} from "../src/tokens/TestStablecoin.sol";
import {OddCoin} from "./support/OddCoin.sol";
import {PoolBase} from "./support/PoolBase.sol";

/// @title Vulnerability class 18, the pool's side: payment tokens that misbehave
contract LendingPoolOddCoinsTest is PoolBase {
    OddCoin internal odd;

    function _newCoin() internal override returns (TestStablecoin) {
        odd = new OddCoin(6);
        return TestStablecoin(address(odd));
    }

    function _comeAndGo() private {
        _start();
        book.lend(0, 100_000 * USD, 1_000);
        _redeem(alice, Tranche.Senior, 100_000_000 * USD);
        _close();
        _close();
        _claim(Tranche.Senior, alice);
        vm.assertGe(coin.balanceOf(alice), 100_000 * USD);
    }

    function test_a_token_that_answers_nothing_is_as_good_as_any() public {
        odd.setSilent(true);
        _comeAndGo();
    }

    function test_a_token_that_refuses_zero_is_never_asked_for_it() public {
        odd.setRefusesZero(true);
        _comeAndGo();
        _close();
    }

    function test_a_token_that_keeps_a_fee_is_refused() public {
        coin.mint(alice, 1_000);
        vm.startPrank(alice);
        coin.approve(address(seniorVault), 1_000);
        coin.approve(address(pool), 1_000);
        odd.setFee(100);
        // What the vault lacks, others might have sent it: the pool looks for itself.
        coin.mint(address(seniorVault), 1_000);

        vm.expectRevert(abi.encodeWithSelector(ExactTransfer.TransferShort.selector, 1_000, 990));
        seniorVault.requestDeposit(1_000, alice, alice);
        vm.expectRevert(abi.encodeWithSelector(ExactTransfer.TransferShort.selector, 100, 99));
        pool.fundReserve(100);
    }

    /// @dev Vulnerability class 17, the pool's side.
    function test_a_blocked_lender_stops_nobody_and_may_name_another_receiver() public {
        _start();
        _redeem(alice, Tranche.Senior, 1_000_000 * USD);
        _redeem(bob, Tranche.Junior, 1_000);
        _close();
        odd.setBlocked(alice, true);
        _close();

        _claim(Tranche.Junior, bob);
        uint256 shares = seniorVault.maxRedeem(alice);
        vm.startPrank(alice);
        vm.expectRevert(bytes("blocked"));
        seniorVault.redeem(shares, alice, alice);
        seniorVault.redeem(shares, treasury, alice);
        vm.assertGe(coin.balanceOf(treasury), 1_000 * USD);
    }

    function test_a_blocked_lane_is_skipped_and_counts_zero() public {
        _start();
        odd.setBlocked(book.escrowOf(3), true);
        book.lend(0, 100_000 * USD, 0);

        _close();

        vm.assertTrue(_isStuck(3));
        vm.assertEq(pool.nav(), 762_500 * USD);
    }

    /// @dev A paused token moves nothing, and the close goes on with all lanes at zero.
    function test_a_paused_token_stops_no_close() public {
        _start();
        book.lend(0, 237_500 * USD, 0);
        odd.setPaused(true);
        vm.warp(block.timestamp + DAY);
        pool.closeEpoch();
        vm.assertEq(pool.nav(), 287_500 * USD);

        odd.setPaused(false);
        _close();
        _close();

        vm.assertEq(pool.nav(), 1_000_000 * USD);
    }
}

/// @title The same pool in tokens of 2 and of 18 decimals
abstract contract DecimalsTest is PoolBase {
    uint8 internal immutable digits;
    uint256 internal immutable unit;

    constructor(uint8 digits_) {
        digits = digits_;
        unit = digits_ > 6 ? 10 ** (digits_ - 6) : 1;
    }

    function _newCoin() internal override returns (TestStablecoin) {
        return TestStablecoin(address(new OddCoin(digits)));
    }

    function test_a_lender_comes_and_goes_in_base_units() public {
        coin.mint(alice, 1_000 * unit);
        vm.startPrank(alice);
        coin.approve(address(juniorVault), 1_000 * unit);
        juniorVault.requestDeposit(1_000 * unit, alice, alice);
        vm.warp(START + DAY);
        pool.closeEpoch();
        vm.assertEq(juniorVault.maxDeposit(alice), 1_000 * unit);
        vm.assertEq(juniorVault.mint(400_000, alice), 400 * unit);
        vm.assertEq(juniorVault.deposit(600 * unit, alice), 600_000);
        vm.assertEq(juniorVault.totalAssets(), 1_000 * unit);
        vm.assertEq(juniorVault.convertToAssets(1_000_000), 1_000 * unit);
        vm.assertEq(juniorVault.convertToShares(7 * unit), 7_000);
        vm.assertEq(_share(Tranche.Junior).decimals(), (digits < 6 ? digits : 6) + 3);
        juniorVault.requestRedeem(500_000, alice, alice);
        vm.warp(START + 2 * DAY);
        pool.closeEpoch();
        vm.warp(START + 3 * DAY);
        pool.closeEpoch();

        vm.assertEq(juniorVault.maxWithdraw(alice), 500 * unit);
        vm.assertEq(juniorVault.withdraw(500 * unit, alice, alice), 500_000);
        vm.assertEq(coin.balanceOf(alice), 500 * unit);
    }

    function test_the_reserve_is_funded_and_pays_in_base_units() public {
        coin.mint(address(this), 100 * unit);
        coin.approve(address(pool), 100 * unit);
        pool.fundReserve(100);
        address till = book.tillOf(0);

        vm.prank(house);
        pool.payFromReserve(1, 0, till, 40);

        vm.assertEq(pool.reserve(), 60);
        vm.assertEq(coin.balanceOf(till), 40 * unit);
        vm.assertEq(coin.balanceOf(address(pool)), 60 * unit);
    }
}

contract TwoDecimalsTest is DecimalsTest(2) {}

contract EighteenDecimalsTest is DecimalsTest(18) {}
