// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Tranche} from "../../src/interfaces/ILendingPool.sol";
import {TrancheVault} from "../../src/TrancheVault.sol";
import {PoolBase} from "../support/PoolBase.sol";
import {PoolHandler} from "./PoolHandler.sol";

/// @notice Functions of one contract that Foundry may call.
struct FuzzSelector {
    address addr;
    bytes4[] selectors;
}

/// @title What holds in every state of the pool
abstract contract PoolInvariants is PoolBase {
    PoolHandler internal handler;
    address[3] internal actors;

    function setUp() public virtual override {
        super.setUp();
        handler = new PoolHandler(pool, book, coin, seniorVault, juniorVault);
        for (uint256 i = 0; i < 3; ++i) {
            actors[i] = handler.actors(i);
            _enter(actors[i]);
        }
        handler.close(0);
        for (uint256 i = 0; i < 3; ++i) {
            _claim(Tranche.Senior, actors[i]);
            _claim(Tranche.Junior, actors[i]);
        }
    }

    function _enter(address actor) private {
        coin.mint(actor, 1_000_000 * USD);
        vm.startPrank(actor);
        coin.approve(address(seniorVault), type(uint256).max);
        coin.approve(address(juniorVault), type(uint256).max);
        coin.approve(address(pool), type(uint256).max);
        seniorVault.requestDeposit(100_000 * USD, actor, actor);
        juniorVault.requestDeposit(50_000 * USD, actor, actor);
        vm.stopPrank();
    }

    /// @dev I-02: the pool holds what it has booked, and more only by donation.
    /// @custom:invariant I-02
    function invariant_the_pools_cash_is_there() public view {
        uint256 booked = uint256(pool.cash()) + pool.reserve() + pool.held();
        vm.assertGe(coin.balanceOf(address(pool)), booked);
        vm.assertLe(coin.balanceOf(address(pool)), booked + _strayCash());
    }

    /// @dev I-04: every share is somebody's.
    /// @custom:invariant I-04
    function invariant_shares_add_up() public view {
        for (uint256 side = 0; side < 2; ++side) {
            Tranche tranche = Tranche(side);
            uint256 sum = _sharesOf(tranche, address(pool));
            for (uint256 i = 0; i < 3; ++i) {
                sum += _sharesOf(tranche, actors[i]);
            }
            vm.assertEq(_share(tranche).totalSupply(), _sharesOut(tranche));
            vm.assertLe(sum, _sharesOut(tranche));
            vm.assertGe(sum + _strayShares(), _sharesOut(tranche));
        }
    }

    /// @dev Vulnerability classes 20 and 22: all claims together are covered.
    function invariant_claims_are_covered() public view {
        uint256 cashClaims;
        for (uint256 side = 0; side < 2; ++side) {
            TrancheVault vault = _vault(Tranche(side));
            uint256 shareClaims;
            for (uint256 i = 0; i < 3; ++i) {
                address actor = actors[i];
                cashClaims += vault.pendingDepositRequest(0, actor) + vault.maxWithdraw(actor)
                + vault.refundable(actor);
                shareClaims += vault.pendingRedeemRequest(0, actor) + vault.maxMint(actor);
            }
            vm.assertLe(shareClaims, _sharesOf(Tranche(side), address(pool)), "shares");
        }
        for (uint32 lane = 0; lane < LANES; ++lane) {
            for (uint256 i = 0; i < 3; ++i) {
                (, uint64 deposit,) = pool.reservationOf(lane, actors[i]);
                cashClaims += deposit;
            }
        }
        vm.assertLe(cashClaims, pool.held(), "cash");
    }

    /// @dev What all shares are worth is never more than their tranche.
    function invariant_shares_are_worth_no_more_than_their_tranche() public view {
        for (uint256 side = 0; side < 2; ++side) {
            uint256 worth = _vault(Tranche(side)).convertToAssets(_sharesOut(Tranche(side)));
            vm.assertLe(worth, _value(Tranche(side)));
        }
    }

    /// @dev Most cash of the pool that nobody booked.
    function _strayCash() internal view virtual returns (uint256);

    /// @dev Most shares that others than the actors hold.
    function _strayShares() internal pure virtual returns (uint256);
}

/// @title Bounded calls: none reverts, and nothing that the handler found broken
/// forge-config: default.invariant.fail-on-revert = true
contract PoolBoundedInvariants is PoolInvariants {
    function targetContracts() public view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    /// @dev P1 to P3: prices move at closes only, and losses are junior's first.
    function invariant_the_handler_found_nothing_broken() public view {
        if (handler.brokenSentences() != 0) vm.assertEq(handler.broken(0), "");
    }

    /// @dev I-05 and P3: the tranches share all of NAV, and what is idle is part of it.
    function invariant_idle_cash_is_part_of_nav() public {
        vm.warp(handler.time());
        vm.assertLe(pool.cash(), pool.nav());
    }

    /// @dev I-08: cash is only moved.
    /// @custom:invariant I-08
    function invariant_no_cash_is_made_or_lost() public view {
        uint256 sum = coin.balanceOf(address(pool)) + coin.balanceOf(address(1));
        for (uint32 lane = 0; lane < LANES; ++lane) {
            sum += coin.balanceOf(book.escrowOf(lane));
        }
        for (uint256 i = 0; i < 3; ++i) {
            sum += coin.balanceOf(actors[i]);
        }
        vm.assertEq(sum, coin.totalSupply());
    }

    function _strayCash() internal view override returns (uint256) {
        return handler.donated();
    }

    function _strayShares() internal pure override returns (uint256) {
        return 0;
    }
}

/// @title Raw calls of anyone to every door: most revert, and what holds still holds
/// @dev Anyone may send shares and cash where nobody looks, so that sums have one bound only.
/// forge-config: default.invariant.fail-on-revert = false
contract PoolRawInvariants is PoolInvariants {
    function targetContracts() public view returns (address[] memory targets) {
        targets = new address[](5);
        targets[0] = address(pool);
        targets[1] = address(seniorVault);
        targets[2] = address(juniorVault);
        targets[3] = seniorVault.share();
        targets[4] = address(handler);
    }

    /// @dev Of the handler only time and closes, so that requests get filled.
    function targetSelectors() public view returns (FuzzSelector[] memory selectors) {
        selectors = new FuzzSelector[](1);
        selectors[0].addr = address(handler);
        selectors[0].selectors = new bytes4[](2);
        selectors[0].selectors[0] = PoolHandler.close.selector;
        selectors[0].selectors[1] = PoolHandler.closeLate.selector;
    }

    function targetSenders() public view returns (address[] memory senders) {
        senders = new address[](3);
        for (uint256 i = 0; i < 3; ++i) {
            senders[i] = actors[i];
        }
    }

    function _strayCash() internal pure override returns (uint256) {
        return type(uint128).max;
    }

    function _strayShares() internal pure override returns (uint256) {
        return type(uint128).max;
    }
}
