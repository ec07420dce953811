// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";

import {LendingPool, PoolParameters} from "../src/LendingPool.sol";
import {ClassRow, RiskTerms} from "../src/RiskTerms.sol";
import {ILendingPool, Tranche} from "../src/interfaces/ILendingPool.sol";
import {ILoanBook} from "../src/interfaces/ILoanBook.sol";
import {IRiskTerms} from "../src/interfaces/IRiskTerms.sol";
import {ITrancheVault} from "../src/interfaces/ITrancheVault.sol";
import {TestRestakingToken} from "../src/tokens/TestRestakingToken.sol";
import {TrancheVault} from "../src/TrancheVault.sol";
import {FakeLoanBook} from "./support/FakeLoanBook.sol";
import {PoolBase} from "./support/PoolBase.sol";

contract LendingPoolCloseTest is PoolBase {
    function test_an_epoch_lasts_at_least_its_length() public {
        vm.warp(START + DAY - 1);
        vm.expectRevert(abi.encodeWithSelector(ILendingPool.EpochRunning.selector, START + DAY));
        pool.closeEpoch();
        vm.warp(START + DAY);
        vm.prank(named("anyone"));
        pool.closeEpoch();

        (uint32 number, uint64 startedAt) = pool.epoch();
        vm.assertEq(number, 2);
        vm.assertEq(startedAt, START + DAY);
    }

    function test_the_market_is_named_when_it_is_set() public {
        LendingPool fresh =
            new LendingPool(pool.authority(), coin, risk, treasury, _parameters());

        vm.expectEmit(address(fresh));
        emit ILendingPool.MarketSet(address(book), house);
        fresh.setMarket(ILoanBook(address(book)), house);
    }

    function test_an_empty_pool_lends_no_share_of_itself() public {
        vm.warp(START + DAY);

        vm.expectEmit(address(pool));
        emit ILendingPool.EpochClosed(1, 0, 0, 0, 0, 0, 0, 0);
        pool.closeEpoch();
    }

    function test_the_first_close_tells_its_state() public {
        _deposit(alice, Tranche.Senior, 800 * USD);
        _deposit(bob, Tranche.Junior, 200 * USD);
        vm.warp(START + DAY);

        vm.expectEmit(address(pool));
        emit ILendingPool.DepositsFilled(Tranche.Senior, 1, 800 * USD, 800_000 * USD);
        vm.expectEmit(address(pool));
        emit ILendingPool.DepositsFilled(Tranche.Junior, 1, 200 * USD, 200_000 * USD);
        vm.expectEmit(address(pool));
        emit ILendingPool.EpochClosed(1, 1_000 * USD, 800 * USD, 200 * USD, 0, 0, 0, 50 * USD);
        pool.closeEpoch();
    }

    /// @dev Rule P2: senior earns its fixed rate, junior the rest.
    /// @custom:invariant P2
    function test_senior_earns_its_rate_and_junior_the_rest() public {
        _start();
        book.lend(0, 200_000 * USD, 1_000);
        vm.warp(block.timestamp + 365 days);

        _close();

        vm.assertEq(_value(Tranche.Senior), 840_000 * USD);
        vm.assertEq(_value(Tranche.Junior), 180_000 * USD);
        vm.assertEq(pool.nav(), 1_020_000 * USD);
    }

    /// @custom:invariant P2 I-04
    function test_losses_are_juniors_first() public {
        _start();
        book.lend(0, 200_000 * USD, 0);
        book.impair(0, 50_000 * USD);
        (, uint64 startedAt) = pool.epoch();
        vm.warp(startedAt + DAY);
        uint256 due = 800_000 * USD + uint256(800_000 * USD) * 500 * DAY / (10_000 * 365 days);

        vm.expectEmit(address(pool));
        emit ILendingPool.EpochClosed(
            2,
            850_000 * USD,
            uint64(due),
            uint64(850_000 * USD - due),
            0,
            uint64(200_000 * USD - (850_000 * USD - due)),
            588,
            42_500 * USD
        );
        pool.closeEpoch();
    }

    /// @custom:invariant P2 I-04
    function test_senior_loses_when_junior_is_gone_and_recovers_first() public {
        _start();
        book.lend(0, 237_500 * USD, 0);
        book.impair(0, 0);
        _close();
        vm.assertEq(_value(Tranche.Junior), 0);
        vm.assertEq(_value(Tranche.Senior), 762_500 * USD);
        vm.assertGt(pool.seniorDue(), 800_000 * USD);

        book.impair(0, 237_500 * USD);
        _close();

        vm.assertEq(_value(Tranche.Senior), pool.seniorDue());
        vm.assertEq(_value(Tranche.Junior), 1_000_000 * USD - pool.seniorDue());
    }

    /// @custom:invariant L3
    function test_what_lanes_owe_to_others_is_no_part_of_nav() public {
        _start();
        book.owe(1, 5_000 * USD);

        vm.assertEq(pool.nav(), 1_000_000 * USD);
        _close();
        vm.assertEq(book.laneOf(1).cash, 5_000 * USD + _free(1));
    }

    /// @custom:invariant P3
    function test_nav_is_exact_between_closes_and_rounded_down() public {
        _start();
        book.lend(0, 100_000 * USD, 1_000);
        vm.assertEq(pool.nav(), 1_000_000 * USD);

        vm.warp(block.timestamp + 1);

        uint256 interest = uint256(100_000 * USD) * 1_000 / (10_000 * uint256(365 days));
        vm.assertEq(pool.nav(), 1_000_000 * USD + interest);
    }

    function test_the_close_reports_utilisation_to_the_rate_curve() public {
        _start();
        book.lend(0, 30_000 * USD, 0);

        vm.expectEmit(address(risk));
        emit IRiskTerms.UtilisationSet(300, 300);
        _close();
    }

    function test_a_pool_without_a_market_closes() public {
        LendingPool fresh =
            new LendingPool(pool.authority(), coin, _ownRisk(), treasury, _parameters());
        RiskTerms(address(fresh.riskTerms())).setPool(address(fresh));
        vm.warp(START + DAY);

        fresh.closeEpoch();

        vm.assertEq(fresh.nav(), 0);
    }

    function _ownRisk() private returns (RiskTerms) {
        return new RiskTerms(pool.authority(), new ClassRow[](0));
    }
}

