// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {LendingPool} from "../src/LendingPool.sol";
import {TrancheVault} from "../src/TrancheVault.sol";
import {ClassRow, RiskTerms} from "../src/RiskTerms.sol";
import {Tranche} from "../src/interfaces/ILendingPool.sol";
import {ILoanBook} from "../src/interfaces/ILoanBook.sol";
import {Orders} from "../src/libraries/Orders.sol";
import {FakeLoanBook} from "./support/FakeLoanBook.sol";
import {PoolBase} from "./support/PoolBase.sol";

/// @title Nobody gains at another lender's cost
contract LendingPoolFairnessTest is PoolBase {
    address internal carol = named("carol");

    /// @dev Vulnerability class 5: a gift to an empty pool takes nothing from who comes next.
    function test_class_5_a_first_depositor_cannot_take_the_next_ones_deposit(
        uint64 gift,
        uint64 deposit
    ) public {
        gift = uint64(bound(gift, 0, 1_000_000 * USD));
        deposit = uint64(bound(deposit, 1, 1_000_000 * USD));
        _deposit(alice, Tranche.Junior, 1);
        _close();
        coin.mint(address(pool), gift);
        coin.mint(book.escrowOf(0), gift);
        _deposit(bob, Tranche.Junior, deposit);
        vm.warp(block.timestamp + DAY);
        pool.closeEpoch();
        vm.warp(block.timestamp + DAY);
        pool.closeEpoch();

        _claim(Tranche.Junior, bob);

        uint256 worth = juniorVault.convertToAssets(_sharesOf(Tranche.Junior, bob));
        vm.assertGe(worth + 1, deposit);
    }

    /// @dev Also not by paying interest in, which is booked: the giver never gets back more.
    function test_class_5_pumping_the_price_through_the_books_costs_the_pumper(
        uint64 pumped,
        uint64 deposit
    ) public {
        pumped = uint64(bound(pumped, 1, 1_000_000 * USD));
        deposit = uint64(bound(deposit, 1, 1_000_000 * USD));
        _deposit(alice, Tranche.Junior, 1);
        _close();
        _claim(Tranche.Junior, alice);
        book.earn(0, pumped);
        _deposit(bob, Tranche.Junior, deposit);
        _close();
        _close();

        uint256 hers = juniorVault.convertToAssets(_sharesOf(Tranche.Junior, alice));

        vm.assertLe(hers, uint256(pumped) + 1);
    }

    /// @dev Vulnerability class 6: in either tranche, at any price, whatever the size.
    /// @custom:invariant I-06 I-07
    function test_class_6_a_round_trip_gains_nothing(uint64 deposit, uint64 earned, bool senior)
        public
    {
        Tranche tranche = senior ? Tranche.Senior : Tranche.Junior;
        _start();
        book.earn(0, uint64(bound(earned, 0, 100_000 * USD)));
        _close();
        deposit = uint64(bound(deposit, 1, 500_000 * USD));
        _deposit(carol, tranche, deposit);
        _close();
        _close();
        _claim(tranche, carol);
        uint128 shares = _sharesOf(tranche, carol);
        vm.assertLe(_vault(tranche).convertToAssets(shares), deposit);
        if (shares == 0) return;

        _redeem(carol, tranche, shares);
        _close();
        _close();
        _claim(tranche, carol);

        // Only senior has earned anything: five per cent a year, on two days.
        uint256 most = deposit;
        for (uint256 day = 0; senior && day < 2; ++day) {
            most += most / (365 * 20) + 1;
        }
        vm.assertLe(coin.balanceOf(carol), most);
    }

    /// @dev Vulnerability class 20: after a total loss claims are covered, and no more is paid.
    function test_class_20_after_a_loss_all_claims_are_paid_and_no_more(uint64 left) public {
        _start();
        for (uint32 lane = 0; lane < LANES; ++lane) {
            book.lend(lane, _free(lane), 1_000);
            book.impair(lane, uint64(bound(left, 0, 200_000 * USD)));
        }
        _redeem(alice, Tranche.Senior, _sharesOf(Tranche.Senior, alice));
        _redeem(bob, Tranche.Junior, _sharesOf(Tranche.Junior, bob));
        for (uint32 lane = 0; lane < LANES; ++lane) {
            book.repayAll(lane, uint64(bound(left, 0, 200_000 * USD)));
        }
        uint256 all = pool.nav();
        for (uint256 i = 0; i < 4; ++i) {
            _close();
        }

        _claim(Tranche.Senior, alice);
        _claim(Tranche.Junior, bob);

        uint256 paid = coin.balanceOf(alice) + coin.balanceOf(bob);
        vm.assertLe(paid, all);
        vm.assertGe(paid + 1_000, all);
    }

    /// @dev Vulnerability class 21: a request made before the loss is priced after it.
    function test_class_21_junior_that_asked_before_a_loss_bears_it() public {
        _start();
        _deposit(bob, Tranche.Junior, 100_000 * USD);
        _close();
        _close();
        _claim(Tranche.Junior, bob);
        _redeem(bob, Tranche.Junior, 20_000_000 * USD);
        book.lend(0, 100_000 * USD, 0);
        book.impair(0, 40_000 * USD);
        uint256 before = uint256(_value(Tranche.Senior)) + _value(Tranche.Junior);

        _close();
        vm.assertEq(uint256(_value(Tranche.Senior)) + _value(Tranche.Junior), before - 60_000 * USD);
        vm.assertEq(_value(Tranche.Senior), pool.seniorDue());
        _close();

        uint256 paid = juniorVault.maxWithdraw(bob);
        vm.assertLt(paid, 17_000 * USD);
        vm.assertApproxEqAbs(paid, juniorVault.convertToAssets(juniorVault.maxRedeem(bob)), 10);
    }

    /// @dev Vulnerability class 22: what waits over many epochs is neither lost nor paid twice.
    function test_class_22_a_queue_over_many_epochs_adds_up() public {
        _start();
        for (uint32 lane = 0; lane < LANES; ++lane) {
            book.lend(lane, _free(lane), 0);
        }
        uint128 all = _sharesOf(Tranche.Senior, alice);
        uint256 claimed;
        for (uint256 i = 0; i < 8; ++i) {
            _redeem(alice, Tranche.Senior, all / 8);
            book.earn(0, 60_000 * USD);
            _close();
            uint256 most = seniorVault.maxRedeem(alice);
            if (i % 2 == 0 || most == 0) continue;
            vm.startPrank(alice);
            seniorVault.redeem(most, alice, alice);
            vm.stopPrank();
            claimed += most;
        }
        _close();

        uint256 waiting = seniorVault.pendingRedeemRequest(0, alice);
        vm.assertEq(claimed + waiting + seniorVault.maxRedeem(alice), all);
        vm.assertLe(seniorVault.maxWithdraw(alice), pool.held());
        _checkBooks();
    }

    /// @dev For one close all get one price and one part, whoever asked first.
    function test_who_asks_first_has_no_advantage_when_cash_is_short(uint64 cash) public {
        _start();
        vm.startPrank(alice);
        _share(Tranche.Senior).transfer(carol, 400_000_000 * USD);
        vm.stopPrank();
        for (uint32 lane = 0; lane < LANES; ++lane) {
            book.lend(lane, _free(lane), 0);
        }
        _redeem(alice, Tranche.Senior, 400_000_000 * USD);
        vm.warp(block.timestamp + DAY - 1);
        _redeem(carol, Tranche.Senior, 400_000_000 * USD);
        book.earn(0, uint64(bound(cash, 1, 500_000 * USD)));
        _close();
        _close();

        vm.assertEq(seniorVault.maxWithdraw(alice), seniorVault.maxWithdraw(carol));
        vm.assertEq(seniorVault.maxRedeem(alice), seniorVault.maxRedeem(carol));
    }

    /// @dev Who leaves before a loss that is already on the books leaves at its price: a lender
    /// who stays and one who goes are worth the same a share.
    function test_who_leaves_first_takes_nothing_from_who_stays(uint64 carried) public {
        _start();
        vm.startPrank(bob);
        _share(Tranche.Junior).transfer(carol, 100_000_000 * USD);
        vm.stopPrank();
        _redeem(bob, Tranche.Junior, 10_000_000 * USD);
        _redeem(alice, Tranche.Senior, 400_000_000 * USD);
        book.lend(1, 200_000 * USD, 0);
        book.impair(1, uint64(bound(carried, 100_000 * USD, 200_000 * USD)));
        _close();
        uint256 before = juniorVault.convertToAssets(1e18);
        _close();

        uint256 gone = juniorVault.maxRedeem(bob);
        if (gone == 0) return;
        uint256 price = juniorVault.maxWithdraw(bob) * 1e18 / gone;
        vm.assertLe(price, before);
        vm.assertGe(juniorVault.convertToAssets(1e18) + 1e13, price);
    }

    /// @dev P3: between two closes of one block nothing moves a price.
    function test_nav_and_prices_stand_within_a_block() public {
        _start();
        book.lend(0, 100_000 * USD, 1_000);
        uint256 worth = pool.nav();
        uint256 price = seniorVault.convertToAssets(1e18);

        coin.mint(address(pool), 1_000_000 * USD);
        coin.mint(book.escrowOf(1), 1_000_000 * USD);
        _deposit(carol, Tranche.Senior, 1_000_000 * USD);
        _redeem(alice, Tranche.Senior, 400_000_000 * USD);
        pool.sweepDonations();

        vm.assertEq(pool.nav(), worth);
        vm.assertEq(seniorVault.convertToAssets(1e18), price);
    }

    /// @dev A deposit at a price near zero would swell what senior is due beyond all bounds.
    function test_a_deposit_into_an_impaired_senior_comes_back_and_stops_no_close() public {
        _start();
        for (uint32 lane = 0; lane < LANES; ++lane) {
            book.lend(lane, _free(lane), 0);
            book.impair(lane, 0);
        }
        _close();
        uint64 most = 2_000_000_000_000 * USD;
        _deposit(carol, Tranche.Senior, most);
        _close();
        _close();

        vm.assertLt(_value(Tranche.Senior), pool.seniorDue());
        vm.assertEq(seniorVault.refundable(carol), most);
        _close();
    }

    /// @dev Junior of a price near zero: a deposit would buy more shares than there can be.
    function test_a_deposit_that_would_buy_too_many_shares_comes_back() public {
        uint64 most = 15_000_000_000_000 * USD;
        _deposit(bob, Tranche.Junior, most);
        _close();
        _claim(Tranche.Junior, bob);
        _redeem(bob, Tranche.Junior, _sharesOf(Tranche.Junior, bob));
        for (uint32 lane = 0; lane < LANES; ++lane) {
            book.lend(lane, _free(lane), 0);
        }
        _close();
        _close();
        _claim(Tranche.Junior, bob);
        for (uint32 lane = 0; lane < LANES; ++lane) {
            book.impair(lane, lane == 0 ? 5 : 0);
        }
        _deposit(carol, Tranche.Junior, most);
        _close();
        vm.assertEq(_value(Tranche.Junior), 5);
        _close();

        vm.assertEq(juniorVault.refundable(carol), most);
    }

    function test_a_request_that_waited_for_very_long_can_be_claimed() public {
        _start();
        for (uint32 lane = 0; lane < LANES; ++lane) {
            book.lend(lane, _free(lane), 0);
        }
        _redeem(alice, Tranche.Senior, _sharesOf(Tranche.Senior, alice) - 1_000);
        _close();
        _close();
        _claim(Tranche.Senior, alice);
        (uint32 number,) = pool.epoch();
        for (uint256 i = 0; i < 260; ++i) {
            vm.warp(block.timestamp + DAY);
            pool.closeEpoch();
        }
        book.earn(0, 100_000 * USD);
        _close();
        vm.assertEq(seniorVault.maxRedeem(alice), 0);
        vm.prank(alice);
        vm.expectRevert(abi.encodeWithSelector(Orders.ClaimFirst.selector, number + 256));
        seniorVault.requestRedeem(1_000, alice, alice);

        pool.applyCloses(Tranche.Senior, alice);

        vm.assertGe(seniorVault.maxWithdraw(alice), 95_000 * USD);
        _claim(Tranche.Senior, alice);
    }
}

