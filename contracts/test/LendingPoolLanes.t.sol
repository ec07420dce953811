// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {ILendingPool, Tranche} from "../src/interfaces/ILendingPool.sol";
import {PoolBase} from "./support/PoolBase.sol";

contract LendingPoolLanesTest is PoolBase {
    function test_cash_above_the_buffer_is_spread_equally_over_the_lanes() public {
        _start();

        vm.assertEq(pool.cash(), 50_000 * USD);
        for (uint32 lane = 0; lane < LANES; ++lane) {
            vm.assertEq(_free(lane), 237_500 * USD);
        }
    }

    function test_a_close_levels_what_lending_made_uneven() public {
        _start();
        book.lend(0, 200_000 * USD, 0);
        book.lend(1, 100_000 * USD, 0);

        _close();

        vm.assertEq(pool.cash(), 50_000 * USD);
        for (uint32 lane = 0; lane < LANES; ++lane) {
            vm.assertEq(_free(lane), 162_500 * USD);
        }
    }

    function test_redemptions_are_paid_out_of_the_lanes() public {
        _start();
        _redeem(alice, Tranche.Senior, 400_000_000 * USD);
        _close();
        _close();

        vm.assertGt(pool.held(), 400_000 * USD);
        vm.assertApproxEqAbs(_free(0), (1_000_000 * USD - pool.held()) * 95 / 100 / 4, 2);
    }

    function test_the_buffer_is_not_lent_even_when_cash_is_short() public {
        _start();
        for (uint32 lane = 0; lane < LANES; ++lane) {
            book.lend(lane, _free(lane), 0);
        }

        _close();

        vm.assertEq(pool.cash(), 50_000 * USD);
        vm.assertEq(_free(0), 0);
    }

    /// @dev Rule L5.
    /// @custom:invariant L5
    function test_a_lane_whose_token_call_fails_is_skipped_and_its_cash_counts_zero() public {
        _start();
        book.lend(1, 100_000 * USD, 0);
        book.setBroken(0, true);

        vm.warp(block.timestamp + DAY);
        vm.expectEmit(address(pool));
        emit ILendingPool.LaneStuck(0, 2);
        pool.closeEpoch();

        vm.assertTrue(_isStuck(0));
        vm.assertEq(_free(0), 237_500 * USD);
        vm.assertEq(pool.nav(), 762_500 * USD);
        vm.assertEq(uint256(_value(Tranche.Senior)) + _value(Tranche.Junior), 762_500 * USD);
        _close();
        vm.assertEq(uint256(_value(Tranche.Senior)) + _value(Tranche.Junior), 762_500 * USD);
    }

    /// @dev Its calls fail when it should get cash, after the close has set the tranches' values.
    /// @custom:invariant L5
    function test_what_is_found_after_the_waterfall_counts_zero_from_the_next_close_on() public {
        _start();
        book.lend(0, 200_000 * USD, 0);
        book.setBroken(0, true);

        vm.warp(block.timestamp + DAY);
        vm.expectEmit(address(pool));
        emit ILendingPool.LaneStuck(0, 3);
        pool.closeEpoch();

        vm.assertEq(uint256(_value(Tranche.Senior)) + _value(Tranche.Junior), 1_000_000 * USD);
        vm.assertEq(pool.nav(), 962_500 * USD);
        _close();
        vm.assertEq(uint256(_value(Tranche.Senior)) + _value(Tranche.Junior), 962_500 * USD);
    }

    /// @custom:invariant L5
    function test_a_lane_that_works_again_gives_its_cash_back_and_counts() public {
        _start();
        book.lend(1, 100_000 * USD, 0);
        book.setBroken(0, true);
        _close();
        book.setBroken(0, false);

        vm.warp(block.timestamp + DAY);
        vm.expectEmit(address(pool));
        emit ILendingPool.LaneStuck(0, 0);
        pool.closeEpoch();

        vm.assertFalse(_isStuck(0));
        vm.assertEq(pool.nav(), 1_000_000 * USD);
        _close();
        vm.assertEq(uint256(_value(Tranche.Senior)) + _value(Tranche.Junior), 1_000_000 * USD);
        vm.assertEq(_free(0), _free(1));
    }

    function test_a_lane_that_takes_no_cash_leaves_it_in_the_pool() public {
        book.setBroken(2, true);

        _start();

        vm.assertTrue(_isStuck(2));
        vm.assertEq(_free(2), 0);
        vm.assertEq(pool.cash(), 287_500 * USD);
        vm.assertEq(coin.balanceOf(book.escrowOf(2)), 0);
        book.setBroken(2, false);
        _close();
        vm.assertFalse(_isStuck(2));
    }

    function test_a_broken_lanes_debt_still_counts() public {
        _start();
        book.lend(0, 237_500 * USD, 0);
        book.setBroken(0, true);
        _close();
        vm.assertTrue(_isStuck(0));

        vm.assertEq(pool.nav(), 1_000_000 * USD);
    }

    function test_the_buffer_is_kept_when_planned_cash_turns_out_to_be_stuck() public {
        _start();
        for (uint32 lane = 1; lane < LANES; ++lane) {
            book.lend(lane, _free(lane), 0);
        }
        book.setBroken(0, true);

        _close();

        vm.assertTrue(_isStuck(0));
        vm.assertEq(pool.cash(), 50_000 * USD);
        vm.assertEq(_free(1), 0);
    }

    function test_stuck_cash_is_no_part_of_what_a_close_plans_with() public {
        _start();
        book.lend(1, 100_000 * USD, 0);
        book.setBroken(0, true);
        _close();

        _close();

        vm.assertEq(pool.reservable(), 662_500 * USD - 38_125 * USD);
    }

    /// @dev A redeemer must not leave to others what may come back, nor a depositor buy it cheap.
    function test_requests_wait_for_the_cash_of_a_stuck_lane() public {
        _start();
        _redeem(alice, Tranche.Senior, 400_000_000 * USD);
        _deposit(bob, Tranche.Junior, 1_000 * USD);
        book.setBroken(0, true);
        _close();
        _close();
        vm.assertTrue(_isStuck(0));
        vm.assertEq(pool.stuckSince(0), 3);
        vm.assertEq(seniorVault.maxRedeem(alice), 0);
        vm.assertEq(juniorVault.refundable(bob), 1_000 * USD);

        book.setBroken(0, false);
        _close();

        vm.assertFalse(_isStuck(0));
        vm.assertEq(seniorVault.maxRedeem(alice), 400_000_000 * USD);
        vm.assertGe(seniorVault.maxWithdraw(alice), 400_000 * USD);
    }

    /// @custom:invariant P1
    function test_requests_wait_for_seven_closes_and_no_longer() public {
        _start();
        _redeem(alice, Tranche.Senior, 400_000_000 * USD);
        for (uint32 lane = 0; lane < LANES; ++lane) {
            book.setBroken(lane, true);
        }
        _close();
        for (uint256 i = 0; i < 7; ++i) {
            vm.assertEq(seniorVault.maxRedeem(alice), 0);
            _close();
        }
        vm.assertEq(seniorVault.maxRedeem(alice), 0);

        _close();

        vm.assertEq(seniorVault.maxRedeem(alice), 400_000_000 * USD);
        vm.assertApproxEqAbs(seniorVault.maxWithdraw(alice), 25_000 * USD, 1);
    }

    /// @dev Where nothing is missing nobody waits: the lane broke with its cash lent.
    function test_a_stuck_lane_without_cash_keeps_nobody_waiting() public {
        _start();
        book.lend(0, _free(0), 0);
        book.setBroken(0, true);
        _redeem(alice, Tranche.Senior, 1_000_000 * USD);
        _close();
        vm.assertTrue(_isStuck(0));

        _close();

        vm.assertEq(seniorVault.maxRedeem(alice), 1_000_000 * USD);
    }

    /// @dev Anyone closes, so nobody may make a lane look broken by sending too little gas.
    /// forge-config: default.fuzz.runs = 64
    function test_lack_of_gas_never_makes_a_lane_look_stuck(uint256 gasLimit) public {
        _deposit(alice, Tranche.Senior, 800_000 * USD);
        vm.warp(START + DAY);
        gasLimit = bound(gasLimit, 100_000, 2_000_000);

        (bool done,) = address(pool).call{gas: gasLimit}(abi.encodeCall(pool.closeEpoch, ()));

        for (uint32 lane = 0; lane < LANES; ++lane) {
            vm.assertFalse(_isStuck(lane));
            vm.assertEq(_free(lane), done ? 190_000 * USD : 0);
        }
    }

    /// @dev As when the stablecoin is paused at the first close that brings cash.
    function test_lanes_that_were_all_stuck_without_cash_are_tried_again() public {
        for (uint32 lane = 0; lane < LANES; ++lane) {
            book.setBroken(lane, true);
        }
        _start();
        for (uint32 lane = 0; lane < LANES; ++lane) {
            vm.assertTrue(_isStuck(lane));
            book.setBroken(lane, false);
        }

        _close();

        for (uint32 lane = 0; lane < LANES; ++lane) {
            vm.assertFalse(_isStuck(lane));
            vm.assertEq(_free(lane), 237_500 * USD);
        }
    }

    function test_only_the_pool_itself_supplies_a_lane() public {
        _start();

        vm.expectRevert(abi.encodeWithSelector(ILendingPool.NotPoolItself.selector, address(this)));
        pool.supplyLane(0, 1);
    }
}
