// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";

import {ILendingPool, Tranche} from "../src/interfaces/ILendingPool.sol";
import {Logs} from "./support/Logs.sol";
import {PoolBase} from "./support/PoolBase.sol";

contract LendingPoolDepositTest is PoolBase {
    function test_a_request_takes_the_cash_and_waits() public {
        coin.mint(alice, 100 * USD);
        vm.startPrank(alice);
        coin.approve(address(seniorVault), 100 * USD);
        vm.expectEmit(address(pool));
        emit ILendingPool.DepositRequested(Tranche.Senior, alice, 1, 100 * USD);
        seniorVault.requestDeposit(100 * USD, alice, alice);

        vm.assertEq(coin.balanceOf(address(pool)), 100 * USD);
        vm.assertEq(pool.held(), 100 * USD);
        vm.assertEq(uint256(pool.cash()) + pool.nav(), 0);
        uint256 waiting = _vault(Tranche.Senior).pendingDepositRequest(0, alice);
        vm.assertEq(waiting, 100 * USD);
    }

    function test_nothing_cannot_be_deposited_and_cash_must_be_there() public {
        vm.expectRevert(ILendingPool.ZeroAmount.selector);
        seniorVault.requestDeposit(0, address(this), address(this));
        vm.expectPartialRevert(IERC20Errors.ERC20InsufficientAllowance.selector);
        seniorVault.requestDeposit(1, address(this), address(this));
    }

    function test_before_anything_is_lent_the_next_close_fills() public {
        _deposit(alice, Tranche.Senior, 100 * USD);
        _deposit(alice, Tranche.Senior, 50 * USD);

        _close();

        vm.assertEq(_value(Tranche.Senior), 150 * USD);
        vm.expectEmit(address(pool));
        emit ILendingPool.DepositClaimed(Tranche.Senior, alice, alice, 150 * USD, 150_000 * USD);
        _claim(Tranche.Senior, alice);
        vm.assertEq(_sharesOf(Tranche.Senior, alice), 150_000 * USD);
        vm.assertEq(_sharesOut(Tranche.Senior), 150_000 * USD);
    }

    /// @dev Rule P1.
    /// @custom:invariant P1
    function test_later_a_request_waits_for_a_whole_epoch() public {
        _start();
        vm.warp(block.timestamp + DAY - 1);
        _deposit(bob, Tranche.Junior, 1_000 * USD);

        _close();
        vm.assertEq(juniorVault.maxMint(bob), 0);
        _close();

        uint256 waiting = juniorVault.pendingDepositRequest(0, bob);
        uint256 shares = juniorVault.maxMint(bob);
        vm.assertEq(waiting, 0);
        vm.assertGt(shares, 0);
        _claim(Tranche.Junior, bob);
        vm.assertEq(_sharesOf(Tranche.Junior, bob), 200_000_000 * USD + shares);
    }

    function test_requests_of_two_epochs_are_filled_at_two_closes() public {
        _start();
        _deposit(bob, Tranche.Junior, 1_000 * USD);
        _close();
        _deposit(bob, Tranche.Junior, 3_000 * USD);
        uint256 waiting = _vault(Tranche.Junior).pendingDepositRequest(0, bob);
        vm.assertEq(waiting, 4_000 * USD);

        _close();
        waiting = _vault(Tranche.Junior).pendingDepositRequest(0, bob);
        vm.assertEq(waiting, 3_000 * USD);
        _close();
        waiting = _vault(Tranche.Junior).pendingDepositRequest(0, bob);
        vm.assertEq(waiting, 0);
    }

    function test_two_depositors_share_a_fill_in_proportion() public {
        _start();
        book.lend(0, 100_000 * USD, 2_000);
        _deposit(alice, Tranche.Junior, 3_000 * USD);
        _deposit(bob, Tranche.Junior, 1_000 * USD);
        uint128 before = _sharesOf(Tranche.Junior, bob);
        _close();
        _close();

        _claim(Tranche.Junior, alice);
        _claim(Tranche.Junior, bob);

        uint128 bobs = _sharesOf(Tranche.Junior, bob) - before;
        vm.assertApproxEqAbs(_sharesOf(Tranche.Junior, alice), 3 * uint256(bobs), 3);
        vm.assertLe(
            _sharesOf(Tranche.Junior, alice) + _sharesOf(Tranche.Junior, bob),
            _sharesOut(Tranche.Junior)
        );
    }

    /// @custom:invariant I-04
    function test_a_deposit_buys_at_the_price_of_its_close() public {
        _start();
        book.lend(0, 200_000 * USD, 5_000);
        _deposit(alice, Tranche.Junior, 10_000 * USD);
        _close();
        vm.warp(block.timestamp + 100 days);

        _close();

        _claim(Tranche.Junior, alice);
        uint256 shares = _sharesOf(Tranche.Junior, alice);
        uint256 worth = shares * _value(Tranche.Junior) / _sharesOut(Tranche.Junior);
        vm.assertApproxEqAbs(worth, 10_000 * USD, 1);
        vm.assertLt(shares, 10_000_000 * USD);
    }

    /// @custom:invariant P3
    function test_a_donation_changes_no_price() public {
        _deposit(alice, Tranche.Senior, 1);
        _close();
        coin.mint(address(pool), 1_000_000 * USD);
        coin.mint(book.escrowOf(0), 1_000_000 * USD);
        _deposit(bob, Tranche.Senior, 1_000 * USD);
        vm.warp(block.timestamp + DAY);
        pool.closeEpoch();
        vm.warp(block.timestamp + DAY);
        pool.closeEpoch();
        _claim(Tranche.Senior, bob);

        uint256 shares = _sharesOf(Tranche.Senior, bob);
        uint256 worth = shares * _value(Tranche.Senior) / _sharesOut(Tranche.Senior);
        vm.assertApproxEqAbs(worth, 1_000 * USD, 1);
    }

    function test_a_wiped_out_tranche_gives_deposits_back() public {
        _start();
        book.lend(0, 237_500 * USD, 1_000);
        book.impair(0, 0);
        _deposit(alice, Tranche.Junior, 1_000 * USD);
        _close();
        vm.assertEq(_value(Tranche.Junior), 0);
        _close();

        vm.expectEmit(address(pool));
        emit ILendingPool.DepositRefunded(Tranche.Junior, alice, alice, 1_000 * USD);
        _claim(Tranche.Junior, alice);

        vm.assertEq(coin.balanceOf(alice), 1_000 * USD);
        vm.assertEq(_sharesOf(Tranche.Junior, alice), 0);
        _checkBooks();
    }

    /// @dev Nothing is lent yet, so that senior's rate is not earned, and there is no junior to give it.
    function test_senior_that_came_first_and_alone_keeps_nobody_out() public {
        _deposit(alice, Tranche.Senior, 1_000 * USD);
        _close();
        _close();
        _deposit(bob, Tranche.Junior, 100_000 * USD);
        _close();

        _close();

        vm.assertEq(juniorVault.refundable(bob), 0);
        vm.assertEq(juniorVault.maxDeposit(bob), 100_000 * USD);
        vm.assertEq(_value(Tranche.Senior), 1_000 * USD);
        vm.assertEq(pool.seniorDue(), 1_000 * USD);
        _close();
        vm.assertEq(_value(Tranche.Senior), 1_000 * USD + 136_986);
    }

    function test_a_single_unit_is_given_back_too() public {
        _start();
        book.lend(0, 237_500 * USD, 1_000);
        book.impair(0, 0);
        _deposit(alice, Tranche.Junior, 1);
        _close();
        _close();

        _claim(Tranche.Junior, alice);

        vm.assertEq(coin.balanceOf(alice), 1);
    }

    function test_new_junior_does_not_pay_for_seniors_past_loss() public {
        _deposit(alice, Tranche.Senior, 800_000 * USD);
        _close();
        book.lend(0, 100_000 * USD, 1_000);
        book.impair(0, 0);
        _deposit(bob, Tranche.Junior, 1_000 * USD);
        _close();
        vm.assertLt(_value(Tranche.Senior), pool.seniorDue());
        _close();

        _claim(Tranche.Junior, bob);

        vm.assertEq(coin.balanceOf(bob), 1_000 * USD);
    }
}