contract LendingPoolReserveTest is PoolBase {
    function _fund(uint64 amount) internal {
        coin.mint(alice, amount);
        vm.startPrank(alice);
        coin.approve(address(pool), amount);
        pool.fundReserve(amount);
        vm.stopPrank();
    }

    function test_anyone_funds_the_reserve_and_it_is_no_part_of_nav() public {
        coin.mint(alice, 10);
        vm.startPrank(alice);
        coin.approve(address(pool), 10);
        vm.expectEmit(address(pool));
        emit ILendingPool.ReserveFunded(alice, 10);
        pool.fundReserve(10);

        vm.assertEq(pool.reserve(), 10);
        vm.assertEq(pool.nav(), 0);
        vm.expectRevert(ILendingPool.ZeroAmount.selector);
        pool.fundReserve(0);
    }

    function test_the_auction_house_has_the_reserve_pay_an_escrow() public {
        _fund(100);
        address escrow = book.escrowOf(2);

        vm.expectEmit(address(pool));
        emit ILendingPool.ReservePaid(9, 2, 70);
        vm.prank(house);
        pool.payFromReserve(9, 2, escrow, 70);

        vm.assertEq(pool.reserve(), 30);
        vm.assertEq(coin.balanceOf(escrow), 70);
        vm.assertEq(pool.reserveHolder(), treasury);
    }

    function test_the_reserve_pays_no_more_than_it_has() public {
        _fund(100);
        address escrow = book.escrowOf(2);

        vm.prank(house);
        vm.expectRevert(abi.encodeWithSelector(ILendingPool.ReserveShort.selector, 100, 101));
        pool.payFromReserve(9, 2, escrow, 101);
    }

    /// @dev Rule P3: what comes uncalled for is the reserve's, and no share's.
    function test_anyone_books_stray_cash_as_the_reserves() public {
        _start();
        coin.mint(address(pool), 77);

        vm.expectEmit(address(pool));
        emit ILendingPool.ReserveFunded(address(pool), 77);
        vm.prank(alice);
        vm.assertEq(pool.sweepDonations(), 77);

        vm.assertEq(pool.reserve(), 77);
        vm.assertEq(pool.nav(), 1_000_000 * USD);
        vm.expectRevert(ILendingPool.ZeroAmount.selector);
        pool.sweepDonations();
    }

    function test_the_reserve_pays_the_lanes_escrow_and_nobody_else() public {
        _fund(100);
        address escrow = book.escrowOf(1);

        vm.prank(house);
        vm.expectRevert(abi.encodeWithSelector(ILendingPool.EscrowUnknown.selector, escrow));
        pool.payFromReserve(9, 2, escrow, 1);
    }

    function test_only_the_auction_house_spends_the_reserve() public {
        _fund(100);
        address escrow = book.escrowOf(2);

        vm.expectRevert(
            abi.encodeWithSelector(ILendingPool.NotAuctionHouse.selector, address(this))
        );
        pool.payFromReserve(9, 2, escrow, 1);
    }
}

