// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {ClassRow} from "../src/RiskTerms.sol";
import {BurningCoin} from "./support/OddCoin.sol";
import {TestStablecoin} from "../src/tokens/TestStablecoin.sol";
import {PoolBase} from "./support/PoolBase.sol";

/// @title A young market, whose cap grows from 100 to 200 thousand dollars in ninety days
contract LendingPoolCapsTest is PoolBase {
    uint64 private constant START_CAP = 100_000 * USD;

    function _rows() internal pure override returns (ClassRow[] memory rows) {
        rows = new ClassRow[](1);
        (rows[0].startCap, rows[0].cap) = (START_CAP, 2 * START_CAP);
    }

    /// @custom:invariant G1b
    function test_a_young_market_brings_no_more_to_its_lanes_than_its_cap() public {
        _start();

        uint64 cap = risk.capOf(0);
        vm.assertGt(cap, START_CAP);
        for (uint32 lane = 0; lane < LANES; ++lane) {
            vm.assertEq(_free(lane), cap / 4);
        }
        vm.assertEq(pool.reservable(), cap);
    }

    /// @custom:invariant G1b
    function test_lanes_that_work_again_bring_a_market_no_further() public {
        for (uint32 lane = 1; lane < LANES; ++lane) {
            book.setBroken(lane, true);
        }
        _start();
        for (uint32 lane = 1; lane < LANES; ++lane) {
            book.setBroken(lane, false);
        }

        _close();

        for (uint32 lane = 0; lane < LANES; ++lane) {
            vm.assertEq(_free(lane), risk.capOf(0) / 4);
        }
    }

    /// @custom:invariant G1b
    function test_what_is_lent_counts_towards_the_cap_and_the_cap_grows() public {
        _start();
        book.lend(0, 20_000 * USD, 0);

        _close();

        uint64 cap = risk.capOf(0);
        vm.assertEq(_free(0), (cap - 20_000 * USD) / 4);
        vm.warp(START + 90 days);
        _close();
        vm.assertEq(_free(0), (2 * START_CAP - 20_000 * USD) / 4);
    }

    /// @custom:invariant G1b
    function test_a_market_lent_beyond_a_lowered_cap_gets_no_more_cash() public {
        _start();
        book.lend(0, 20_000 * USD, 0);
        risk.setCap(0, 20_000 * USD - 1);

        _close();

        vm.assertEq(_free(0), 0);
        vm.assertEq(pool.reservable(), 0);
    }

    /// @custom:invariant L4
    function test_a_close_allows_a_tenth_of_the_pool_at_auction() public {
        _start();

        vm.assertEq(book.auctionValue(), 1_000_000 * USD / 10 / LANES);
    }

    /// @custom:invariant L4 L2
    function test_a_close_tells_the_book_what_is_reserved_in_each_lane() public {
        _start();
        coin.mint(alice, 1_000 * USD);
        vm.startPrank(alice);
        coin.approve(address(pool), 1_000 * USD);
        pool.reserveDraw(1, 50_000 * USD);
        vm.stopPrank();

        _close();

        vm.assertEq(book.reservedRooms(0), 0);
        vm.assertEq(book.reservedRooms(1), 50_000 * USD);
    }
}

/// @title A token that burns whatever gas it gets when one lane's cash moves
contract LendingPoolBurningTokenTest is PoolBase {
    function _newCoin() internal override returns (TestStablecoin) {
        return new BurningCoin();
    }

    /// @custom:invariant L5
    function test_a_token_that_burns_all_gas_costs_one_lane_and_no_close() public {
        _start();
        BurningCoin(address(coin)).setBurning(book.escrowOf(1), true);
        book.lend(0, 100_000 * USD, 0);
        vm.warp(block.timestamp + DAY);

        pool.closeEpoch{gas: 3_000_000}();

        vm.assertTrue(_isStuck(1));
        vm.assertFalse(_isStuck(0));
    }
}