contract LendingPoolRedeemTest is PoolBase {
    function test_a_request_takes_the_shares_and_waits() public {
        _start();

        vm.expectEmit(address(pool));
        emit ILendingPool.RedeemRequested(Tranche.Senior, alice, 2, 1_000);
        _redeem(alice, Tranche.Senior, 1_000);

        vm.assertEq(_sharesOf(Tranche.Senior, alice), 800_000_000 * USD - 1_000);
        uint256 waiting = _vault(Tranche.Senior).pendingRedeemRequest(0, alice);
        vm.assertEq(waiting, 1_000);
    }

    function test_only_shares_that_are_there_are_redeemed() public {
        _start();
        uint128 all = _sharesOf(Tranche.Senior, alice);
        vm.startPrank(alice);

        vm.expectRevert(ILendingPool.ZeroAmount.selector);
        seniorVault.requestRedeem(0, alice, alice);
        vm.expectRevert(
            abi.encodeWithSelector(
                IERC20Errors.ERC20InsufficientBalance.selector, alice, all, all + 1
            )
        );
        seniorVault.requestRedeem(all + 1, alice, alice);
    }

    function test_a_redemption_is_filled_one_whole_epoch_later_in_cash() public {
        _start();
        _redeem(alice, Tranche.Senior, 100_000_000 * USD);
        _close();
        vm.assertEq(pool.held(), 0);
        Logs.record();
        _close();

        uint256 coming = _vault(Tranche.Senior).maxWithdraw(alice);
        bytes[] memory filled = Logs.dataOf(ILendingPool.RedemptionsFilled.selector);
        vm.assertEq(filled.length, 1);
        vm.assertEq(filled[0], abi.encode(uint128(100_000_000 * USD), uint64(coming)));
        vm.expectEmit(address(pool));
        emit ILendingPool.RedeemClaimed(
            Tranche.Senior, alice, alice, 100_000_000 * USD, uint64(coming)
        );
        _claim(Tranche.Senior, alice);

        vm.assertEq(coin.balanceOf(alice), coming);
        vm.assertGt(coming, 100_000 * USD);
        vm.assertApproxEqAbs(
            coming, 100_000 * USD * (1e6 + uint256(1e6) * 500 * 2 / 3_650_000) / 1e6, 2 * USD
        );
        _checkBooks();
    }

    /// @dev Rule P1: cash short, pro rata, and the rest at the next closes.
    /// @custom:invariant P1
    function test_short_cash_is_shared_and_the_rest_follows() public {
        _start();
        _deposit(alice, Tranche.Junior, 800_000 * USD);
        _close();
        _close();
        _claim(Tranche.Junior, alice);
        for (uint32 lane = 0; lane < LANES; ++lane) {
            book.lend(lane, _free(lane) - 10_000 * USD, 0);
        }
        _redeem(alice, Tranche.Senior, 400_000_000 * USD);
        _redeem(bob, Tranche.Junior, 200_000_000 * USD);
        _close();
        _close();

        vm.assertLe(pool.cash(), 1);
        _claim(Tranche.Senior, alice);
        _claim(Tranche.Junior, bob);
        uint256 seniorPart = coin.balanceOf(alice);
        uint256 juniorPart = coin.balanceOf(bob);
        vm.assertApproxEqAbs(seniorPart, 2 * juniorPart, seniorPart / 100);
        book.repayAll(0, 2_000_000 * USD);
        _close();
        _claim(Tranche.Senior, alice);
        _claim(Tranche.Junior, bob);
        uint256 waiting = _vault(Tranche.Senior).pendingRedeemRequest(0, alice);
        vm.assertEq(waiting, 0);
        vm.assertGe(coin.balanceOf(alice), 400_000 * USD);
        _checkBooks();
    }

    /// @dev Rule P2.
    /// @custom:invariant P2
    function test_junior_is_redeemed_only_down_to_the_minimum_subordination() public {
        _start();
        _deposit(bob, Tranche.Junior, 50_000 * USD);
        _close();
        _close();
        _claim(Tranche.Junior, bob);
        _redeem(bob, Tranche.Junior, _sharesOf(Tranche.Junior, bob));
        _close();
        _close();

        uint256 senior = _value(Tranche.Senior);
        uint256 junior = _value(Tranche.Junior);
        vm.assertGe(junior * 10_000, 2_000 * (senior + junior));
        vm.assertApproxEqAbs(junior * 4, senior, 10);
        uint256 waiting = _vault(Tranche.Junior).pendingRedeemRequest(0, bob);
        vm.assertGt(waiting, 0);
    }

    /// @dev Rule P2 after a loss: junior below its minimum leaves no faster than senior.
    function test_junior_that_has_lost_leaves_only_as_senior_left_allows() public {
        _start();
        for (uint32 lane = 0; lane < LANES; ++lane) {
            book.lend(lane, _free(lane), 0);
        }
        book.impair(0, 187_500 * USD);
        _redeem(alice, Tranche.Senior, _sharesOf(Tranche.Senior, alice));
        _redeem(bob, Tranche.Junior, _sharesOf(Tranche.Junior, bob));
        _close();
        book.earn(1, 400_000 * USD);
        book.impair(1, 0);
        book.impair(2, 75_000 * USD);

        _close();

        uint256 senior = _value(Tranche.Senior);
        uint256 junior = _value(Tranche.Junior);
        vm.assertGt(juniorVault.maxRedeem(bob), 0);
        vm.assertGe(junior * 10_000, 2_000 * (senior + junior));
        vm.assertLt(senior, 450_000 * USD);
    }

    function test_junior_may_leave_when_senior_has_left() public {
        _start();
        _redeem(alice, Tranche.Senior, _sharesOf(Tranche.Senior, alice));
        _redeem(bob, Tranche.Junior, _sharesOf(Tranche.Junior, bob));

        for (uint256 i = 0; i < 4; ++i) {
            _close();
        }

        vm.assertLe(uint256(_sharesOut(Tranche.Senior)) + _sharesOut(Tranche.Junior), 10_000);
        vm.assertLe(pool.nav(), 10);
        _claim(Tranche.Senior, alice);
        _claim(Tranche.Junior, bob);
        vm.assertApproxEqAbs(coin.balanceOf(alice) + coin.balanceOf(bob), 1_000_000 * USD, 10);
    }

    /// @dev More closes than one call looks at: where nothing is asked for there is nothing to do.
    function test_who_comes_after_hundreds_of_closes_catches_up_at_once() public {
        for (uint256 i = 0; i < 300; ++i) {
            _close();
        }

        _deposit(alice, Tranche.Senior, 1_000 * USD);

        vm.assertEq(seniorVault.pendingDepositRequest(0, alice), 1_000 * USD);
    }

    function test_a_claim_may_come_many_epochs_later() public {
        _start();
        _redeem(alice, Tranche.Senior, 1_000_000 * USD);
        for (uint256 i = 0; i < 20; ++i) {
            _close();
        }

        _claim(Tranche.Senior, alice);

        vm.assertGe(coin.balanceOf(alice), 1_000 * USD);
        _checkBooks();
    }

    /// @dev Whatever lenders do, nobody's part passes the whole and the books hold.
    /// forge-config: default.fuzz.runs = 48
    /// @custom:invariant I-04
    function test_books_hold_through_random_epochs(uint256 seed) public {
        _start();
        for (uint256 i = 0; i < 12; ++i) {
            seed = uint256(keccak256(abi.encode(seed)));
            _act(seed % 2 == 0 ? alice : bob, Tranche(seed / 2 % 2), seed >> 8);
            if (seed % 5 == 0) _lendFrom(uint32(seed >> 20) % LANES, seed >> 40);
            if (seed % 11 == 0) {
                book.impair(uint32(seed >> 20) % LANES, uint64(seed >> 50) % (50_000 * USD));
            }
            vm.warp(block.timestamp + seed % (3 * DAY));
            _close();
            vm.assertEq(uint256(_value(Tranche.Senior)) + _value(Tranche.Junior), pool.nav());
        }
        _claimAll();
        _checkBooks();
    }

    function _act(address lender, Tranche tranche, uint256 seed) private {
        uint128 shares = _sharesOf(tranche, lender);
        if (seed % 3 == 0) _deposit(lender, tranche, uint64(1 + seed % (300_000 * USD)));
        else if (shares != 0) _redeem(lender, tranche, uint128(1 + seed % shares));
    }

    function _lendFrom(uint32 lane, uint256 seed) private {
        uint64 free = _free(lane);
        if (free != 0) book.lend(lane, uint64(1 + seed % free), seed % 3_000);
    }

    function _claimAll() private {
        for (uint256 i = 0; i < 4; ++i) {
            _claim(Tranche(i % 2), i < 2 ? alice : bob);
        }
    }
}