/// @title What a close costs
contract LendingPoolGasTest is PoolBase {
    uint32 internal constant MANY = 64;

    /// @dev Every lane's cash moves, the dearest case; a fake book's part is included.
    function test_a_close_of_64_lanes_stays_below_three_million_gas() public {
        FakeLoanBook wide = new FakeLoanBook(coin, MANY);
        RiskTerms terms = new RiskTerms(pool.authority(), _rows());
        pool = new LendingPool(pool.authority(), coin, terms, treasury, _parameters());
        pool.setMarket(ILoanBook(address(wide)), house);
        terms.setPool(address(pool));
        seniorVault = new TrancheVault(pool, coin, Tranche.Senior, "S", "S");
        juniorVault = new TrancheVault(pool, coin, Tranche.Junior, "J", "J");
        pool.setVaults(seniorVault, juniorVault);
        book = wide;
        _deposit(alice, Tranche.Senior, 800_000 * USD);
        _deposit(bob, Tranche.Junior, 200_000 * USD);
        vm.warp(block.timestamp + DAY);
        pool.closeEpoch();
        for (uint32 lane = 0; lane < MANY; ++lane) {
            wide.lend(lane, 1_000 * USD + lane * USD, 500);
        }
        vm.warp(block.timestamp + DAY);
        vm.cool(address(pool));
        vm.cool(address(wide));
        vm.cool(address(coin));
        vm.cool(address(terms));

        uint256 before = gasleft();
        pool.closeEpoch();

        vm.assertLt(before - gasleft(), 3_000_000);
    }
}
