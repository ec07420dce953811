// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";

import {LendingPool, PoolParameters} from "../../src/LendingPool.sol";
import {ClassRow, RiskTerms} from "../../src/RiskTerms.sol";
import {Tranche} from "../../src/interfaces/ILendingPool.sol";
import {ILoanBook} from "../../src/interfaces/ILoanBook.sol";
import {TestStablecoin} from "../../src/tokens/TestStablecoin.sol";
import {FakeLoanBook} from "./FakeLoanBook.sol";
import {Test} from "./Test.sol";

/// @title A pool over four lanes of a fake loan book: daily epochs, senior 5 %, junior at least 20
/// %, buffer 5 %
abstract contract PoolBase is Test {
    uint256 internal constant START = 1_700_000_000;
    uint256 internal constant DAY = 1 days;
    uint32 internal constant LANES = 4;
    uint64 internal constant USD = 1e6;

    address internal alice = named("alice");
    address internal bob = named("bob");
    address internal house = named("auction house");
    address internal treasury = named("treasury");
    TestStablecoin internal coin;
    FakeLoanBook internal book;
    RiskTerms internal risk;
    LendingPool internal pool;

    function setUp() public virtual {
        vm.warp(START);
        address manager = address(new AccessManager(address(this)));
        coin = new TestStablecoin("Test Dollar", "tUSD");
        book = new FakeLoanBook(coin, LANES);
        risk = new RiskTerms(manager, new ClassRow[](0));
        pool = new LendingPool(manager, coin, risk, treasury, _parameters());
        pool.setMarket(ILoanBook(address(book)), house);
        risk.setPool(address(pool));
    }

    function _parameters() internal pure returns (PoolParameters memory) {
        return PoolParameters(1 days, 500, 2_000, 500);
    }

    function _deposit(address lender, Tranche tranche, uint64 assets) internal {
        coin.mint(lender, assets);
        vm.startPrank(lender);
        coin.approve(address(pool), assets);
        pool.requestDeposit(tranche, assets);
        vm.stopPrank();
    }

    function _redeem(address lender, Tranche tranche, uint128 shares) internal {
        vm.prank(lender);
        pool.requestRedeem(tranche, shares);
    }

    function _close() internal {
        (, uint64 startedAt) = pool.epoch();
        if (block.timestamp < startedAt + DAY) vm.warp(startedAt + DAY);
        pool.closeEpoch();
        _checkBooks();
    }

    /// @dev Alice brings senior 800 and junior 200 thousand; the first close fills them and funds
    /// the lanes.
    function _start() internal {
        _deposit(alice, Tranche.Senior, 800_000 * USD);
        _deposit(bob, Tranche.Junior, 200_000 * USD);
        _close();
        pool.claim(Tranche.Senior, alice);
        pool.claim(Tranche.Junior, bob);
    }

    function _value(Tranche tranche) internal view returns (uint64 value) {
        (value,) = pool.trancheOf(tranche);
    }

    function _sharesOut(Tranche tranche) internal view returns (uint128 shares) {
        (, shares) = pool.trancheOf(tranche);
    }

    function _free(uint32 lane) internal view returns (uint64) {
        return book.laneOf(lane).cash - book.laneOf(lane).owed;
    }

    /// @dev What must hold after every close: the tranches are all of NAV, the cash is there.
    function _checkBooks() internal view {
        uint256 tranches = uint256(_value(Tranche.Senior)) + _value(Tranche.Junior);
        vm.assertLe(tranches, pool.nav());
        vm.assertEq(
            coin.balanceOf(address(pool)),
            uint256(pool.cash()) + pool.reserve() + pool.held(),
            "cash of the pool"
        );
        for (uint32 lane = 0; lane < LANES; ++lane) {
            vm.assertEq(
                coin.balanceOf(book.escrowOf(lane)), book.laneOf(lane).cash, "cash of a lane"
            );
        }
    }
}
