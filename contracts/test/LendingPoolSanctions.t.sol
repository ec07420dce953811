// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {LendingPool} from "../src/LendingPool.sol";
import {Tranche} from "../src/interfaces/ILendingPool.sol";
import {IStewardship} from "../src/interfaces/IStewardship.sol";
import {PoolBase} from "./support/PoolBase.sol";

/// @title The lenders' door asks the loan book's sanctions list too (rule D9)
contract LendingPoolSanctionsTest is PoolBase {
    address internal carol = named("carol");

    function _expectRefused(address party) private {
        vm.expectRevert(abi.encodeWithSelector(IStewardship.Sanctioned.selector, party));
    }

    function _redeemable() private returns (uint256 shares) {
        _start();
        _redeem(alice, Tranche.Senior, 100_000_000 * USD);
        _close();
        _close();
        return seniorVault.maxRedeem(alice);
    }

    /// @dev Everything that follows is sent by the lender, who has a hundred dollars.
    function _approveAs(address lender) private {
        coin.mint(lender, 100 * USD);
        vm.startPrank(lender);
        coin.approve(address(seniorVault), 100 * USD);
    }

    /// @custom:invariant D9b
    function test_a_listed_party_deposits_nothing_for_itself_nor_for_another() public {
        _approveAs(alice);
        book.setListed(alice, true);

        _expectRefused(alice);
        seniorVault.requestDeposit(100 * USD, alice, alice);
        _expectRefused(alice);
        seniorVault.requestDeposit(100 * USD, bob, alice);

        book.setListed(alice, false);
        seniorVault.requestDeposit(100 * USD, bob, alice);
        vm.assertEq(seniorVault.pendingDepositRequest(0, bob), 100 * USD);
    }

    /// @custom:invariant D9b
    function test_nobody_deposits_for_a_listed_party() public {
        _approveAs(alice);
        book.setListed(bob, true);

        _expectRefused(bob);
        seniorVault.requestDeposit(100 * USD, bob, alice);
    }

    /// @custom:invariant D9b
    function test_a_listed_partys_redemption_waits_until_it_is_cleared() public {
        uint256 shares = _redeemable();
        uint256 due = seniorVault.maxWithdraw(alice);
        uint64 held = pool.held();
        book.setListed(alice, true);
        vm.assertEq(seniorVault.maxRedeem(alice), 0);
        vm.assertEq(seniorVault.maxWithdraw(alice), 0);
        vm.assertEq(seniorVault.claimableRedeemRequest(0, alice), shares);
        vm.startPrank(alice);
        _expectRefused(alice);
        seniorVault.redeem(shares, bob, alice);
        _expectRefused(alice);
        seniorVault.withdraw(due, alice, alice);
        vm.assertEq(pool.held(), held);

        book.setListed(alice, false);
        seniorVault.redeem(shares, alice, alice);

        vm.assertEq(coin.balanceOf(alice), due);
    }

    /// @custom:invariant D9b
    function test_a_listed_receiver_is_paid_nothing() public {
        uint256 shares = _redeemable();
        book.setListed(carol, true);
        vm.startPrank(alice);
        _expectRefused(carol);
        seniorVault.redeem(shares, carol, alice);

        seniorVault.redeem(shares, bob, alice);

        vm.assertEq(coin.balanceOf(carol), 0);
    }

    /// @custom:invariant D9b
    function test_a_listed_party_can_ask_for_redemption_and_its_claim_waits() public {
        _start();
        book.setListed(alice, true);

        _redeem(alice, Tranche.Senior, 100_000_000 * USD);
        _close();
        _close();

        vm.assertEq(seniorVault.claimableRedeemRequest(0, alice), 100_000_000 * USD);
        vm.assertEq(seniorVault.maxRedeem(alice), 0);
    }

    /// @custom:invariant D9b
    function test_bought_shares_of_a_listed_party_wait_too() public {
        _deposit(alice, Tranche.Senior, 100 * USD);
        _close();
        book.setListed(alice, true);
        vm.assertEq(seniorVault.maxDeposit(alice), 0);
        vm.assertEq(seniorVault.maxMint(alice), 0);
        vm.assertEq(seniorVault.claimableDepositRequest(0, alice), 100 * USD);
        vm.startPrank(alice);
        _expectRefused(alice);
        seniorVault.deposit(100 * USD, alice, alice);

        book.setListed(alice, false);
        seniorVault.deposit(100 * USD, alice, alice);

        vm.assertEq(_sharesOf(Tranche.Senior, alice), 100_000 * USD);
    }

    /// @custom:invariant D9b
    function test_a_listed_partys_refund_waits_until_it_is_cleared() public {
        _start();
        _redeem(alice, Tranche.Senior, 400_000_000 * USD);
        _deposit(bob, Tranche.Junior, 1_000 * USD);
        book.setBroken(0, true);
        _close();
        _close();
        book.setListed(bob, true);
        vm.assertEq(juniorVault.refundable(bob), 1_000 * USD);
        vm.startPrank(bob);
        _expectRefused(bob);
        juniorVault.claimRefund(alice, bob);

        book.setListed(bob, false);
        juniorVault.claimRefund(bob, bob);

        vm.assertEq(coin.balanceOf(bob), 1_000 * USD);
    }

    /// @custom:invariant D9b L2
    function test_a_listed_borrower_reserves_nothing() public {
        _start();
        coin.mint(carol, 4_000 * USD);
        book.setListed(carol, true);
        vm.startPrank(carol);
        coin.approve(address(pool), 4_000 * USD);

        _expectRefused(carol);
        pool.reserveDraw(1, 400_000 * USD);

        book.setListed(carol, false);
        pool.reserveDraw(1, 400_000 * USD);
    }

    /// @custom:invariant D9b L2
    function test_a_listed_borrowers_deposit_waits_whoever_ends_the_reservation() public {
        _start();
        coin.mint(carol, 4_000 * USD);
        vm.startPrank(carol);
        coin.approve(address(pool), 4_000 * USD);
        pool.reserveDraw(1, 400_000 * USD);
        vm.stopPrank();
        _close();
        vm.warp(block.timestamp + 1);
        uint64 loan = (uint64(1) << 40) | 1;
        book.open(loan, carol, 400_000 * USD);
        book.setListed(carol, true);
        _expectRefused(carol);
        pool.endReservation(1, carol, loan, new bytes32[](0));
        vm.assertEq(pool.held(), 4_000 * USD);

        book.setListed(carol, false);
        pool.endReservation(1, carol, loan, new bytes32[](0));

        vm.assertEq(coin.balanceOf(carol), 4_000 * USD);
    }

    function test_a_pool_without_a_market_asks_nobody() public {
        LendingPool other =
            new LendingPool(pool.authority(), coin, risk, treasury, _parameters());
        book.setListed(alice, true);

        vm.assertFalse(pool.isCleared(alice));
        vm.assertTrue(other.isCleared(alice));
    }
}
