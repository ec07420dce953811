// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";

import {VerifierBonds} from "../src/VerifierBonds.sol";
import {VerifierRegistry} from "../src/VerifierRegistry.sol";
import {BondParameters, IVerifierRegistry} from "../src/interfaces/IVerifierRegistry.sol";
import {TestRestakingToken} from "../src/tokens/TestRestakingToken.sol";
import {ExactTransfer} from "../src/libraries/ExactTransfer.sol";
import {TestStablecoin} from "../src/tokens/TestStablecoin.sol";
import {OddCoin} from "./support/OddCoin.sol";
import {APPRAISAL, INSPECTION, TITLE} from "./support/Roles.sol";
import {VerifierBase} from "./support/VerifierBase.sol";

contract VerifierDepositTest is VerifierBase {
    function test_anyone_may_add_to_a_bond() public {
        vm.expectEmit(address(registry));
        emit IVerifierRegistry.BondDeposited(verifier, 500e6);
        _bond(500e6);
        _bond(1);

        vm.assertEq(registry.bondOf(verifier), 500e6 + 1);
        vm.assertEq(coin.balanceOf(address(registry)), 500e6 + 1);
    }

    function test_a_bond_of_nothing_is_refused() public {
        vm.expectRevert(VerifierBonds.ZeroAmount.selector);
        _bond(0);
    }

    function test_a_bond_without_cash_is_refused() public {
        vm.prank(verifier);
        vm.expectPartialRevert(IERC20Errors.ERC20InsufficientAllowance.selector);
        registry.deposit(verifier, 1);
    }

    function test_bonds_are_ledger_units_whatever_the_tokens_decimals() public {
        TestRestakingToken token = new TestRestakingToken("Eighteen", "E");
        VerifierRegistry other =
            new VerifierRegistry(registry.authority(), token, assets, reserve, _parameters());
        token.mint(address(this), 1e18);
        token.approve(address(other), 1e18);

        other.deposit(verifier, 1e6);

        vm.assertEq(other.bondOf(verifier), 1e6);
        vm.assertEq(token.balanceOf(address(other)), 1e18);
    }
}

/// @dev Vulnerability class 18, the bonds' side: a token whose issuer turns a fee on.
contract VerifierOddCoinTest is VerifierBase {
    OddCoin internal odd;

    function _newCoin() internal override returns (TestStablecoin) {
        odd = new OddCoin(6);
        return TestStablecoin(address(odd));
    }

    function test_class_18_no_bond_is_booked_for_more_than_arrives() public {
        _bond(500e6);
        odd.setFee(100);
        bytes memory reason =
            abi.encodeWithSelector(ExactTransfer.TransferShort.selector, 100e6, 99e6);

        vm.expectRevert(reason);
        _bond(100e6);
        vm.expectRevert(abi.encodeWithSelector(ExactTransfer.TransferShort.selector, 50e6, 49.5e6));
        _challenge();

        vm.assertEq(registry.bondOf(verifier), 500e6);
        vm.assertEq(registry.challengesOf(verifier), 0);
    }

    function test_class_18_no_restaking_tokens_are_booked_for_more_than_arrive() public {
        registry.setRestakingToken(address(lrt), false);
        OddCoin other = new OddCoin(18);
        registry.setRestakingToken(address(other), true);
        other.mint(verifier, 1e18);
        other.setFee(100);

        vm.startPrank(verifier);
        other.approve(address(registry), 1e18);
        vm.expectRevert(abi.encodeWithSelector(ExactTransfer.TransferShort.selector, 1e18, 0.99e18));
        registry.depositLrt(address(other), 1e18);
    }
}

