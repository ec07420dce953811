// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";

import {LendingPool, PoolParameters} from "../../src/LendingPool.sol";
import {ClassRow, RiskTerms} from "../../src/RiskTerms.sol";
import {Tranche} from "../../src/interfaces/ILendingPool.sol";
import {ILoanBook} from "../../src/interfaces/ILoanBook.sol";
import {TestStablecoin} from "../../src/tokens/TestStablecoin.sol";
import {TrancheShare} from "../../src/TrancheShare.sol";
import {TrancheVault} from "../../src/TrancheVault.sol";
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
    TrancheVault internal seniorVault;
    TrancheVault internal juniorVault;

    function setUp() public virtual {
        vm.warp(START);
        address manager = address(new AccessManager(address(this)));
        coin = _newCoin();
        book = new FakeLoanBook(coin, LANES);
        risk = new RiskTerms(manager, _rows());
        pool = new LendingPool(manager, coin, risk, treasury, _parameters());
        pool.setMarket(ILoanBook(address(book)), house);
        seniorVault = new TrancheVault(pool, coin, Tranche.Senior, "Senior", "SEN");
        juniorVault = new TrancheVault(pool, coin, Tranche.Junior, "Junior", "JUN");
        pool.setVaults(seniorVault, juniorVault);
        risk.setPool(address(pool));
    }

    /// @dev The market alone, with a cap that is far away.
    function _rows() internal pure virtual returns (ClassRow[] memory rows) {
        rows = new ClassRow[](1);
        (rows[0].startCap, rows[0].cap) = (type(uint64).max / 2, type(uint64).max);
    }

    function _newCoin() internal virtual returns (TestStablecoin) {
        return new TestStablecoin("Test Dollar", "tUSD");
    }

    function _parameters() internal pure returns (PoolParameters memory) {
        return PoolParameters(1 days, 500, 2_000, 500, 100);
    }

    function _vault(Tranche tranche) internal view returns (TrancheVault) {
        return tranche == Tranche.Senior ? seniorVault : juniorVault;
    }

    function _share(Tranche tranche) internal view returns (TrancheShare) {
        return TrancheShare(_vault(tranche).share());
    }

    function _sharesOf(Tranche tranche, address owner) internal view returns (uint128) {
        return uint128(_share(tranche).balanceOf(owner));
    }

    function _deposit(address lender, Tranche tranche, uint64 assets) internal {
        coin.mint(lender, assets);
        vm.startPrank(lender);
        coin.approve(address(_vault(tranche)), assets);
        _vault(tranche).requestDeposit(assets, lender, lender);
        vm.stopPrank();
    }

    function _redeem(address lender, Tranche tranche, uint128 shares) internal {
        vm.startPrank(lender);
        _vault(tranche).requestRedeem(shares, lender, lender);
        vm.stopPrank();
    }

    /// @dev Claims all that a lender has coming in a tranche.
    function _claim(Tranche tranche, address lender) internal {
        TrancheVault vault = _vault(tranche);
        vm.startPrank(lender);
        if (vault.maxMint(lender) != 0) vault.deposit(vault.maxDeposit(lender), lender, lender);
        if (vault.maxRedeem(lender) != 0) vault.redeem(vault.maxRedeem(lender), lender, lender);
        if (vault.refundable(lender) != 0) vault.claimRefund(lender, lender);
        vm.stopPrank();
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
        _claim(Tranche.Senior, alice);
        _claim(Tranche.Junior, bob);
    }

    function _value(Tranche tranche) internal view returns (uint64 value) {
        (value,) = pool.trancheOf(tranche);
    }

    function _sharesOut(Tranche tranche) internal view returns (uint128 shares) {
        (, shares) = pool.trancheOf(tranche);
    }

    function _isStuck(uint32 lane) internal view returns (bool) {
        return pool.stuckSince(lane) != 0;
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
        _checkShares(Tranche.Senior);
        _checkShares(Tranche.Junior);
        for (uint32 lane = 0; lane < LANES; ++lane) {
            vm.assertEq(
                coin.balanceOf(book.escrowOf(lane)), book.laneOf(lane).cash, "cash of a lane"
            );
        }
    }

    function _checkShares(Tranche tranche) private view {
        vm.assertEq(_share(tranche).totalSupply(), _sharesOut(tranche), "shares of a tranche");
    }
}