contract LendingPoolSetUpTest is PoolBase {
    function test_the_market_is_set_once_by_the_governor() public {
        vm.expectRevert(
            abi.encodeWithSelector(ILendingPool.MarketAlreadySet.selector, address(book))
        );
        pool.setMarket(ILoanBook(alice), alice);
        vm.prank(alice);
        vm.expectPartialRevert(IAccessManaged.AccessManagedUnauthorized.selector);
        pool.setMarket(ILoanBook(alice), alice);
    }

    function test_the_constructor_refuses_numbers_out_of_bounds() public {
        PoolParameters[7] memory wrong;
        for (uint256 i = 0; i < 7; ++i) {
            wrong[i] = _parameters();
        }
        wrong[0].epochSeconds = 1 days - 1;
        wrong[1].epochSeconds = 31 days + 1;
        wrong[2].seniorRateBps = 2_001;
        wrong[3].minSubordinationBps = 8_001;
        wrong[4].liquidityBufferBps = 5_001;
        wrong[5].reservationDepositBps = 0;
        wrong[6].reservationDepositBps = 1_001;
        for (uint256 i = 0; i < 7; ++i) {
            vm.expectRevert(ILendingPool.ParametersOutOfBounds.selector);
            this.deploy(wrong[i]);
        }
    }

    function test_parameters_at_their_bounds_are_taken() public {
        this.deploy(PoolParameters(1 days, 0, 0, 0, 1));
        this.deploy(PoolParameters(31 days, 2_000, 8_000, 5_000, 1_000));
    }

    function deploy(PoolParameters memory parameters) external {
        new LendingPool(pool.authority(), coin, risk, treasury, parameters);
    }

    function test_amounts_are_ledger_units_whatever_the_tokens_decimals() public {
        TestRestakingToken token = new TestRestakingToken("Eighteen", "E");
        LendingPool other = new LendingPool(pool.authority(), token, risk, treasury, _parameters());
        TrancheVault vault = new TrancheVault(other, token, Tranche.Senior, "S", "S");
        other.setVaults(vault, vault);
        token.mint(alice, 5e12);
        vm.startPrank(alice);
        token.approve(address(vault), 5e12);

        vm.expectRevert(
            abi.encodeWithSelector(ITrancheVault.NotWholeUnits.selector, 5e12 - 1, 1e12)
        );
        vault.requestDeposit(5e12 - 1, alice, alice);
        vault.requestDeposit(5e12, alice, alice);

        vm.assertEq(token.balanceOf(address(other)), 5e12);
        vm.assertEq(other.held(), 5);
    }
}
