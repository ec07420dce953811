// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";

import {
    IERC7540Deposit,
    IERC7540Operator,
    IERC7540Redeem,
    IERC7575
} from "../src/interfaces/IERC7540.sol";
import {ClaimKind, ILendingPool, Tranche} from "../src/interfaces/ILendingPool.sol";
import {ITrancheShare, ITrancheVault} from "../src/interfaces/ITrancheVault.sol";
import {Claims} from "../src/libraries/Claims.sol";
import {TrancheShare} from "../src/TrancheShare.sol";
import {PoolBase} from "./support/PoolBase.sol";

contract TrancheVaultStandardTest is PoolBase {
    /// @dev The identifiers that ERC-7540 and ERC-7575 print.
    function test_the_vault_tells_which_standards_it_keeps() public view {
        bytes4[5] memory kept =
            [bytes4(0x01ffc9a7), 0xe3bc4e65, 0xce3bbe50, 0x620ee8e4, 0x2f0a18c5];
        for (uint256 i = 0; i < kept.length; ++i) {
            vm.assertTrue(seniorVault.supportsInterface(kept[i]));
        }
        vm.assertFalse(seniorVault.supportsInterface(0xffffffff));
        vm.assertTrue(_share(Tranche.Senior).supportsInterface(0xf815c03d));
        vm.assertTrue(_share(Tranche.Senior).supportsInterface(0x01ffc9a7));
        vm.assertFalse(_share(Tranche.Senior).supportsInterface(0xffffffff));
    }

    function test_asset_vault_and_share_know_each_other() public view {
        TrancheShare share = _share(Tranche.Junior);

        vm.assertEq(juniorVault.asset(), address(coin));
        vm.assertEq(share.vault(address(coin)), address(juniorVault));
        vm.assertEq(share.vault(address(share)), address(0));
        vm.assertEq(share.pool(), address(pool));
        vm.assertEq(share.name(), "Junior");
        vm.assertEq(share.symbol(), "JUN");
        vm.assertEq(share.decimals(), 9);
        vm.assertNotEq(address(share), juniorVault.asset());
    }

    function test_a_preview_of_what_no_one_can_know_reverts() public {
        vm.expectRevert(ITrancheVault.PriceNotKnownYet.selector);
        seniorVault.previewDeposit(1);
        vm.expectRevert(ITrancheVault.PriceNotKnownYet.selector);
        seniorVault.previewMint(1);
        vm.expectRevert(ITrancheVault.PriceNotKnownYet.selector);
        seniorVault.previewWithdraw(1);
        vm.expectRevert(ITrancheVault.PriceNotKnownYet.selector);
        seniorVault.previewRedeem(1);
    }

    function test_conversions_use_the_price_of_the_last_close() public {
        vm.assertEq(seniorVault.convertToShares(5), 5_000);
        _start();
        book.lend(0, 200_000 * USD, 1_000);
        vm.warp(block.timestamp + 365 days);
        vm.assertEq(seniorVault.totalAssets(), 800_000 * USD);

        _close();

        vm.assertEq(seniorVault.totalAssets(), 840_000 * USD);
        vm.assertEq(seniorVault.convertToAssets(800_000_000 * USD), 840_000 * USD - 1);
        vm.assertEq(
            seniorVault.convertToShares(84 * USD),
            uint256(84 * USD) * (800_000_000 * uint256(USD) + 1_000) / (840_000 * USD + 1)
        );
    }

    function test_a_request_tells_the_standards_event_and_has_id_zero() public {
        coin.mint(alice, 7);
        vm.startPrank(alice);
        coin.approve(address(seniorVault), 7);

        vm.expectEmit(address(seniorVault));
        emit IERC7540Deposit.DepositRequest(bob, alice, 0, alice, 7);
        uint256 id = seniorVault.requestDeposit(7, bob, alice);

        vm.assertEq(id, 0);
        vm.assertEq(seniorVault.pendingDepositRequest(0, bob), 7);
        vm.assertEq(seniorVault.pendingDepositRequest(0, alice), 0);
        vm.assertEq(coin.balanceOf(address(seniorVault)), 0);
        vm.assertEq(coin.balanceOf(address(pool)), 7);
    }

    /// @dev Nobody could ever claim what such a request brings.
    function test_a_request_for_nobody_is_refused() public {
        coin.mint(alice, 100);
        vm.startPrank(alice);
        coin.approve(address(seniorVault), 100);

        vm.expectRevert(ITrancheVault.ControllerMissing.selector);
        seniorVault.requestDeposit(100, address(0), alice);
        vm.expectRevert(ITrancheVault.ControllerMissing.selector);
        seniorVault.requestRedeem(0, address(0), alice);
    }

    function test_requests_go_from_pending_to_claimable_to_claimed() public {
        _deposit(alice, Tranche.Senior, 100 * USD);
        vm.assertEq(seniorVault.claimableDepositRequest(0, alice), 0);

        _close();

        vm.assertEq(seniorVault.pendingDepositRequest(0, alice), 0);
        vm.assertEq(seniorVault.claimableDepositRequest(0, alice), 100 * USD);
        vm.startPrank(alice);
        vm.expectEmit(address(seniorVault));
        emit IERC7575.Deposit(alice, bob, 100 * USD, 100_000 * USD);
        uint256 shares = seniorVault.deposit(100 * USD, bob);
        vm.assertEq(shares, 100_000 * USD);
        vm.assertEq(_sharesOf(Tranche.Senior, bob), shares);
        vm.assertEq(seniorVault.claimableDepositRequest(0, alice), 0);
    }

    function test_a_redemption_goes_the_same_way() public {
        _start();
        vm.startPrank(alice);
        vm.expectEmit(address(seniorVault));
        emit IERC7540Redeem.RedeemRequest(bob, alice, 0, alice, 1_000_000);
        uint256 id = seniorVault.requestRedeem(1_000_000, bob, alice);
        vm.stopPrank();
        vm.assertEq(id, 0);
        vm.assertEq(seniorVault.pendingRedeemRequest(0, bob), 1_000_000);

        _close();
        _close();

        vm.assertEq(seniorVault.claimableRedeemRequest(0, bob), 1_000_000);
        uint256 assets = seniorVault.maxWithdraw(bob);
        vm.startPrank(bob);
        vm.expectEmit(address(seniorVault));
        emit IERC7575.Withdraw(bob, alice, bob, assets, 1_000_000);
        vm.assertEq(seniorVault.redeem(1_000_000, alice, bob), assets);
        vm.assertEq(coin.balanceOf(alice), assets);
        vm.assertEq(seniorVault.pendingRedeemRequest(0, bob), 0);
    }

    function test_mint_and_withdraw_claim_by_the_other_side() public {
        _deposit(alice, Tranche.Senior, 100 * USD);
        _close();
        vm.startPrank(alice);
        vm.assertEq(seniorVault.mint(40_000 * USD, alice), 40 * USD);
        vm.assertEq(seniorVault.mint(60_000 * USD, alice, alice), 60 * USD);
        seniorVault.requestRedeem(50_000 * USD, alice, alice);
        vm.stopPrank();
        _close();
        _close();

        uint256 assets = seniorVault.maxWithdraw(alice);
        vm.startPrank(alice);
        uint256 first = seniorVault.withdraw(assets / 2, alice, alice);
        uint256 second = seniorVault.withdraw(assets - assets / 2, alice, alice);

        vm.assertEq(first + second, 50_000 * USD);
        vm.assertEq(coin.balanceOf(alice), assets);
    }

    function test_no_more_is_claimed_than_is_there_and_not_nothing() public {
        _deposit(alice, Tranche.Senior, 100);
        _close();
        vm.startPrank(alice);

        vm.expectRevert(abi.encodeWithSelector(Claims.MoreThanClaimable.selector, 100, 101));
        seniorVault.deposit(101, alice);
        vm.expectRevert(
            abi.encodeWithSelector(Claims.MoreThanClaimable.selector, 100_000, 100_001)
        );
        seniorVault.mint(100_001, alice);
        vm.expectRevert(ILendingPool.ZeroAmount.selector);
        seniorVault.deposit(0, alice);
        seniorVault.deposit(100, alice);
        vm.expectRevert(abi.encodeWithSelector(Claims.MoreThanClaimable.selector, 0, 1));
        seniorVault.deposit(1, alice);
        vm.expectRevert(abi.encodeWithSelector(ILendingPool.NothingToClaim.selector, alice));
        seniorVault.claimRefund(alice, alice);
    }

    function test_a_refund_goes_where_its_controller_says() public {
        _start();
        book.lend(0, 237_500 * USD, 0);
        book.impair(0, 0);
        _deposit(alice, Tranche.Junior, 1_000);
        _close();
        _close();
        vm.assertEq(juniorVault.refundable(alice), 1_000);
        vm.assertEq(juniorVault.pendingDepositRequest(0, alice), 0);

        vm.expectEmit(address(juniorVault));
        emit ITrancheVault.DepositRefund(alice, treasury, 1_000);
        vm.prank(alice);
        juniorVault.claimRefund(treasury, alice);

        vm.assertEq(coin.balanceOf(treasury), 1_000);
    }

    /// @dev Vulnerability class 6: parts never give more than the whole, whichever side counts.
    function test_claims_in_parts_give_what_the_whole_gives(uint64 assets, uint256 first) public {
        assets = uint64(bound(assets, 2, 1_000_000 * USD));
        _deposit(alice, Tranche.Senior, 333);
        _close();
        book.lend(0, 50, 3_333);
        vm.warp(block.timestamp + 300 days);
        _deposit(bob, Tranche.Senior, assets);
        _close();
        _close();
        uint256 whole = seniorVault.maxMint(bob);
        vm.startPrank(bob);

        uint256 part = bound(first, 1, assets - 1);
        uint256 got = seniorVault.deposit(part, bob);
        vm.assertLe(got * assets, whole * part);
        uint256 most = seniorVault.maxMint(bob);
        uint256 wanted = bound(first >> 8, 1, most);
        uint256 paid = seniorVault.mint(wanted, bob);
        vm.assertGe(paid * most, wanted * (assets - part));
        if (seniorVault.maxDeposit(bob) != 0) seniorVault.deposit(seniorVault.maxDeposit(bob), bob);
        if (seniorVault.maxMint(bob) != 0) seniorVault.mint(seniorVault.maxMint(bob), bob);

        vm.assertEq(_sharesOf(Tranche.Senior, bob), whole);
    }
}