contract VerifierSettingsTest is VerifierBase {
    function test_setVerifier_says_what_a_verifier_may_attest() public {
        vm.expectEmit(address(registry));
        emit IVerifierRegistry.VerifierSet(verifier, 5, INSPECTION);
        registry.setVerifier(verifier, 5, INSPECTION);

        vm.assertEq(registry.rolesOf(verifier, 5), INSPECTION);
        vm.assertEq(registry.rolesOf(verifier, CAR), TITLE | APPRAISAL);
        vm.assertEq(registry.rolesOf(verifier, 6), 0);
        vm.assertEq(registry.rolesOf(verifier, 16), 0);
    }

    function test_setVerifier_replaces_and_takes_back_the_roles_of_one_class() public {
        registry.setVerifier(verifier, 15, 15);
        registry.setVerifier(verifier, CAR, INSPECTION);
        registry.setVerifier(verifier, 15, 0);

        vm.assertEq(registry.rolesOf(verifier, CAR), INSPECTION);
        vm.assertEq(registry.rolesOf(verifier, 15), 0);
    }

    function test_setVerifier_has_bounds() public {
        _refuseRoles(0, TITLE);
        _refuseRoles(16, TITLE);
        _refuseRoles(CAR, 16);
        registry.setVerifier(verifier, 1, 15);
        registry.setVerifier(verifier, 15, 15);
    }

    function _refuseRoles(uint16 classId, uint8 roles) private {
        vm.expectRevert(
            abi.encodeWithSelector(VerifierRegistry.RolesOutOfBounds.selector, classId, roles)
        );
        registry.setVerifier(verifier, classId, roles);
    }

    function test_settings_are_seen() public {
        vm.expectEmit(address(registry));
        emit IVerifierRegistry.RestakingTokenSet(verifier, true);
        registry.setRestakingToken(verifier, true);
        vm.expectEmit(address(registry));
        emit IVerifierRegistry.ValuationSet(verifier, reserve);
        registry.setValuation(verifier, reserve);

        vm.assertTrue(registry.isRestakingToken(verifier));
        vm.assertEq(address(registry.oracle()), verifier);
        vm.assertEq(address(registry.riskTerms()), reserve);
        vm.assertEq(registry.assetRegistry(), assets);
    }

    function test_the_stablecoin_is_no_restaking_token() public {
        vm.expectRevert(
            abi.encodeWithSelector(IVerifierRegistry.TokenNotAllowed.selector, address(coin))
        );
        registry.setRestakingToken(address(coin), true);
    }

    function test_the_reserve_can_change_but_not_vanish() public {
        vm.expectEmit(address(registry));
        emit IVerifierRegistry.ReserveSet(challenger);
        registry.setReserve(challenger);

        vm.assertEq(registry.reserve(), challenger);
        vm.expectRevert(VerifierBonds.ZeroAddress.selector);
        registry.setReserve(address(0));
    }

    /// @custom:invariant I-32
    function test_setters_and_rulings_are_the_governors() public {
        _bond(100e6);
        _challenge();
        bytes[8] memory calls = [
            abi.encodeCall(registry.setVerifier, (verifier, CAR, 15)),
            abi.encodeCall(registry.setRestakingToken, (address(lrt), false)),
            abi.encodeCall(registry.setValuation, (verifier, verifier)),
            abi.encodeCall(registry.setReserve, (verifier)),
            abi.encodeCall(registry.slash, (verifier, 1, 0)),
            abi.encodeCall(registry.uphold, (verifier, UID, 1, 0)),
            abi.encodeCall(registry.dismiss, (verifier, UID)),
            abi.encodeWithSignature("setAuthority(address)", verifier)
        ];
        for (uint256 i = 0; i < calls.length; ++i) {
            vm.prank(verifier);
            (bool done, bytes memory reason) = address(registry).call(calls[i]);
            vm.assertFalse(done);
            vm.assertEq(bytes32(bytes4(reason)), IAccessManaged.AccessManagedUnauthorized.selector);
        }
    }

    function test_the_constructor_refuses_numbers_out_of_bounds() public {
        for (uint256 choice = 0; choice < 7; ++choice) {
            BondParameters memory wrong = _parameters();
            if (choice == 0) wrong.challengeWindow = 365 days + 1;
            else if (choice == 1) wrong.unbondingDelay = 365 days + 1;
            else if (choice == 2) wrong.rulingWindow = 365 days + 1;
            else if (choice == 3) wrong.rulingWindow = 7 days - 1;
            else if (choice == 4) wrong.minimumBond = 0;
            else if (choice == 5) wrong.challengeBond = 0;
            else wrong.initialCap = wrong.minimumBond - 1;
            address manager = registry.authority();
            vm.expectRevert(VerifierBonds.ParametersOutOfBounds.selector);
            new VerifierRegistry(manager, coin, assets, reserve, wrong);
        }
    }

    function test_the_constructor_takes_numbers_at_their_bounds() public {
        BondParameters memory most = _parameters();
        (most.challengeWindow, most.unbondingDelay) = (365 days, 365 days);
        (most.rulingWindow, most.initialCap) = (365 days, most.minimumBond);
        BondParameters memory least = _parameters();
        (least.challengeWindow, least.unbondingDelay, least.rulingWindow) = (0, 0, 7 days);
        (least.minimumBond, least.challengeBond, least.dailyGrowth) = (1, 1, 0);

        vm.assertEq(_deploy(most).challengeWindow(), 365 days);
        vm.assertEq(_deploy(least).rulingWindow(), 7 days);
    }

    function test_a_registry_needs_a_reserve() public {
        address manager = registry.authority();
        vm.expectRevert(VerifierBonds.ZeroAddress.selector);
        new VerifierRegistry(manager, coin, assets, address(0), _parameters());
    }
}