contract TrancheVaultAuthorityTest is PoolBase {
    function test_an_operator_acts_for_its_principal_until_it_is_dismissed() public {
        coin.mint(alice, 20);
        vm.startPrank(alice);
        coin.approve(address(seniorVault), 20);
        vm.expectEmit(address(seniorVault));
        emit IERC7540Operator.OperatorSet(alice, bob, true);
        vm.assertTrue(seniorVault.setOperator(bob, true));
        vm.stopPrank();
        vm.assertTrue(seniorVault.isOperator(alice, bob));
        vm.startPrank(bob);
        seniorVault.requestDeposit(10, alice, alice);
        vm.stopPrank();
        _close();
        vm.startPrank(bob);
        seniorVault.deposit(10, bob, alice);
        vm.assertEq(_sharesOf(Tranche.Senior, bob), 10_000);
        vm.stopPrank();

        vm.prank(alice);
        seniorVault.setOperator(bob, false);

        vm.prank(bob);
        vm.expectRevert(
            abi.encodeWithSelector(ITrancheVault.NotOperator.selector, alice, bob)
        );
        seniorVault.requestDeposit(10, alice, alice);
    }

    function test_a_stranger_claims_nothing_whatever_the_door() public {
        _start();
        vm.startPrank(bob);
        bytes memory refusal =
            abi.encodeWithSelector(ITrancheVault.NotOperator.selector, alice, bob);

        vm.expectRevert(refusal);
        seniorVault.deposit(1, bob, alice);
        vm.expectRevert(refusal);
        seniorVault.mint(1, bob, alice);
        vm.expectRevert(refusal);
        seniorVault.withdraw(1, bob, alice);
        vm.expectRevert(refusal);
        seniorVault.redeem(1, bob, alice);
        vm.expectRevert(refusal);
        seniorVault.claimRefund(bob, alice);
        vm.expectRevert(refusal);
        seniorVault.requestDeposit(1, bob, alice);
    }

    function test_shares_are_redeemed_by_allowance_or_by_an_operator() public {
        _start();
        vm.startPrank(bob);
        vm.expectRevert(
            abi.encodeWithSelector(IERC20Errors.ERC20InsufficientAllowance.selector, bob, 0, 9)
        );
        seniorVault.requestRedeem(9, bob, alice);
        vm.stopPrank();
        TrancheShare share = _share(Tranche.Senior);
        vm.prank(alice);
        share.approve(bob, 10);
        vm.startPrank(bob);
        seniorVault.requestRedeem(9, bob, alice);
        vm.stopPrank();
        vm.assertEq(share.allowance(alice, bob), 1);

        vm.prank(alice);
        seniorVault.setOperator(bob, true);
        vm.startPrank(bob);
        seniorVault.requestRedeem(9, bob, alice);

        vm.assertEq(share.allowance(alice, bob), 1);
        vm.assertEq(seniorVault.pendingRedeemRequest(0, bob), 18);
    }

    function test_only_a_vault_speaks_to_the_pool_and_only_for_its_tranche() public {
        bytes memory refusal =
            abi.encodeWithSelector(ILendingPool.NotVault.selector, address(seniorVault));
        vm.startPrank(address(seniorVault));

        vm.expectRevert(refusal);
        pool.requestDeposit(Tranche.Junior, alice, alice, 1);
        vm.expectRevert(refusal);
        pool.requestRedeem(Tranche.Junior, alice, 1);
        vm.expectRevert(refusal);
        pool.claim(Tranche.Junior, ClaimKind.Redeem, alice, bob, 1);
        vm.expectRevert(refusal);
        pool.claimRefund(Tranche.Junior, alice, bob);
    }

    function test_only_the_pool_mints_and_burns_and_only_the_vault_takes() public {
        TrancheShare share = _share(Tranche.Senior);
        bytes memory refusal =
            abi.encodeWithSelector(ITrancheShare.NotPool.selector, address(this));

        vm.expectRevert(refusal);
        share.mint(1);
        vm.expectRevert(refusal);
        share.burn(1);
        vm.expectRevert(
            abi.encodeWithSelector(ITrancheShare.NotVault.selector, address(this))
        );
        share.take(alice, bob, 1);
    }

    function test_the_vaults_are_set_once_by_the_governor() public {
        vm.expectRevert(
            abi.encodeWithSelector(ILendingPool.VaultsAlreadySet.selector, address(seniorVault))
        );
        pool.setVaults(juniorVault, seniorVault);
        vm.prank(alice);
        vm.expectPartialRevert(IAccessManaged.AccessManagedUnauthorized.selector);
        pool.setVaults(juniorVault, seniorVault);
    }

    /// @dev A request cannot be taken back: there is no such function, and what is pending is not
    /// the owner's to move.
    function test_a_request_is_irrevocable() public {
        _start();
        uint128 all = _sharesOf(Tranche.Senior, alice);
        _redeem(alice, Tranche.Senior, all);
        TrancheShare share = _share(Tranche.Senior);

        vm.assertEq(share.balanceOf(alice), 0);
        vm.assertEq(share.balanceOf(address(pool)), all);
        vm.prank(alice);
        vm.expectPartialRevert(IERC20Errors.ERC20InsufficientBalance.selector);
        share.transfer(bob, 1);
    }

    function test_shares_are_sold_while_a_request_of_others_waits() public {
        _start();
        _redeem(alice, Tranche.Senior, 1_000);
        TrancheShare share = _share(Tranche.Senior);

        vm.prank(alice);
        share.transfer(bob, 500);
        _redeem(bob, Tranche.Senior, 500);
        _close();
        _close();

        vm.assertEq(seniorVault.claimableRedeemRequest(0, alice), 1_000);
        vm.assertEq(seniorVault.claimableRedeemRequest(0, bob), 500);
    }
}
